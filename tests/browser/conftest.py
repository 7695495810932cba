"""Fixtures of the tests that visit the running demo with a browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import Visitor, chromium
from tests.support.demo import Demo, running_demo


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    with chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens as many pages as a test needs, strangers to each other, and closes them."""
    someone = Visitor(browser)
    yield someone
    someone.close()


@pytest.fixture(params=["javascript", "no-javascript"])
def page(visitor: Visitor, request: pytest.FixtureRequest) -> Page:
    """An empty page: the test runs once with JavaScript and once without."""
    return visitor.open(javascript=request.param == "javascript")


@pytest.fixture
def check_page(visitor: Visitor) -> Callable[[Page], None]:
    """Asserts of a page: no axe violation, no request elsewhere, no console error or warning."""
    return visitor.check


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with its made-up cases, one for all tests of a worker: add to it, break nothing."""
    with running_demo(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo


@pytest.fixture
def empty_demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of the test's own, with members and keys and no case."""
    with running_demo(tmp_path_factory.mktemp("demo") / "data", "--empty") as demo:
        yield demo
