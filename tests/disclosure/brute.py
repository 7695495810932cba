"""Every joint table there is, one after the other: what the attacker's answers are held against.

It knows nothing of atoms, cliques or programmes: people are put into leaves, and each table is
counted anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from whistle.disclosure import Line, Place, Publication, Table

Leaf = Mapping[str, str]


def tables_of(leaves: Sequence[Leaf], people: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to put so many people into leaves."""
    if len(leaves) == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for rest in tables_of(leaves[1:], people - first):
            yield (first, *rest)


def _matches(line: Line, dimension: str | None, leaf: Leaf, codes: Mapping[str, set[str]]) -> bool:
    if line.kind == "total" or dimension is None:
        return True
    parts = line.of or (line.id,)
    return any(leaf[dimension] in codes.get(part, {part}) for part in parts)


def possible_values(
    publications: Sequence[Publication],
    dimensions: Mapping[str, Sequence[str]],
    codes: Mapping[str, set[str]],
    people: int,
) -> dict[Place, set[int]]:
    """Give the values that each printed or blank number has in some joint table that fits."""
    names = list(dimensions)
    leaves = [dict(zip(names, each, strict=True)) for each in product(*dimensions.values())]
    cells = [
        (
            Place(index, table.id, row.id, column.id),
            value,
            _covered(table, row, column, leaves, codes),
        )
        for index, publication in enumerate(publications)
        for table in publication.tables
        for row, values in zip(table.rows, table.cells, strict=True)
        for column, value in zip(table.columns, values, strict=True)
    ]
    # A publication of a quarter counts that quarter's people.
    found: dict[Place, set[int]] = {place: set() for place, _, _ in cells}
    for joint in tables_of(leaves, people):
        sums = [sum(joint[leaf] for leaf in covered) for _, _, covered in cells]
        if all(
            total == value if value is not None else total >= 1
            for total, (_, value, _) in zip(sums, cells, strict=True)
        ):
            for total, (place, _, _) in zip(sums, cells, strict=True):
                found[place].add(total)
    return found


def _covered(
    table: Table, row: Line, column: Line, leaves: Sequence[Leaf], codes: Mapping[str, set[str]]
) -> list[int]:
    return [
        index
        for index, leaf in enumerate(leaves)
        if _matches(row, table.row_dimension, leaf, codes)
        and _matches(column, table.column_dimension, leaf, codes)
        and all(
            leaf[dimension] in codes.get(code, {code})
            for dimension, code in table.population.items()
        )
    ]
