"""What a report says anew of days that an earlier one told of, and when it has to wait.

A case that is registered late, is corrected or goes makes other numbers of the same days. Two
reports tell the difference, so that has to be of enough people, like every other number. Where it
is not, the numbers stand as they were published, and what came since waits until there is more.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from whistle.disclosure import EXACT, Publication
from whistle.domain.anonymised import Anonymised, first_day_of_term
from whistle.domain.channel import Channel
from whistle.domain.counted_then import CountedThen, Difference, Person, people_in
from whistle.domain.counting import Period
from whistle.report.batches import Beside, days_of, state_of

COUNCIL = "council"


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier report. ``counted``: who was, none where that was not kept."""

    publication: Publication
    counted: CountedThen | None = None

    @property
    def days(self) -> frozenset[date]:
        """The days that it tells of the citizens' door; of none, where it has no table of it."""
        if not any(table.threshold != EXACT for table in self.publication.tables):
            return frozenset()
        return frozenset(days_of(f"{self.publication.first}/{self.publication.last}"))

    def meets(self, period: Period) -> bool:
        """Say whether it told of some of a period's days."""
        return any(day in period for day in self.days)


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the days that earlier reports told of.

    ``newest``: who came and who went since the newest report of each day. ``known``: the days that
    can be compared; ``unknown``: those of which it is not kept who was counted.
    """

    newest: Difference
    known: frozenset[date]
    unknown: frozenset[date]


class Comparison:
    """Today's facts beside all reports that were published, in the order of publication."""

    def __init__(
        self, befores: Sequence[Before], facts: Sequence[Anonymised], period: Period
    ) -> None:
        """Compare the days of ``period``."""
        self._days = frozenset(days_of(f"{period.first}/{period.last}"))
        self._facts, self._now = facts, people_in(facts)
        self._befores = [one for one in befores if one.days & self._days]
        self._then, known, left = Counter[Person](), set[date](), set(self._days)
        for one in reversed(self._befores):
            days = left & one.days
            left -= days
            if one.counted is not None:
                known |= days
                self._then += _on(days, one.counted)
        self._known = frozenset(known)

    def since(self) -> Since:
        """Give what changed."""
        told = frozenset[date]().union(*(one.days for one in self._befores)) & self._days
        newest = Difference.of(self._then, _within(self._now, self._known))
        return Since(newest, self._known, told - self._known)

    def beside(self, *, waiting: bool) -> list[Beside]:
        """Give what today's numbers, or those that wait, differ by from each earlier report."""
        found = []
        for one in self._befores:
            if one.counted is not None:
                days, state = one.days & self._known, state_of(one.publication) or 0
                people = _within(self._then if waiting else self._now, days)
                found.append(Beside(state, days, Difference.of(_on(days, one.counted), people)))
        return found

    def as_published(self) -> list[Anonymised]:
        """Give the facts with the people of these days as they were counted last."""
        kept = [
            one
            for one in self._facts
            if one.channel is not Channel.CITIZEN or one.received not in self._known
        ]
        return kept + [one.fact for one in sorted(self._then.elements())]

    def counted(self, facts: Sequence[Anonymised]) -> CountedThen:
        """Give whom a report of these days counts, of such facts."""
        return CountedThen.of(_within(people_in(facts), self._days).elements())


def council_as_told(
    facts: Sequence[Anonymised], earlier: Sequence[Publication], least: int
) -> list[Anonymised]:
    """Give facts with as many of the council's door in each term as may be told of.

    One total a term, or nothing: two that differ by one are somebody, and a term that is left out
    where it was told before says that it changed. So what was told last of it is told again.
    """
    kept = [one for one in facts if one.channel is not Channel.COUNCIL]
    theirs = (one.received for one in facts if one.channel is Channel.COUNCIL)
    now = Counter(map(first_day_of_term, theirs))
    before = [*_terms_of(earlier)]
    for first in sorted({*now, *(term for term, _ in before)}):
        told = [number for term, number in before if term == first]
        number = _as_told(now[first], told, least)
        kept += [Anonymised(Channel.COUNCIL, first)] * number
    return kept


def _terms_of(earlier: Sequence[Publication]) -> Iterator[tuple[date, int]]:
    """Yield the first day of each term that ended in the days of a report, and its number there.

    0 where it told nothing of the term, as of one with too few.
    """
    for one in earlier:
        told = {
            row.id: cells[0] or 0
            for table in one.tables
            if table.id == COUNCIL
            for row, cells in zip(table.rows, table.cells, strict=True)
        }
        ends = (day for day in days_of(f"{one.first}/{one.last}") if _ends_term(day))
        silent = {first_day_of_term(day): 0 for day in ends}
        of_term = {date.fromisoformat(term.partition("/")[0]): n for term, n in told.items()}
        yield from {**silent, **of_term}.items()


def _ends_term(day: date) -> bool:
    return first_day_of_term(day) != first_day_of_term(day + timedelta(days=1))


def _as_told(now: int, told: Sequence[int], least: int) -> int:
    """Give the number that a term has beside those that were ``told`` of it, the newest one last.

    Where one is 0 there were fewer than ``least``: it is told of when that many more came.
    """
    if not told:
        return now
    newest = next((was for was in reversed(told) if was), 0)
    as_many = (was or min(now, least - 1) for was in told)
    few = any(0 < abs(now - was) < least for was in as_many)
    return newest if few or now < least else now


def _on(days: "frozenset[date] | set[date]", counted: CountedThen) -> Counter[Person]:
    """Give who was counted on some days, told of as they would be now."""
    return people_in(one.fact for one in counted.people if one.received in days)


def _within(people: Counter[Person], days: frozenset[date]) -> Counter[Person]:
    return Counter({one: number for one, number in people.items() if one.received in days})
