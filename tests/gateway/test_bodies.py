"""Bodies: collected, handed over as they come, or closed early so that a form can be read."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from tests.gateway.loops import run
from whistle.gateway.bodies import FIRST, Body, GoneError, SlowError, Upload, end_early
from whistle.gateway.pace import Pace

TYPE = "multipart/form-data; boundary=graense"
FORM = (
    b'--graense\r\nContent-Disposition: form-data; name="text"\r\n\r\nLinje 1\r\nLinje 2\r\n'
    b'--graense\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\n"
)


def sender(*pieces: bytes, then: dict[str, Any] | None = None) -> Any:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    last = then or {"type": "http.request", "body": b"", "more_body": False}

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return messages.pop(0) if messages else last

    return receive


def collected(pieces: Sequence[bytes]) -> Body:
    body = Body(sender(*pieces), sum(map(len, pieces)))
    run(body.collect())
    return body


def test_a_small_body_is_collected_whole() -> None:
    body = collected([b"a" * 1000] * 60)
    assert body.is_over
    assert body.first == b"a" * 60_000


def test_of_a_big_body_no_more_than_the_beginning_is_collected() -> None:
    body = collected([b"a" * 10_000] * 100)
    assert not body.is_over
    assert FIRST <= len(body.first) < FIRST + 10_000


def test_a_body_that_is_not_announced_is_not_waited_for() -> None:
    async def never() -> dict[str, Any]:
        raise AssertionError

    body = Body(never, 0)
    run(body.collect())
    assert body.is_over


def test_whoever_leaves_mid_way_has_sent_nothing() -> None:
    body = Body(sender(b"half", then={"type": "http.disconnect"}), 100)
    with pytest.raises(GoneError):
        run(body.collect())


def test_a_standstill_ends_the_body() -> None:
    async def stall() -> None:
        silence = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await silence.wait()
            return {}

        body = Body(receive, 100)
        body._pace = Pace(window=0.01)
        await body.collect()

    with pytest.raises(SlowError):
        run(stall())


def test_a_thread_reads_all_of_a_big_body_in_its_order() -> None:
    pieces = [bytes([number % 251]) * (number * 37 % 9000) for number in range(1, 400)]

    async def read() -> list[bytes]:
        body = Body(sender(*pieces), sum(map(len, pieces)))
        await body.collect()
        upload = Upload(body, asyncio.get_running_loop())
        return await asyncio.to_thread(lambda: [*iter(lambda: upload.read(1000), b"")])

    read_pieces = run(read())
    assert max(map(len, read_pieces)) <= 1000
    assert b"".join(read_pieces) == b"".join(pieces)


@pytest.mark.parametrize("length", range(0, 260, 7))
def test_a_form_that_is_ended_early_gives_what_is_whole_in_it(length: int) -> None:
    first = (FORM + b"x" * 100)[: max(length, len("--graense\r\n"))]
    short = end_early(first, TYPE)
    environ = EnvironBuilder(
        method="POST", data=short, content_type=TYPE, content_length=len(short)
    ).get_environ()
    _, form, files = parse_form_data(environ, lambda *_, **__: BytesIO(), silent=False)
    whole = FORM.index(b"\r\n--", 10)
    if length > whole + 2 + len(b"--graense"):
        assert form["text"] == "Linje 1\r\nLinje 2"
    if length > len(FORM):
        assert files["files"].filename == "a.txt"


def test_another_kind_of_body_is_not_given_in_part() -> None:
    assert end_early(b"text=half of wh", "application/x-www-form-urlencoded") == b""
