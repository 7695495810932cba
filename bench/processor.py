"""What a request to the anonymous door costs in processor time, whatever else the machine does.

    uv run python -m bench.processor [TIMES]

In process, on SQLite and on PostgreSQL, one request after another through WSGI; gateway, server,
client and PostgreSQL's own processes are not counted. Prints the median and the quickest tenth.
Waiting for the disk is no processor time.
"""

import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from bench.throughput import BUDGETS, HIDDEN, TEXT
from tests.faults.postgresql import move, own_server
from tests.support.demo import Demo
from whistle.app import create_intake
from whistle.cli import main as whistle
from whistle.gateway.gateway import environ_of
from whistle.installation import open_installation
from whistle.settings import Settings, load_settings

WARM_UP = 20
FORM = "/da/report/citizen"
RECEIPT = "/da/receipt"


@dataclass
class Door:
    """The anonymous door, and the seconds of processor time that each request took."""

    app: Flask
    taken: dict[str, list[float]] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, cookie: str = ""
    ) -> tuple[Headers, bytes]:
        """Ask for a page; give its headers and body."""
        body = urlencode(fields or {}).encode()
        headers = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
        if fields:
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        environ = environ_of(
            {
                "method": method,
                "raw_path": path.encode(),
                "query_string": b"",
                "http_version": "1.1",
                "scheme": "http",
                "headers": headers,
            }
        )
        environ["wsgi.input"] = io.BytesIO(body)
        begun = time.process_time()
        answer, _, given = run_wsgi_app(self.app, environ, buffered=True)
        page = b"".join(answer)
        self.taken.setdefault(f"{method} {path}", []).append(time.process_time() - begun)
        return given, page


def report(door: Door) -> None:
    """Open the form and send it."""
    _, page = door.ask("GET", FORM)
    form = {name.decode(): value.decode() for name, value in HIDDEN.findall(page)}
    _, page = door.ask("POST", FORM, {**form, "text": TEXT, "decision": "send"})
    if form["receipt"].encode() not in page:
        raise SystemExit("a report was not received")


def check_in(door: Door, receipt: str) -> None:
    """Show a receipt and read the dialogue."""
    headers, _ = door.ask("POST", RECEIPT, {"receipt": receipt})
    _, page = door.ask("GET", RECEIPT, cookie=headers["Set-Cookie"].split(";")[0])
    if b'class="thread"' not in page:
        raise SystemExit("a dialogue was not shown")


def measure(name: str, settings: Settings, receipts: Sequence[str], times: int) -> None:
    """Report and check in so many times, and print what each request took."""
    print(name)
    door = Door(create_intake(open_installation(settings)))
    for number in range(WARM_UP + times):
        if number == WARM_UP:
            door.taken.clear()
        report(door)
        check_in(door, random.choice(receipts))
    for request, seconds in door.taken.items():
        tenth, middle = statistics.quantiles(seconds, n=10)[0], statistics.median(seconds)
        print(
            f"  {request:<24} median {middle * 1e3:5.2f} ms, quickest tenth {tenth * 1e3:5.2f} ms"
        )


def main() -> None:
    """Measure, and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with redirect_stdout(None):
            whistle(["demo", "--no-serve", "--data", str(data)])
        settings, receipts = load_settings(data), Demo.load(data).receipts
        limits = replace(settings.limits, **dict.fromkeys(BUDGETS, 10**9))
        settings = replace(settings, limits=limits)
        with own_server() as server:
            url = server.cluster.url(server.cluster.create_database())
            move(settings.database, url)
            measure("SQLite", settings, receipts, times)
            measure("PostgreSQL", replace(settings, database=url), receipts, times)


if __name__ == "__main__":
    main()
