"""What people notice of a flood: sign-ins without a pause, and bodies that stall.

    uv run python bench/flood.py [STRANGERS [SECONDS]]

Runs an empty demonstration (both doors in one process, which is the worst case) and prints medians
and spread. The aims: intake's median under 100 ms, the adviser in within 5 s from a known browser.
"""

import http.client
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PART = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
WRONG = "seks ord som ikke er de rette"
SIGN_INS = 5


@dataclass(frozen=True)
class Server:
    """A running demonstration."""

    port: int
    passphrase: str
    app: TotpSecret

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Ask on a connection of its own; give status, headers and page."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as line:
            line.request(method, path, body.encode(), headers or {})
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")

    def front(self) -> None:
        """Open the front page."""
        assert self.ask("GET", "/da/")[0] == http.HTTPStatus.OK

    def report(self) -> None:
        """Open the form, and send 1 KB of text."""
        page = self.ask("GET", "/da/report/citizen")[2]
        fields = dict(re.findall(r'name="(receipt|token)" type="hidden" value="([^"]*)"', page))
        parts = [PART.format(name, value) for name, value in {**fields, "text": "x" * 1000}.items()]
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        status, _, page = self.ask(
            "POST", "/da/report/citizen", "".join([*parts, "--b--\r\n"]), headers
        )
        assert status == http.HTTPStatus.OK, page

    def sign_in(self, cookie: str = "", **fields: str) -> tuple[int, str]:
        """Show the adviser's passphrase; give the status, and the cookie of a known browser.

        The second factor is shown by whoever gives ``totp``, and asked for next without.
        """
        body = {"username": "raadgiver", "passphrase": self.passphrase, **fields}
        status, headers, _ = self.ask(
            "POST", "/casework/", urlencode(body), {**FORM, "Cookie": cookie}
        )
        cookies = [one.split(";")[0] for one in headers.get_all("Set-Cookie") or []]
        return status, next((one for one in cookies if "browser" in one), "")


def main() -> None:
    """Measure, and print."""
    strangers, seconds = ([int(one) for one in sys.argv[1:]] + [64, 10][len(sys.argv) - 1 :])[:2]
    print(f"{os.cpu_count()} cores, which the load has to share; both doors in one process")
    with running() as server:
        _, known = server.sign_in(totp=server.app.code(step_at(Clock().now())))
        tell("front page, in peace", server.front, seconds)
        tell("report (GET and POST), in peace", server.report, seconds)
        tell("sign-in, in peace", lambda: server.sign_in(known), seconds / 2)
        with flood_of_sign_ins(server, strangers):
            time.sleep(3)
            name = f"under {strangers} strangers signing in"
            tell(f"front page, {name}", server.front, seconds)
            tell(f"report (GET and POST), {name}", server.report, seconds)
            tell(f"sign-in, known browser, {name}", lambda: let_in(server, known), seconds)
        for count in (64, 128):
            with stalled_bodies(server, count):
                time.sleep(1)
                tell(f"front page, {count} stalled bodies", server.front, seconds)
                tell(f"report (GET and POST), {count} stalled bodies", server.report, seconds)


def let_in(server: Server, known: str) -> None:
    """Sign in from a known browser, and insist."""
    assert server.sign_in(known)[0] == http.HTTPStatus.SEE_OTHER


def tell(what: str, act: Callable[[], object], seconds: float) -> None:
    """Do something again and again, and print how long it took."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken) < SIGN_INS:
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    print(
        f"{what:<62} median {statistics.median(taken):7.1f} ms   p95 {p95:7.1f}   "
        f"{taken[0]:.1f} to {taken[-1]:.1f}   {len(taken)} times"
    )


@contextmanager
def running() -> Iterator[Server]:
    """Run an empty demonstration on a free port."""
    with tempfile.TemporaryDirectory() as folder, closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        command = [sys.executable, "-m", "whistle", "demo", "--empty", "--port", str(port)]
        command += ["--data", str(Path(folder) / "data")]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            try:
                yield Server(port, *told(process))
            finally:
                os.killpg(process.pid, signal.SIGTERM)


def told(process: "subprocess.Popen[str]") -> tuple[str, TotpSecret]:
    """Read what the demonstration prints: the adviser's passphrase and app."""
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if "Stop with" in line:
            break
    time.sleep(3)  # it serves soon after
    found = re.search(r"as raadgiver \(adviser\): (.*)\n.*app: (\w+)", printed)
    assert found, printed
    return found[1], TotpSecret.parse(found[2])


@contextmanager
def flood_of_sign_ins(server: Server, strangers: int) -> Iterator[None]:
    """Have strangers sign in with wrong passphrases, each again as soon as it is answered.

    By other user names each time: five tries with the same, and none is looked at.
    """
    over = threading.Event()

    def hammer() -> None:
        while not over.is_set():
            try:
                server.sign_in(username=secrets.token_hex(8), passphrase=WRONG)
            except (OSError, http.client.HTTPException):
                continue

    threads = [threading.Thread(target=hammer, daemon=True) for _ in range(strangers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def stalled_bodies(server: Server, count: int) -> Iterator[None]:
    """Begin big uploads, and say no more."""
    head = (
        "POST /da/report/citizen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    )
    with ExitStack() as stack:
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(closing(one))
            one.sendall(head.encode() + b"x" * 200_000)
        yield


if __name__ == "__main__":
    main()
