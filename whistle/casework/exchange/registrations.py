"""All registrations that a member's keys open, as rows of the table that is imported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.casework.exchange.columns import ENQUIRY, ISSUE, Cells
from whistle.casework.reasons_back import shown
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.cases import find_registration
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import registrations as queries
from whistle.storage import removal
from whistle.storage.rows import CaseRow

_SAID = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True, slots=True, repr=False)
class Registered:
    """A case with its registration, opened."""

    inbox: InboxKeys
    case: CaseRow
    registration: Registration

    @property
    def channel(self) -> Channel:
        """The door it came by."""
        return self.inbox.inbox.root.channel

    @property
    def enquiry_id(self) -> str:
        """What it is called in a table: as in the file it came from, or by its own id."""
        return self.registration.source or self.case.id.hex()


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Everything registered. ``unregistered``, ``damaged``: how many cases are left out."""

    registered: Sequence[Registered]
    unregistered: int
    damaged: int

    @property
    def rows(self) -> list[Cells]:
        """The rows by their columns, one an issue."""
        return [row for one in self.registered for row in rows_of(one)]


def export_table(cases: Cases) -> Table:
    """Open all registrations to take them out; the log says so, by inbox. Raises as `Cases.note`.

    Ordered by the day they came, then by name.
    """
    opened, unregistered, damaged = [], 0, 0
    for one in open_all(cases):
        if one is None:
            damaged += 1
        elif one.registration.enquiry.is_registered:
            opened.append(one)
        else:
            unregistered += 1
    counted = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    numbers = [one.case.inbox_id for one in opened]
    cases.note(
        *(
            deed(Logged.REGISTRATIONS_EXPORTED, inbox, number=numbers.count(inbox_id))
            for inbox_id, inbox in counted.items()
            if inbox.inbox.epoch in inbox.granted
        )
    )
    return Table(sorted(opened, key=_place), unregistered, damaged)


def open_all(cases: Cases) -> Iterator[Registered | None]:
    """Open every case's registration, none for one that is damaged. Nothing is logged."""
    inboxes = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    with cases.here.store.read() as db:
        erased = removal.all_reasons_back(db)
        for row in queries.each(db, list(inboxes)):
            yield _opened(inboxes[row.case.inbox_id], row, erased.get(row.case.id, frozenset()))


def rows_of(one: Registered) -> list[Cells]:
    """Give a case's rows, one an issue; one that stands there twice is one."""
    enquiry, registration = one.registration.enquiry, one.registration
    told = (
        one.enquiry_id,
        one.case.received.isoformat(),
        one.channel.value,
        enquiry.way_in,
        enquiry.handling,
        _SAID[enquiry.casework],
        enquiry.enquirer,
        _SAID[enquiry.approached],
        _day(enquiry.matter_date),
        _outcome(one.channel, enquiry),
        enquiry.rejection,
        "" if one.case.is_open else _day(registration.closed),
    )
    cells = dict(zip(ENQUIRY, told, strict=True))
    return [cells | _issue(issue) for issue in dict.fromkeys(enquiry.issues or (Issue(),))]


def _issue(issue: Issue) -> Cells:
    return {name: getattr(issue, name) for name in ISSUE}


def _outcome(channel: Channel, enquiry: Enquiry) -> str:
    return enquiry.result if channel is Channel.WHISTLEBLOWER else enquiry.outcome


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _place(one: Registered) -> tuple[date, str]:
    return one.case.received, one.enquiry_id


def _opened(
    inbox: InboxKeys, row: queries.StoredRegistration, erased: frozenset[bytes]
) -> Registered | None:
    try:
        registration = find_registration(inbox, row.keys, row.registration)
        registration = shown(inbox, row.keys, registration, erased)
    except SealingError:
        return None
    return Registered(inbox, row.case, registration)
