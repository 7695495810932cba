"""Published reports beside each other: what they print, and nothing that is reckoned from it.

Each number stands in one of the reports, in the same table and of the same line. A blank stays a
blank, and no difference, sum or share is told: so these pages tell nothing that is not published.
Only what is alike is put side by side: the same days of other years, counted in the same unit. So
no two reports of a group have a day in common.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from whistle.domain.counting import Period
from whistle.report.charts import Bar, Chart, grouped
from whistle.report.comparing import period_name
from whistle.report.model import TOTAL, Cell, Line, Report, Table
from whistle.report.published import Published

_BY_COLUMN = ("3.1", "3.2")  # their columns, each by its total
_BY_ROW = ("3.3", "3.4", "statutory")  # their rows, each by the first column: a total, or a number
_DAYS_OF_A_MONTH = 365.25 / 12
_DAY = timedelta(days=1)
_LEAST = 2  # reports that can be compared
_Line: TypeAlias = tuple[Line, Cell]


class Which(NamedTuple):
    """Which report: its days, both in it, what its issues are counted in, and which version."""

    first: date
    last: date
    unit: str
    number: int

    @classmethod
    def of(cls, one: Published) -> "Which":
        """Say it of a report."""
        return cls(one.report.first, one.report.last, one.report.unit, one.number)

    @property
    def months(self) -> int:
        """Give how long it is, about."""
        return round(((self.last - self.first).days + 1) / _DAYS_OF_A_MONTH)

    @property
    def alike(self) -> tuple[object, ...]:
        """What is the same of reports that stand beside each other: see `together`."""
        end = self.last + _DAY  # the last day of February is not always the same
        begins, ends = (self.first.month, self.first.day), (end.month, end.day)
        years = end.year - self.first.year + (ends > begins)  # so far apart they share no day
        return self.months, begins, ends, years, self.first.year % years, self.unit


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A line of several reports. ``cells``: by report; a text where it is no number."""

    label: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table of several reports, year beside year. ``chart``: none where it would show nothing.

    ``notes``: what stands under it in the newest report.
    """

    id: str
    title: str
    rows: Sequence[PrintedRow]
    notes: Sequence[str]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Reports of the same days of the year, the first first, and what each prints of a line."""

    reports: Sequence[Published]
    names: Sequence[str]
    tables: Sequence[PrintedTable]


def beside(published: Iterable[Published], begins: tuple[int, int]) -> list[Beside]:
    """Put reports that are alike beside each other, the longest first; as `together`.

    ``begins``: month and day of the reporting year's first day.
    """
    known = {Which.of(one): one for one in published}
    return [_compared([known[one] for one in group], begins) for group in together(known)]


def together(reports: Iterable[Which]) -> list[list[Which]]:
    """Say which reports stand beside each other: groups of at least two, each its first first.

    They are of the same days of the year and counted in the same unit, and each is the newest
    version of its days. Of those longer than a year each group has what follows one upon the other.
    """
    newest: dict[tuple[date, date], Which] = {}
    for one in sorted(reports, key=lambda one: one.number):
        newest[one.first, one.last] = one
    groups: dict[tuple[object, ...], list[Which]] = {}
    for one in sorted(newest.values()):
        groups.setdefault(one.alike, []).append(one)
    found = [one for one in groups.values() if len(one) >= _LEAST]
    return sorted(found, key=lambda group: (-group[0].months, group[0]))


def _compared(reports: Sequence[Published], begins: tuple[int, int]) -> Beside:
    newest = reports[-1].report
    days = (Period(one.report.first, one.report.last) for one in reports)
    names = [period_name(one, begins, newest.language) for one in days]
    tables = [_printed(name, reports, names) for name in (*_BY_COLUMN, *_BY_ROW)]
    return Beside(reports, names, [one for one in tables if one])


def _printed(name: str, reports: Sequence[Published], names: Sequence[str]) -> PrintedTable | None:
    """Put a table's lines beside each other.

    None where fewer than two reports have the table, or where it does not count the same in all.
    """
    found = [_table(one.report, name) for one in reports]
    there = [one for one in found if one]
    if len(there) < _LEAST or len({one.counts for one in there}) > 1:
        return None
    each = [_lines(one) if one else {} for one in found]
    labels: dict[str, str] = {}
    for one in reversed(each):  # the newest name of each
        for line_id, (line, _cell) in one.items():
            labels.setdefault(line_id, line.label)
    if name in _BY_ROW and TOTAL in labels:
        labels[TOTAL] = labels.pop(TOTAL)  # what is merged comes before it
    rows = [
        PrintedRow(label, [_shown(one.get(line_id)) for one in each])
        for line_id, label in labels.items()
    ]
    newest = there[-1]
    groups = [(label, _bars(line_id, each, names)) for line_id, label in labels.items()]
    chart = grouped(newest.title, groups, reports[-1].report.language)
    return PrintedTable(name, newest.title, rows, newest.notes, chart)


def _table(report: Report, name: str) -> Table | None:
    return next((one for one in report.tables if one.id == name), None)


def _lines(table: Table) -> Mapping[str, _Line]:
    """Give a table's lines by their identifiers, each with the number that is printed of it."""
    if table.id in _BY_ROW:
        return {row.id: (row, cells[0]) for row, cells in zip(table.rows, table.cells, strict=True)}
    totals = next(
        (cells for row, cells in zip(table.rows, table.cells, strict=True) if row.id == TOTAL), ()
    )
    return {
        column.id: (column, cell)
        for column, cell in zip(table.columns, totals, strict=bool(totals))
    }


def _bars(line_id: str, each: Sequence[Mapping[str, _Line]], names: Sequence[str]) -> Sequence[Bar]:
    """Give a bar for each report that has a line."""
    known = zip(names, each, strict=True)
    return [Bar(name, one[line_id][1]) for name, one in known if line_id in one]


def _shown(printed: _Line | None) -> str:
    if printed is None:
        return "–"
    return "·" if printed[1] is None else str(printed[1])
