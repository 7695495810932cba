"""What disclosure control hides, what is broken without it, and how long it takes.

    uv run python -m bench.disclosure [SETS [MOST_LINES]]

Random linked sets of tables, each protected, then attacked; beside it small numbers blanked alone
and the row-and-column heuristic, on the same merged tables. Before them Stevns' tables, two linked
tables of a large town, and what a town like Stevns publishes in five years, and in one by quarters.
Seconds are of processor time.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.disclosure.heuristics import row_and_column, small_only
from tests.disclosure.towns import large_town, linked_set, stevns, stevns_cross, truth_of
from tests.report.test_years import STEVNS, a_year
from whistle.disclosure import (
    CannotProtect,
    Publication,
    attack,
    check,
    merged,
    protect,
)
from whistle.domain.counting import Period
from whistle.report.building import Wanted
from whistle.report.public import make_public

TOLD_EVERY = 100
FIRST_YEAR, YEARS = 2020, 5
QUARTERS = [Period(date(2020, m, 1), date(2020, m + 2, d)) for m, d in ((1, 31), (4, 30))]
QUARTERS += [Period(date(2020, 1, 1), date(2020, 6, 30))]
QUARTERS += [Period(date(2020, m, 1), date(2020, m + 2, d)) for m, d in ((7, 30), (10, 31))]
QUARTERS += [Period(date(2020, 1, 1), date(2020, 12, 31))]


@dataclass
class Tally:
    """Sums over all sets, by method."""

    hidden: Counter[str] = field(default_factory=Counter)
    open_cells: Counter[str] = field(default_factory=Counter)
    broken_sets: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    without_blanks: int = 0

    def note(self, method: str, published: Publication, truth: Publication) -> None:
        """Attack what a method gives."""
        found = attack([published], truth_of(truth))
        self.hidden[method] += found.blanks
        self.open_cells[method] += len(found.findings)
        self.broken_sets[method] += not found.safe


def one_set(seed: int, most: int, tally: Tally) -> None:
    """Protect a set, and attack it and its two heuristic sisters."""
    whole = linked_set(seed, most)
    begun = time.process_time()
    try:
        made = protect(whole, crossed=True, seconds=0.2)
    except CannotProtect:
        tally.refused += 1
        return
    tally.seconds.append(time.process_time() - begun)
    if not made.attack.safe or not check([made.publication], made.certificate).valid:
        raise SystemExit(f"set {seed} was broken")
    whole = merged(whole, made.mergings)
    tally.without_blanks += not made.hidden
    tally.note("protected", made.publication, whole)
    tally.note("small cells only", small_only(whole), whole)
    tally.note("row and column", row_and_column(whole), whole)


def random_sets(count: int, most: int) -> None:
    """Print the table of all sets."""
    tally = Tally()
    for seed in range(count):
        one_set(seed, most, tally)
        if (seed + 1) % TOLD_EVERY == 0 or seed + 1 == count:
            done = len(tally.seconds)
            print(
                f"{seed + 1} sets: {tally.refused} refused, {tally.without_blanks} without blanks, "
                f"{sum(tally.seconds) / max(done, 1):.2f} s each, "
                f"{max(tally.seconds, default=0):.1f} s at most"
            )
            for method, hidden in tally.hidden.items():
                told = tally.open_cells[method], tally.broken_sets[method]
                print(
                    f"  {method:<18}{hidden} hidden -> {told[0]} broken, {told[1]} sets", flush=True
                )


def timed(name: str, make: Callable[[], Publication], seconds: float = 1.0) -> None:
    """Protect a publication and check its certificate, and print how long that took."""
    whole = make()
    begun = time.process_time()
    made = protect(whole, crossed=True, seconds=seconds)
    middle = time.process_time()
    checked = check([made.publication], made.certificate)
    done = time.process_time()
    print(
        f"{name}: {made.hidden} hidden by {made.method}, {len(made.mergings)} merged, "
        f"{middle - begun:.2f} s; certificate {'holds' if checked.valid else 'FAILS'}, "
        f"{len(made.certificate.witnesses)} witnesses, {done - middle:.3f} s"
    )
    truth = merged(whole, made.mergings)
    for method, way in (("small cells only", small_only), ("row and column", row_and_column)):
        found = attack([way(truth)], truth_of(truth))
        print(f"  {method:<18}{found.blanks} hidden -> {len(found.findings)} broken", flush=True)


def one_after_another(name: str, periods: Sequence[Period], seed: int = 1) -> None:
    """Publish a small town's reports, and print what each shows and how long it took."""
    chance = random.Random(seed)
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    facts = [one for year in years for one in a_year(chance, year)]
    published: list[Publication] = []
    for period in periods:
        begun = time.process_time()
        public = make_public(STEVNS, facts, Wanted(period), published)
        took = time.process_time() - begun
        published.append(public.publication)
        shown = " ".join(one.id for one in public.publication.tables)
        print(f"{name} {period.first}/{period.last}: {shown}; {public.hidden} hidden, {took:.2f} s")
    begun = time.process_time()
    found = attack(published)
    print(
        f"  together: {'safe' if found.safe else 'BROKEN'}, {found.asked} numbers asked, "
        f"{time.process_time() - begun:.2f} s",
        flush=True,
    )


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 4  # noqa: PLR2004
    timed("Stevns, four columns", stevns_cross)
    timed("Stevns, merged by itself", stevns)
    timed("40 × 7 × 12, 1,000 cases, k 3", lambda: large_town(1_000, 3))
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    one_after_another("year", [Period(date(y, 1, 1), date(y, 12, 31)) for y in years])
    one_after_another("part", QUARTERS)
    random_sets(count, most)


if __name__ == "__main__":
    main()
