"""Periods of a report: quarters, half-years, years, and what is left of one that is cut short.

Stevns' report of March 2021, table 3.1: four quarters, and "Jan. – midt marts 2021". A reporting
year need not be the calendar year: Ringsted's begins in August.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from whistle.domain.counting import Period
from whistle.domain.legal_clock import add_months

_DAY = timedelta(days=1)
_DANISH = "jan. feb. marts april maj juni juli aug. sept. okt. nov. dec."
_ENGLISH = "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec."
_MONTHS = {"da": _DANISH.split(), "en": _ENGLISH.split()}
_QUARTER = {"da": "{number}. kvt. {year:02}", "en": "Q{number} {year:02}"}
_MIDDLE = {"da": "midt", "en": "mid"}
_MID_MONTH = 15
_QUARTER_MONTHS = 3


class Step(StrEnum):
    """How long the rows of a table by period are."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months."""
        return {Step.MONTH: 1, Step.QUARTER: 3, Step.HALF_YEAR: 6, Step.YEAR: 12}[self]


@dataclass(frozen=True, slots=True)
class Span:
    """A row of a table by period. ``partial``: shorter than a whole one of its kind."""

    id: str
    days: Period
    partial: bool


def split(period: Period, step: Step, year_begins: tuple[int, int] = (1, 1)) -> Sequence[Span]:
    """Split days into steps that begin where the reporting year does; the ends may be partial.

    Quarters of the calendar are named ``2020-Q1``; all others by their days, ``2021-01-01/
    2021-03-15``.
    """
    spans, first = [], period.first
    while first <= period.last:
        begins = _begin(first, step, year_begins)
        ends = add_months(begins, step.months) - _DAY
        days = Period(first, min(ends, period.last))
        spans.append(Span(_name(days, begins, ends, step), days, days != Period(begins, ends)))
        first = ends + _DAY
    return spans


def is_whole_year(period: Period, year_begins: tuple[int, int]) -> bool:
    """Say whether a period is one or more reporting years, from the first day to the last."""
    after = period.last + _DAY
    return _begins_year(period.first, year_begins) and _begins_year(after, year_begins)


def label(span: Span, language: str) -> str:
    """Say what a row is called: ``1. kvt. 20``, ``Jan. – midt marts 2021``."""
    if "Q" in span.id:
        year, number = span.id.split("-Q")
        return _QUARTER[language].format(number=int(number), year=int(year) % 100)
    said = days_label(span.days, language)
    return said[:1].upper() + said[1:]


def days_label(days: Period, language: str) -> str:
    """Say which days, amid a sentence: whole months by name, the middle of one, others by date."""
    first, last, months = days.first, days.last, _MONTHS[language]
    if first == last:
        return _day(first, language)
    if days == Period(date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    ends_month = last.day == calendar.monthrange(last.year, last.month)[1]
    if first == last:
        return _day(first, language)
    if first.day != 1 or not (ends_month or last.day == _MID_MONTH):
        return f"{_day(first, language)} – {_day(last, language)}"
    begin = months[first.month - 1]
    if first.year != last.year:
        begin += f" {first.year}"
    end = months[last.month - 1]
    if not ends_month:
        end = f"{_MIDDLE[language]} {end}"
    elif (first.year, first.month) == (last.year, last.month):
        return f"{end} {last.year}"
    return f"{begin} – {end} {last.year}"


def _day(day: date, language: str) -> str:
    month = _MONTHS[language][day.month - 1]
    return f"{day.day}. {month} {day.year}" if language == "da" else f"{day.day} {month} {day.year}"


def _begin(day: date, step: Step, year_begins: tuple[int, int]) -> date:
    """Give the first day of the step that a day lies in."""
    month, first = year_begins
    year = day.year - 1 if (day.month, day.day) < (month, first) else day.year
    begins = date(year, month, first)
    while (after := add_months(begins, step.months)) <= day:
        begins = after
    return begins


def _begins_year(day: date, year_begins: tuple[int, int]) -> bool:
    return (day.month, day.day) == year_begins


def _name(days: Period, begins: date, ends: date, step: Step) -> str:
    is_quarter = step is Step.QUARTER and days == Period(begins, ends)
    if is_quarter and begins.day == 1 and begins.month % _QUARTER_MONTHS == 1:
        return f"{begins.year}-Q{begins.month // _QUARTER_MONTHS + 1}"
    return f"{days.first.isoformat()}/{days.last.isoformat()}"
