"""The gateway: ASGI on the outside, a door (WSGI) in a thread on the inside."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple
from urllib.parse import unquote_to_bytes

from whistle.gateway.bodies import (
    CUT,
    Body,
    Cut,
    GoneError,
    Receive,
    SlowError,
    Upload,
    end_early,
)
from whistle.gateway.turnstile import Lane, Turnstile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Door = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")

Send = Callable[[dict[str, Any]], Awaitable[None]]

THREADS = 64  # in a process
MOST_UPLOADS = THREADS // 2
WHOLE = 1024 * 1024  # an answer up to this length is taken at once, a longer one piece by piece
TURNED_AWAY = "whistle.turned_away"  # in a WSGI environment: its turn at the turnstile did not come


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a door answered; ``rest`` is still to be asked for."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: Iterator[bytes] | None = None


class Gateway:
    """An ASGI application around a door.

    ``lane`` says for an environment whether it has to pass the turnstile, and in which lane.
    """

    def __init__(
        self,
        door: "Door",
        lane: "Callable[[WSGIEnvironment], Lane | None]" = lambda _environ: None,
    ) -> None:
        """Make it in the process that serves: its threads do not cross a fork."""
        self._door = door
        self._lane = lane
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="door")
        self._turnstile = Turnstile()
        self._uploads = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        environ = environ_of(scope)
        body = Body(receive, _length(environ))
        with suppress(GoneError):
            answer = await self._answer(environ, body)
            if not body.is_over:
                answer.headers.append((b"connection", b"close"))
            await self._send(answer, body, receive, send)
            await body.throw_away()

    async def _answer(self, environ: "WSGIEnvironment", body: Body) -> _Answer:
        """Have the door answer as soon as there is something for it to do."""
        try:
            if "HTTP_TRANSFER_ENCODING" in environ:
                environ[CUT] = Cut.UNMEASURED
            else:
                await body.collect()
        except SlowError:
            environ[CUT] = Cut.SLOW
        if CUT in environ or body.is_over:
            environ["wsgi.input"] = io.BytesIO(body.first)
            return await self._in_turn(environ)
        if self._uploads >= MOST_UPLOADS:
            environ[CUT] = Cut.BUSY
            short = end_early(body.first, environ.get("CONTENT_TYPE", ""))
            environ["CONTENT_LENGTH"] = str(len(short))
            environ["wsgi.input"] = io.BytesIO(short)
            return await self._in_turn(environ)
        self._uploads += 1
        try:
            environ["wsgi.input"] = Upload(body, asyncio.get_running_loop())
            return await self._in_turn(environ)
        finally:
            self._uploads -= 1

    async def _in_turn(self, environ: "WSGIEnvironment") -> _Answer:
        lane = self._lane(environ)
        if lane is None:
            return await self._in_thread(_call, self._door, environ)
        async with self._turnstile.turn(lane) as entered:
            if entered:
                return await self._in_thread(_call, self._door, environ)
        environ[TURNED_AWAY] = True
        return await self._in_thread(_call, self._door, environ)

    async def _in_thread(
        self, act: Callable[[*_Arguments], _Result], *arguments: *_Arguments
    ) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments)

    async def _send(self, answer: _Answer, body: Body, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        )
        if answer.rest is not None:
            # Whoever reads slowly is waited for here; each piece costs a thread a moment.
            never = asyncio.get_running_loop().create_future()
            leaving = asyncio.ensure_future(_left(receive) if body.is_over else never)
            try:
                while (piece := await self._in_thread(next, answer.rest, None)) is not None:
                    if leaving.done():
                        return
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                leaving.cancel()
                await self._in_thread(_close, answer.rest)
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def environ_of(scope: dict[str, Any]) -> "WSGIEnvironment":
    """Make a WSGI environment (PEP 3333). It has no address: no door ever learns who asks."""
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,  # Werkzeug's: the stream ends where the body does
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:  # would pass for the header with a hyphen
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


async def _left(receive: Receive) -> None:
    """Wait until whoever asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _length(environ: "WSGIEnvironment") -> int:
    """Give the length a request declares; the server has checked that it is a number."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return 1  # something, nobody knows how much
    declared = environ.get("CONTENT_LENGTH", "")
    return int(declared) if declared.isdecimal() else 0


def _call(door: "Door", environ: "WSGIEnvironment") -> _Answer:
    """Call a door, in a thread."""
    started: list[tuple[int, list[tuple[bytes, bytes]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_exc_info: Any) -> Any:
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        started[:] = [(int(status.split(" ", 1)[0]), encoded)]

    content = door(environ, start_response)
    status, headers = started[0]
    length = next((int(value) for name, value in headers if name.lower() == b"content-length"), 0)
    if length > WHOLE and environ["REQUEST_METHOD"] != "HEAD":
        return _Answer(status, headers, b"", iter(content))
    try:
        return _Answer(status, headers, b"".join(content))
    finally:
        _close(content)


def _close(content: Any) -> None:
    close = getattr(content, "close", None)
    if close:
        close()
