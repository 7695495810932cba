"""Which days are working days in Denmark, for time limits that are counted in them."""

from datetime import date, timedelta
from functools import cache

_LAST_PRAYER_DAY = 2023
_SATURDAY = 5


def is_holiday(day: date) -> bool:
    """Say whether a day is one of the national church's holidays (helligdage).

    Great Prayer Day (store bededag) is none since 2024 (lov nr. 214 of 7/3/2023).
    """
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    """Say whether a day is a working day (arbejdsdag): no weekend, no holiday.

    Constitution Day (5 June), 24 and 31 December are working days here. Where the law means them
    to be days off it names them beside the holidays (forældelsesloven § 30, forbrugeraftaleloven
    § 7); offentlighedsloven § 36 and forvaltningsloven § 16 do not. Whoever holds them to be days
    off is reminded a day early, and nobody ever a day late.
    """
    return day.weekday() < _SATURDAY and not is_holiday(day)


def add_working_days(day: date, count: int) -> date:
    """Give the ``count``-th working day after a day, which is not itself counted.

    For 0: the day itself, whatever day it is.
    """
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1))
    return day


def next_working_day(day: date) -> date:
    """Give the day itself where it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def easter(year: int) -> date:
    """Give Easter Sunday of a year of the Gregorian calendar.

    The rule of the council of Nicaea as arithmetic: the anonymous algorithm of 1876, in the form
    of Meeus, Astronomical Algorithms, chapter 8.
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarter, odd = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quarter - epact - odd) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Give the holidays of a year, those that are always Sundays as well."""
    sunday = easter(year)
    moving = [-3, -2, 0, 1, 39, 49, 50]  # Maundy Thursday to Whit Monday
    if year <= _LAST_PRAYER_DAY:
        moving.append(26)
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(fixed | {sunday + timedelta(days=days) for days in moving})
