"""What a report says anew of days that an earlier one told of, and when it has to wait.

A case that is registered late, is corrected or goes makes other numbers of the same days. Two
reports tell the difference, so that has to be of enough people, like every other number. Where it
is not, the numbers stand as they were published, and what came since waits until there is more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from whistle.disclosure import EXACT, Publication, Table
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counted_then import CountedThen, Difference, Person, people_in
from whistle.domain.counting import Period
from whistle.records import dataclass
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
    publication: Publication, earlier: Sequence[Publication], least: int
) -> Publication:
    """Leave out the terms of the council that would differ by too few from what was told before.

    One total a term, or nothing: two that differ by one are somebody.
    """
    before = [
        (row.id, cells[0] or 0)
        for one in earlier
        for table in one.tables
        if table.id == COUNCIL
        for row, cells in zip(table.rows, table.cells, strict=True)
    ]

    def may_be_told(term: str, number: int) -> bool:
        return not any(then == term and 0 < abs(was - number) < least for then, was in before)

    def told(table: Table) -> Table:
        both = zip(table.rows, table.cells, strict=True)
        kept = [(row, cells) for row, cells in both if may_be_told(row.id, cells[0] or 0)]
        return replace(
            table, rows=tuple(row for row, _ in kept), cells=tuple(cells for _, cells in kept)
        )

    tables = (told(one) if one.id == COUNCIL else one for one in publication.tables)
    return replace(publication, tables=tuple(one for one in tables if one.rows))


def _on(days: "frozenset[date] | set[date]", counted: CountedThen) -> Counter[Person]:
    return Counter(one for one in counted.people if one.received in days)


def _within(people: Counter[Person], days: frozenset[date]) -> Counter[Person]:
    return Counter({one: number for one, number in people.items() if one.received in days})
