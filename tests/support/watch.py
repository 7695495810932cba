"""What a page does behind the visitor's back."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.support.network import is_local


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
