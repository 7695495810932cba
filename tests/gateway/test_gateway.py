"""The gateway in front of a door: what it hands over, when, and to how many at once."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from tests.gateway.loops import run
from tests.gateway.test_bodies import FORM, TYPE, sender
from whistle.gateway import gateway
from whistle.gateway.bodies import CUT, FIRST
from whistle.gateway.gateway import TURNED_AWAY, WHOLE, Gateway, environ_of
from whistle.gateway.turnstile import Lane, Turnstile

SCOPE: dict[str, Any] = {
    "method": "POST",
    "raw_path": b"/da/report/citizen",
    "query_string": b"",
    "http_version": "1.1",
    "scheme": "http",
    "client": ("192.0.2.77", "4711"),
    "headers": [],
}


def scope(length: int, content_type: str = TYPE, **changes: Any) -> dict[str, Any]:
    headers = [
        (b"content-length", str(length).encode()),
        (b"content-type", content_type.encode("latin-1")),
    ]
    return {**SCOPE, "headers": headers, **changes}


class Line:
    """What is sent back on one connection."""

    def __init__(self, answered: asyncio.Semaphore | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.answered = answered

    async def send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if self.answered and message["type"] == "http.response.start":
            self.answered.release()

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])


async def ask(gate: Gateway, asked: dict[str, Any], *pieces: bytes, then: Any = None) -> Line:
    line = Line()
    await gate(asked, sender(*pieces, then=then), line.send)
    return line


def telling(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with what came, and why not all of it."""
    start_response("200 OK", [("X-Cut", str(environ.get(CUT)))])
    return [environ["wsgi.input"].read()]


def test_a_body_arrives_whole_whether_small_or_big() -> None:
    for size in (0, 1, FIRST - 1, FIRST, FIRST + 1, 40 * FIRST):
        content = bytes(number % 256 for number in range(size))
        pieces = [content[start : start + 9000] for start in range(0, size, 9000)]
        line = run(ask(Gateway(telling), scope(size), *pieces))
        assert line.body == content
        assert line.headers[b"X-Cut"] == b"None"


def test_no_door_learns_an_address() -> None:
    assert "192.0.2.77" not in str(environ_of(scope(5)))


def test_a_header_with_an_underscore_does_not_pass_for_another() -> None:
    headers = [(b"content_length", b"5"), (b"sec_fetch_site", b"none"), (b"cookie", b"a=1")]
    environ = environ_of({**SCOPE, "headers": [*headers, (b"cookie", b"b=2")]})
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert not {"CONTENT_LENGTH", "HTTP_CONTENT_LENGTH", "HTTP_SEC_FETCH_SITE"} & set(environ)


def test_whoever_leaves_before_the_end_has_the_door_not_called() -> None:
    called = threading.Event()

    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        called.set()
        start_response("200 OK", [])
        return [b""]

    left = {"type": "http.disconnect"}
    line = run(ask(Gateway(door), scope(100), b"text=ha", then=left))
    assert not called.is_set()
    assert line.messages == []


def test_a_body_whose_length_is_not_told_is_not_read() -> None:
    asked = {**SCOPE, "headers": [(b"transfer-encoding", b"chunked")]}
    line = run(ask(Gateway(telling), asked, b"text=x"))
    assert (line.headers[b"X-Cut"], line.body) == (b"unmeasured", b"")
    assert line.headers[b"connection"] == b"close"


def test_big_bodies_that_stall_leave_half_of_the_threads_to_others() -> None:
    async def crowd() -> tuple[list[Line], Line]:
        gate = Gateway(telling)
        silence = asyncio.Event()

        def stalling() -> Any:
            pieces = [FORM + b"x" * FIRST]

            async def receive() -> dict[str, Any]:
                if not pieces:
                    await silence.wait()
                    return {"type": "http.disconnect"}
                return {"type": "http.request", "body": pieces.pop(), "more_body": True}

            return receive

        answered = asyncio.Semaphore(0)
        lines = [Line(answered) for _ in range(gateway.THREADS + 10)]
        asked = scope(2 * WHOLE)
        waiting = [asyncio.ensure_future(gate(asked, stalling(), one.send)) for one in lines]
        for _ in range(len(lines) - gateway.MOST_UPLOADS):
            await answered.acquire()
        small = await ask(gate, scope(5), b"hello")
        silence.set()
        await asyncio.gather(*waiting)
        return lines, small

    lines, small = run(crowd())
    assert small.body == b"hello"
    refused = [one for one in lines if one.messages and one.headers.get(b"X-Cut") == b"busy"]
    assert len(refused) == gateway.THREADS + 10 - gateway.MOST_UPLOADS
    assert all(b"Linje 1" in one.body for one in refused)
    assert all(one.headers[b"connection"] == b"close" for one in refused)


def test_long_answers_wait_for_slow_readers_without_a_thread_and_are_not_too_many() -> None:
    pieces_made = 0

    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(50 * WHOLE))])

        def pieces() -> Iterable[bytes]:
            nonlocal pieces_made
            for _ in range(50):
                pieces_made += 1
                yield b"x" * WHOLE

        return pieces()

    async def read_slowly() -> None:
        gate = Gateway(door)
        hold = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                await hold.wait()

        readers = [
            asyncio.ensure_future(gate(scope(0), sender(), send))
            for _ in range(gateway.MOST_DOWNLOADS)
        ]
        await asyncio.sleep(0.3)
        assert pieces_made == len(readers)  # all of them are served, and nothing is made ahead
        too_many = await ask(gate, scope(0))
        assert too_many.messages[0]["status"] == 503
        assert too_many.headers[b"retry-after"] == b"60"
        assert b"Try again in a minute." in too_many.body
        hold.set()
        await asyncio.gather(*readers)
        assert (await ask(gate, scope(0))).messages[0]["status"] == 200

    run(read_slowly())


def test_a_long_answer_arrives_whole_and_ends_when_its_reader_leaves() -> None:
    made: list[bytes] = []

    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(20 * WHOLE))])
        return map(piece, range(20))

    def piece(number: int) -> bytes:
        made.append(bytes([number]) * WHOLE)
        return made[-1]

    async def read_as_granian_tells_it(*, leaves: bool) -> Line:
        messages = [{"type": "http.request", "body": b"", "more_body": False}]
        gone = asyncio.Event()
        if leaves:
            gone.set()

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        line = Line()
        await Gateway(door)(scope(0, method="GET"), receive, line.send)
        return line

    whole = run(read_as_granian_tells_it(leaves=False))
    assert whole.body == b"".join(made)
    made.clear()
    run(read_as_granian_tells_it(leaves=True))
    assert len(made) < 20


def test_who_reads_nothing_of_a_long_answer_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway, "SLOWEST_PIECE", 0.01)
    closed = threading.Event()

    class Pieces:
        def __iter__(self) -> Any:
            return self

        def __next__(self) -> bytes:
            return b"x" * WHOLE

        def close(self) -> None:
            closed.set()

    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(50 * WHOLE))])
        return Pieces()

    async def read_nothing() -> None:
        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                await asyncio.sleep(60)

        await Gateway(door)(scope(0), sender(), send)

    run(read_nothing())
    assert closed.is_set()


def test_whatever_breaks_amid_a_long_answer_is_logged_by_its_kind_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(50 * WHOLE))])

        def pieces() -> Iterable[bytes]:
            yield b"x"
            raise ValueError("hemmeligt")

        return pieces()

    run(ask(Gateway(door), scope(0)))
    assert "ValueError while an answer was sent" in caplog.text
    assert "hemmeligt" not in caplog.text


def test_nobody_takes_a_turn_before_all_that_they_send_is_here() -> None:
    """A sign-in that trickled in held the only place, and shut every member out."""

    def door(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("X-Cut", str(environ.get(CUT)))])
        return [environ["wsgi.input"].read()]

    async def trickle() -> tuple[Line, Line, Line]:
        gate = Gateway(door, lambda _environ: Lane.OTHER)
        long = await ask(gate, scope(2 * WHOLE), b"x" * WHOLE)
        gate._collected = gateway.MOST_COLLECTED
        busy = await ask(gate, scope(WHOLE), b"x" * FIRST)
        return long, busy, await ask(gate, scope(5), b"hello")

    long, busy, small = run(trickle())
    assert long.headers[b"X-Cut"] == b"too long"
    assert busy.headers[b"X-Cut"] == b"busy"
    assert small.headers[b"X-Cut"] == b"None"
    assert (long.body, busy.body, small.body) == (b"", b"", b"hello")


def test_who_hangs_up_in_the_queue_is_not_tried() -> None:
    tried: list[int] = []

    def door(_environ: Any, start_response: Any) -> Iterable[bytes]:
        tried.append(1)
        start_response("200 OK", [])
        return [b""]

    async def hang_up() -> None:
        gate = Gateway(door, lambda _environ: Lane.OTHER)
        async with gate._turnstile.turn(Lane.KNOWN):
            left = {"type": "http.disconnect"}
            lines = await asyncio.gather(*(ask(gate, scope(0), then=left) for _ in range(20)))
        assert all(not line.messages for line in lines)
        await ask(gate, scope(0))

    run(hang_up())
    assert tried == [1]


def test_slashes_in_front_are_one_to_whoever_looks_at_a_path() -> None:
    """`//casework/` signed in, and went round the turnstile."""
    for path in (b"//casework/", b"///casework/", b"/%2fcasework/", b"casework/"):
        assert environ_of({**SCOPE, "raw_path": path})["PATH_INFO"] == "/casework/"


def test_whoever_is_turned_away_gets_the_doors_own_answer() -> None:
    def door(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"away" if TURNED_AWAY in environ else b"in"]

    async def two() -> list[bytes]:
        gate = Gateway(door, lambda _environ: Lane.OTHER)
        gate._turnstile = Turnstile(patience=0.01)
        async with gate._turnstile.turn(Lane.KNOWN):
            away = await ask(gate, scope(0))
        return [away.body, (await ask(gate, scope(0))).body]

    assert run(two()) == [b"away", b"in"]
