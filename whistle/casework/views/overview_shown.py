"""This year beside the last in tables that lead to the lists behind them, and in bars."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from whistle.casework import filters
from whistle.casework.filters import Filters
from whistle.casework.overview import Overview
from whistle.casework.views.search_filters import address_of
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.report.charts import Bar, grouped
from whistle.report.model import TOTAL, Table
from whistle.storage.case_lists import CaseState
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number; ``url``: the list of the cases behind it, empty where there is none."""

    value: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line of a table. ``numbers``: of the last year, and of this one."""

    label: str
    numbers: Sequence[ShownNumber]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class ShownYears:
    """A table of both years. ``chart``: SVG, or empty where it would show nothing."""

    id: str
    title: str
    rows: Sequence[ShownRow]
    chart: Markup


def show_years(found: Overview, names: Sequence[str]) -> list[ShownYears]:
    """Show what is counted; ``names``: what the two years are called. None where both are empty."""
    if not found.tables or not any(any(row) for row in found.tables[0].cells):
        return []
    in_all, centres, categories = found.tables
    profile = this_installation().profiles
    return [
        _shown(in_all.id, _("Enquiries"), _in_all(found, in_all), names),
        _shown(
            centres.id,
            _("With casework, by centre"),
            _rows(found, centres, "centre", filters.centres(profile)),
            names,
        ),
        _shown(
            categories.id,
            _("With casework, by category"),
            _rows(found, categories, "category", filters.categories(profile)),
            names,
        ),
    ]


def list_of(state: CaseState, chosen: Filters) -> str:
    """Give the address of a list of citizens' cases."""
    named = address_of(chosen)
    return url_for("casework.inboxes", state=state.value, door=Channel.CITIZEN.value, **named)  # type: ignore[arg-type]


def _in_all(found: Overview, table: Table) -> list[ShownRow]:
    """Show the columns of the table as rows; the total leads to the lists of both years."""
    before, now = table.cells
    rows = []
    for column, *values in zip(table.columns, before, now, strict=True):
        is_total = column.id == TOTAL
        days = (found.before, found.now)
        numbers = [
            ShownNumber(value or 0, _received_in(period) if is_total else "")
            for value, period in zip(values, days, strict=True)
        ]
        label = {TOTAL: _("Received"), "with_casework": _("With casework")}
        rows.append(ShownRow(label.get(column.id, _("Without casework")), numbers, is_total))
    return [*rows[1:], rows[0]]


def _rows(found: Overview, table: Table, field: str, known: Container[str]) -> list[ShownRow]:
    """Show a row for each line; what a list can be filtered by leads there."""
    rows = []
    for row, values in zip(table.rows, table.cells, strict=True):
        numbers = [
            ShownNumber(value or 0, _received_in(period, field, row.id) if row.id in known else "")
            for value, period in zip(values, (found.before, found.now), strict=True)
        ]
        rows.append(ShownRow(row.label, numbers, row.id == TOTAL))
    return rows


def _received_in(period: Period, field: str = "", value: str = "") -> str:
    """Give the list of the cases received in some days, filtered by what is registered."""
    chosen = Filters(
        centre=value if field == "centre" else "",
        category=value if field == "category" else "",
        since=period.first,
        until=period.last,
    )
    return list_of(CaseState.ALL, chosen)


def _shown(name: str, title: str, rows: Sequence[ShownRow], years: Sequence[str]) -> ShownYears:
    return ShownYears(name, title, rows, _chart(title, rows, years))


def _chart(title: str, rows: Iterable[ShownRow], years: Sequence[str]) -> Markup:
    """Draw the rows that anything was counted in, without their sum."""
    groups = [
        (row.label, [Bar(year, one.value) for year, one in zip(years, row.numbers, strict=True)])
        for row in rows
        if not row.is_total and any(one.value for one in row.numbers)
    ]
    chart = grouped(title, groups, current_language())
    return Markup(chart.svg) if chart else Markup()  # noqa: S704  (every label is escaped there)
