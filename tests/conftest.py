"""What all tests share: no network, the databases, and marks by which a part can be run."""

import gc
import os
import sys
from functools import lru_cache
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = [
    "tests.support.compiled",
    "tests.support.network",
    "tests.support.office",
    "tests.support.postgres",
    "tests.support.stores",
    "tests.support.stretched",
]

# Where a container forbids bytecode, each of the many processes that a run starts would compile
# this tree again: half a minute. It goes where git ignores it, beside the linters' caches.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Collecting makes a million things that stay: looking among them for rubbish takes seconds.
gc.set_threshold(200_000, 20, 20)

# Two busy cores make any deadline a coin toss. On CI a property is tried on the same examples in
# every run, so that red means the change.
hypothesis.settings.register_profile("home", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "home")

BROWSER_FIXTURES = {"browser", "visitor", "page", "demo_server", "empty_demo_server"}
POSTGRES_FIXTURES = {"postgres", "postgres_url"}


# Long: one worker begins with the browser, whose tests share a Chromium and a demo; another with
# all that starts programs and waits for them. The many short tests behind them go to who is free.
BROWSER_ROOMS = {"browser"}
PROGRAM_ROOMS = {"house", "faults", "deploy", "abuse"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what two cores have no time for in every run."""
    parser.addoption(
        "--both-languages", action="store_true", help="tell every browser story in both languages"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use, and have every worker begin with long ones."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if fixtures & POSTGRES_FIXTURES:
            item.add_marker("postgresql")
        if room_of(item) == "house":
            item.add_marker("house")
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """Have Python look for rubbish among what tests make, seldom, and not among the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def room_of(item: pytest.Item) -> str:
    """Return the folder under tests/ in which a test stands."""
    return _room(item.path)


@lru_cache
def _room(path: Path) -> str:
    return path.relative_to(Path(__file__).parent).parts[0]


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Order tests so that the first two shares, when each worker gets the same number, begin long.

    With `--dist=worksteal` a share is a row of neighbours, and whoever has run dry takes over from
    the end of another's.
    """
    browser = [item for item in items if room_of(item) in BROWSER_ROOMS]
    programs = [item for item in items if room_of(item) in PROGRAM_ROOMS]
    short = [item for item in items if room_of(item) not in BROWSER_ROOMS | PROGRAM_ROOMS]
    if workers == 1:
        return [*programs, *short, *browser]
    behind = max(0, len(items) // workers - len(browser))
    return [*browser, *short[:behind], *programs, *short[behind:]]
