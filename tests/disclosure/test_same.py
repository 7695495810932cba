"""The same numbers give the same report, on whatever machine and however busy it is."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

MAKE = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tests.disclosure.towns import stevns_cross
from whistle.disclosure import protect, write_certificate, write_publication
made = protect(stevns_cross(), crossed=True, seconds=1)
print(made.method, write_publication(made.publication), write_certificate(made.certificate))
"""


def test_made_twice_on_one_crowded_core_it_is_the_same_to_the_byte() -> None:
    with ThreadPoolExecutor() as both:
        first, second = both.map(_made, ("1", "2"))
    assert first == second
    assert first.startswith(b"cutting planes")


def _made(seed: str) -> bytes:
    """Make it in a process of its own, whose sets are in an order of their own."""
    surroundings = {**os.environ, "PYTHONHASHSEED": seed}
    told = [sys.executable, "-c", MAKE]
    return subprocess.run(told, env=surroundings, check=True, capture_output=True).stdout
