"""The adviser's standing over time: how many hours a week, and where the office is placed.

Both are of the profile, whose versions have dates; whoever reads the numbers of two years has to
know whether the same work was behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from whistle.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Capacity:
    """What held from a day on; ``since``: none where the profile does not say.

    ``hours``: a week, none where there is no such number; ``placement``: by language, may be empty.
    """

    since: date | None
    hours: int | None
    placement: Mapping[str, str]


def capacities(profile: Profile) -> list[Capacity]:
    """Give what holds, and what held before it, the newest first; each only where it changed."""
    found: list[Capacity] = []
    for version in reversed(profile.versions):
        office = version.office
        if found and (found[-1].hours, found[-1].placement) == (
            office.hours_a_week,
            office.placement,
        ):
            continue
        since = None if version.valid_from == date.min else version.valid_from
        found.append(Capacity(since, office.hours_a_week, office.placement))
    return found[::-1]
