"""Lists of cases: by door and state, what is overdue first, a page at a time.

Order, filters and counts come from what the database can tell without a key. Only a page's own
cases are opened, except for what is unread: how far somebody has read lies sealed, so to tell takes
the registration of every case that was opened before. That is done for everybody who has at most
`MOST_TO_LOOK_THROUGH` of those, so that a message in a case long closed stands out on the first
page; who has more asks for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.casework.duties import Duty, duties_of, duties_of_new
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.keys.cases import open_registration
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import case_lists as queries
from whistle.storage.case_lists import CaseState
from whistle.storage.rows import CaseRow, InboxKeysRow

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


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list. ``title`` is empty until somebody gives one; ``damaged``: does not open."""

    inbox: TrustedInbox
    case: CaseRow
    title: str
    is_new: bool
    unread: int
    duty: Duty | None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of cases, and how many there are in every state, by inbox.

    `CaseState.UNREAD` is missing from the counts where nobody looked.
    """

    cases: Sequence[ListedCase]
    counts: Mapping[bytes, Mapping[CaseState, int]]
    inboxes: Sequence[TrustedInbox]
    page: int
    pages: int


def list_cases(cases: Cases, wanted: Wanted) -> CaseList:
    """List the cases of this member's inboxes. A page beyond the last one is the last one.

    Every inbox has its entry, chosen or not: its cases are counted, and looked through for what is
    unread.
    """
    opened = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    chosen = [one for one in opened if wanted.inbox_ids is None or one in wanted.inbox_ids]
    today = cases.here.clock.today()
    with cases.here.store.read() as db:
        counts = _counts(db, list(opened), today)
        unread = _unread(db, opened, counts, asked=wanted.state is CaseState.UNREAD)
        total = sum(counts[one][wanted.state] for one in chosen)
        size = wanted.page_size or max(total, 1)
        pages = max(1, -(-total // size))
        page = min(max(wanted.page, 1), pages)
        first = (page - 1) * size
        if wanted.state is CaseState.UNREAD:
            ids = queries.ordered_ids(db, chosen, wanted.state, today)
            ids = [one for one in ids if one in unread][first : first + size]
        else:
            ids = queries.ordered_ids(db, chosen, wanted.state, today, limit=size, offset=first)
        rows = queries.load(db, ids)
    cases.note(*(_looked_at(inbox, wanted.state) for inbox in opened.values()))
    return CaseList(
        [_listed(cases, opened[row.case.inbox_id], row) for row in rows],
        counts,
        [inbox.inbox for inbox in opened.values()],
        page,
        pages,
    )


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
    opened: Mapping[bytes, InboxKeys],
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
    for state in queries.read_states(db, list(opened)):
        inbox, case_id = opened[state.inbox_id], state.registration.case_id
        keys = InboxKeysRow(case_id, state.inbox_id, state.epoch, 0, in_vault=True, body=b"")
        try:
            registration = open_registration(inbox, keys, state.registration)
        except SealingError:
            continue
        if state.messages > registration.seen:
            unread.add(case_id)
            counts[state.inbox_id][CaseState.UNREAD] += 1
    return unread


def _listed(cases: Cases, inbox: InboxKeys, row: queries.ListedCase) -> ListedCase:
    deadlines = cases.deadlines(inbox)
    registration, damaged = Registration(), False
    duties = duties_of_new(row.case, deadlines)
    if row.keys.in_vault and row.registration is not None:
        try:
            registration = open_registration(inbox, row.keys, row.registration)
            duties = duties_of(row.case, registration, deadlines)
        except SealingError:
            damaged = True
    pending = [duty for duty in duties if duty.done is None] if row.case.is_open else []
    return ListedCase(
        inbox.inbox,
        row.case,
        registration.title,
        is_new=not row.keys.in_vault,
        unread=max(0, row.messages - registration.seen),
        duty=min(pending, key=_due) if pending else None,
        damaged=damaged,
    )


def _due(duty: Duty) -> date:
    return duty.due
