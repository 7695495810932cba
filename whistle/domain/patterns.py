"""When issues of one kind gather at one place beyond what is usual there: a rule, not a guess.

Stevns' report of March 2021, section 1.3: where the adviser sees a "sammenhæng i uhensigtsmæssig
sagsbehandling", the centre's manager is told. What is counted are enquiries, each once however many
issues it has; whoever comes back about the same is not counted again. Places are centres and their
divisions, kinds the profile's categories, sub-categories and themes. Nothing of an employee is
counted, and nothing here could be: `Cell` has no place for one.

**The periods** are three months long. They lie in two rows, one beginning with the quarters and one
in the middle of them, so that what comes within six weeks lies whole in one period of either.

**The usual.** A cell's number of enquiries is taken to be Poisson with a rate of its own. What is
known of the rate before the period comes from the same row's periods of the last three years, and,
for as long as these are few, from a prior: Gamma with shape ½ about what the cell would have if
kinds came alike at all places, with one quarter of the profile's ``a_quarter`` enquiries spread
evenly. So the number in the next period is negative binomial. Of that the *usual* of a cell is the
most that it reaches in quiet quarters: limits are set for all cells at once, by one threshold of
probability, such that in at most one of twenty quiet quarters any cell in either row goes beyond
its limit. A number beyond the limit is told, if it is at least ``least``.

The sum over the cells bounds the rate of false alarms whatever cells have in common. It holds in a
period that is still running, as numbers only grow.

**Gaps.** On days on which nobody, or fewer, did the work, fewer enquiries came than otherwise. What
came on them is no history, and a period of the history weighs what is left of it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

from whistle.domain.office import Office, PatternRule
from whistle.domain.registration import Issue

FALSE_ALARMS = 1 / 20  # quiet quarters in which anything is told
MOST_PERIODS = 12  # of history: three years
_ROWS = (((1, 1), (4, 1), (7, 1), (10, 1)), ((2, 15), (5, 15), (8, 15), (11, 15)))
_INTO_THE_NEXT = timedelta(days=95)  # a period has 89 to 92
_DAY = timedelta(days=1)
SHAPE = 0.5  # of the prior: half of the cells have less than a fifth of what would be even
_NEVER = 1e-9  # what is less likely need not be told apart


Days: TypeAlias = tuple[date, date]  # from one to the other, both of them in it


class Kind(StrEnum):
    """What of an issue is counted."""

    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    THEME = "theme"


class Cell(NamedTuple):
    """One kind at one place, in identifiers of the profile. ``division`` empty: all the centre."""

    centre: str
    division: str
    kind: Kind
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Three months from ``first`` on. ``row``: 0 of the quarters, 1 of those between."""

    first: date
    row: int = 0

    @property
    def last(self) -> date:
        """Give the last day."""
        return self.next.first - _DAY

    @property
    def next(self) -> "Period":
        """Give the one after, in the same row."""
        return period_of(self.first + _INTO_THE_NEXT, self.row)

    @property
    def before(self) -> "Period":
        """Give the one before, in the same row."""
        return period_of(self.first - _DAY, self.row)

    def overlaps(self, other: "Period") -> bool:
        """Say whether any day is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Counted:
    """An enquiry as it is counted. ``case``: its id, 16 bytes, or none where it was erased.

    ``known``: the cells of issues met before, for all that are counted together. It is of one call,
    as what enquiries are about may not stay in a process without anybody's keys.
    """

    received: date
    issues: tuple[Issue, ...]
    case: bytes = b""
    known: dict[tuple[Issue, ...], frozenset[Cell]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def cells(self) -> frozenset[Cell]:
        """Give the cells it is in; what was not registered is in none."""
        if self.issues not in self.known:
            self.known[self.issues] = _cells(self.issues)
        return self.known[self.issues]


def _cells(issues: tuple[Issue, ...]) -> frozenset[Cell]:
    found = set()
    for issue in issues:
        for kind in Kind:
            value = getattr(issue, kind)
            if issue.centre and value:
                found.add(Cell(issue.centre, "", kind, value))
                found.add(Cell(issue.centre, issue.division, kind, value))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of a cell. ``mean``: in a period; ``most``: the most in quiet quarters.

    ``history``: of how many periods that is known, without gaps; the fewer, the wider is the limit.
    """

    mean: float
    most: int
    history: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """What has gathered: enquiries in one cell, more of them than ``usual.most``."""

    cell: Cell
    period: Period
    enquiries: tuple[Counted, ...]
    usual: Usual

    @property
    def number(self) -> int:
        """How many enquiries."""
        return len(self.enquiries)

    @property
    def order(self) -> tuple[tuple[bool, int], int, date]:
        """Which of several is told that have enquiries in common: the narrowest, the largest."""
        return _width(self.cell), -self.number, self.period.first


def period_of(day: date, row: int = 0) -> Period:
    """Give the period of a row that a day lies in."""
    starts = [date(day.year, month, first) for month, first in _ROWS[row]]
    begun = [start for start in starts if start <= day]
    return Period(begun[-1] if begun else date(day.year - 1, *_ROWS[row][-1]), row)


def recent_periods(today: date, number: int) -> list[Period]:
    """Give the running period of each row and those before it, ``number`` of each; newest first."""
    found = []
    for row in range(len(_ROWS)):
        period = period_of(today, row)
        for _ in range(number):
            found.append(period)
            period = period.before
    return sorted(found, reverse=True)


def cells_of(office: Office) -> list[Cell]:
    """Give every cell of a profile: what may not be dealt with (``refused``) is in none."""
    categories = [one for one in office.categories if not one.refused]
    values = {
        Kind.CATEGORY: [one.id for one in categories],
        Kind.SUBCATEGORY: [sub.id for one in categories for sub in one.subcategories],
        Kind.THEME: [one.id for one in office.themes],
    }
    places = [
        (centre.id, division)
        for centre in office.centres
        for division in ("", *(one.id for one in centre.divisions))
    ]
    return [
        Cell(*place, kind, value) for place in places for kind in Kind for value in values[kind]
    ]


def find_patterns(
    counted: Collection[Counted],
    cells: Sequence[Cell],
    rule: PatternRule,
    period: Period,
    gaps: Sequence[Days] = (),
) -> list[Pattern]:
    """Tell what gathers in a period: the narrowest first, then what is furthest above its mean.

    What is left of a cell without the enquiries told before it, at the same centre, has to be
    ``least`` at least: a category is not told again beside its sub-category.
    """
    first, last = period.first, period.last
    now = [one for one in counted if first <= one.received <= last]
    numbers = Counter(cell for one in now for cell in one.cells)
    family = set(cells)
    if not any(number >= rule.least for cell, number in numbers.items() if cell in family):
        return []
    usual = what_is_usual(counted, cells, rule, period, gaps)
    beyond = [cell for cell in family if numbers[cell] > usual[cell].most]
    beyond.sort(key=lambda cell: (_width(cell), -numbers[cell] / usual[cell].mean, cell))
    found: list[Pattern] = []
    for cell in beyond:
        group = tuple(one for one in now if cell in one.cells)
        told = {
            id(one)
            for pattern in found
            if pattern.cell.centre == cell.centre
            for one in pattern.enquiries
        }
        if sum(id(one) not in told for one in group) >= rule.least:
            found.append(Pattern(cell, period, group, usual[cell]))
    return found


def what_is_usual(
    counted: Collection[Counted],
    cells: Sequence[Cell],
    rule: PatternRule,
    period: Period,
    gaps: Sequence[Days] = (),
) -> Mapping[Cell, Usual]:
    """Say what is usual of every cell in a period, by what was counted before it outside gaps."""
    periods = _history(counted, period)
    since = periods[-1].first if periods else period.first
    before = [one for one in counted if since <= one.received < period.first]
    if gaps:
        before = [one for one in before if not _is_in(one.received, gaps)]
    weight = sum(_weight(one, gaps) for one in periods)
    rates = _rates(before, cells, rule, weight)
    limits = _limits(rates, rule)
    return {
        cell: Usual(rate.shape / rate.weight, limits[cell], round(weight))
        for cell, rate in rates.items()
    }


def _is_in(day: date, gaps: Sequence[Days]) -> bool:
    return any(first <= day <= last for first, last in gaps)


def _weight(period: Period, gaps: Sequence[Days]) -> float:
    """Give the share of a period's days that lie in no gap."""
    days = (period.last - period.first).days + 1
    if not any(first <= period.last and period.first <= last for first, last in gaps):
        return 1
    staffed = sum(not _is_in(period.first + timedelta(days=one), gaps) for one in range(days))
    return staffed / days


def _width(cell: Cell) -> tuple[bool, int]:
    """Say how much a cell takes in: divisions less than centres, categories more than the rest."""
    return not cell.division, (Kind.SUBCATEGORY, Kind.THEME, Kind.CATEGORY).index(cell.kind)


def _history(counted: Collection[Counted], period: Period) -> list[Period]:
    """Give the whole periods before one, newest first: that of the first enquiry is not whole."""
    if not counted:
        return []
    first = min(one.received for one in counted)
    periods: list[Period] = []
    one = period.before
    while one.first > first and len(periods) < MOST_PERIODS:
        periods.append(one)
        one = one.before
    return periods


@dataclass(frozen=True, slots=True)
class _Rate:
    """What is known of a cell's rate: Gamma with ``shape`` over ``weight`` (in periods)."""

    shape: float
    weight: float


def _rates(
    before: Collection[Counted], cells: Sequence[Cell], rule: PatternRule, periods: float
) -> Mapping[Cell, _Rate]:
    """Put together, for every cell, its own history and what it would have if kinds came alike."""
    alike = Counter(one.cells for one in before)  # thousands of enquiries are of some hundred sorts
    numbers: Counter[Cell] = Counter()
    for of_one, number in alike.items():
        for cell in of_one:
            numbers[cell] += number
    places, kinds = _margins(alike)
    centres = {cell.centre for cell in cells}
    divisions = Counter(centre for centre, division in {(c.centre, c.division) for c in cells})
    values = Counter(kind for kind, _value in {(cell.kind, cell.value) for cell in cells})
    in_all = len(before) + rule.a_quarter
    rates = {}
    for cell in cells:
        even = rule.a_quarter / len(centres)
        if cell.division:
            even /= divisions[cell.centre] - 1
        of_place = (places[cell.centre, cell.division] + even) / in_all
        even = rule.a_quarter / values[cell.kind]
        of_kind = (kinds[cell.kind, cell.value] + even) / in_all
        expected = in_all / (periods + 1) * of_place * of_kind
        rates[cell] = _Rate(SHAPE + numbers[cell], SHAPE / expected + periods)
    return rates


def _margins(
    alike: Mapping[frozenset[Cell], int],
) -> tuple[Counter[tuple[str, str]], Counter[tuple[Kind, str]]]:
    """Count enquiries by place, and by kind. ``alike``: how many are in the very same cells."""
    places: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[Kind, str]] = Counter()
    for cells, number in alike.items():
        for place in {(cell.centre, cell.division) for cell in cells}:
            places[place] += number
        for kind in {(cell.kind, cell.value) for cell in cells}:
            kinds[kind] += number
    return places, kinds


def _limits(rates: Mapping[Cell, _Rate], rule: PatternRule) -> Mapping[Cell, int]:
    """Set all limits by one threshold: as low as one false alarm in twenty quarters allows.

    The probabilities of going beyond are taken in their order, the smallest first; each lowers its
    cell's limit by one, until their sum would be more than this row's part of `FALSE_ALARMS`.
    """
    steps = []
    most: dict[Cell, int] = {}
    for cell, rate in rates.items():
        tails = _tails(rate, rule.least)
        most[cell] = rule.least + len(tails) - 1
        steps += [(tail, cell, rule.least + number - 1) for number, tail in enumerate(tails)]
    spent, spent_by = 0.0, dict.fromkeys(rates, 0.0)
    for tail, cell, limit in sorted(steps):
        spent += tail - spent_by[cell]
        if spent > FALSE_ALARMS / len(_ROWS):
            break
        spent_by[cell], most[cell] = tail, limit
    return most


def _tails(rate: _Rate, least: int) -> list[float]:
    """Give the probabilities of at least ``least``, one more, and so on, while they matter."""
    more = 1 / (rate.weight + 1)
    each = (1 - more) ** rate.shape  # of none
    left = 1.0
    tails = []
    number = 0
    while number < least or left > _NEVER:
        if number >= least:
            tails.append(left)
        left -= each
        each *= more * (rate.shape + number) / (number + 1)
        number += 1
    return tails
