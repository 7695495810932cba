"""What the overview costs an office of so many registered cases, on SQLite.

    uv run python -m bench.overview [CASES …]

The cases are those of `bench.report`: all of the last twelve months, four in five closed. Prints
the processor time of the page by a test client: first after a start, and then, when the process
remembers what was counted (median of five). The default is 1,000 and 10,000.
"""

import statistics
import sys
import time
from pathlib import Path

from bench.casework import open_again
from bench.report import each_alone, fill, load
from tests.support.office import Desk, Founding

SIZES = (1_000, 10_000)
AIMS = {1_000: 0.5, 10_000: 2.0}
RUNS = 5


def measure(database: Path, founding: Founding, number: int) -> None:
    """Open the page of an office that is filled, and print."""
    office = open_again(database, founding)
    desk = office.desk_of(office.adviser)
    first, *later = (page(desk) for _ in range(1 + RUNS))
    aim = f"   (aim {AIMS[number]} s)" if number in AIMS else ""
    print(f"{number} cases, load {load():.1f}")
    print(f"  first {first:.2f} s, later {statistics.median(later):.2f} s{aim}", flush=True)


def page(desk: Desk) -> float:
    """Open the page; give the seconds of processor time it took."""
    before = time.process_time()
    assert desk.get("/casework/overview").status_code == 200  # noqa: PLR2004
    return time.process_time() - before


def main() -> None:
    """Measure offices of several sizes."""
    each_alone([int(one) for one in sys.argv[1:]] or SIZES, fill, measure)


if __name__ == "__main__":
    main()
