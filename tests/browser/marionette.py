"""Firefox, driven by its own Marionette protocol: JSON with its length in front, over a socket.

Playwright does not drive Debian's Firefox, and Mozilla's Python driver brings sixteen packages for
the dozen commands that one story needs.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.support.requirements import missing

PATIENCE = 60  # seconds to start in, and for a page to load
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name of a reference to an element

# Firefox as it comes asks its maker for news, lists and settings. The proxy is where everything
# ends that does not go to this machine, which is asked directly.
QUIET: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "geo.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "marionette.port": 0,  # any that is free; the profile's file MarionetteActivePort tells which
}


class Firefox:
    """A running Firefox with one window. Elements are found by CSS, the first that fits."""

    def __init__(self, port: int) -> None:
        """Begin a session; the first thing that Firefox says is who it is."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._stream = self._socket.makefile("rb")
        self._number = 0
        self._receive()
        self._ask("NewSession")

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def _receive(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            assert digit, "Firefox has hung up"
            length += digit
        return json.loads(self._stream.read(int(length)))

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        name = command if ":" in command else f"WebDriver:{command}"
        question = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(question), question))
        _, number, error, result = self._receive()
        assert number == self._number
        assert error is None, f"{name} {parameters}: {error}"
        return result

    def go(self, address: str) -> None:
        """Open an address and wait for the page."""
        self._ask("Navigate", url=address)

    def address(self) -> str:
        """Return the page's address."""
        return str(self._ask("GetCurrentURL")["value"])

    def title(self) -> str:
        """Return the page's title."""
        return str(self._ask("GetTitle")["value"])

    def all(self, css: str) -> list[str]:
        """Return references to all elements that fit."""
        found = self._ask("FindElements", using="css selector", value=css)
        return [element[ELEMENT] for element in found]

    def one(self, css: str) -> str:
        """Return a reference to the first element that fits."""
        found = self._ask("FindElement", using="css selector", value=css)
        return str(found["value"][ELEMENT])

    def text(self, css: str) -> str:
        """Return an element's text as a reader sees it."""
        return self.text_of(self.one(css))

    def text_of(self, element: str) -> str:
        """Return the text of an element that was found, as a reader sees it."""
        return str(self._ask("GetElementText", id=element)["value"])

    def is_seen(self, element: str) -> bool:
        """Tell whether an element that was found is displayed."""
        return bool(self._ask("IsElementDisplayed", id=element)["value"])

    def attribute(self, css: str, name: str) -> str | None:
        """Return an attribute, or None."""
        value = self._ask("GetElementAttribute", id=self.one(css), name=name)["value"]
        return None if value is None else str(value)

    def size(self, css: str) -> tuple[float, float]:
        """Return an element's width and height in CSS pixels."""
        box = self._ask("GetElementRect", id=self.one(css))
        return box["width"], box["height"]

    def picture(self, css: str) -> bytes:
        """Return a picture of an element, a PNG."""
        taken = self._ask("TakeScreenshot", id=self.one(css), full=False, hash=False)
        return b64decode(taken["value"])

    def click(self, css: str) -> None:
        """Click an element; a page that it leads to is waited for."""
        self._ask("ElementClick", id=self.one(css))

    def write(self, css: str, text: str) -> None:
        """Type into a field; into a file field, the path of a file."""
        self._ask("ElementSendKeys", id=self.one(css), text=text)

    def script(self, script: str, *arguments: Any) -> Any:
        """Run a script of the test's own, which needs no page to be allowed any."""
        return self._ask("ExecuteScript", script=script, args=arguments)["value"]

    def set(self, settings: Mapping[str, bool | int | str]) -> None:
        """Change Firefox's own settings (about:config)."""
        self._ask("Marionette:SetContext", value="chrome")
        for name, value in settings.items():
            kind = {bool: "Bool", int: "Int", str: "Char"}[type(value)]
            self.script(f"Services.prefs.set{kind}Pref(...arguments)", name, value)
        self._ask("Marionette:SetContext", value="content")


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Run Debian's Firefox on a new profile until the block ends.

    Raises:
        AssertionError: at the end, if it asked for anything beyond this machine.
    """
    program = shutil.which("firefox-esr")
    if program is None:
        missing("Firefox", "firefox-esr")
    profile.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as trap:
        settings = QUIET | _through(trap.getsockname()[1])
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in settings.items())
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        command = [program, "--headless", "--no-remote", "--profile", str(profile)]
        command += ["--marionette", "--remote-allow-system-access"]
        log = profile.with_name(f"{profile.name}.log")
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command,
                # Only with it does a released Firefox heed services.settings.server.
                env={**os.environ, "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1", "HOME": str(profile)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                with closing(Firefox(_port(profile, process, log))) as running:
                    yield running
            finally:
                process.kill()
        asked = _caught(trap)
        assert not asked, f"Firefox asked for {asked}"


def _caught(trap: socket.socket) -> list[bytes]:
    """Return the first line of every request that nobody answered."""
    trap.setblocking(False)
    lines = []
    with suppress(BlockingIOError):
        while True:
            caller, _ = trap.accept()
            with caller:
                lines.append(caller.recv(200).partition(b"\r")[0])
    return lines


def _through(port: int) -> dict[str, bool | int | str]:
    """Return the settings of a proxy on this machine for all that is not on this machine."""
    kinds = ("http", "ssl", "socks")
    return {
        "network.proxy.type": 1,
        **{f"network.proxy.{kind}": "127.0.0.1" for kind in kinds},
        **{f"network.proxy.{kind}_port": port for kind in kinds},
        "network.proxy.socks_remote_dns": True,
    }


def _port(profile: Path, process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until Firefox tells its port."""
    told = profile / "MarionetteActivePort"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if told.exists() and (port := told.read_text()):
            return int(port)
        time.sleep(0.05)
    raise AssertionError(f"Firefox did not start:\n{log.read_text(errors='replace')}")
