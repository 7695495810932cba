"""Lists of cases: by door and state, what is overdue first, a page at a time.

Order, door, state, day and counts come from what the database can tell without a key. Only a page's
own cases are opened, with two exceptions. How far somebody has read lies sealed, so to tell what is
unread takes the registration of every case that was opened before. That is done for everybody who
has at most `MOST_TO_LOOK_THROUGH` of those, so that a message in a case long closed stands out on
the first page; who has more asks for it. And whoever filters by centre, category or registration
has every registration opened that may be meant and is not remembered: what that costs stands in
docs/figures.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.casework.duties import Duty, duties_of, duties_of_new
from whistle.casework.filtering import passing
from whistle.casework.filters import DAMAGED, Filters
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.domain.registration import Due, Enquiry
from whistle.keys.bulk import BulkInbox
from whistle.keys.cases import open_registration
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.keys.remembered import Remembered
from whistle.storage import case_lists as queries
from whistle.storage.case_lists import CaseState
from whistle.storage.rows import CaseRow

PAGE_SIZE = 50
MOST_TO_LOOK_THROUGH = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shall show.

    ``inbox_ids``: none for all. ``page`` counts from 1; ``page_size`` none: all on one page.
    """

    state: CaseState = CaseState.ALL
    inbox_ids: Sequence[bytes] | None = None
    page: int = 1
    page_size: int | None = PAGE_SIZE
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list. ``title`` is empty until somebody gives one; ``damaged``: does not open.

    ``duty``: what is owed next to an open case's reporter; ``due``: what else has a date first.
    """

    inbox: TrustedInbox
    case: CaseRow
    title: str
    is_new: bool
    unread: int
    duty: Duty | None
    damaged: bool = False
    enquiry: Enquiry = field(default_factory=Enquiry)
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of cases, how many there are of them, and how many in every state, by inbox.

    The counts are of all cases, whatever the filters are. `CaseState.UNREAD` is missing from them
    where nobody looked.
    """

    cases: Sequence[ListedCase]
    counts: Mapping[bytes, Mapping[CaseState, int]]
    inboxes: Sequence[TrustedInbox]
    page: int
    pages: int
    total: int


def list_cases(cases: Cases, wanted: Wanted) -> CaseList:
    """List the cases of this member's inboxes. A page beyond the last one is the last one.

    Every inbox has its entry, chosen or not: its cases are counted, and looked through for what is
    unread.
    """
    opened = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    chosen = [one for one in opened if wanted.inbox_ids is None or one in wanted.inbox_ids]
    bulk = {one: BulkInbox(inbox) for one, inbox in opened.items()}
    today, filters = cases.here.clock.today(), wanted.filters
    which = queries.Which(chosen, wanted.state, today, filters.since, filters.until)
    with cases.here.store.read() as db:
        counts = _counts(db, list(opened), today)
        unread = _unread(db, bulk, counts, asked=wanted.state is CaseState.UNREAD)
        remembered = cases.here.remembered
        sifted = _sifted(db, remembered, bulk, which, filters, unread)
        total = _total(db, which, counts) if sifted is None else len(sifted)
        size = wanted.page_size or max(total, 1)
        pages = max(1, -(-total // size))
        page = min(max(wanted.page, 1), pages)
        first = (page - 1) * size
        if sifted is None:
            ids = queries.page_of(db, which, limit=size, offset=first)
        else:
            ids = sifted[first : first + size]
        rows = queries.load(db, ids)
    cases.note(*(_looked_at(inbox, wanted.state) for inbox in opened.values()))
    return CaseList(
        [listed(cases, opened[row.case.inbox_id], row) for row in rows],
        counts,
        [inbox.inbox for inbox in opened.values()],
        page,
        pages,
        total,
    )


def _total(
    db: Connection, which: queries.Which, counts: Mapping[bytes, Mapping[CaseState, int]]
) -> int:
    if which.since or which.until:
        return queries.count(db, which)
    return sum(counts[one][which.state] for one in which.inbox_ids)


def _sifted(
    db: Connection,
    remembered: Remembered,
    bulk: Mapping[bytes, BulkInbox],
    which: queries.Which,
    filters: Filters,
    unread: set[bytes],
) -> list[bytes] | None:
    """Give the ids of all cases that are wanted; none where the database can tell a page's."""
    if not filters.need_keys and which.state is not CaseState.UNREAD:
        return None
    if filters.need_keys:
        there = {one: bulk[one] for one in which.inbox_ids}
        passed = passing(db, remembered, there, filters, lambda: queries.ids(db, which))
    else:
        passed = unread
    if which.state is CaseState.UNREAD:
        passed &= unread
    return queries.of_these(db, which, passed)


def _looked_at(inbox: InboxKeys, state: CaseState) -> Deed:
    """Say that an inbox is listed or counted; openly where this member has no key to seal with."""
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.INBOX_LISTED, inbox, state=state)
    return Deed(Logged.INBOX_LISTED, {"inbox": inbox.inbox.inbox_id.hex()})


def _counts(
    db: Connection, inbox_ids: Sequence[bytes], today: date
) -> dict[bytes, dict[CaseState, int]]:
    told = queries.counts(db, inbox_ids, today)
    return {one: dict(told.get(one, dict.fromkeys(queries.TOLD, 0))) for one in inbox_ids}


def _unread(
    db: Connection,
    bulk: Mapping[bytes, BulkInbox],
    counts: dict[bytes, dict[CaseState, int]],
    *,
    asked: bool,
) -> set[bytes]:
    """Find the cases that have something unread and count them in, unless it would take long."""
    old = sum(count[CaseState.ALL] - count[CaseState.NEW] for count in counts.values())
    if old > MOST_TO_LOOK_THROUGH and not asked:
        return set()
    unread = set()
    for count in counts.values():
        count[CaseState.UNREAD] = 0
    for state in queries.read_states(db, list(bulk)):
        try:
            known = json.loads(bulk[state.inbox_id].registration(state.epoch, state.registration))
        except (SealingError, *DAMAGED):
            continue
        if state.messages > known.get("seen", 0):
            unread.add(state.registration.case_id)
            counts[state.inbox_id][CaseState.UNREAD] += 1
    return unread


def listed(cases: Cases, inbox: InboxKeys, row: queries.ListedCase) -> ListedCase:
    """Open what a list shows of a case."""
    deadlines = cases.deadlines(inbox, row.case)
    registration, damaged = Registration(), False
    duties = duties_of_new(row.case, deadlines)
    if row.keys.in_vault and row.registration is not None:
        try:
            registration = open_registration(inbox, row.keys, row.registration)
            duties = duties_of(row.case, registration, deadlines)
        except (SealingError, *DAMAGED):
            damaged = True
    pending = [duty for duty in duties if duty.done is None] if row.case.is_open else []
    return ListedCase(
        inbox.inbox,
        row.case,
        registration.title,
        is_new=not row.keys.in_vault,
        unread=max(0, row.messages - registration.seen),
        duty=min(pending, key=lambda duty: duty.due) if pending else None,
        damaged=damaged,
        enquiry=registration.enquiry,
        due=min(registration.due, key=lambda due: due.day) if registration.due else None,
    )
