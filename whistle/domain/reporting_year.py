"""Reporting years: twelve months from a day that the profile names, which need not be 1 January.

A year goes by the number of the calendar year in which it begins.
"""

from datetime import date, timedelta

from whistle.domain.counting import Period


def year_of(day: date, begins: tuple[int, int]) -> int:
    """Give the reporting year of a day; ``begins``: month and day of its first day."""
    return day.year if (day.month, day.day) >= begins else day.year - 1


def span_of(year: int, begins: tuple[int, int]) -> Period:
    """Give the days of a reporting year."""
    return Period(date(year, *begins), date(year + 1, *begins) - timedelta(days=1))


def name_of(year: int, begins: tuple[int, int]) -> str:
    """Say what a reporting year is called: ``2026``, or ``2025/26`` where it lies in two."""
    return str(year) if begins == (1, 1) else f"{year}/{(year + 1) % 100:02}"


def touches(year: int, begins: tuple[int, int], first: date, last: date | None) -> bool:
    """Say whether something from ``first`` to ``last`` (or on one day) lies partly in a year."""
    period = span_of(year, begins)
    return first <= period.last and (last or first) >= period.first
