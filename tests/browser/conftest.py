"""Fixtures of the tests that visit the running demo with a browser."""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import doors
from tests.browser.doors import Walk
from tests.browser.gallery import Gallery
from tests.support.browser import Visitor, chromium
from tests.support.demo import Demo, running_demo
from tests.support.reader import Readers

HERE = Path(__file__).parent
IN_BOTH = {"test_pages.py"}  # which looks at every page, some in one language and some in the other


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def idle() -> list[BrowserContext]:
    """What one test's visitors have left, for the next test's."""
    return []


@pytest.fixture(scope="session")
def readers() -> Readers:
    """Who reads the pages of all tests of a worker with axe."""
    return Readers()


@pytest.fixture
def visitor(browser: Browser, idle: list[BrowserContext], readers: Readers) -> Iterator[Visitor]:
    """Opens as many pages as a test needs, strangers to each other, and closes them."""
    someone = Visitor(browser, idle, readers)
    yield someone
    someone.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[Gallery]:
    """Keeps the pages that no worker had seen; when its tests are over, their markup is checked."""
    shapes = run_folder / "shapes"
    shapes.mkdir(exist_ok=True)
    pages = Gallery(tmp_path_factory.mktemp("gallery"), shapes)
    yield pages
    faults = pages.faults()
    assert not faults, "\n".join(["the Nu Html Checker complains:", *faults])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell each story in one language: a browser is what takes longest, and two cores are two.

    Which one hangs on its name, so that half of them are in Danish with scripts and half in English
    without.
    """
    if config.getoption("--both-languages"):
        return
    other = [item for item in items if _is_told_in_the_other(item)]
    if other:
        items[:] = [item for item in items if item not in set(other)]
        config.hook.pytest_deselected(items=other)


def _is_told_in_the_other(item: pytest.Item) -> bool:
    lang = getattr(item, "callspec", None) and item.callspec.params.get("lang")  # type: ignore[attr-defined]
    if item.path.parent != HERE or item.path.name in IN_BOTH or lang not in doors.LANGUAGES:
        return False
    name = getattr(item, "originalname", item.name)
    return bool(lang != doors.LANGUAGES[crc32(name.encode()) % len(doors.LANGUAGES)])


@pytest.fixture(params=doors.LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    """The test runs in Danish or in English; in both with ``--both-languages``."""
    language: str = request.param
    return language


@pytest.fixture
def walk(visitor: Visitor, gallery: Gallery, lang: str) -> Walk:
    """A visitor's way through the pages: the Danish one has JavaScript, the English one has not."""
    return Walk(visitor, gallery, lang, javascript=lang == "da")


@pytest.fixture(params=["javascript", "no-javascript"])
def page(visitor: Visitor, request: pytest.FixtureRequest) -> Page:
    """An empty page: the test runs once with JavaScript and once without."""
    return visitor.open(javascript=request.param == "javascript")


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with its made-up cases, one for all tests of a worker: add to it, break nothing."""
    with running_demo(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo
