"""Invented years of an office: enquiries that come by chance, as in the tables of Stevns' report.

Places and kinds have the shares of tables 3.3 and 3.4 of March 2021, with one enquiry in ten
somewhere else; some places have more of some kinds than others, by chance.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from whistle.domain.office import Office
from whistle.domain.patterns import Cell, Counted, Period, cells_of, period_of
from whistle.domain.registration import Issue

FIRST = period_of(date(2001, 1, 1))
SUBCATEGORIES = {"4.1": 9, "4.2": 1, "4.3": 1, "4.6": 2}
CATEGORIES = {"1": 7, "3": 2, "4": 13, "6": 5}
ELSEWHERE = 0.1
UNEVEN = 2.0  # shape of the Gamma by which a place has more or less of a kind


@dataclass
class InventedOffice:
    """An office to which ``a_quarter`` enquiries come in a quarter, on the mean."""

    office: Office
    a_quarter: float
    chance: random.Random
    cells: list[Cell] = field(init=False)
    _issues: list[Issue] = field(init=False)
    _weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Deal the shares out, once for all years."""
        self.cells = cells_of(self.office)
        self._issues, self._weights = [], []
        themes = [one.id for one in self.office.themes]
        for place in [(one.centre, one.division) for one in self._places()]:
            large = self.chance.gammavariate(2, 1)
            for category in self.office.categories:
                if category.refused:
                    continue
                for part in [one.id for one in category.subcategories] or [""]:
                    weight = CATEGORIES.get(category.id, 0.3)
                    if part:
                        weight *= SUBCATEGORIES.get(part, 0.3) / 13
                    uneven = self.chance.gammavariate(UNEVEN, 1 / UNEVEN)
                    theme = self.chance.choice([*themes, ""])
                    self._issues.append(Issue(category.id, part, *place, theme))
                    self._weights.append(weight * large * uneven)

    def _places(self) -> Iterator[Issue]:
        for centre in self.office.centres:
            for division in [one.id for one in centre.divisions] or [""]:
                yield Issue(centre=centre.id, division=division)

    def quarters(self, number: int) -> list[list[Counted]]:
        """Invent quarters, one after the other."""
        period, found = FIRST, []
        for _ in range(number):
            found.append([self.enquiry(period) for _ in range(self._poisson())])
            period = period.next
        return found

    def enquiry(self, period: Period, issue: Issue | None = None) -> Counted:
        """Invent an enquiry on some day of a period."""
        days = (period.last - period.first).days
        day = period.first + timedelta(days=self.chance.randint(0, days))
        return Counted(day, (issue or self._issue(),))

    def planted(self, period: Period, cell: Cell, number: int) -> list[Counted]:
        """Invent enquiries that are all in one cell."""
        issue = Issue(
            **{cell.kind.value: cell.value, "centre": cell.centre, "division": cell.division}
        )
        return [self.enquiry(period, issue) for _ in range(number)]

    def _issue(self) -> Issue:
        if self.chance.random() < ELSEWHERE:
            return self.chance.choice(self._issues)
        return self.chance.choices(self._issues, self._weights)[0]

    def _poisson(self) -> int:
        """Count arrivals until a quarter is over."""
        left = 1.0
        for number in count():
            left -= self.chance.expovariate(self.a_quarter)
            if left < 0:
                return number
        raise AssertionError


def in_one(quarters: Sequence[Sequence[Counted]]) -> list[Counted]:
    """Put quarters together."""
    return [one for quarter in quarters for one in quarter]
