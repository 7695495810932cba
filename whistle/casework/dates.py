"""Everything that is due in a member's cases: the legal clock, replies, tasks, access requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.duties import DutyKind
from whistle.casework.filters import DAMAGED
from whistle.casework.learning.due import DueInBook, due_in_book
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.domain.retention import keep_until, months_kept
from whistle.keys.bulk import BulkInbox
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import case_lists
from whistle.storage.dated_cases import DatedCase, dated_cases
from whistle.storage.rows import CaseRow, InboxKeysRow

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class DueThing:
    """Something that is due on a day. ``centre``: whose reply it is, an identifier."""

    day: date
    kind: DutyKind | DueKind
    centre: str = ""


@dataclass(frozen=True, slots=True)
class DueInCase:
    """Something that is due in a case. ``title``: as it was given; may be empty."""

    due: DueThing
    inbox: TrustedInbox
    case: CaseRow
    title: str

    @property
    def order(self) -> tuple[date, date, bytes]:
        """Where it stands in a list of what is due."""
        return self.due.day, self.case.received, self.case.id

    @property
    def day(self) -> date:
        """When it is due."""
        return self.due.day


@dataclass(frozen=True, slots=True)
class Dates:
    """A page of what is due, the first day first. ``damaged``: cases that do not open.

    ``outlived``: as in `AllDue`.
    """

    due: Sequence[DueInCase | DueInBook]
    overdue: int
    total: int
    page: int
    pages: int
    outlived: Sequence[DueInCase]
    damaged: int


def list_dates(cases: Cases, page: int = 1) -> Dates:
    """List what is due in all of this member's cases, and in the office's book.

    A page beyond the last is the last.
    """
    found = everything_due(cases)
    pages = max(1, -(-len(found.due) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    today = cases.here.clock.today()
    return Dates(
        found.due[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        sum(one.day < today for one in found.due),
        len(found.due),
        page,
        pages,
        found.outlived,
        found.damaged,
    )


@dataclass(frozen=True, slots=True)
class AllDue:
    """All that is due, the first day first. ``damaged``: cases that do not open.

    ``outlived``: closed cases that need be kept no longer, first the one of which that has been so
    for longest. They are to be erased (GDPR art. 5(1)(e)); a person looks at each before.
    """

    due: Sequence[DueInCase | DueInBook]
    outlived: Sequence[DueInCase]
    damaged: int


def everything_due(cases: Cases) -> AllDue:
    """Open whatever may be due in this member's cases, and in the office's book; and log that."""
    opened = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    with cases.here.store.read() as db:
        rows = dated_cases(db, list(opened))
        moved = {keys.case_id: keys for keys in case_lists.passed_on(db, list(opened))}
    cases.note(*(_looked_at(inbox) for inbox in opened.values()))
    bulk = {inbox_id: BulkInbox(inbox) for inbox_id, inbox in opened.items()}
    found: list[DueInCase | DueInBook] = [*due_in_book(cases)]
    outlived: list[DueInCase] = []
    damaged = 0
    for row in rows:
        case, inbox = row.case, opened[row.case.inbox_id].inbox
        may_be_outlived = not case.is_open and _over_since(cases, inbox, case, case.received)
        try:
            registration = _registration(
                bulk[case.inbox_id], row, moved.get(case.id), read=bool(may_be_outlived)
            )
        except (SealingError, *DAMAGED):
            damaged += 1
            continue
        if registration is None:
            continue
        title = registration.title
        found += [DueInCase(due, inbox, case, title) for due in due_in(case, registration)]
        if not case.is_open and (day := _outlived_since(cases, inbox, case, registration)):
            outlived.append(DueInCase(DueThing(day, DutyKind.ERASE), inbox, case, title))
    return AllDue(
        sorted(found, key=lambda one: one.order),
        sorted(outlived, key=lambda one: one.order),
        damaged,
    )


def _over_since(
    cases: Cases, inbox: TrustedInbox, case: CaseRow, closed: date | None, *, held: bool = False
) -> date | None:
    """Give the day since when a case that was closed then need be kept no longer; none before."""
    months = months_kept(cases.here.profiles, inbox.root.channel, case.received)
    until = None if months is None else keep_until(closed, months, held=held)
    return until if until and until <= cases.here.clock.today() else None


def _outlived_since(
    cases: Cases, inbox: TrustedInbox, case: CaseRow, registration: Registration
) -> date | None:
    """Give the day since when a closed case waits to be erased; none where something keeps it."""
    if any(due.kind is DueKind.ACCESS for due in registration.due):
        return None
    held = registration.held is not None
    return _over_since(cases, inbox, case, registration.closed, held=held)


def due_in(case: CaseRow, registration: Registration) -> Iterator[DueThing]:
    """Give what is due in a case: of the legal clock while it is open, of what is filed always.

    An access request is answered and a task done after a case is closed, too.
    """
    if case.is_open and case.acknowledge_by:
        yield DueThing(case.acknowledge_by, DutyKind.ACKNOWLEDGE)
    if case.is_open and case.feedback_by:
        yield DueThing(case.feedback_by, DutyKind.FEEDBACK)
    for one in registration.due:
        yield DueThing(one.day, one.kind, one.centre)


def due_in_opened(opened: OpenedCase) -> list[DueThing]:
    """Give what is filed on an opened case and has a date, the first day first."""
    filed = (DueThing(one.day, one.kind, one.centre) for one in opened.registration.due)
    return sorted(filed, key=lambda one: (one.day, one.kind))


def registered_in(inbox: BulkInbox, row: DatedCase, moved: InboxKeysRow | None) -> bytes:
    """Give the canonical bytes of what is registered of a case, here or where it was before.

    None where nothing is. Raises a `SealingError`.
    """
    if moved is not None:
        return inbox.handed_over(moved)
    return inbox.registration(row.epoch, row.registration) if row.registration else b""


def _registration(
    inbox: BulkInbox, row: DatedCase, moved: InboxKeysRow | None, *, read: bool
) -> Registration | None:
    """Open a registration; none where nothing can be due, unless it is to be ``read`` anyway.

    ``moved``: the keys of a case that was somewhere else, and was not opened here: with them lies
    what was registered there.
    Canonical JSON leaves ``due`` out where nothing is, so its bytes tell without being read.
    """
    encoded = registered_in(inbox, row, moved)
    if not encoded:
        return Registration()
    if not (row.case.is_open or read or b'"due":' in encoded):
        return None
    return Registration.decode(encoded)


def _looked_at(inbox: InboxKeys) -> Deed:
    """Say that an inbox's dates were listed; openly where there is no key to seal with."""
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.DATES_LISTED, inbox)
    return Deed(Logged.DATES_LISTED, {"inbox": inbox.inbox.inbox_id.hex()})
