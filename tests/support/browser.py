"""Chromium as a visitor's browser, and what every page has to keep: quiet, at home, accessible."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from tests.support.network import is_local
from tests.support.requirements import missing

AXE = Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js"

WIDTHS = (1200, 390)  # a desk and a pocket

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


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass
class Watch:
    """What a page did behind the visitor's back since it was last asked."""

    page: Page
    javascript: bool
    strays: list[str] = field(default_factory=list)  # requests that left the page's server
    complaints: list[str] = field(default_factory=list)  # console errors, CSP violations, crashes
    _refusals: list[tuple[str, str]] = field(default_factory=list)
    _home: str = ""
    _visited: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._requested)
        self.page.on("console", self._printed)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script failed: {error}"))
        self.page.on("crash", lambda _: self.complaints.append("the page crashed"))

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"about", "blob", "data"}:
            return
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            # A visitor may go to another of our doors; a page may not fetch from it.
            self._home = origin(request.url)
            self._visited.add(request.url)
            if not is_local(parts.hostname):
                self.strays.append(request.url)
        elif origin(request.url) != self._home:
            self.strays.append(request.url)

    def _printed(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        address = message.location["url"]
        if message.text.startswith("Failed to load resource: the server responded"):
            self._refusals.append((address, message.text))
        else:
            self.complaints.append(f"{message.text} ({address})")

    def faults(self) -> list[str]:
        """Return all that was noticed since the last call, and forget it."""
        # A page that is itself a refusal (404, 422) is reported by the browser as an error; it is
        # one only if it was a part of a page.
        refused = [f"{text} ({url})" for url, text in self._refusals if url not in self._visited]
        found = [f"left its server: {url}" for url in self.strays] + self.complaints + refused
        self.strays.clear()
        self.complaints.clear()
        self._refusals.clear()
        return found


@dataclass
class Visitor:
    """Opens pages, each in a context of its own, and checks what they show and do."""

    browser: Browser
    # Contexts that somebody has left: their cookies are gone, what is the same for all is cached.
    idle: list[BrowserContext] = field(default_factory=list)
    _pages: dict[Page, tuple[Watch, CDPSession]] = field(default_factory=dict)

    def open(self, *, javascript: bool = True) -> Page:
        """Return an empty page without cookies; without JavaScript it runs no page's script.

        Playwright's own switch would keep axe from running too, so the browser is told directly.
        """
        context = self.idle.pop() if self.idle else self._context()
        page = context.new_page()
        session = context.new_cdp_session(page)
        _run_scripts(session, on=javascript)
        self._pages[page] = (Watch(page, javascript), session)
        return page

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(locale="da-DK", reduced_motion="reduce")
        context.set_default_timeout(15_000)
        return context

    def check(self, page: Page) -> None:
        """Assert that a page is accessible, wide and narrow, stayed at home and kept quiet."""
        watch, session = self._pages[page]
        faults = watch.faults()
        before = page.viewport_size or {"width": 1280, "height": 720}
        _run_scripts(session, on=True)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"at {width} px: {fault}" for fault in accessibility_faults(page)]
        _run_scripts(session, on=watch.javascript)
        page.set_viewport_size({"width": before["width"], "height": before["height"]})
        _raise(page, faults)

    def forget(self, page: Page) -> None:
        """Drop what was noticed so far: for a test that provokes it."""
        self._pages[page][0].faults()

    def close(self) -> None:
        """Close all pages and assert that nothing unchecked had happened on any."""
        leftovers = [(page, watch.faults()) for page, (watch, _) in self._pages.items()]
        for page in self._pages:
            page.close()
            page.context.clear_cookies()
            self.idle.append(page.context)
        self._pages.clear()
        for page, faults in leftovers:
            _raise(page, faults)


def _run_scripts(session: CDPSession, *, on: bool) -> None:
    """Switch a page's scripts on or off; those of a loaded page are not run again."""
    session.send("Emulation.setScriptExecutionDisabled", {"value": not on})


def _raise(page: Page, faults: list[str]) -> None:
    if faults:
        raise AssertionError("\n".join([f"{page.url} has faults:", *faults]))


def accessibility_faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it stands, one line for each rule broken."""
    # Carrying the whole result over would take as long as finding it.
    violations = page.evaluate(
        "async () => (await axe.run({resultTypes: ['violations']})).violations"
    )
    return [
        f"{violation['id']}: {violation['help']} at "
        + "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
        for violation in violations
    ]
