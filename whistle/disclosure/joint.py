"""Everything that was published, as one table: the joint table of leaves that nobody ever saw.

Each number that is printed, blank or could be worked out is a sum of **atoms**: leaves of all
dimensions together, of which those that no number tells apart are one (``grid.py``). Two numbers of
the same leaves are one number, wherever they stand. Attacker, protector and certificate share this.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from whistle.disclosure.codes import Codes, Leaves, Scope, inner, together
from whistle.disclosure.grid import Cell, Grid, Key
from whistle.disclosure.model import (
    EXACT,
    PERIOD,
    SIDES,
    TOTAL,
    ContradictionError,
    Line,
    Place,
    Publication,
    PublicationError,
    Side,
    Table,
)

Link = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(slots=True)
class Number:
    """A number, and what readers know of it: it is ``least`` to ``most`` (None: no limit).

    ``threshold`` is the smallest value that need not be hidden, or 0 for a number that only ties
    others together (the rest of a table, which is 0). ``places``: where it stands, none for one
    that is not printed; then ``name`` says what it counts.
    """

    name: str
    atoms: tuple[int, ...] = ()
    least: int = 0
    most: int | None = None
    threshold: int = 0
    places: list[Place] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether its value is printed somewhere."""
        return self.most is not None and self.least == self.most

    def __str__(self) -> str:
        return str(self.places[-1]) if self.places else self.name


@dataclass(frozen=True, slots=True)
class Joint:
    """All numbers as sums of atoms.

    ``links``: two sums of atoms that are equal. ``leaves`` names each atom by dimension and leaf
    (the first, where no number tells several apart). ``number_at``: the number of a place;
    ``keys``: what each number counts.
    """

    numbers: tuple[Number, ...]
    links: tuple[Link, ...]
    leaves: tuple[tuple[tuple[str, str], ...], ...]
    number_at: Mapping[Place, int]
    keys: tuple[Key, ...]

    @property
    def atoms(self) -> int:
        """Count them."""
        return len(self.leaves)

    def numbers_of(self) -> list[list[int]]:
        """Give for each atom the numbers that it is a part of."""
        found: list[list[int]] = [[] for _ in range(self.atoms)]
        for index, number in enumerate(self.numbers):
            for atom in number.atoms:
                found[atom].append(index)
        return found


def join(
    publications: Sequence[Publication],
    beside: Sequence[Publication] = (),
    only: Collection[int] | None = None,
) -> Joint:
    """Put together everything that was published, the newest last.

    ``beside``: later publications that lend it their leaves, so that both have the same keys.
    ``only``: which of them give their numbers, by index, where not all do; the others only lend.

    Raises `ContradictionError` if numbers contradict each other on their face, `PublicationError`
    if there is more detail than can be looked through.
    """
    if len({publication.profile for publication in publications}) > 1:
        raise PublicationError("they are of different municipalities; look at each by itself")
    builder = _Builder(publications, Codes([*publications, *beside]))
    for index, publication in enumerate(publications):
        if only is not None and index not in only:
            continue
        for table in publication.tables:
            builder.add_table(index, publication, table)
        for fact in publication.facts:
            scope = builder.codes.population(publication)
            for dimension, code in fact.cell.items():
                scope[dimension] = builder.codes.code(dimension, code)
            builder.note(scope, (fact.least, fact.most), name=fact.text)
    return builder.finish()


class _Builder:
    """Collects numbers by what they count."""

    def __init__(self, publications: Sequence[Publication], codes: Codes) -> None:
        self.codes = codes
        self._since: dict[Key, int] = {}
        self._numbers: dict[Key, Number] = {}
        self._keys: dict[Place, Key] = {}
        self._exact: set[Key] = set()
        self._publications = publications
        self._asks = together(codes, publications)
        self._sets: dict[tuple[int, ...], dict[str, dict[Leaves, str]]] = {}

    def _asked(self, index: int, table: Table) -> dict[str, dict[Leaves, str]]:
        """Give by dimension the sets of leaves that a table is asked about, with their names."""
        asks = tuple(self._asks[index][table.id])
        if asks not in self._sets:
            self._sets[asks] = self._leaf_sets([self._publications[n] for n in asks])
        return self._sets[asks]

    def _leaf_sets(self, publications: Sequence[Publication]) -> dict[str, dict[Leaves, str]]:
        """Give by dimension each set of leaves that a line or code names, with its name."""
        found: dict[str, dict[Leaves, str]] = {}
        for publication in publications:
            for table in publication.tables:
                for side in SIDES:
                    dimension = table.dimension(side)
                    for line in inner(table.lines(side)) if dimension else ():
                        names = found.setdefault(dimension or "", {})
                        names[self.codes.line(dimension or "", line)] = line.id
                        for code in line.of:
                            names.setdefault(self.codes.code(dimension or "", code), code)
        for dimension, names in found.items():
            for leaf in sorted(self.codes.all_of(dimension)):
                names.setdefault(frozenset({leaf}), leaf)
        return found

    def add_table(self, index: int, publication: Publication, table: Table) -> None:
        """Add the cells of a table, what is left outside its lines, and what it leads to."""
        population = self.codes.population(publication, table)
        limit = table.threshold or publication.threshold
        exact = limit == EXACT
        for row, column, value in table.walk():
            lines = table.rows[row], table.columns[column]
            scope = self._within(population, table.row_dimension, lines[0])
            scope = self._within(scope, table.column_dimension, lines[1])
            place = Place(index, table.id, lines[0].id, lines[1].id)
            least, most = (1, None) if value is None else (value, value)
            self.note(scope, (least, most), index, place=place, threshold=limit)
            if exact:
                self._exact.add(self._keys[place])
        for side in SIDES:
            self._add_rest(population, table, side)
        if not exact:
            self._add_derivable(index, population, table, limit)

    def _within(self, scope: Scope, dimension: str | None, line: Line) -> Scope:
        if line.kind == TOTAL or dimension is None:
            return scope
        leaves = self.codes.line(dimension, line)
        # A year that is compared with stands outside the report's own period.
        if dimension in scope and (dimension != PERIOD or leaves <= scope[PERIOD]):
            leaves &= scope[dimension]
        return {**scope, dimension: leaves}

    def _add_rest(self, population: Scope, table: Table, side: Side) -> None:
        """Say that there is nothing but its lines in a total that is printed: readers know."""
        dimension, lines = table.dimension(side), table.lines(side)
        if dimension in {None, PERIOD} or len(inner(lines)) == len(lines):
            return
        every = population.get(dimension, self.codes.all_of(dimension))
        told = frozenset().union(*(self.codes.line(dimension, line) for line in inner(lines)))
        if (rest := every - told) and inner(lines):
            self.note({**population, dimension: rest}, (0, 0), name=f"{table.id}: rest")

    def _add_derivable(self, index: int, population: Scope, table: Table, limit: int) -> None:
        """Add what the table's dimensions name, printed or not: it may be worked out."""
        columns = list(self._candidates(index, population, table, "columns"))
        for row, row_name in self._candidates(index, population, table, "rows"):
            for column, column_name in columns:
                name = f"{table.id}: {row_name} × {column_name}"
                scope = {**population, **row, **column}
                self.note(scope, (0, None), index, name=name, threshold=limit)

    def _candidates(
        self, index: int, population: Scope, table: Table, side: Side
    ) -> Iterator[tuple[Scope, str]]:
        dimension = table.dimension(side)
        yield {}, TOTAL
        if dimension is None:
            return
        within = population.get(dimension, self.codes.all_of(dimension))
        for leaves, name in self._asked(index, table).get(dimension, {}).items():
            if leaves and leaves <= within:
                yield {dimension: leaves}, name

    def note(
        self,
        scope: Scope,
        known: tuple[int, int | None],
        index: int = 0,
        *,
        name: str = "",
        place: Place | None = None,
        threshold: int = 0,
    ) -> None:
        """Note what is known of a number, beside what was known.

        It keeps the threshold of the publication that named it first: ``index`` says which.
        """
        least, most = known
        every = self.codes.all_of
        key = tuple((one, scope[one]) for one in sorted(scope) if scope[one] != every(one))
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = Number(name)
        number.least = max(number.least, least)
        if most is not None:
            number.most = most if number.most is None else min(number.most, most)
        if threshold and self._since.setdefault(key, index) == index:
            number.threshold = max(number.threshold, threshold)
        if place is not None:
            number.places.append(place)
            self._keys[place] = key
        if number.most is not None and number.least > number.most:
            told = " and ".join(str(each) for each in number.places) or name
            raise ContradictionError(f"{told}: the numbers contradict each other")

    def finish(self) -> Joint:
        """Find the atoms, of each group of days by itself: no number ties two of them."""
        keys, numbers = list(self._numbers), list(self._numbers.values())
        links: list[Link] = []
        leaves: list[tuple[tuple[str, str], ...]] = []
        for days, indices in self._by_days(keys).items():
            every = partial(self._every_of, days)
            grid = Grid([keys[index] for index in indices], every)
            sums, atoms = _atoms(grid, [(keys[n], numbers[n].most == 0) for n in indices])
            links += _links(grid, atoms, len(leaves))
            for index, parts in zip(indices, sums, strict=True):
                numbers[index].atoms = tuple(len(leaves) + part for part in parts)
            leaves += [grid.name(cell, clique) for clique, cell in atoms]
        for key in self._exact:
            self._numbers[key].threshold = 0
        at = {key: index for index, key in enumerate(keys)}
        return Joint(
            tuple(numbers),
            tuple(links),
            tuple(leaves),
            {place: at[key] for place, key in self._keys.items()},
            tuple(keys),
        )

    def _every_of(self, days: Leaves, dimension: str) -> Leaves:
        return days if dimension == PERIOD else self.codes.all_of(dimension)

    def _by_days(self, keys: Sequence[Key]) -> dict[Leaves, list[int]]:
        """Give the numbers whose days meet, or are joined by those of others, by all these days."""
        every = self.codes.all_of(PERIOD)
        days = [dict(key).get(PERIOD, every) for key in keys]
        groups: list[Leaves] = []
        for told in dict.fromkeys(days):
            near = [group for group in groups if group & told]
            groups = [group for group in groups if not group & told] + [told.union(*near)]
        found: dict[Leaves, list[int]] = {}
        for index, told in enumerate(days):
            found.setdefault(next(group for group in groups if told <= group), []).append(index)
        return found


def _atoms(
    grid: Grid, told: Sequence[tuple[Key, bool]]
) -> tuple[list[list[int]], list[tuple[int, Cell]]]:
    """Give what each number adds up, and one cell for all that no number and no link tells apart.

    ``told``: what each number counts, and whether it is 0. What lies in a printed 0 is nothing,
    and needs no name.
    """
    members: dict[tuple[int, Cell], list[int]] = {}
    for index, (key, _) in enumerate(told):
        clique = grid.clique_of(key)
        for cell in grid.cells(key, clique):
            members.setdefault((clique, cell), []).append(index)
    found: dict[object, tuple[int, Cell]] = {}
    for clique in range(len(grid.cliques)):
        beside = [pair for pair in grid.neighbours if clique in pair]
        others = [other for pair in beside for other in pair if other != clique]
        for cell in grid.cells((), clique):
            within = members.get((clique, cell), [])
            if not any(told[index][1] for index in within):
                links = tuple(grid.shared(cell, clique, other) for other in others)
                found.setdefault((clique, tuple(within), links), (clique, cell))
    sums: list[list[int]] = [[] for _ in told]
    for atom, where in enumerate(found.values()):
        for index in members.get(where, []):
            sums[index].append(atom)
    return sums, list(found.values())


def _links(grid: Grid, atoms: Sequence[tuple[int, Cell]], before: int) -> Iterator[Link]:
    """Yield the sums that two neighbouring cliques both have: they are equal.

    ``before``: how many atoms there are of other days.
    """
    for one, other in grid.neighbours:
        sides: tuple[dict[Cell, list[int]], dict[Cell, list[int]]] = ({}, {})
        for atom, (clique, cell) in enumerate(atoms, before):
            if clique in {one, other}:
                second = clique == other
                shared = grid.shared(cell, clique, one if second else other)
                sides[second].setdefault(shared, []).append(atom)
        for shared in sorted({*sides[0], *sides[1]}):
            yield tuple(sides[0].get(shared, [])), tuple(sides[1].get(shared, []))
