"""How much one machine takes, and how much it needs, on SQLite and on PostgreSQL.

    uv run python -m bench.throughput [SECONDS [WORKERS]]

Serves both doors together (`whistle serve`, one worker unless told) and lets light clients report
(a GET and a POST, 1 KB of text), check in (show a receipt and read the dialogue), sign in and open
the first page of an inbox. Each client is a process with a connection, and shares the cores with
the server. Then cold start and memory. Prints medians and spread; the aims stand beside.
"""

import multiprocessing
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import update

from tests.faults.postgresql import move, own_server
from tests.support.demo import Demo, end, free_port
from whistle.cli import main as whistle
from whistle.settings import FILE_NAME, load_settings, write_settings
from whistle.storage import tables
from whistle.storage.engine import open_store

TEXT = "Jeg skriver om en sag, som jeg har ventet længe på svar i. " * 17  # 1 KB
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
HIDDEN = re.compile(rb'name="(receipt|token)" type="hidden" value="([^"]*)"')
COOKIE = re.compile(rb"[Ss]et-[Cc]ookie: ([^=]+=[^;]*)")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
STARTS = 5
BUDGETS = ("reports_per_hour", "reports_per_day", "messages_per_hour")


@dataclass
class Line:
    """One connection that stays open, and the least that a browser does with it."""

    port: int
    cookies: dict[bytes, bytes] = field(default_factory=dict)
    _socket: socket.socket | None = None
    _rest: bytes = b""

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> bytes:
        """Ask for a page; give it with its headers."""
        body = urlencode(fields).encode() if fields else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
        head += FORM if fields else ""
        head += f"Content-Length: {len(body)}\r\n" if fields else ""
        cookies = b"; ".join(self.cookies.values())
        line = self._line()
        line.sendall(
            head.encode() + (b"Cookie: " + cookies + b"\r\n" if cookies else b"") + b"\r\n" + body
        )
        answer = self._read(line)
        for pair in COOKIE.findall(answer[: answer.index(b"\r\n\r\n")]):
            self.cookies[pair.split(b"=")[0]] = pair
        return answer

    def _line(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _read(self, line: socket.socket) -> bytes:
        buffer = bytearray(self._rest)
        while (split := buffer.find(b"\r\n\r\n")) < 0:
            buffer += self._more(line)
        found = LENGTH.search(buffer, 0, split + 2)
        length = split + 4 + (int(found[1]) if found else 0)
        while len(buffer) < length:
            buffer += self._more(line)
        self._rest = bytes(buffer[length:])
        return bytes(buffer[:length])

    @staticmethod
    def _more(line: socket.socket) -> bytes:
        got = line.recv(262_144)
        if not got:
            raise ConnectionError("the server hung up")
        return got


def report(line: Line, _receipts: list[str]) -> bool:
    """Open the form and send it."""
    line.cookies.clear()
    form = {
        k.decode(): v.decode() for k, v in HIDDEN.findall(line.ask("GET", "/da/report/citizen"))
    }
    answer = line.ask("POST", "/da/report/citizen", {**form, "text": TEXT, "decision": "send"})
    return answer.startswith(b"HTTP/1.1 200") and form["receipt"].encode() in answer


def check_in(line: Line, receipts: list[str]) -> bool:
    """Show a receipt and read the dialogue."""
    line.cookies.clear()
    receipt = receipts[time.perf_counter_ns() % len(receipts)]
    line.ask("POST", "/da/receipt", {"receipt": receipt})
    answer = line.ask("GET", "/da/receipt")
    return answer.startswith(b"HTTP/1.1 200") and b'class="thread"' in answer


Act = Callable[[Line, list[str]], bool]


@dataclass(frozen=True)
class Load:
    """What so many clients saw: seconds that each act took, and how many failed."""

    seconds: float
    taken: list[float]
    failed: int

    def __str__(self) -> str:
        """Give the figures."""
        cuts = statistics.quantiles(self.taken, n=20)
        return (
            f"{len(self.taken) / self.seconds:6.1f}/s, median {cuts[9] * 1e3:5.1f} ms, "
            f"p95 {cuts[18] * 1e3:5.1f} ms, {self.failed} failed"
        )


def load(port: int, act: Act, receipts: list[str], clients: int, seconds: float) -> Load:
    """Let clients act again and again."""
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        arguments = [(port, act, receipts, seconds)] * clients
        results = pool.starmap(_client, arguments, chunksize=1)
    taken = [one for times, _ in results for one in times]
    return Load(seconds, taken, sum(failed for _, failed in results))


def _client(port: int, act: Act, receipts: list[str], seconds: float) -> tuple[list[float], int]:
    line, taken, failed = Line(port), [], 0
    deadline = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < deadline:
        failed += not act(line, receipts)
        taken.append(time.perf_counter() - begun)
    return taken, failed


@contextmanager
def serving(data: Path, workers: int) -> Iterator[tuple[int, int, float]]:
    """Serve; give the port, the worker's process and the seconds until the first answer."""
    port = free_port()
    command = [sys.executable, "-m", "whistle", "serve", "--data", str(data), "--port", str(port)]
    command += ["--workers", str(workers)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, start_new_session=True)
    try:
        while not answers(port):
            time.sleep(0.005)
        started = time.perf_counter() - begun
        children = subprocess.run(
            ["pgrep", "--parent", str(process.pid)], capture_output=True, text=True, check=True
        )
        worker = max(map(int, children.stdout.split()), key=memory)  # not who keeps house beside
        yield port, worker, started
    finally:
        end(process)


def answers(port: int) -> bool:
    """Say whether the server can receive."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)):
            return Line(port).ask("GET", "/healthz").startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def memory(process: int) -> float:
    """Give the megabytes that a process has for itself and its share of what it shares (PSS)."""
    found = re.search(
        r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE
    )
    return int(found[1]) / 1024 if found else 0.0


def forget_codes(data: Path) -> None:
    """Have the database forget which codes were used: each counts once, for half a minute."""
    store = open_store(load_settings(data).database)
    with store.write() as db:
        db.execute(update(tables.members).values(totp_step=0))
    store.dispose()


def sign_in(port: int, demo: Demo, data: Path) -> tuple[Line, float]:
    """Sign in as the adviser; give the seconds that it took, too."""
    line, member = Line(port), demo.member("adviser")
    forget_codes(data)
    fields = {name: str(value) for name, value in demo.credentials(member).items()}
    begun = time.perf_counter()
    if not line.ask("POST", "/casework/", fields).startswith(b"HTTP/1.1 303"):
        raise SystemExit("nobody was let in")
    return line, time.perf_counter() - begun


def spread(name: str, seconds: list[float], aim: str = "") -> None:
    """Print median and spread of some times."""
    print(
        f"  {name}: median {statistics.median(seconds) * 1e3:.0f} ms, "
        f"{min(seconds) * 1e3:.0f} to {max(seconds) * 1e3:.0f} ms{aim}",
        flush=True,
    )


def measure(name: str, data: Path, demo: Demo, seconds: float, workers: int) -> None:
    """Measure an installation, and print."""
    print(name)
    starts = []
    for _ in range(STARTS):
        with serving(data, workers) as (_, _, started):
            starts.append(started)
    spread("cold start of `whistle serve`", starts, " (aim 1200 ms)")
    with serving(data, workers) as (port, worker, _):
        for path in ("/da/", "/casework/"):
            Line(port).ask("GET", path)
        print(f"  memory of the worker, idle: {memory(worker):.0f} MB")
        for clients, aim in ((1, "100/s"), (8, "150/s, p95 100 ms")):
            done = load(port, report, [], clients, seconds)
            print(f"  reports, {clients} client(s): {done} (aim {aim})", flush=True)
        for clients in (1, 8):
            done = load(port, check_in, list(demo.receipts), clients, seconds)
            print(f"  check-ins, {clients} client(s): {done} (aim 300/s)", flush=True)
        print(f"  memory of the worker, loaded: {memory(worker):.0f} MB (aim 120 MB)")
        spread("sign-in", [sign_in(port, demo, data)[1] for _ in range(STARTS)])
        line, _ = sign_in(port, demo, data)
        pages = [timed(lambda: line.ask("GET", "/casework/inboxes")) for _ in range(20)]
        spread("first page of the inboxes, with all of the above in them", pages)
        print(f"  memory of the worker, after casework: {memory(worker):.0f} MB")


def timed(act: Callable[[], object]) -> float:
    """Give the seconds that an act takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _open_wide(data: Path) -> None:
    """Set budgets that a bench does not reach."""
    with (data / FILE_NAME).open("a", encoding="utf-8") as settings:
        settings.write("\n[limits]\n")
        settings.writelines(f"{name} = {10**9}\n" for name in BUDGETS)


def main() -> None:
    """Measure both databases."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004
    print(f"{os.cpu_count()} cores, shared with the clients; {workers} worker(s)")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with redirect_stdout(None):
            whistle(["demo", "--no-serve", "--data", str(data)])
        demo = Demo.load(data)
        settings = load_settings(data)
        _open_wide(data)
        with own_server() as server:
            url = server.cluster.url(server.cluster.create_database())
            move(settings.database, url)
            measure("SQLite", data, demo, seconds, workers)
            write_settings(data, replace(settings, database=url), "stevns")
            _open_wide(data)
            measure("PostgreSQL", data, demo, seconds, workers)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
