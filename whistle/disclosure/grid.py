"""The joint table in as few atoms as there can be: by cliques of dimensions.

Where one table crosses centre and category and another centre and month, every pair of such tables
that agree on the centres is part of some table of all three, in whole numbers too: put together
centre by centre, as rows and columns with one total always fill a table. So the joint table need
not be spelled out; that the cliques agree where they overlap (a **link**) says as much. It holds
for cliques that make up a tree in which those with a dimension in common are neighbours (Lauritzen,
Graphical Models, 1996, 2.1 and 4.4); cliques that do not are merged until they do.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from math import prod

from whistle.disclosure.codes import Leaves
from whistle.disclosure.model import PublicationError

MOST_CELLS = 400_000
"""More would take minutes; so fine a table has too few people in it to be published anyway."""

Key = tuple[tuple[str, Leaves], ...]
Clique = tuple[str, ...]
Cell = tuple[int, ...]


class Grid:
    """The classes of leaves of each dimension: those that every number takes together are one."""

    def __init__(self, keys: Sequence[Key], every: Callable[[str], Leaves]) -> None:
        """Divide the dimensions. Raises `PublicationError` for too much detail."""
        sets: dict[str, dict[Leaves, None]] = {}
        for key in keys:
            for dimension, leaves in key:
                sets.setdefault(dimension, {})[leaves] = None
        found = {one: _classes(list(sets[one]), every(one)) for one in sorted(sets)}
        self._names = {one: names for one, (names, _) in found.items()}
        self._classes = {one: classes for one, (_, classes) in found.items()}
        self.cliques, self.neighbours = _tree({tuple(sorted(dict(key))) for key in keys} or {()})
        self._shared = {
            (one, other): [n for n, d in enumerate(self.cliques[one]) if d in self.cliques[other]]
            for pair in self.neighbours
            for one, other in (pair, pair[::-1])
        }
        if sum(prod(len(self._names[d]) for d in one) for one in self.cliques) > MOST_CELLS:
            raise PublicationError("more detail than can be looked through; merge lines or periods")

    def clique_of(self, key: Key) -> int:
        """Give the first clique that has all of a number's dimensions."""
        wanted = {dimension for dimension, _ in key}
        return next(n for n, clique in enumerate(self.cliques) if wanted.issubset(clique))

    def cells(self, key: Key, clique: int) -> Iterator[Cell]:
        """Yield the cells of a clique that a number covers."""
        told = dict(key)
        return product(
            *(
                self._classes[one][told[one]] if one in told else range(len(self._names[one]))
                for one in self.cliques[clique]
            )
        )

    def name(self, cell: Cell, clique: int) -> tuple[tuple[str, str], ...]:
        """Name a cell by the first leaf of each dimension."""
        told = zip(self.cliques[clique], cell, strict=True)
        return tuple((dimension, self._names[dimension][index]) for dimension, index in told)

    def shared(self, cell: Cell, clique: int, other: int) -> Cell:
        """Give the part of a cell that lies in another clique, too."""
        return tuple(cell[place] for place in self._shared[clique, other])


def _classes(sets: list[Leaves], every: Leaves) -> tuple[list[str], dict[Leaves, tuple[int, ...]]]:
    """Give the first leaf of each class, and the classes that each set has."""
    within = {leaf: tuple(i for i, one in enumerate(sets) if leaf in one) for leaf in every}
    numbered: dict[tuple[int, ...], int] = {}
    names: list[str] = []
    for leaf in sorted(every):
        if within[leaf] not in numbered:
            numbered[within[leaf]] = len(names)
            names.append(leaf)
    return names, {one: tuple(sorted({numbered[within[leaf]] for leaf in one})) for one in sets}


def _tree(scopes: set[Clique]) -> tuple[list[Clique], list[tuple[int, int]]]:
    """Make cliques of scopes, and a tree of them; neighbours are pairs of indices."""
    cliques = _largest(scopes)
    while True:
        tree = _spanning(cliques)
        broken = next(
            (pair for pair in combinations(range(len(cliques)), 2) if _torn(cliques, tree, pair)),
            None,
        )
        if broken is None:
            return cliques, tree
        one, other = (cliques[index] for index in broken)
        cliques = _largest({*cliques, tuple(sorted({*one, *other}))})


def _largest(scopes: set[Clique]) -> list[Clique]:
    """Leave out what lies within another."""
    return sorted(one for one in scopes if not any(set(one) < set(other) for other in scopes))


def _spanning(cliques: Sequence[Clique]) -> list[tuple[int, int]]:
    """Join each clique to the one before it with which it has most in common."""
    joined, tree = [0], []
    while len(joined) < len(cliques):
        outside = [n for n in range(len(cliques)) if n not in joined]
        one, other = max(
            ((a, b) for a in joined for b in outside),
            key=lambda pair: (len({*cliques[pair[0]]} & {*cliques[pair[1]]}), -pair[0], -pair[1]),
        )
        tree.append((one, other))
        joined.append(other)
    return tree


def _torn(
    cliques: Sequence[Clique], tree: Sequence[tuple[int, int]], pair: tuple[int, int]
) -> bool:
    """Say whether two cliques share a dimension that some clique between them has not."""
    shared = {*cliques[pair[0]]} & {*cliques[pair[1]]}
    return any(not shared.issubset(cliques[between]) for between in _path(tree, *pair))


def _path(tree: Sequence[tuple[int, int]], one: int, other: int) -> list[int]:
    """Give the cliques on the way from one to another."""
    beside: dict[int, list[int]] = {}
    for first, second in tree:
        beside.setdefault(first, []).append(second)
        beside.setdefault(second, []).append(first)
    ahead = [[one]]
    while ahead:
        path = ahead.pop()
        if path[-1] == other:
            return path
        ahead += [[*path, each] for each in beside.get(path[-1], []) if each not in path]
    return []
