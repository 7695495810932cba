"""A thousand requests of the fuzzer; the nightly bench sends a million (`bench/fuzz.py`)."""

from collections import Counter
from pathlib import Path

from bench.fuzz import Fuzzer

REQUESTS = 1_200  # ten seconds


def test_no_request_breaks_a_door_or_loses_a_report(tmp_path: Path) -> None:
    answered: Counter[str] = Fuzzer(seed=6, folder=tmp_path).play(0, REQUESTS)
    # The control: the fuzzer gets past the forms' checks, and reaches every kind of refusal.
    assert answered["reports"] > 9  # of more routes with each release
    assert {"200", "303", "400", "403", "404", "405", "413", "415", "422"} <= set(answered)
