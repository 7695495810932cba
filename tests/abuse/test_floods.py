"""Floods against a real server: who stalls, who hammers at the sign-in, who sends and sends.

Everything comes from one address, as everything does that comes by Tor: no limit may be by it.
"""

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.demo import Demo, running_demo
from tests.support.visitors import UNREACHABLE, Visitor, file_of
from whistle.gateway.bodies import FIRST
from whistle.gateway.gateway import WHOLE

STALLED = 100
STRANGERS = 40
BIG = b"x" * (2 * WHOLE)  # longer than the gateway collects before a door is called


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("floods") / "data", "--empty") as running:
        yield running


@contextmanager
def connections(demo: Demo, beginning: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Hold connections that have said only this."""
    host = urlsplit(demo.intake)
    with ExitStack() as stack:
        held = []
        for _ in range(count):
            one = socket.create_connection((host.hostname or "", host.port or 0))
            stack.enter_context(closing(one))
            one.sendall(beginning)
            held.append(one)
        yield held


def half_a_report(length: int, part: bytes) -> bytes:
    head = (
        "POST /da/report/citizen HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: multipart/form-data; boundary=half\r\n"
        f"Content-Length: {length}\r\n\r\n"
        '--half\r\nContent-Disposition: form-data; name="text"\r\n\r\nHalvdelen'
    )
    return head.encode() + part


UPLOADING = half_a_report(
    40_000_000,
    b'\r\n--half\r\nContent-Disposition: form-data; name="files"; filename="stort.bin"\r\n\r\n'
    + b"x" * (2 * FIRST),
)
WRITING = half_a_report(20_000, b"")
GREETING = b"GET /da/ HTTP/1.1\r\nHo"


def reports_in(demo: Demo) -> int:
    with closing(sqlite3.connect(demo.data / "whistle.db")) as database:
        [(count,)] = database.execute("SELECT count(*) FROM enquiry_case")
    return int(count)


def send(demo: Demo, **fields: object) -> tuple[int, str]:
    visitor = Visitor(demo.intake)
    answer = visitor.post("/da/report/citizen", {**visitor.form(), "text": "Teksten", **fields})
    return answer.status, answer.page


def test_stalled_bodies_and_headers_keep_nobody_out(demo: Demo) -> None:
    with (
        connections(demo, WRITING, STALLED),
        connections(demo, UPLOADING, STALLED),
        connections(demo, GREETING, STALLED),
    ):
        assert Visitor(demo.intake).get("/da/").status == 200
        assert send(demo)[0] == 200
        assert send(demo, files=[file_of(b"lille bilag")])[0] == 200
        status, page = send(demo, files=[file_of(BIG, "bilag.bin")])
    assert status == 503
    for told in ("Teksten", "bilag.bin"):
        assert told in page
    assert re.search(r"\b\d\d:\d\d\b", page)


def test_a_big_file_is_received_as_soon_as_the_stalled_ones_are_gone(demo: Demo) -> None:
    with connections(demo, UPLOADING, STALLED):
        assert send(demo, files=[file_of(BIG)])[0] == 503
    for _ in range(100):  # the server learns of it when it reads next
        status, _ = send(demo, files=[file_of(BIG)])
        if status == 200:
            return
    pytest.fail("the places of those who left were not given back")


def test_what_was_refused_for_a_flood_is_stored_nowhere(demo: Demo) -> None:
    before = reports_in(demo)
    with connections(demo, UPLOADING, STALLED):
        assert send(demo, files=[file_of(BIG)])[0] == 503
    assert reports_in(demo) == before


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_body_that_breaks_off_never_passes_for_a_whole_one(demo: Demo, share: float) -> None:
    form = {**Visitor(demo.intake).form(), "text": "Alt eller intet. " * 20}
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in form.items()).encode()
    head = (
        "POST /da/report/citizen HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    before = reports_in(demo)
    with connections(demo, head.encode() + body[: int(len(body) * share)], 1):
        pass
    assert Visitor(demo.intake).get("/da/").status == 200
    assert reports_in(demo) == before


def test_ten_junk_reports_do_not_close_the_channel(demo: Demo) -> None:
    for _ in range(30):
        assert send(demo, text="Reklame")[0] == 200
    assert send(demo, text="Det er vigtigt")[0] == 200


@contextmanager
def hammering(demo: Demo) -> Iterator[dict[int, int]]:
    """Have strangers try passphrases without a pause; give how often each status was answered."""
    over = threading.Event()
    statuses: dict[int, int] = {}

    def hammer() -> None:
        while not over.is_set():
            guess = {"username": demo.member("adviser").username, "passphrase": "seks forkerte ord"}
            try:
                status = Visitor(demo.intake).post("/casework/", dict(guess)).status
            except UNREACHABLE:
                continue
            statuses[status] = statuses.get(status, 0) + 1

    threads = [threading.Thread(target=hammer, daemon=True) for _ in range(STRANGERS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()


def test_a_flood_of_sign_ins_keeps_out_neither_the_adviser_nor_reports(demo: Demo) -> None:
    adviser = demo.member("adviser")
    browser = Visitor(demo.intake)
    assert browser.post("/casework/", demo.credentials(adviser)).status == 303
    browser.cookies.pop("__Host-casework")
    with hammering(demo) as statuses:
        for _ in range(3):
            done = sum(statuses.values())
            assert browser.post("/casework/", demo.credentials(adviser)).status == 303
            # FIFO behind the flood, all of the strangers would have come first
            assert sum(statuses.values()) - done < STRANGERS / 2
            assert browser.get("/casework/inboxes").status == 200
            browser.cookies.pop("__Host-casework")
            assert send(demo)[0] == 200
    assert set(statuses) <= {403, 429, 503}


def test_nothing_of_a_flood_is_written_down(demo: Demo) -> None:
    with connections(demo, UPLOADING, STALLED):
        send(demo, files=[file_of(BIG)])
    log = Path(f"{demo.data}.log").read_text(encoding="utf-8")
    assert "127.0.0.1" not in log
    assert "Error" not in log
