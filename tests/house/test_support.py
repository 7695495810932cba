"""The checks that other tests rely on can fail: each is shown a fault and has to see it."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.support.browser import Visitor, chromium
from tests.support.network import NetworkForbiddenError
from tests.support.postgres import Cluster
from tests.support.requirements import missing
from whistle.crypto.envelope import KeyPair, open_seal, seal
from whistle.crypto.errors import UnreadableError
from whistle.crypto.place import Place, Purpose

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"

PAGE = """<!doctype html><html lang="da"><head><title>Prøve</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{path}.css">
<script src="/script.js"></script></head><body><main><h1>Prøve</h1>{body}</main></body></html>"""

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

BODIES = {
    "/sound": "<noscript><p>Uden script</p></noscript>",
    "/unlabelled": f'<img src="{PIXEL}">',
    "/styled-inline": '<p style="color: red">Rød</p>',
    "/elsewhere": '<img alt="" src="http://localhost:9/pixel.gif">',
    "/incomplete": '<img alt="" src="/gone.gif">',
    "/unscripted": f'<noscript><img src="{PIXEL}"></noscript>',
    "/faint": "<p>Svag tekst</p>",
    "/narrow": "<p>Svag tekst</p>",
    "/ticked": '<input type="checkbox" aria-label="Ja"><p>Svag tekst</p>',
    "/typed": '<input aria-label="Ja" pattern="Nej"><p>Svag tekst</p>',
    "/focused": '<input aria-label="Ja"><p>Svag tekst</p>',
}

# Where nobody can read the text: everywhere, in a pocket, or only once something was done.
FAINT = "{ background: white; color: #ddd }"
STYLES = {
    "/faint.css": f"p {FAINT}",
    "/narrow.css": f"@media (width < 400px) {{ p {FAINT} }}",
    "/ticked.css": f":checked + p {FAINT}",
    "/typed.css": f":invalid + p {FAINT}",
    "/focused.css": f":focus + p {FAINT}",
}


class Pages(BaseHTTPRequestHandler):
    """Serves one page for each fault, and 404 for the rest."""

    def do_GET(self) -> None:
        """Answer with a page, the script or a refusal."""
        script, style = self.path == "/script.js", self.path.endswith(".css")
        known = script or style or self.path in BODIES
        self.send_response(200 if known else 404)
        kind = "text/javascript" if script else "text/css" if style else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        body = BODIES.get(self.path, "<p>Findes ikke</p>")
        page = STYLES.get(self.path, "") if style else PAGE.format(path=self.path, body=body)
        self.wfile.write(b"document.title = 'run'" if script else page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/unlabelled", "image-alt"),
        ("/styled-inline", "Content Security Policy"),
        ("/elsewhere", "left its server: http://localhost:9"),
        ("/incomplete", "404"),
    ],
)
def test_a_faulty_page_is_seen(
    browser: Browser, address: str, path: str, fault: str, *, javascript: bool
) -> None:
    visitor = Visitor(browser)
    page = visitor.open(javascript=javascript)
    page.goto(address + path)
    with pytest.raises(AssertionError, match=fault):
        visitor.check(page)
    visitor.forget(page)
    visitor.close()


def test_a_page_is_read_in_every_width_and_as_it_was_left(browser: Browser, address: str) -> None:
    visitor = Visitor(browser)
    page = visitor.open(javascript=False)
    page.goto(f"{address}/unscripted")
    with pytest.raises(AssertionError, match="at 1200 px: image-alt"):
        visitor.check(page)
    page.goto(f"{address}/faint")
    with pytest.raises(AssertionError, match="at 1200 px: color-contrast"):
        visitor.check(page)
    page.goto(f"{address}/narrow")
    with pytest.raises(AssertionError, match=r"faults:\nat 390 px: color-contrast"):
        visitor.check(page)
    for path, do in {"ticked": "check", "typed": "fill", "focused": "focus"}.items():
        page.goto(f"{address}/{path}")
        visitor.check(page)
        getattr(page.locator("input"), do)(*(["Ja"] if do == "fill" else []))
        with pytest.raises(AssertionError, match="color-contrast"):
            visitor.check(page)
    visitor.close()


def test_an_unchecked_fault_is_seen_in_the_end(browser: Browser, address: str) -> None:
    visitor = Visitor(browser)
    visitor.open().goto(address + "/styled-inline")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        visitor.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_sound_page_passes_and_so_does_a_refusal(
    browser: Browser, address: str, *, javascript: bool
) -> None:
    visitor = Visitor(browser)
    page = visitor.open(javascript=javascript)
    for path in ("/sound", "/unknown"):
        page.goto(address + path)
        visitor.check(page)
        # The check leaves scripts as they were: what it switched on does not stay on.
        assert page.title() == ("run" if javascript else "Prøve")
        assert page.locator("noscript p").count() == (0 if javascript or path != "/sound" else 1)
    visitor.close()


def test_what_was_opened_once_stays_shut_to_another_key_place_and_byte() -> None:
    pair, place = KeyPair.random(), Place(Purpose.INBOX_GRANT, b"i" * 16)
    sealed = seal(pair.public, place, b"hemmeligt")
    assert [open_seal(pair, place, sealed) for _ in range(2)] == [b"hemmeligt"] * 2
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    elsewhere = replace(place, owner=b"o" * 16)
    for opening in (
        (KeyPair.random(), place, sealed),
        (pair, elsewhere, sealed),
        (pair, place, changed),
    ):
        with pytest.raises(UnreadableError):
            open_seal(*opening)


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as stranger, pytest.raises(NetworkForbiddenError):
        stranger.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkForbiddenError):
        socket.create_connection(("whistle.invalid", 80))


def test_what_is_missing_fails_on_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install kazoo"):
        missing("The kazoo", "kazoo")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install kazoo"):
        missing("The kazoo", "kazoo")


def test_the_database_server_listens_on_no_network(postgres: Cluster) -> None:
    with psycopg.connect(
        host=str(postgres.home), port=5432, user="whistle", dbname="postgres"
    ) as server:
        assert server.execute("SHOW listen_addresses").fetchone() == ("",)
