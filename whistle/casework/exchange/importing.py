"""Bringing registrations in from a table: everything is checked first, then all is written at once.

Nothing is written unless all is right, and then in one transaction with its entry in the log: a
process that is killed leaves all of it or nothing. An enquiry that is there already is refused by
its name, which is kept sealed with its registration; so the same file cannot come in twice.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from whistle.audit.log import deed
from whistle.casework.cases import MOST_TRIES, Cases
from whistle.casework.entering import NewCase, Rows, inbox_to_enter, insert, rows_of
from whistle.casework.exchange.checking import Imported, check
from whistle.casework.exchange.columns import COLUMNS, MOST_ROWS, REQUIRED
from whistle.casework.exchange.faults import Fault, fault
from whistle.casework.exchange.registrations import open_all
from whistle.casework.exchange.sheet import read_sheet
from whistle.casework.exchange.totals import check_totals
from whistle.crypto.envelope import derive
from whistle.crypto.errors import NotGrantedError
from whistle.crypto.place import Place, Purpose
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.logged import Logged
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.tables import ID_BYTES

_AT_ONCE = 1000  # cases that are stored by one statement
Progress = Callable[[int, int], None]


def _quietly(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, repr=False)
class Files:
    """What is brought: the table, and the totals that somebody states for it, or none."""

    table: bytes
    totals: bytes | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What became of a file. ``rows``: how many it has; ``written``: how many are cases now."""

    rows: int
    written: int
    faults: Sequence[Fault]
    enquiries: Sequence[Imported]


def try_import(cases: Cases, files: Files, most_rows: int = MOST_ROWS) -> Report:
    """Say what a file would become, and all that is wrong with it. Nothing is written.

    But an entry of the log, where there was something to look for. Raises as `Cases.note`.
    """
    report = _checked(cases, files, most_rows)
    wanted = {one.channel for one in report.enquiries}
    cases.note(
        *(
            deed(Logged.CASES_IMPORTED, inbox, tried=1)
            for inbox in cases.inboxes_opened()
            if inbox.inbox.root.channel in wanted
            and inbox.inbox.root.kind is InboxKind.MAIN
            and inbox.inbox.epoch in inbox.granted
        )
    )
    return report


def _checked(cases: Cases, files: Files, most_rows: int) -> Report:
    sheet = read_sheet(files.table, COLUMNS, REQUIRED, most_rows)
    profiles, today = cases.here.profiles, cases.here.clock.today()
    enquiries, wrong = check(sheet.lines, profiles, today)
    faults = [*sheet.faults, *wrong, *_closed_to_you(cases, enquiries)]
    known = open_all(cases) if enquiries else ()
    there = {name for one in known if one for name in (one.enquiry_id, one.case.id.hex())}
    faults += [
        fault("already_there", one.rows[0], "enquiry_id", value=one.enquiry_id)
        for one in enquiries
        if one.enquiry_id in there
    ]
    faults.sort(key=lambda one: one.row or 0)
    if files.totals is not None:
        last = max((one.received for one in enquiries), default=today)
        faults += check_totals(files.totals, enquiries, profiles.on(last).office)
    return Report(len(sheet.lines), 0, faults, enquiries)


def import_files(
    cases: Cases, files: Files, progress: Progress = _quietly, most_rows: int = MOST_ROWS
) -> Report:
    """Bring a file in, all of it or nothing. ``progress``: told how many cases of how many.

    Raises `ConflictError` where others keep changing the inboxes meanwhile.
    """
    for _ in range(MOST_TRIES):
        report = _checked(cases, files, most_rows)
        if report.faults:
            return report
        try:
            _write(cases, report, progress)
        except (ConflictError, DuplicateError):  # somebody was quicker: look again what is there
            continue
        return replace(report, written=report.rows)
    raise ConflictError("the inboxes keep changing")


def _write(cases: Cases, report: Report, progress: Progress) -> None:
    by_inbox: dict[bytes, tuple[InboxKeys, list[Rows]]] = {}
    doors = {one.channel for one in report.enquiries}
    inboxes = {channel: inbox_to_enter(cases, channel) for channel in doors}
    for number, one in enumerate(report.enquiries, start=1):
        inbox = inboxes[one.channel]
        _, rows = by_inbox.setdefault(inbox.inbox.inbox_id, (inbox, []))
        rows.append(rows_of(cases, inbox, _new_case(_case_id(cases, inbox, one.enquiry_id), one)))
        progress(number, len(report.enquiries))
    done = (
        deed(Logged.CASES_IMPORTED, inbox, number=len(rows)) for inbox, rows in by_inbox.values()
    )
    with cases.log.write(*done) as db:
        for inbox, rows in by_inbox.values():
            for first in range(0, len(rows), _AT_ONCE):
                insert(db, inbox, rows[first : first + _AT_ONCE])


def _closed_to_you(cases: Cases, enquiries: Sequence[Imported]) -> Iterator[Fault]:
    """Say of which doors this member has no key, once each."""
    for channel in Channel:
        first = next((one for one in enquiries if one.channel is channel), None)
        if first is None:
            continue
        try:
            inbox_to_enter(cases, channel)
        except NotGrantedError:
            yield fault("closed_to_you", first.rows[0], "channel", value=channel.value)


def _case_id(cases: Cases, inbox: InboxKeys, enquiry_id: str) -> bytes:
    """Name the case of an enquiry, so that two who import one file at once cannot both do so.

    By a key of the inbox's: nobody else can find out from the id which enquiry it is.
    """
    name = hashlib.sha256(enquiry_id.encode()).digest()
    epoch = inbox.inbox.epoch
    place = Place(
        Purpose.CONTENT_DIGEST,
        cases.here.id,
        owner=inbox.inbox.inbox_id,
        item=name,
        generation=epoch,
    )
    return derive(inbox.vault(epoch), place)[:ID_BYTES]


def _new_case(case_id: bytes, one: Imported) -> NewCase:
    """Make the case of an enquiry. Nobody waits for a word about it: it has no reporter."""
    registration = Registration(
        acknowledged=one.received,
        feedback=one.closed,
        closed=one.closed,
        enquiry=one.enquiry,
        source=one.enquiry_id,
    )
    return NewCase(case_id, one.received, registration)
