"""Which leaves a code stands for, over everything that was ever published.

The leaves of periods are the spans of days between any two days at which some period begins or
ends, so that quarters, half-years, years and a period to mid-March are compared without being told
how. Those of the other dimensions are the codes that have no children anywhere.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from whistle.disclosure.model import (
    INNER,
    PERIOD,
    SIDES,
    Line,
    Publication,
    PublicationError,
    Table,
)
from whistle.disclosure.spans import DAY, span_of

Leaves = frozenset[str]
Scope = dict[str, Leaves]
"""What a number counts: leaves by dimension; a dimension that is not there is not divided."""


class Codes:
    """Reads codes of several publications, which may each have merged other lines."""

    def __init__(self, publications: Sequence[Publication]) -> None:
        """Collect the codes. Raises `PublicationError` for one that cannot be read."""
        self._children: dict[str, dict[str, set[str]]] = {}
        self._known: dict[str, set[str]] = {}
        self._bounds = sorted(set(_bounds(publications)))
        for publication in publications:
            for dimension, codes in publication.codes.items():
                for code, children in codes.items():
                    self._children.setdefault(dimension, {}).setdefault(code, set()).update(
                        children
                    )
        self._of = cache(self._expanded)
        self._every = cache(self._all_of)
        for publication in publications:
            for dimension, code in _used(publication):
                self._known.setdefault(dimension, set()).update(self._of(dimension, code, ()))

    def all_of(self, dimension: str) -> Leaves:
        """Give every leaf that some publication names; of periods, every span of days."""
        return self._every(dimension)

    def _all_of(self, dimension: str) -> Leaves:
        if dimension == PERIOD:
            return frozenset(_span_name(day) for day in self._bounds[:-1])
        return frozenset(self._known.get(dimension, ()))

    def line(self, dimension: str, line: Line) -> Leaves:
        """Give the leaves of an inner line."""
        return self.code(dimension, line.id, line.of)

    def code(self, dimension: str, code: str, of: tuple[str, ...] = ()) -> Leaves:
        """Give the leaves of a code, or of what was merged."""
        if not of:
            return self._of(dimension, code, ())
        return frozenset().union(*(self._of(dimension, each, ()) for each in of))

    def population(self, publication: Publication, table: Table | None = None) -> Scope:
        """Give what all of a publication, or a table of it, counts."""
        span = f"{publication.first}/{publication.last}"
        scope = {PERIOD: self.code(PERIOD, span), "unit": frozenset({publication.unit})}
        told = [publication.population, *([table.population] if table else [])]
        for population in told:
            for dimension, code in population.items():
                leaves = self.code(dimension, code)
                scope[dimension] = scope[dimension] & leaves if dimension in scope else leaves
        return scope

    def scope(self, publication: Publication, table: Table) -> Scope:
        """Give what a table counts, with the periods that it compares with as well."""
        scope = self.population(publication, table)
        periods = [
            self.line(PERIOD, line)
            for side in SIDES
            if table.dimension(side) == PERIOD
            for line in inner(table.lines(side))
        ]
        return {**scope, PERIOD: scope[PERIOD].union(*periods)}

    def _expanded(self, dimension: str, code: str, above: tuple[str, ...]) -> Leaves:
        children = self._children.get(dimension, {}).get(code, set()) - {code}
        if code in above:
            raise PublicationError(f"{dimension} {code} is a part of itself; mend its children")
        if children:
            parts = (self._expanded(dimension, each, (*above, code)) for each in sorted(children))
            return frozenset().union(*parts)
        if dimension != PERIOD:
            return frozenset({code})
        span = span_of(code)
        if span is None:
            raise PublicationError(
                f"period {code} is none: write 2020, 2020-H1, 2020-Q1, 2020-05 or "
                "2020-01-01/2020-03-15, or say what it is merged of"
            )
        after = _after(span.last)
        return frozenset(_span_name(day) for day in self._bounds if span.first <= day < after)


def meeting(codes: Codes, publications: Sequence[Publication]) -> list[dict[str, set[int]]]:
    """Give for each publication and table those with tables that meet it, by index.

    Two tables meet if they count any of the same days and people, or if others join them.
    """
    groups: list[list[tuple[int, str, Scope]]] = []
    for index, publication in enumerate(publications):
        for table in publication.tables:
            one = (index, table.id, codes.scope(publication, table))
            near = [group for group in groups if any(_meet(one[2], each[2]) for each in group)]
            groups = [group for group in groups if group not in near]
            groups.append([one, *(each for group in near for each in group)])
    found: list[dict[str, set[int]]] = [{} for _ in publications]
    for group in groups:
        members = {index for index, _, _ in group}
        for index, table_id, _ in group:
            found[index][table_id] = members
    return found


def _meet(one: Scope, other: Scope) -> bool:
    return all(one[dimension] & other[dimension] for dimension in one.keys() & other.keys())


def together(codes: Codes, publications: Sequence[Publication]) -> list[dict[str, list[int]]]:
    """Give for each publication and table those whose codes it is asked about, by index.

    They are its own and all before it, and of the later ones those that can tell anything of it:
    that have tables of some of the same days and people, or joined to them by those of others. What
    a later one of other days calls three lines together was known, or not known, before that.
    """
    return [
        {table: sorted({*range(index + 1), *members}) for table, members in groups.items()}
        for index, groups in enumerate(meeting(codes, publications))
    ]


def inner(lines: Iterable[Line]) -> list[Line]:
    """Give the lines that are not totals."""
    return [line for line in lines if line.kind == INNER]


def _used(publication: Publication) -> Iterable[tuple[str, str]]:
    """Yield every code that a publication names, with its dimension."""
    yield "unit", publication.unit
    yield from publication.population.items()
    for fact in publication.facts:
        yield from fact.cell.items()
    for table in publication.tables:
        yield from table.population.items()
        for side in SIDES:
            dimension = table.dimension(side)
            for line in inner(table.lines(side)):
                for code in line.of or (line.id,):
                    yield dimension or "", code


def _bounds(publications: Sequence[Publication]) -> Iterable[date]:
    """Yield each day at which a period begins, and each after one has ended."""
    for publication in publications:
        yield publication.first
        yield _after(publication.last)
        children = publication.codes.get(PERIOD, {})
        used = [code for dimension, code in _used(publication) if dimension == PERIOD]
        for code in [*used, *(each for some in children.values() for each in some)]:
            if span := span_of(code):
                yield span.first
                yield _after(span.last)


def _after(day: date) -> date:
    return day if day == date.max else day + DAY


def _span_name(first: date) -> str:
    return f"from {first}"
