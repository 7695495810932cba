"""The pages of a new installation, from the invitation to the paper with the fingerprints."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep

import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import PATIENCE, end, free_port
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

WHISTLE = (sys.executable, "-m", "whistle")


@dataclass(frozen=True)
class Town:
    """A new installation, served: its address, and the invitations that `init` printed."""

    address: str
    letters: list[str]
    codes: list[str]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An installation whose doors are closed: nobody has made the keys."""
    data, port = tmp_path_factory.mktemp("town") / "data", free_port()
    init = [*WHISTLE, "init", "--data", str(data)]
    printed = subprocess.run(init, check=True, stdout=subprocess.PIPE, text=True).stdout
    letters = re.findall(r"long code, to send:\s+(\S+)", printed)
    codes = re.findall(r"short code, by telephone:\s+(\S+)", printed)
    serve = [*WHISTLE, "serve", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            yield Town(_answering(port, process), letters, codes)
        finally:
            end(process)


def _answering(port: int, process: subprocess.Popen[bytes]) -> str:
    address, deadline = f"http://localhost:{port}", monotonic() + PATIENCE
    while monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{address}/casework/", timeout=5).close()
            return address
        sleep(0.1)
    pytest.fail("the new installation does not answer")


def send(page: Page, **fields: str) -> None:
    """Fill in the page's form, and send it."""
    for name, value in fields.items():
        page.locator(f'[name="{name}"]:not([type="hidden"])').fill(value)
    doors.press(page, page.locator("main form button").first)


def choose_app(walk: Walk, town: Town) -> None:
    """Choose an authenticator app: nothing else can be reached before."""
    page = walk.page
    page.goto(f"{town.address}/casework/founding")
    walk.sees()
    send(page, totp="000000")
    walk.sees(422)
    app = TotpSecret.parse("".join(page.locator("main p.receipt").inner_text().split()))
    send(page, totp=app.code(step_at(Clock().now())))
    walk.sees()
    doors.press(page, "main a.button")


def test_from_the_invitation_to_the_fingerprints(walk: Walk, town: Town) -> None:
    page, guest = walk.page, doors.LANGUAGES.index(walk.lang)
    page.goto(f"{town.address}/{walk.lang}/")
    walk.sees(503)
    page.goto(f"{town.address}/casework/")
    doors.choose_language(page, walk.lang)
    page.goto(f"{town.address}/casework/begin")
    walk.sees()
    send(page, invitation="NIXEN", code=town.codes[guest])
    walk.sees(403)
    send(page, invitation=town.letters[guest], code="NIXEN-NIXEN")
    walk.sees(403)
    send(page, invitation=town.letters[guest], code=town.codes[guest])
    walk.sees()
    send(page, passphrase="not what was shown")
    walk.sees(422)
    send(page, passphrase=" ".join(page.locator("main p.receipt").inner_text().split()))
    choose_app(walk, town)
    doors.choose_language(page, walk.lang)
    walk.sees()
    doors.press(page, 'form[action$="/founding"] button')
    walk.sees()
    assert page.locator("main span.receipt").count() == 3
    page.goto(f"{town.address}/casework/begin")
    send(page, invitation=town.letters[guest], code=town.codes[guest])
    walk.sees(404)
