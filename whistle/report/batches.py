"""Corrections as the attacker sees them: who was counted before, who came to it, who went out.

Whoever has two reports of the same days can subtract one from the other, so the difference is a
number like any other. A dimension ``batch`` divides people by when they were counted. Numbers that
are corrected make a new **state**, numbered from 1; what is published before any is of state 0.
``state-2`` is everybody whom a report of state 2 counts, wherever it looks. A correction splits
what was counted before in those who stay (``0+1``) and those who went out by it (``0-1``), and adds
those who came to it (``new-1``). Who came to a report or went out of it did so on days that an
earlier one told of: elsewhere ``touched-1`` is nobody, which is said as a fact. So nothing is
known of the past that was not published, and nothing is unknown that follows from it.

The differences are asked about by tables without lines (``asked/…``): they print nothing, and the
attacker has to fail on everything that they could have printed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

from whistle.disclosure import EXACT, Fact, Line, Publication, Table, one_way
from whistle.disclosure.model import PERIOD, TOTAL
from whistle.domain.channel import Channel
from whistle.domain.counted_then import Difference
from whistle.domain.errors import RefusedError

BATCH, AS_OF, CHANGES, ASKED = "batch", "as_of", "changes", "asked"
CASEWORK, WITH_CASEWORK, CATEGORY = "casework", "with_casework", "category"
_CITIZEN = {"channel": Channel.CITIZEN.value}


class TooFewError(RefusedError):
    """Fewer came or went than may be told: a table that is left out would tell so."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some who were counted together. ``since`` and ``until``: the states that they came and went.

    ``until``: none where they are counted still.
    """

    name: str
    since: int
    until: int | None = None

    def is_of(self, state: int) -> bool:
        """Say whether a report of a state counts them."""
        return self.since <= state and (self.until is None or state < self.until)


def leaves(state: int) -> list[Leaf]:
    """Give everybody there is in a state, who went out before it as well."""
    return reduce(_corrected, range(1, state + 1), [Leaf("0", 0)])


def _corrected(before: Sequence[Leaf], state: int) -> list[Leaf]:
    found = [one for one in before if one.until is not None]
    for one in (one for one in before if one.until is None):
        found += [
            Leaf(f"{one.name}+{state}", one.since),
            Leaf(f"{one.name}-{state}", one.since, state),
        ]
    return [*found, Leaf(f"new-{state}", state)]


@dataclass(frozen=True, slots=True)
class History:
    """What was published before. ``compared``: by correction, the days that it was compared on."""

    state: int
    compared: Mapping[int, frozenset[date]]


def history_of(earlier: Sequence[Publication]) -> History:
    """Read the corrections out of what was published."""
    compared: dict[int, frozenset[date]] = {}
    for one in earlier:
        state = state_of(one)
        spans = one.codes.get(PERIOD, {}).get(f"compared-{state}")
        if state and spans:
            compared[state] = frozenset(day for span in spans for day in days_of(span))
    return History(max([*compared, 0]), compared)


def state_of(publication: Publication) -> int | None:
    """Give the state that a publication counts; none for one from before there were any."""
    for table in publication.tables:
        name, _, number = table.population.get(BATCH, "").partition("-")
        if name == "state" and number.isdecimal() and not table.id.startswith(ASKED):
            return int(number)
    return None


@dataclass(frozen=True, slots=True)
class Beside:
    """An earlier report, and what became of the ``days`` that both tell of."""

    state: int
    days: frozenset[date]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Dressing:
    """What a publication tells of its batch.

    ``order``: which of all publications it is. ``beside``: what it differs by from each earlier
    report of some of its days. ``newest``: who came and went since the newest report of each day,
    on the days ``known``; without any it makes no new state. ``words``: title and rows of the table
    that says how many came and went.
    """

    order: int
    history: History
    beside: Sequence[Beside] = ()
    newest: Difference | None = None
    known: frozenset[date] = frozenset()
    words: tuple[str, str, str] = ("", "", "")

    @property
    def state(self) -> int:
        """The state that it counts."""
        return self.history.state + (self.newest is not None)

    def __call__(self, publication: Publication) -> Publication:
        """Give a publication as it says whom it counts; a correction by its sides alone.

        What came and went is few people, as in a small town: crosses of them would hide nearly all.
        Raises as `crosses`.
        """
        crosses = [self._of_state(one) for one in self.crosses(publication)]
        exact = [self._as_of(one) for one in publication.tables if not _is_citizens(one)]
        if not crosses:
            return replace(publication, tables=tuple(exact))
        known = (replace(one, cell={**one.cell, **self._now}) for one in publication.facts)
        tables = [*crosses, *exact]
        if self.newest is not None:
            sides = one_way(replace(publication, tables=tuple(crosses))).tables
            once = (one for one in sides if one.id != "3.3/columns")  # as those of 3.2
            tables = [*once, *exact, self._changes(self.newest, crosses)]
        return replace(
            publication,
            tables=(*tables, *self._asked(crosses)),
            codes={**publication.codes, BATCH: self._codes(), **self._periods()},
            facts=(*known, *self._facts(publication)),
        )

    def crosses(self, publication: Publication) -> list[Table]:
        """Give the tables of the citizens' door.

        Raises `TooFewError` where the total of one would tell of few who came or went.
        """
        found = [one for one in publication.tables if _is_citizens(one)]
        lots = (
            lot
            for beside in self.beside
            for table in found
            for lot in _lots(beside.difference, table, publication)
        )
        if any(0 < number < publication.threshold for number in lots):
            raise TooFewError("too few came or went to be told of")
        return found

    @property
    def _now(self) -> Mapping[str, str]:
        return {BATCH: f"state-{self.state}"}

    def _of_state(self, table: Table) -> Table:
        return _populated(table, self._now)

    def _as_of(self, table: Table) -> Table:
        """Tie nothing to it: what came of reports is told anew each time, exactly, by law."""
        return _populated(table, {AS_OF: str(self.order)})

    def _codes(self) -> dict[str, tuple[str, ...]]:
        now = leaves(self.state)
        codes = {f"state-{self.state}": tuple(one.name for one in now if one.is_of(self.state))}
        for earlier in sorted({earlier for earlier, _ in self._lots}):
            codes |= {name: tuple(some) for name, some in _between(now, earlier, self.state)}
        if self.newest is None:
            return codes
        for one in leaves(self.history.state):
            if one.until is None:
                codes[one.name] = (f"{one.name}+{self.state}", f"{one.name}-{self.state}")
        gone = tuple(one.name for one in now if one.until == self.state)
        codes |= {f"gone-{self.state}": gone}
        return codes | {f"touched-{self.state}": (*gone, f"new-{self.state}")}

    def _periods(self) -> dict[str, dict[str, tuple[str, ...]]]:
        asked = enumerate(self._lots)
        codes = {f"both-{self.order}-{n}": tuple(spans_of(days)) for n, (_, days) in asked}
        if self.newest is not None:
            codes[f"compared-{self.state}"] = tuple(spans_of(self.known))
        return {PERIOD: codes} if codes else {}

    @property
    def _compared(self) -> Mapping[int, frozenset[date]]:
        """The days of each correction, of this one too."""
        own = {} if self.newest is None else {self.state: self.known}
        return {**self.history.compared, **own}

    @property
    def _lots(self) -> list[tuple[int, frozenset[date]]]:
        """The earlier states and days that were corrected since, each once."""
        found = {
            (one.state, one.days)
            for one in self.beside
            if any(one.state < state and one.days & days for state, days in self._compared.items())
        }
        return sorted(found, key=lambda one: (one[0], sorted(one[1])))

    def _changes(self, newest: Difference, crosses: Sequence[Table]) -> Table:
        """Say how many came and went; only those with casework where no table has the others."""
        title, came, went = self.words
        rows = (Line(f"new-{self.state}", came), Line(f"gone-{self.state}", went))
        columns = (Line(TOTAL, "", "total"),)
        population = {**_CITIZEN, PERIOD: f"compared-{self.state}"}
        if all(one.population.get(CASEWORK) for one in crosses):
            population[CASEWORK], newest = WITH_CASEWORK, newest.with_casework
        cells = ((newest.came.total(),), (newest.went.total(),))
        return Table(CHANGES, rows, columns, cells, BATCH, None, population, title)

    def _asked(self, crosses: Sequence[Table]) -> Iterator[Table]:
        """Ask who came and who went since each earlier report of corrected days, by every table."""
        now = leaves(self.state)
        for number, (earlier, _) in enumerate(self._lots):
            for name, _some in _between(now, earlier, self.state):
                within = {BATCH: name, PERIOD: f"both-{self.order}-{number}"}
                for table in crosses:
                    bare = replace(table, rows=(), columns=(), cells=(), title="")
                    told = f"{ASKED}/{table.id}/{name}/{number}"
                    yield _populated(replace(bare, id=told), within)

    def _facts(self, publication: Publication) -> Iterator[Fact]:
        """Say on which days nobody came or went by a correction, as it told nothing of them."""
        days = frozenset(days_of(f"{publication.first}/{publication.last}"))
        for state, touched in sorted(self._compared.items()):
            for span in spans_of(days - touched):
                cell = {**_CITIZEN, BATCH: f"touched-{state}", PERIOD: span}
                yield Fact(cell, 0, 0, f"correction {state}: {span}")


def _between(now: Sequence[Leaf], earlier: int, state: int) -> Iterator[tuple[str, list[str]]]:
    """Name who came and who went between two states, where anybody can have."""
    came = [one.name for one in now if one.is_of(state) and one.since > earlier]
    went = [one.name for one in now if one.is_of(earlier) and not one.is_of(state)]
    for name, some in (("since", came), ("until", went)):
        if some:
            yield f"{name}-{earlier}-{state}", some


def _lots(one: Difference, table: Table, publication: Publication) -> Iterator[int]:
    """Yield how many came, and how many went, of whom a table counts; without casework apart."""
    divided = publication.codes.get(CATEGORY, {})
    every = CATEGORY not in table.population
    for casework in (True,) if CASEWORK in table.population else (True, False):
        for people in (one.came, one.went):
            yield sum(
                number
                for who, number in people.items()
                if who.casework is casework
                and (every or bool(who.subcategory) or who.category in divided)
            )


def _is_citizens(table: Table) -> bool:
    return table.threshold != EXACT and table.population.get("channel") == Channel.CITIZEN


def _populated(table: Table, more: Mapping[str, str]) -> Table:
    return replace(table, population={**table.population, **more})


def spans_of(days: frozenset[date]) -> list[str]:
    """Give days as spans ``2020-01-01/2020-03-15``, the first one first."""
    ordinals = {day.toordinal() for day in days}
    firsts = sorted(day for day in ordinals if day - 1 not in ordinals)
    lasts = sorted(day for day in ordinals if day + 1 not in ordinals)
    ends = zip(map(date.fromordinal, firsts), map(date.fromordinal, lasts), strict=True)
    return [f"{first}/{last}" for first, last in ends]


def days_of(span: str) -> Iterator[date]:
    """Give the days of a span."""
    first, _, last = span.partition("/")
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    return map(date.fromordinal, range(begins.toordinal(), ends.toordinal() + 1))
