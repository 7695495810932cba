"""How often the rule of patterns is wrong: on many invented years of four offices.

    uv run python -m bench.patterns [YEARS]

Prints for each office, over so many years (200 unless told): in how many quiet quarters anything
was told (at most one in twenty is promised); of patterns that were planted so as to lie three above
the usual, how many were told (all are promised); and, which is promised by nobody, how many were
told where so many enquiries more than by chance came to some cell, by how many came; and processor
time for a quarter. ``docs/figures.md`` keeps them.
"""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.invented_years import FIRST, InventedOffice, in_one
from whistle.domain.office import PatternRule
from whistle.domain.patterns import Counted, find_patterns, period_of, what_is_usual
from whistle.domain.profile import load_profile

OFFICES = (("stevns", 8), ("stevns", 25), ("ringsted", 36), ("aalborg", 75))
QUARTERS = 20  # that an office has, one after the other
EXTRA = (3, 4, 5, 6, 8)
EACH = 4  # quarters in which something is planted: each fourth


@dataclass
class Seen:
    """What was seen of one office."""

    quiet: int = 0
    alarms: int = 0
    planted: int = 0
    told: int = 0
    extra: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0


def look(invented: InventedOffice, rule: PatternRule, seen: Seen) -> None:
    """Go through an office's quarters."""
    quarters = invented.quarters(QUARTERS)
    counted, period = in_one(quarters), FIRST
    for number in range(1, QUARTERS - 1):
        period = period.next
        between = period_of(period.last, 1)
        known = [one for one in counted if one.received <= between.last]
        begun = time.process_time()
        alarms = [find_patterns(known, invented.cells, rule, one) for one in (period, between)]
        seen.seconds += time.process_time() - begun
        seen.quiet += 1
        seen.alarms += any(alarms)
        if number % EACH == 0:
            plant(invented, rule, quarters[: number + 1], seen)


def plant(
    invented: InventedOffice, rule: PatternRule, quarters: list[list[Counted]], seen: Seen
) -> None:
    """Plant a pattern three above the usual, and others of so many more, in the last quarter."""
    period = FIRST
    for _ in quarters[1:]:
        period = period.next
    known, cell = in_one(quarters), invented.chance.choice(invented.cells)
    there = sum(cell in one.cells for one in quarters[-1])
    most = what_is_usual(known, invented.cells, rule, period)[cell].most
    seen.planted += 1
    above = invented.planted(period, cell, max(1, most + 3 - there))
    seen.told += is_told(invented, rule, known, above)
    for more in EXTRA:
        seen.extra[more] += is_told(invented, rule, known, invented.planted(period, cell, more))


def is_told(
    invented: InventedOffice, rule: PatternRule, known: list[Counted], planted: list[Counted]
) -> bool:
    """Say whether all that was planted is told."""
    period = period_of(planted[0].received)
    told = find_patterns([*known, *planted], invented.cells, rule, period)
    return {id(one) for one in planted} <= {id(one) for one in in_one([p.enquiries for p in told])}


def main() -> None:
    """Look at every office and print."""
    years = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for name, a_quarter in OFFICES:
        print(measure(name, a_quarter, range(years * 4 // (QUARTERS - 2) + 1)), flush=True)


def measure(name: str, a_quarter: int, seeds: range) -> str:
    """Look at one office, made anew for each seed."""
    seen, office = Seen(), load_profile(name).office
    for seed in seeds:
        invented = InventedOffice(office, a_quarter, random.Random(seed))
        look(invented, PatternRule(a_quarter=a_quarter), seen)
    told = ", ".join(f"+{more}: {seen.extra[more] / seen.planted:.0%}" for more in EXTRA)
    return (
        f"{name}, {a_quarter} a quarter: "
        f"{seen.alarms} of {seen.quiet} quiet quarters ({seen.alarms / seen.quiet:.1%}); "
        f"three above the usual: {seen.told} of {seen.planted}; {told}; "
        f"{seen.seconds / seen.quiet * 1000:.1f} ms a quarter"
    )


if __name__ == "__main__":
    main()
