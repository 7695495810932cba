"""Counting enquiries as Stevns' report to March 2021 does, section 3: four tables with one margin.

3.1 counts enquiries by period, with and without casework. 3.2 to 3.4 count those with casework, by
centre: by period, by category, and the categories that have them by sub-category. An enquiry with
several issues is counted by its first one where the profile's unit is enquiries, so that every
table adds up to the enquiries there are; where it is issues, each issue counts.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from whistle.domain.office import Office, Unit
from whistle.domain.registration import Issue

TABLES = ("3.1", "3.2", "3.3", "3.4")
TOTAL, SUBCATEGORIES = "total", "subcategories"
OF_3_1 = (TOTAL, "without_casework", "with_casework")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of one enquiry. ``issues``: in their order."""

    received: date
    casework: bool
    issues: Sequence[Issue]

    def of(self, unit: Unit) -> Sequence[Issue]:
        """Give the issues that count."""
        if not self.casework:
            return ()
        return self.issues[:1] if unit is Unit.ENQUIRIES else self.issues


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both counted."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


EVER = Period(date.min, date.max)


def period_of(row: str) -> Period | None:
    """Read a row's name: ``2020-Q1``, ``2021-01-01/2021-03-15``, ``total``; none if it is none."""
    if row == TOTAL:
        return EVER
    if quarter := _QUARTER.fullmatch(row):
        year, month = int(quarter[1]), 3 * int(quarter[2]) - 2
        if year == 0:
            return None
        after = date(year + month // 10, (month + 3) % 12 or 12, 1)
        return Period(date(year, month, 1), after - timedelta(days=1))
    if span := _RANGE.fullmatch(row):
        try:
            period = Period(date.fromisoformat(span[1]), date.fromisoformat(span[2]))
        except ValueError:
            return None
        return period if period.first <= period.last else None
    return None


def rows_of(table: str, office: Office) -> list[str]:
    """Give the rows' identifiers of 3.3 and 3.4, without the total; none for those by period."""
    if table == "3.3":
        return [one.id for one in office.categories]
    if table == "3.4":
        return [one.id for category in office.categories for one in category.subcategories]
    return []


def columns_of(table: str, office: Office) -> list[str]:
    """Give a table's columns: identifiers of centres, but for 3.1, and the total."""
    return list(OF_3_1) if table == "3.1" else [TOTAL, *(one.id for one in office.centres)]


def count_enquiries(enquiries: Iterable[Counted], period: Period) -> Mapping[str, int]:
    """Count a row of table 3.1."""
    received = [one for one in enquiries if one.received in period]
    worked_on = sum(one.casework for one in received)
    return dict(zip(OF_3_1, (len(received), len(received) - worked_on, worked_on), strict=True))


def count_by_centre(
    enquiries: Iterable[Counted], unit: Unit, period: Period
) -> Mapping[str, Counter[str]]:
    """Count by centre within a period: in all (3.2), by category (3.3), by sub-category (3.4).

    Rows are named by their identifiers, the one over all of them ``total``, and so are columns. Of
    3.4 the total is the row ``subcategories``.
    """
    rows: dict[str, Counter[str]] = {}
    for one in enquiries:
        if one.received not in period:
            continue
        for issue in one.of(unit):
            names = [TOTAL, issue.category]
            if issue.subcategory:
                names += [issue.subcategory, SUBCATEGORIES]
            for name in names:
                counted = rows.setdefault(name, Counter())
                counted[TOTAL] += 1
                counted[issue.centre] += 1
    return rows
