"""Days named by a code: a year, a half-year, a quarter, a month, or from one day to another."""

import re
from datetime import date, timedelta

from whistle.domain.counting import Period, period_of

DAY = timedelta(days=1)
_PART = re.compile(r"(\d{4})(?:-(?:H([12])|(0[1-9]|1[0-2])))?", re.ASCII)
_MONTHS = 12


def span_of(code: str) -> Period | None:
    """Read ``2020``, ``2020-H1``, ``2020-Q1``, ``2020-05`` or ``2020-01-01/2020-03-15``.

    Give None for what is none of them, ``total`` among them: that is the report's own period.
    """
    if code == "total":
        return None
    if found := period_of(code):
        return found
    if not (part := _PART.fullmatch(code)) or part[1] == "0000":
        return None
    year = int(part[1])
    if part[2]:
        return _months(year, 6 * int(part[2]) - 5, 6)
    if part[3]:
        return _months(year, int(part[3]), 1)
    return _months(year, 1, _MONTHS)


def _months(year: int, month: int, count: int) -> Period:
    after = month + count - 1
    last = date.max if (year, after) == (date.max.year, _MONTHS) else None
    last = last or date(year + after // _MONTHS, after % _MONTHS + 1, 1) - DAY
    return Period(date(year, month, 1), last)
