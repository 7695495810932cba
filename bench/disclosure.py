"""What disclosure control hides, what is broken without it, and how long it takes.

    uv run python -m bench.disclosure [SETS [MOST_LINES]]

Random linked sets of tables, each protected, then attacked; beside it small numbers blanked alone
and the row-and-column heuristic, on the same merged tables. Then Stevns' tables and two linked
tables of a large town. Seconds are of processor time.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.disclosure.heuristics import row_and_column, small_only
from tests.disclosure.towns import large_town, linked_set, stevns, stevns_cross, truth_of
from whistle.disclosure import (
    CannotProtect,
    Publication,
    attack,
    check,
    merged,
    protect,
)

TOLD_EVERY = 100


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


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 4  # noqa: PLR2004
    timed("Stevns, four columns", stevns_cross)
    timed("Stevns, merged by itself", stevns)
    timed("40 × 7 × 12, 1,000 cases, k 3", lambda: large_town(1_000, 3))
    random_sets(count, most)


if __name__ == "__main__":
    main()
