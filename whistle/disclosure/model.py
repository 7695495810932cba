"""Tables as they are published: numbers named by what they count, blanks, and merged lines.

A **dimension** is what a table is divided by: ``period``, ``casework``, ``centre``, ``category``. A
**code** of it is a leaf, or has children: a merged line, a half-year, a category with
sub-categories. A number is named by ``{dimension: code}``; a dimension that is not named means all
of it. A number that is not known to the reader is a blank, which is written ``None`` here and
``{"hidden": true}`` in the JSON; it is never 0, as every 0 is printed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from whistle.domain.errors import RefusedError

TOTAL: Literal["total"] = "total"
INNER: Literal["inner"] = "inner"
PERIOD = "period"
"""The one dimension whose codes mean something by themselves: days of the calendar."""

Kind = Literal["total", "inner"]
Value = int | None
Side = Literal["rows", "columns"]
SIDES: tuple[Side, Side] = ("rows", "columns")

EXACT = 1
"""The threshold of what is printed to the digit, however small (whistleblowerloven § 27)."""
MOST_THRESHOLD = 20
"""Higher ones would need more witnesses than anybody wants to keep."""


class PublicationError(RefusedError):
    """A publication cannot be read or used; the message names the place and the mend."""


class ContradictionError(PublicationError):
    """Numbers contradict each other: they cannot all be of the same people."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column. ``of``: the lines that were merged into it, if any."""

    id: str
    label: str = ""
    kind: Kind = INNER
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number is printed: publication (0 is the first), table, row and column, by name."""

    publication: int
    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}: {self.row} × {self.column}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of whole numbers. ``cells[row][column]``; ``None`` is a blank.

    ``row_dimension`` and ``column_dimension`` say what the lines are codes of; a side with only a
    total needs none. ``population``: what all of the table is about, as ``{"casework":
    "with_casework"}``. ``threshold``: the smallest number that need not be hidden, where it
    differs from the publication's; 1 (`EXACT`) for totals that a law wants printed. The inner
    lines of a side are all there is: readers know that they add up to its total.
    """

    id: str
    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: tuple[tuple[Value, ...], ...]
    row_dimension: str | None = None
    column_dimension: str | None = None
    population: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    threshold: int | None = None

    def __post_init__(self) -> None:
        """Raise `PublicationError` if it is no table."""
        told = f"table {self.id}"
        if len(self.cells) != len(self.rows):
            raise PublicationError(f"{told}: as many rows of cells as rows are needed")
        for line, cells in zip(self.rows, self.cells, strict=True):
            if len(cells) != len(self.columns):
                raise PublicationError(
                    f"{told}, row {line.id}: as many cells as columns are needed"
                )
            if any(value is not None and value < 0 for value in cells):
                raise PublicationError(f"{told}, row {line.id}: a count is not below 0")
        for name, lines, dimension in (
            ("rows", self.rows, self.row_dimension),
            ("columns", self.columns, self.column_dimension),
        ):
            if len({line.id for line in lines}) != len(lines):
                raise PublicationError(f"{told}: two {name} of one id; give each its own")
            if dimension is None and any(line.kind == INNER for line in lines):
                raise PublicationError(f'{told}: what are its {name}? Say so in "dimensions"')

    def lines(self, side: Side) -> tuple[Line, ...]:
        """Give its rows or its columns."""
        return self.rows if side == "rows" else self.columns

    def dimension(self, side: Side) -> str | None:
        """Give what its rows or columns are codes of."""
        return self.row_dimension if side == "rows" else self.column_dimension

    def walk(self) -> Iterator[tuple[int, int, Value]]:
        """Yield row, column and value of each cell."""
        for row, cells in enumerate(self.cells):
            for column, value in enumerate(cells):
                yield row, column, value

    def with_cells(self, cells: Sequence[Sequence[Value]]) -> "Table":
        """Give the same table with other numbers."""
        return replace(self, cells=tuple(tuple(row) for row in cells))

    def turned(self) -> "Table":
        """Give it with its rows as columns."""
        return replace(
            self,
            rows=self.columns,
            columns=self.rows,
            cells=tuple(zip(*self.cells, strict=True)),
            row_dimension=self.column_dimension,
            column_dimension=self.row_dimension,
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """What else is said of a number, in a sentence or a chart: it is ``least`` to ``most``.

    "Knap hver 3." of 30 is a fact: 8 to 10 of them. ``cell`` names the number as tables do.
    """

    cell: Mapping[str, str]
    least: int
    most: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published at once: tables over one period, with one threshold.

    ``first`` to ``last`` are the days that it is about, both counted; ``codes`` says which codes
    have children, by dimension; ``threshold`` k is the smallest number that need not be hidden;
    ``population``: what all of it is about, such as ``{"channel": "citizen"}``.
    """

    first: date
    last: date
    tables: tuple[Table, ...]
    threshold: int = 3
    codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    population: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    profile: str = ""
    version: str = "public"
    unit: str = "enquiries"
    partial: bool = False

    def __post_init__(self) -> None:
        """Raise `PublicationError` if it cannot be one."""
        if self.first > self.last:
            raise PublicationError("it ends before it begins; put the days right")
        names = [table.id for table in self.tables]
        if len(set(names)) != len(names):
            raise PublicationError("two tables of one id; give each its own")
        thresholds = [self.threshold, *(t.threshold or EXACT for t in self.tables)]
        if not all(EXACT <= k <= MOST_THRESHOLD for k in thresholds):
            raise PublicationError(f"a threshold should be from {EXACT} to {MOST_THRESHOLD}")

    def places(self, index: int = 0) -> Iterator[tuple[Place, Value]]:
        """Yield each cell with its place; ``index`` is the publication's among several."""
        for table in self.tables:
            for row, column, value in table.walk():
                place = Place(index, table.id, table.rows[row].id, table.columns[column].id)
                yield place, value

    @property
    def hidden(self) -> int:
        """Count its blanks."""
        return sum(value is None for _, value in self.places())

    def blanked(self, places: set[tuple[str, str, str]]) -> "Publication":
        """Give it with the cells (table, row, column) blank."""
        return replace(
            self,
            tables=tuple(
                table.with_cells(
                    [
                        [
                            None if (table.id, row.id, column.id) in places else value
                            for column, value in zip(table.columns, cells, strict=True)
                        ]
                        for row, cells in zip(table.rows, table.cells, strict=True)
                    ]
                )
                for table in self.tables
            ),
        )
