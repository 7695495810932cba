"""What all tests share: no network, the databases, and marks by which a part can be run."""

import os
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = [
    "tests.support.network",
    "tests.support.office",
    "tests.support.postgres",
    "tests.support.stores",
]

# Two busy cores make any deadline a coin toss. On CI a property is tried on the same examples in
# every run, so that red means the change.
hypothesis.settings.register_profile("home", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "home")

BROWSER_FIXTURES = {"browser", "visitor", "page", "demo_server", "empty_demo_server"}
POSTGRES_FIXTURES = {"postgres", "postgres_url"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use, and begin with the longest."""
    house = Path(__file__).parent / "house"
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if fixtures & POSTGRES_FIXTURES:
            item.add_marker("postgresql")
        if item.path.is_relative_to(house):
            item.add_marker("house")
    items.sort(key=lambda item: item.get_closest_marker("house") is None)
