"""Danish civil registration (CPR) numbers: found in a text, so that people can be warned."""

import re
from calendar import monthrange

_NUMBER = re.compile(
    r"(?<![0-9])([0-9]{2})([0-9]{2})([0-9]{2})(?:\s?[-\u2010-\u2015\u2212]\s?|\s)?[0-9]{4}(?![0-9])"
)
_MONTHS = 12
_A_LEAP_YEAR = 2000


def contains_cpr(text: str) -> bool:
    """Say whether something in a text has the form of a CPR number: ddmmyy-xxxx or ddmmyyxxxx.

    The day and the month must exist. The number's check digit is not looked at: numbers given out
    since 2007 need not have one. It may be another number; so this warns and never refuses.
    """
    return any(_is_day(*map(int, found.groups())) for found in _NUMBER.finditer(text))


def _is_day(day: int, month: int, year: int) -> bool:
    """Say whether a day exists in some year that ends in these two digits."""
    # The year 00 was a leap year in 2000 and none in 1900.
    return 1 <= month <= _MONTHS and 1 <= day <= monthrange(_A_LEAP_YEAR + year, month)[1]
