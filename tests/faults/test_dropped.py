"""The connection breaks amid an upload: nothing is stored, and nothing stands in the way."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import stream_encode_multipart

from tests.faults.submission import Stored, Submission, Told, stored, sweep_tomorrow
from tests.support.nursery import Nursery
from tests.support.visitors import PATIENCE, file_of
from whistle.cli import main

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no farewell, the other side sees a broken connection
BIG = 400_000  # bytes of a file: more than the gateway collects before a door is called


@dataclass(frozen=True)
class Server:
    """A server on SQLite that anybody may hang up on."""

    address: str
    database: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all that is cut off here."""
    data = tmp_path_factory.mktemp("dropped") / "data"
    assert main(["demo", "--empty", "--no-serve", "--data", str(data)]) == 0
    with Nursery(data) as nursery:
        yield Server(nursery.begin(), data / "whistle.db")


def request_of(report: Submission, address: str) -> bytes:
    """Write the request as a browser sends it, headers and body."""
    fields = {**report.fields, "text": report.text, "files": file_of(report.content)}
    stream, length, boundary = stream_encode_multipart(fields, use_tempfile=False)
    head = (
        f"POST /da/report/citizen HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n'
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + stream.read(length)


def connect(address: str) -> socket.socket:
    host = urlsplit(address)
    return socket.create_connection((host.hostname, host.port or 0), timeout=PATIENCE)


def hang_up(address: str, sent: bytes, *, politely: bool) -> None:
    """Send something, and go."""
    with connect(address) as connection:
        connection.sendall(sent)
        if not politely:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def settle(address: str) -> None:
    """Wait until the server has dealt with who came before: it answers a report of its own."""
    assert Submission.begin(address, 10).send(address) is Told.RECEIVED


def cuts(length: int, number: int) -> list[int]:
    """Give places in a request, spread evenly, none of them its end."""
    return [length * one // number for one in range(number)]


@pytest.mark.parametrize("politely", [True, False], ids=["goodbye", "reset"])
@pytest.mark.parametrize(("size", "number"), [(3_000, 40), (BIG, 12)], ids=["small", "big"])
def test_whoever_is_cut_off_has_sent_nothing_and_can_send_again(
    server: Server, size: int, number: int, *, politely: bool
) -> None:
    report = Submission.begin(server.address, size)
    request = request_of(report, server.address)
    before = stored(server.database).reports
    for cut in cuts(len(request), number):
        hang_up(server.address, request[:cut], politely=politely)
    settle(server.address)
    assert stored(server.database).reports == before + 1  # `settle`'s own
    assert report.send(server.address) is Told.RECEIVED
    assert report.opens(server.address)
    sweep_tomorrow(server.database)
    now = stored(server.database)
    assert now == Stored(before + 2, now.files, nobodys=0, sound=True)


def test_whoever_misses_the_answer_may_send_again_and_it_is_there_once(server: Server) -> None:
    report = Submission.begin(server.address, 3_000)
    before = stored(server.database).reports
    for _ in range(3):
        hang_up(server.address, request_of(report, server.address), politely=False)
    assert report.send(server.address) is Told.RECEIVED
    assert report.opens(server.address)
    assert stored(server.database).reports == before + 1


def test_a_body_that_comes_a_byte_at_a_time_arrives(server: Server) -> None:
    report = Submission.begin(server.address, 200)
    with connect(server.address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request_of(report, server.address):
            connection.sendall(bytes([byte]))
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.status == 200
    assert report.opens(server.address)
