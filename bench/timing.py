"""Whether an answer's time tells too much: that a user name exists, that a receipt is right.

    uv run python -m bench.timing [SIGN_INS [RECEIPTS]]

Both kinds are asked for in random order, in process, so that no network blurs the times. Prints
Welch's t over all times and over the quicker nine tenths of each kind (what the machine's other
work delays says nothing); the aim is |t| < 4.5 for both (the bound of test vector leakage
assessment, TVLA). The defaults, 2,000 sign-ins and 100,000 receipts each, take half an hour.
"""

import gc
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from functools import partial
from math import sqrt
from pathlib import Path

from flask import Flask

from tests.support.demo import Demo
from tests.support.office import hidden_fields
from whistle.accounts.delays import FREE
from whistle.app import create_casework, create_intake
from whistle.cli import main as whistle
from whistle.crypto.receipt import Receipt
from whistle.domain.clock import Clock, FixedClock
from whistle.installation import open_installation
from whistle.settings import load_settings

HOST = "https://whistle.example"
BOUND = 4.5
WARM_UP = 20
UNCROPPED, CROPPED = 1.0, 0.9


def main() -> None:
    """Measure, and print."""
    sign_ins = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    receipts = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with redirect_stdout(None):
            whistle(["demo", "--no-serve", "--data", str(data)])
        clock = FixedClock(Clock().now())
        installation = replace(open_installation(load_settings(data)), clock=clock)
        demo = Demo.load(data)
        casework, intake = create_casework(installation), create_intake(installation)
        compare(
            "sign-in with a wrong passphrase: the user name exists, or does not",
            lambda: sign_in(casework, clock, demo.members[0].username),
            lambda: sign_in(casework, clock, "raadgivex"),
            sign_ins,
        )
        names = (demo.members[0].username, "raadgivex")
        for _ in range(FREE):
            for name in names:
                sign_in(casework, clock, name, timedelta(seconds=1))
        compare(
            "the same after too many wrong ones",
            lambda: sign_in(casework, clock, names[0], timedelta(), 429),
            lambda: sign_in(casework, clock, names[1], timedelta(), 429),
            sign_ins,
        )
        kinds = [demo.receipts, *([Receipt.random().show() for _ in demo.receipts] for _ in "12")]
        reported, unknown, as_unknown = (
            partial(lambda some: show(intake, random.choice(some)), some) for some in kinds
        )
        compare(
            "a receipt up to the same 303: a report has it, or none", reported, unknown, receipts
        )
        compare("a control: two kinds that no report has", as_unknown, unknown, receipts)


def sign_in(
    casework: Flask,
    clock: FixedClock,
    username: str,
    pause: timedelta = timedelta(hours=2),
    expected: int = 403,
) -> float:
    """Sign in with a wrong passphrase from a fresh browser; give the seconds of the answer.

    After a pause: in two hours the failure before is forgotten, and delays nobody.
    """
    clock.moment += pause
    client = casework.test_client()
    fields = hidden_fields(client.get("/casework/", base_url=HOST).text)
    form = {**fields, "username": username, "passphrase": "seks ord som ikke er de rette"}
    return timed(lambda: client.post("/casework/", base_url=HOST, data=form).status_code, expected)


def show(intake: Flask, receipt: str) -> float:
    """Show a receipt from a fresh browser; give the seconds of the answer."""
    client = intake.test_client()
    return timed(
        lambda: client.post("/da/receipt", base_url=HOST, data={"receipt": receipt}).status_code,
        303,
    )


def timed(ask: Callable[[], int], expected: int) -> float:
    """Give the seconds that an answer takes."""
    begun = time.perf_counter()
    status = ask()
    seconds = time.perf_counter() - begun
    if status != expected:
        raise SystemExit(f"answered {status}, not {expected}")
    return seconds


def compare(name: str, one: Callable[[], float], other: Callable[[], float], times: int) -> None:
    """Ask for both kinds in random order, and print whether their times differ."""
    for _ in range(WARM_UP):
        one(), other()
    kinds = [one, other] * times
    random.Random(secrets.randbits(64)).shuffle(kinds)
    taken: dict[Callable[[], float], list[float]] = {one: [], other: []}
    gc.disable()
    for number, kind in enumerate(kinds):
        taken[kind].append(kind())
        if number % 500 == 0:
            gc.collect()
    gc.enable()
    print(f"{name} ({times:,} each)")
    for kind in (one, other):
        low, middle, high = statistics.quantiles(taken[kind], n=4)
        print(f"  median {middle * 1e3:.3f} ms, quartiles {low * 1e3:.3f} to {high * 1e3:.3f} ms")
    for part in (UNCROPPED, CROPPED):
        t = welch(quickest(taken[one], part), quickest(taken[other], part))
        words = "within" if abs(t) < BOUND else "BEYOND"
        print(f"  Welch's t over the quickest {part:.0%}: {t:+.2f}, {words} {BOUND}", flush=True)


def quickest(times: list[float], part: float) -> list[float]:
    """Give the quickest part of some times."""
    return sorted(times)[: int(len(times) * part)]


def welch(one: list[float], other: list[float]) -> float:
    """Give Welch's t of two samples."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / sqrt(spread)


if __name__ == "__main__":
    main()
