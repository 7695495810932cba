"""Every fault at every call of one submission to the database, and 300 submissions under `kill -9`.

    uv run python -m bench.faults [KILLS]

Prints what people were told. Ends with an error at the first promise that does not hold: whatever
was acknowledged opens with its receipt, nothing is there twice, nothing is out of reach, the
database is sound. Takes about fifteen minutes on two cores.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.injection import Fault
from tests.faults.test_kill import kill_amid_reports
from tests.faults.trials import Trials

SIZE = 300_000  # bytes of the file: two chunks
KILLS = 300


def main() -> None:
    """Try them all, and print."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        with Trials.begin(Path(folder) / "faults", SIZE) as trials:
            names = Counter(call.name for call in trials.calls)
            print(f"one submission: {names.total()} calls, {dict(names)}")
            for fault in Fault:
                calls = [one for one in trials.calls if one.can_meet(fault)]
                told = Counter(trials.attempt(call, fault).value for call in calls)
                print(f"{fault} at {len(calls)} of them: {dict(told)}", flush=True)
            trials.check_the_whole()
        counted = kill_amid_reports(Path(folder) / "kills", kills)
        print(f"kill -9, {kills} times: {counted}")


if __name__ == "__main__":
    main()
