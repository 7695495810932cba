"""Merging comes before blanking: lines with too few people in them become one with others.

A merged line is named by its parts, in every table that has them, so that the tables still add up.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whistle.disclosure.codes import inner
from whistle.disclosure.model import (
    INNER,
    SIDES,
    TOTAL,
    Line,
    Place,
    Publication,
    PublicationError,
    Table,
    Value,
)


@dataclass(frozen=True, slots=True)
class Merging:
    """Lines of a dimension that become one; ``id`` and ``label`` are its name, if it is given."""

    dimension: str
    parts: tuple[str, ...]
    id: str = ""
    label: str = ""


def merged(publication: Publication, mergings: Iterable[Merging]) -> Publication:
    """Give a publication with lines merged, in every table that has them all as inner lines.

    Raises `PublicationError` if no table has.
    """
    for merging in mergings:
        tables = tuple(_merged_table(table, merging) for table in publication.tables)
        if tables == publication.tables:
            told = ", ".join(merging.parts)
            raise PublicationError(f"no table has the lines {told} of {merging.dimension}")
        publication = replace(publication, tables=tables)
    return publication


def mergings_of(
    earlier: Iterable[Publication], publication: Publication, order: Sequence[str]
) -> Iterator[Merging]:
    """Yield what earlier ones of some of the same days have merged, in dimensions of ``order``."""
    for one in earlier:
        if one.first > publication.last or one.last < publication.first:
            continue
        for table in one.tables:
            for side in SIDES:
                dimension = table.dimension(side)
                for line in table.lines(side) if dimension in order else ():
                    if line.of:
                        yield Merging(dimension or "", line.of, line.id, line.label)


def _merged_table(table: Table, merging: Merging) -> Table:
    for side in SIDES:
        names = {line.id for line in table.lines(side) if line.kind == INNER}
        if table.dimension(side) == merging.dimension and names.issuperset(merging.parts):
            if side == "columns":
                return _merged_rows(table.turned(), merging).turned()
            return _merged_rows(table, merging)
    return table


def _merged_rows(table: Table, merging: Merging) -> Table:
    """Put the merged row where the first of its parts stood."""
    rows: list[Line] = []
    cells: list[tuple[Value, ...]] = []
    at: int | None = None
    for line, values in zip(table.rows, table.cells, strict=True):
        if line.kind != INNER or line.id not in merging.parts:
            rows.append(line)
            cells.append(values)
        elif at is None:
            at = len(rows)
            rows.append(_line(line, merging))
            cells.append(values)
        else:
            rows[at] = _joined(rows[at], line, merging)
            cells[at] = tuple(map(_sum, cells[at], values))
    return replace(table, rows=tuple(rows), cells=tuple(cells))


def _line(first: Line, merging: Merging) -> Line:
    of = first.of or (first.id,)
    return Line(merging.id or first.id, merging.label or first.label, INNER, of)


def _joined(line: Line, other: Line, merging: Merging) -> Line:
    of = (*line.of, *(other.of or (other.id,)))
    return Line(
        merging.id or "+".join(of),
        merging.label or f"{line.label} + {other.label}",
        INNER,
        of,
    )


def _sum(one: Value, other: Value) -> Value:
    return None if one is None or other is None else one + other


@dataclass(slots=True)
class _Of:
    """A line: its smallest total, the threshold of that, and the tables that have it."""

    total: int
    threshold: int
    tables: tuple[str, ...]


def too_small(publication: Publication, order: Sequence[str]) -> Merging | None:
    """Give a merging of a line whose total is below the threshold; None: there is none.

    It is merged with the smallest other line that has anybody in it. A total that is at the same
    time an inner number of another table is not one of these: blanks can guard it.
    """
    for dimension in order:
        lines = _totals(publication, dimension)
        small = [line for line, of in lines.items() if 0 < of.total < of.threshold]
        if merging := _with_smallest(lines, dimension, small, fewest=2):
            return merging
    return None


def next_merging(
    publication: Publication,
    order: Sequence[str],
    near: Sequence[tuple[str, tuple[str, ...]]] = (),
) -> Merging | None:
    """Give the merging to try when no blanks are enough.

    ``near``: the lines in which the number stands that cannot be guarded, by dimension. Where it is
    several lines of a table together, they become one; else one of them and the smallest other
    one, though no other line with anybody in it is left; failing that the two smallest of a
    dimension that has more than two.
    """
    for dimension in order:
        lines = _totals(publication, dimension)
        for among, some in near:
            if among == dimension and _are_some(lines, some):
                return Merging(dimension, some)
    wanted = {line for _, some in near for line in some}
    for is_near, fewest in ((True, 3), (True, 2), (False, 3)):
        for dimension in order:
            lines = _totals(publication, dimension)
            named = [line for line in lines if line in wanted or not is_near]
            if merging := _with_smallest(lines, dimension, named, fewest=fewest):
                return merging
    return None


def _are_some(lines: Mapping[str, _Of], some: Sequence[str]) -> bool:
    """Say whether lines of the same tables can be merged, and others stay beside them."""
    tables = {lines[line].tables for line in some if line in lines}
    beside = [line for line, of in lines.items() if of.tables in tables and of.total]
    return 1 < len(some) < len({*beside, *some}) and len(tables) == 1 and {*some} <= {*lines}


def _with_smallest(
    lines: Mapping[str, _Of], dimension: str, wanted: Sequence[str], *, fewest: int
) -> Merging | None:
    """Merge the smallest of ``wanted`` with the smallest other line of the same tables.

    Lines with nobody in them are left: a zero is a finding. So is a side with ``fewest`` or less.
    """
    for first in sorted(wanted, key=lambda line: (lines[line].total, line)):
        beside = [
            (of.total, line)
            for line, of in lines.items()
            if of.total and line != first and of.tables == lines[first].tables
        ]
        if lines[first].total and len(beside) + 1 >= fewest:
            return Merging(dimension, (first, min(beside)[1]))
    return None


def _totals(publication: Publication, dimension: str) -> dict[str, _Of]:
    """Give the lines of a dimension, each with the smallest total that some table has of it."""
    inner = {cell for table in publication.tables for cell in _inner_cells(table)}
    found: dict[str, _Of] = {}
    for table in publication.tables:
        k = table.threshold or publication.threshold
        population = frozenset(table.population.items())
        for line, total in _line_totals(table, dimension):
            of = found.setdefault(line, _Of(total, 0, ()))
            of.tables = (*of.tables, table.id)
            if total and not _is_inner((dimension, line), population, inner):
                of.total, of.threshold = min((of.total, of.threshold or k), (total, k))
    return found


Pair = tuple[str | None, str]
Scope = frozenset[Pair]


def _inner_cells(table: Table) -> Iterator[tuple[Scope, Scope]]:
    """Yield what the inner cells of a table count: the lines, and the population."""
    for row, column, _ in table.walk():
        lines = table.rows[row], table.columns[column]
        if all(line.kind == INNER for line in lines):
            told = {(table.row_dimension, lines[0].id), (table.column_dimension, lines[1].id)}
            yield frozenset(table.population.items()), frozenset(told)


def _is_inner(line: Pair, population: Scope, inner: set[tuple[Scope, Scope]]) -> bool:
    """Say whether a total, such as that of centre am in category 4, is a cell elsewhere."""
    return any((population - {one}, frozenset({line, one})) in inner for one in population)


def _line_totals(table: Table, dimension: str) -> Iterator[tuple[str, int]]:
    """Yield the total of each inner line of a dimension."""
    for side in SIDES:
        if table.dimension(side) != dimension:
            continue
        turned = table if side == "rows" else table.turned()
        for line, cells in zip(turned.rows, turned.cells, strict=True):
            if line.kind == INNER:
                told = zip(turned.columns, cells, strict=True)
                totals = [value for other, value in told if other.kind == TOTAL]
                inner = [
                    v or 0 for o, v in zip(turned.columns, cells, strict=True) if o.kind == INNER
                ]
                yield line.id, (totals[0] if totals and totals[0] is not None else sum(inner))


def one_way(publication: Publication) -> Publication:
    """Give a publication with totals only: each side of each table by itself.

    The rows keep the table's id; the columns, where there are any, become ``ID/columns``.
    """
    tables: list[Table] = []
    for table in publication.tables:
        tables += _sides(table)
    return replace(publication, tables=tuple(tables))


def _sides(table: Table) -> Iterator[Table]:
    if not _has_inner(table.rows) or not _has_inner(table.columns):
        yield table
        return
    yield _of_totals(table)
    turned = _of_totals(replace(table, id=f"{table.id}/columns").turned())
    yield turned.turned()


def _has_inner(lines: Sequence[Line]) -> bool:
    return any(line.kind == INNER for line in lines)


def _of_totals(table: Table) -> Table:
    """Keep the columns that are totals; make one if there are none."""
    kept = [n for n, line in enumerate(table.columns) if line.kind == TOTAL]
    if kept:
        columns = tuple(table.columns[n] for n in kept)
        cells = tuple(tuple(row[n] for n in kept) for row in table.cells)
    else:
        columns = (Line(TOTAL, "", TOTAL),)
        cells = tuple((sum(value or 0 for value in row),) for row in table.cells)
    return replace(table, columns=columns, cells=cells, column_dimension=None)


def collapsed(publication: Publication, dimensions: Collection[str]) -> Publication:
    """Give a publication with some dimensions' totals only: less than any merging of them tells."""
    tables = []
    for table in publication.tables:
        one = table
        if table.column_dimension in dimensions and _has_inner(table.columns):
            one = _of_totals(one)
        if table.row_dimension in dimensions and _has_inner(table.rows):
            one = _of_totals(one.turned()).turned()
        tables.append(one)
    return replace(publication, tables=tuple(tables))


def without(publication: Publication, tables: Collection[str]) -> Publication:
    """Leave tables out, and what is said of lines that then stand nowhere."""
    kept = tuple(one for one in publication.tables if one.id not in tables)
    shown = {pair for table in kept for pair in _named(table)}
    gone = {pair for table in publication.tables for pair in _named(table)} - shown
    facts = tuple(one for one in publication.facts if gone.isdisjoint(one.cell.items()))
    return replace(publication, tables=kept, facts=facts)


def _named(table: Table) -> Iterator[tuple[str | None, str]]:
    """Yield the codes that the lines of a table stand for, with their dimension."""
    for side in SIDES:
        for line in inner(table.lines(side)):
            yield from ((table.dimension(side), code) for code in line.of or (line.id,))


@dataclass(frozen=True, slots=True)
class Single:
    """A row or column with a single number that is not 0: everybody in it has that in common."""

    table: str
    line: str
    other: str


def singles(publication: Publication) -> list[Single]:
    """Find the lines that disclose what everybody in them has in common."""
    found = []
    for table in publication.tables:
        for one in (table, table.turned()):
            names = [line.id for line in one.columns if line.kind == INNER]
            for line, cells in zip(one.rows, one.cells, strict=True):
                told = zip(one.columns, cells, strict=True)
                used = [other.id for other, v in told if other.kind == INNER and v != 0]
                if line.kind == INNER and len(used) == 1 and len(names) > 1:
                    found.append(Single(table.id, line.id, used[0]))
    return found


def grand_totals(publication: Publication) -> set[Place]:
    """Give the places of totals of everything: kept, whatever else is hidden."""
    return {
        Place(0, table.id, row.id, column.id)
        for table in publication.tables
        for row in table.rows
        for column in table.columns
        if row.kind == TOTAL and column.kind == TOTAL
    }
