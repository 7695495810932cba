"""Patterns among the citizens' cases of a member, and what was agreed on them.

Counted are the registrations of cases, opened in memory, and of erased ones the anonymised record
that is left; a case that has both is counted once. Whistleblowers' and council members' cases are
not among them: they are few, and to talk to a centre's manager about some of them would tell who
wrote (whistleblowerloven § 25).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.casework.filters import DAMAGED
from whistle.casework.learning.book import OpenedBook, open_book, read_book
from whistle.casework.learning.counting import count_enquiries
from whistle.crypto.errors import NotGrantedError, SealingError
from whistle.domain.book import Change, ChangeKind, Measure
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.domain.office import PatternRule
from whistle.domain.patterns import (
    MOST_PERIODS,
    Cell,
    Counted,
    Days,
    Kind,
    Pattern,
    Period,
    cells_of,
    find_patterns,
    recent_periods,
)
from whistle.keys.book import KeptEntry
from whistle.keys.cases import find_registration
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage import registrations
from whistle.storage.case_lists import CaseState
from whistle.storage.engine import Store
from whistle.storage.rows import CaseRow

TOLD_PERIODS = 5  # of each row: the running one, and the year before it
REMEMBERED = timedelta(minutes=10)
_SEPARATOR = "/"  # stands in no identifier


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case behind a pattern. ``title``: as it was given; may be empty."""

    inbox: TrustedInbox
    case: CaseRow
    title: str


@dataclass(frozen=True, slots=True)
class Dealt:
    """A pattern that somebody has dealt with: what was agreed, and its enquiries as of now."""

    kept: KeptEntry
    measure: Measure
    cell: Cell | None
    period: Period | None
    enquiries: Sequence[Counted] = ()


@dataclass(frozen=True, slots=True)
class Patterns:
    """What gathers and waits, the newest first; what was dealt with; the cases by their ids."""

    pending: Sequence[Pattern]
    dealt: Sequence[Dealt]
    cases: Mapping[bytes, CountedCase]
    book: OpenedBook


def open_patterns(cases: Cases) -> Patterns:
    """Look for patterns, and log that: of the book, and of every inbox whose cases are counted.

    Raises `NotGrantedError` where this member's keys do not open the citizens' main inbox.
    """
    book = open_book(cases, Measure)
    inboxes = _counted_inboxes(cases)
    cases.note(*(deed(Logged.INBOX_LISTED, one, state=CaseState.ALL) for one in inboxes))
    pending, dealt = _look(cases, book, inboxes)
    return Patterns(pending, dealt, _behind(cases, inboxes, [*pending, *dealt]), book)


def number_told(cases: Cases) -> int:
    """Say how many patterns wait, for the pages that tell of them; none where there is no right.

    It is counted anew every ten minutes, and after `forget_number`. That number alone is kept, in
    memory. Whoever shows it logs that the inboxes were listed.
    """
    now = cases.here.clock.now()
    with _lock:
        told = _told.setdefault(cases.here.store, {}).get(cases.keyring.member_id)
    if told and now - REMEMBERED < told[0] <= now:
        return told[1]
    try:
        pending, _ = _look(cases, read_book(cases), _counted_inboxes(cases))
    except NotGrantedError:
        return 0
    with _lock:
        told_here = _told.setdefault(cases.here.store, {})  # it may have been forgotten meanwhile
        told_here[cases.keyring.member_id] = (now, len(pending))
    return len(pending)


def forget_number(cases: Cases) -> None:
    """Have the number counted anew for everybody: something was agreed."""
    with _lock:
        _told.pop(cases.here.store, None)


_lock = Lock()
_told: WeakKeyDictionary[Store, dict[bytes, tuple[datetime, int]]] = WeakKeyDictionary()


# -- a pattern's name --------------------------------------------------------------------------


def name_of(pattern: Pattern) -> str:
    """Name a pattern in identifiers, for addresses and the book."""
    period = pattern.period
    return _SEPARATOR.join((period.first.isoformat(), str(period.row), *pattern.cell))


def read_name(name: str) -> tuple[Cell, Period] | None:
    """Read what `name_of` wrote; none where it is no pattern's name."""
    parts = name.split(_SEPARATOR)
    if len(parts) != 2 + len(Cell._fields) or parts[4] not in set(Kind):
        return None
    try:
        period = Period(date.fromisoformat(parts[0]), int(parts[1]))
    except ValueError:
        return None
    return Cell(parts[2], parts[3], Kind(parts[4]), parts[5]), period


# -- inside ------------------------------------------------------------------------------------


def _counted_inboxes(cases: Cases) -> list[InboxKeys]:
    return [
        one
        for one in cases.inboxes_opened()
        if one.inbox.root.channel is Channel.CITIZEN and one.inbox.epoch in one.granted
    ]


def _look(
    cases: Cases, book: OpenedBook, inboxes: Sequence[InboxKeys]
) -> tuple[list[Pattern], list[Dealt]]:
    """Give what gathers and waits, and what was dealt with, the newest first."""
    periods = recent_periods(cases.here.clock.today(), TOLD_PERIODS)
    counted = count_enquiries(cases, inboxes, _since(periods))
    dealt = [_dealt(kept, measure, counted) for kept, measure in book.of_kind(Measure)]
    pending = _pending(cases, counted, periods, dealt, _gaps(cases, book))
    return pending, dealt[::-1]


def _behind(
    cases: Cases, inboxes: Sequence[InboxKeys], told: Sequence[Pattern | Dealt]
) -> dict[bytes, CountedCase]:
    """Give the cases that patterns are made of, as far as they are there and open."""
    known = {one.inbox.inbox_id: one for one in inboxes}
    ids = sorted({enquiry.case for one in told for enquiry in one.enquiries if enquiry.case})
    found = {}
    with cases.here.store.read() as db:
        for stored in registrations.of_cases(db, ids):
            inbox = known.get(stored.case.inbox_id)
            with suppress(SealingError, *DAMAGED):
                if inbox:
                    opened = find_registration(inbox, stored.keys, stored.registration)
                    found[stored.case.id] = CountedCase(inbox.inbox, stored.case, opened.title)
    return found


def _since(periods: Sequence[Period]) -> date:
    """Give the first day that matters: of the history of the oldest period."""
    oldest = min(periods)
    for _ in range(MOST_PERIODS + 1):
        oldest = oldest.before
    return oldest.first


def _gaps(cases: Cases, book: OpenedBook) -> list[Days]:
    """Give the days on which nobody, or fewer, did the work; what goes on ends today."""
    today = cases.here.clock.today()
    gaps = [one for _, one in book.of_kind(Change) if one.why is ChangeKind.GAP]
    return [(one.first, one.last or today) for one in gaps]


def _pending(
    cases: Cases,
    counted: Sequence[Counted],
    periods: Sequence[Period],
    dealt: Sequence[Dealt],
    gaps: Sequence[Days],
) -> list[Pattern]:
    """Give what gathers and was not dealt with; the same enquiries are told once at each centre."""
    told = {
        (one.cell.centre, id(enquiry)) for one in dealt if one.cell for enquiry in one.enquiries
    }
    found = [pattern for period in periods for pattern in _gathered(cases, counted, period, gaps)]
    pending = []
    for pattern in sorted(found, key=lambda one: one.order):
        here = {(pattern.cell.centre, id(one)) for one in pattern.enquiries}
        if len(here - told) >= _rule(cases, pattern.period).least:
            pending.append(pattern)
            told |= here
    return sorted(pending, key=lambda one: one.period, reverse=True)


def _gathered(
    cases: Cases, counted: Sequence[Counted], period: Period, gaps: Sequence[Days]
) -> list[Pattern]:
    """Look at a period by the profile that stood on its last day."""
    cells = cells_of(cases.here.profiles.on(period.last).office)
    return find_patterns(counted, cells, _rule(cases, period), period, gaps)


def _rule(cases: Cases, period: Period) -> PatternRule:
    return cases.here.profiles.on(period.last).office.patterns


def _dealt(kept: KeptEntry, measure: Measure, counted: Sequence[Counted]) -> Dealt:
    read = read_name(measure.pattern)
    if read is None:
        return Dealt(kept, measure, None, None)
    cell, period = read
    there = [
        one for one in counted if period.first <= one.received <= period.last and cell in one.cells
    ]
    return Dealt(kept, measure, cell, period, there)
