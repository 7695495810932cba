"""How fast cases come under an inbox's new key, and whether a rotation survives being killed.

    uv run python -m bench.rotation [CASES [KILLS [URL]]]

Every second case is unopened, every second one answered. First the speed, with nobody else at work
(aim: 1,000 cases a second); then rotations killed at random points while people report and write,
until the last one finishes: nothing may be unreadable. The defaults are 10,000 cases, 100 kills,
and SQLite in a temporary folder; another database must be empty.
"""

import cProfile
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.rotation import Town, kill_rotations
from tests.support.office import found, open_office
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

CASES, KILLS = 10_000, 100
LONGEST = 0.5  # seconds that a rotation may live


def main() -> None:
    """Measure, and print."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else KILLS  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{Path(folder) / 'whistle.db'}"  # noqa: PLR2004
        store = open_store(url)
        upgrade(store)
        office = open_office(store, found())
        town = Town(office.installation, office.adviser)
        town.fill(cases)
        measure_speed(town)
        measure_kills(town, kills)
        store.dispose()


def measure_speed(town: Town) -> None:
    """Rotate all cases once; with ``PROFILE`` in the environment, say what took the time."""
    town.take_a_step()
    profile = cProfile.Profile()
    if os.environ.get("PROFILE"):
        profile.enable()
    begun, used = time.perf_counter(), time.process_time()
    done = town.finish()
    seconds, worked = time.perf_counter() - begun, time.process_time() - used
    profile.disable()
    print(f"{done} cases in {seconds:.1f} s: {done / seconds:.0f} a second", flush=True)
    print(f"  {done / worked:.0f} in a second of this process's own time", flush=True)
    if os.environ.get("PROFILE"):
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


def measure_kills(town: Town, kills: int) -> None:
    """Kill rotations, then let one finish."""
    steps = kill_rotations(town, kills, LONGEST)
    left = town.finish()
    print(f"{kills} kills in {steps} rotations; {left} cases were left for the last")
    print(f"{len(town.written)} cases, {len(town.unreadable())} unreadable", flush=True)


if __name__ == "__main__":
    main()
