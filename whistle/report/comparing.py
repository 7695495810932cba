"""The closed report's days beside the same days of earlier years, with what explains them.

A year is compared with years, January to mid-March with January to mid-March; a period of more than
a year with as many days of as many years before it. What the adviser wrote of staffing gaps and
changes of method stands under the numbers it explains.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import takewhile

from whistle.domain.book import Change
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.office import Choice, Office
from whistle.domain.registration import Issue
from whistle.domain.reporting_year import name_of, span_of
from whistle.report import chapters, vocabulary
from whistle.report.chapters import Book
from whistle.report.counting import issues_of
from whistle.report.model import TOTAL, Line, LineKind, Report, Table
from whistle.report.periods import days_label
from whistle.report.tables import NOT_TOLD, Basis

MOST = 4  # earlier periods
_DAY = timedelta(days=1)


def compared(report: Report, basis: Basis, changes: Sequence[Change] = ()) -> Report:
    """Add the tables of the years to a closed report; none where there is no earlier enquiry."""
    bases = [replace(basis, period=one) for one in _periods(basis)]
    if len(bases) == 1:
        return report
    return replace(report, tables=[*report.tables, *years(bases, changes)])


def years(bases: Sequence[Basis], changes: Sequence[Change] = ()) -> list[Table]:
    """Count periods beside each other, oldest first: in all, by centre, by category."""
    return [
        _in_all(bases, changes),
        _by(bases, "centres", lambda office: office.centres, lambda issue: issue.centre),
        _by(bases, "categories", lambda office: office.categories, lambda issue: issue.category),
    ]


def same_days(period: Period, years: int) -> Period:
    """Give the same days so many years earlier: 29 February is the end of a month, then as now.

    Raises `ValueError` where there is no such year.
    """
    return Period(_earlier(period.first, years), _earlier(period.last + _DAY, years) - _DAY)


def earlier_periods(period: Period) -> Iterator[Period]:
    """Give the periods that one is compared with, newest first; no two of all share a day."""
    with suppress(ValueError, OverflowError):  # where the calendar ends
        apart = _years_apart(period)
        for number in range(1, MOST + 1):
            yield same_days(period, number * apart)


def period_name(period: Period, begins: tuple[int, int], language: str) -> str:
    """Say what a period is called in the head of a table: ``2026``, ``2025/26``, or its days."""
    for year in (period.first.year, period.first.year - 1):
        if period == span_of(year, begins):
            return name_of(year, begins)
    said = days_label(period, language)
    return said[:1].upper() + said[1:]


def _earlier(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _periods(basis: Basis) -> list[Period]:
    """Give the periods that are compared, oldest first: none before the first enquiry."""
    first, found = _first_day(basis), [basis.period]
    if first is None:
        return found
    found += takewhile(lambda one: one.last >= first, earlier_periods(basis.period))
    return found[::-1]


def _years_apart(period: Period) -> int:
    """Give how many years earlier the same days are other ones, all of them."""
    apart = 1
    while same_days(period, apart).last >= period.first:
        apart += 1
    return apart


def _first_day(basis: Basis) -> date | None:
    """Give the day of the first registered enquiry of all."""
    registered = (
        one.received
        for one in basis.facts
        if one.channel is Channel.CITIZEN and one.casework is not None
    )
    return min(registered, default=None)


def _in_all(bases: Sequence[Basis], changes: Sequence[Change]) -> Table:
    """Count enquiries with and without casework, as in 3.1."""
    basis = bases[-1]
    names = ("without_casework", "with_casework")
    return Table(
        "years",
        basis.said("years"),
        [
            Line(TOTAL, basis.said("3.1/total"), LineKind.TOTAL),
            *(Line(name, basis.said(f"3.1/{name}")) for name in names),
        ],
        [_line(one, f"{one.period.first}/{one.period.last}") for one in bases],
        [_counted(one) for one in bases],
        [basis.said("footnote"), *_notes(bases, changes)],
    )


def _counted(basis: Basis) -> list[int]:
    number, worked_on = len(basis.citizens), len(basis.worked_on)
    return [number, number - worked_on, worked_on]


def _notes(bases: Sequence[Basis], changes: Sequence[Change]) -> list[str]:
    """Say what explains a difference: where counting began, gaps, changes of method."""
    basis, book = bases[-1], Book(changes=changes)
    told: list[str] = []
    first, oldest = _first_day(basis), bases[0]
    if first is not None and oldest.period.first < first <= oldest.period.last:
        month = days_label(_month(first), basis.language)
        told.append(basis.said("years/begun").format(period=_name(oldest), month=month))
    if len({office.unit for one in bases for office in one.offices}) > 1:
        told.append(basis.said("years/unit"))
    told += (note for one in bases for note in chapters.notes(book, one))
    return list(dict.fromkeys(told))


def _by(
    bases: Sequence[Basis],
    name: str,
    choices: Callable[[Office], Iterable[Choice]],
    value: Callable[[Issue], str],
) -> Table:
    """Count enquiries with casework by something, a column for each period."""
    basis = bases[-1]
    offices = [office for one in reversed(bases) for office in one.offices]
    columns = [_numbers(one, value) for one in bases]
    seen = {each for one in columns for each in one} - {TOTAL, NOT_TOLD}
    rows = vocabulary.lines(vocabulary.choices_in(offices, choices), seen, basis.language)
    if any(NOT_TOLD in one for one in columns):
        rows.append(Line(NOT_TOLD, basis.said("not_told")))
    rows.append(Line(TOTAL, basis.said("total"), LineKind.TOTAL))
    return Table(
        f"years-{name}",
        basis.said(f"years/{name}"),
        [_line(one, str(one.period.first)) for one in bases],
        rows,
        [[one[row.id] for one in columns] for row in rows],
        counts=basis.unit.value,
    )


def _numbers(basis: Basis, value: Callable[[Issue], str]) -> Counter[str]:
    unit = basis.unit
    found = Counter(
        value(issue) or NOT_TOLD for one in basis.worked_on for issue in issues_of(one, unit)
    )
    found[TOTAL] = found.total()
    return found


def _line(basis: Basis, line_id: str) -> Line:
    return Line(line_id, _name(basis))


def _name(basis: Basis) -> str:
    return period_name(basis.period, basis.office.year_begins, basis.language)


def _month(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - _DAY)
