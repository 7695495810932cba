"""Chromium as a visitor's browser, and what every page has to keep: quiet, at home, accessible."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    sync_playwright,
)

from tests.support.reader import Readers
from tests.support.requirements import missing
from tests.support.watch import Watch

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for, nothing but this machine is found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.*",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium until the block ends, without its windows where it comes so.

    The shell is the same engine and version; the whole of Chromium draws tool bars that nobody
    sees, and takes thrice as long.
    """
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        missing("Chromium", "chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Opens pages, each in a context of its own, and checks what they show and do."""

    browser: Browser
    # Contexts that somebody has left: their cookies are gone, what is the same for all is cached.
    idle: list[BrowserContext] = field(default_factory=list)
    readers: Readers = field(default_factory=Readers)
    _pages: dict[Page, Watch] = field(default_factory=dict)

    def open(self, *, javascript: bool = True) -> Page:
        """Return an empty page without cookies; without JavaScript it runs no page's script.

        Playwright's own switch belongs to a context, and those are used again: the browser is told.
        """
        context = self.idle.pop() if self.idle else self._context()
        page = context.new_page()
        off = {"value": not javascript}
        context.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", off)
        self._pages[page] = Watch(page, javascript)
        return page

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(locale="da-DK", reduced_motion="reduce")
        context.set_default_timeout(15_000)
        return context

    def check(self, page: Page) -> None:
        """Assert that a page is accessible, wide and narrow, stayed at home and kept quiet."""
        watch = self._pages[page]
        _raise(page, watch.faults() + self.readers.faults(page, javascript=watch.javascript))

    def forget(self, page: Page) -> None:
        """Drop what was noticed so far: for a test that provokes it."""
        self._pages[page].faults()

    def close(self) -> None:
        """Close all pages and assert that nothing unchecked had happened on any."""
        leftovers = [(page, watch.faults()) for page, watch in self._pages.items()]
        for page in self._pages:
            page.close()
            page.context.clear_cookies()
            self.idle.append(page.context)
        self._pages.clear()
        for page, faults in leftovers:
            _raise(page, faults)


def _raise(page: Page, faults: list[str]) -> None:
    if faults:
        raise AssertionError("\n".join([f"{page.url} has faults:", *faults]))
