"""Totals that somebody states for a file, held against its rows before anything is written."""

import re
from collections.abc import Iterator, Mapping, Sequence

from whistle.casework.exchange.checking import Imported
from whistle.casework.exchange.columns import TOTALS
from whistle.casework.exchange.faults import Fault, fault
from whistle.casework.exchange.sheet import Line, read_sheet
from whistle.domain import counting
from whistle.domain.channel import Channel
from whistle.domain.counting import Counted, Period
from whistle.domain.office import Office

_NUMBER = re.compile(r"\d{1,12}", re.ASCII)  # Python refuses to read thousands of digits
_PERIODS = "2020-Q1, 2021-01-01/2021-03-15, total"


def check_totals(content: bytes, imported: Sequence[Imported], office: Office) -> Iterator[Fault]:
    """Say what does not add up. ``row``: of the totals' file. Citizens' enquiries are counted."""
    sheet = read_sheet(content, TOTALS, TOTALS)
    yield from sheet.faults
    if sheet.faults:
        return
    counted = [
        Counted(one.received, bool(one.enquiry.casework), one.issues)
        for one in imported
        if one.channel is Channel.CITIZEN
    ]
    counts = _Counts(counted, office)
    for line in sheet.lines:
        yield from _check(line, counts, office)


def _check(line: Line, counts: "_Counts", office: Office) -> Iterator[Fault]:
    table, row, column, value = (line.cells[name] for name in TOTALS)
    if table not in counting.TABLES:
        known = ", ".join(counting.TABLES)
        yield fault("unknown_table", line.row, "table", value=table, known=known)
        return
    rows, columns = counting.rows_of(table, office), counting.columns_of(table, office)
    period = counting.EVER if row in rows else counting.period_of(row)
    if period is None or (rows and row not in {*rows, counting.TOTAL}):
        known = ", ".join([*rows, counting.TOTAL]) if rows else _PERIODS
        yield fault("unknown_row", line.row, "row", value=row, table=table, known=known)
    elif column not in columns:
        known = ", ".join(columns)
        yield fault(
            "unknown_total_column", line.row, "column", value=column, table=table, known=known
        )
    elif not _NUMBER.fullmatch(value):
        yield fault("not_a_number", line.row, "value", value=value)
    elif (found := counts.cell(table, row, column, period)) != int(value):
        yield fault(
            "total_differs", line.row, "value",
            table=table, line=row, place=column, stated=value, counted=str(found),
        )  # fmt: skip


class _Counts:
    """What the rows of a file make, each period counted once."""

    def __init__(self, enquiries: Sequence[Counted], office: Office) -> None:
        self._enquiries, self._unit = enquiries, office.unit
        self._of_3_1: dict[Period, Mapping[str, int]] = {}
        self._by_centre: dict[Period, Mapping[str, Mapping[str, int]]] = {}

    def cell(self, table: str, row: str, column: str, period: Period) -> int:
        """Count a cell."""
        if table == "3.1":
            if period not in self._of_3_1:
                self._of_3_1[period] = counting.count_enquiries(self._enquiries, period)
            return self._of_3_1[period][column]
        if period not in self._by_centre:
            self._by_centre[period] = counting.count_by_centre(self._enquiries, self._unit, period)
        name = counting.TOTAL if table == "3.2" else row
        if table == "3.4" and row == counting.TOTAL:
            name = counting.SUBCATEGORIES
        return self._by_centre[period].get(name, {}).get(column, 0)
