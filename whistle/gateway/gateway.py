"""The gateway: ASGI on the outside, a door (WSGI) in a thread on the inside."""

import asyncio
import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple
from urllib.parse import unquote_to_bytes

from whistle.gateway.bodies import (
    CUT,
    FIRST,
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

logger = logging.getLogger("whistle")

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")

Send = Callable[[dict[str, Any]], Awaitable[None]]

THREADS = 64  # in a process
MOST_UPLOADS = THREADS // 2
MOST_DOWNLOADS = THREADS // 2  # long answers under way; a few megabytes of each wait to be sent
WHOLE = 1024 * 1024  # a body or an answer up to this length is taken at once, others in pieces
MOST_COLLECTED = 32 * WHOLE  # of bodies longer than `FIRST`, all together
SLOWEST_PIECE = 120.0  # seconds in which a piece of a long answer has to be on its way
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
        self._uploads = self._downloads = self._collected = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        environ = environ_of(scope)
        body = Body(receive, _length(environ))
        with suppress(GoneError):
            answer = await self._answer(environ, body, receive)
            if not body.is_over:
                answer.headers.append((b"connection", b"close"))
            await self._send(answer, body, receive, send)
            await body.throw_away()

    async def _answer(self, environ: "WSGIEnvironment", body: Body, receive: Receive) -> _Answer:
        """Have the door answer as soon as there is something for it to do."""
        lane = self._lane(environ)
        try:
            if "HTTP_TRANSFER_ENCODING" in environ:
                environ[CUT] = Cut.UNMEASURED
            else:
                await self._collect(body, _length(environ))
        except SlowError:
            environ[CUT] = Cut.SLOW
        if lane is not None and not body.is_over and CUT not in environ:
            # Whoever has a turn may not have to be waited for: nobody else could have one.
            environ[CUT] = Cut.TOO_LONG if _length(environ) > WHOLE else Cut.BUSY
            # Nor may any of it reach a view that would do what the turn is for.
            body.first, environ["CONTENT_LENGTH"] = b"", "0"
        if CUT in environ or body.is_over:
            environ["wsgi.input"] = io.BytesIO(body.first)
            if lane is None or CUT in environ:
                return await self._in_thread(_call, self._door, environ)
            return await self._in_turn(environ, lane, receive)
        if self._uploads >= MOST_UPLOADS:
            environ[CUT] = Cut.BUSY
            short = end_early(body.first, environ.get("CONTENT_TYPE", ""))
            environ["CONTENT_LENGTH"] = str(len(short))
            environ["wsgi.input"] = io.BytesIO(short)
            return await self._in_thread(_call, self._door, environ)
        self._uploads += 1
        try:
            environ["wsgi.input"] = Upload(body, asyncio.get_running_loop())
            return await self._in_thread(_call, self._door, environ)
        finally:
            self._uploads -= 1

    async def _collect(self, body: Body, length: int) -> None:
        """Take in all of a body that may be a long text, while there is memory for it."""
        if not FIRST < length <= WHOLE or self._collected + length > MOST_COLLECTED:
            await body.collect()
            return
        self._collected += length
        try:
            await body.collect(WHOLE)
        finally:
            self._collected -= length

    async def _in_turn(self, environ: "WSGIEnvironment", lane: Lane, receive: Receive) -> _Answer:
        gone = asyncio.ensure_future(_left(receive))
        try:
            async with self._turnstile.turn(lane, gone) as entered:
                if entered:
                    return await self._in_thread(_call, self._door, environ)
            if gone.done():
                raise GoneError
        finally:
            gone.cancel()
        environ[TURNED_AWAY] = True
        return await self._in_thread(_call, self._door, environ)

    async def _in_thread(
        self, act: Callable[[*_Arguments], _Result], *arguments: *_Arguments
    ) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments)

    async def _send(self, answer: _Answer, body: Body, receive: Receive, send: Send) -> None:
        if answer.rest is not None and self._downloads >= MOST_DOWNLOADS:
            await self._in_thread(_close, answer.rest)
            answer = _too_many(answer)
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        )
        if answer.rest is not None:
            self._downloads += 1
            try:
                await self._send_pieces(answer.rest, body, receive, send)
            except TimeoutError:
                return  # granian closes a connection whose answer is not whole
            except Exception as error:  # noqa: BLE001  (whatever a door's iterator raises)
                logger.error("%s while an answer was sent", type(error).__qualname__)  # noqa: TRY400
                return
            finally:
                self._downloads -= 1
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _send_pieces(
        self, pieces: Iterator[bytes], body: Body, receive: Receive, send: Send
    ) -> None:
        """Send a long answer; each piece costs a thread a moment. Raises `TimeoutError`.

        Whoever reads slowly is waited for here, but not for ever.
        """
        never = asyncio.get_running_loop().create_future()
        leaving = asyncio.ensure_future(_left(receive) if body.is_over else never)
        try:
            while (piece := await self._in_thread(next, pieces, None)) is not None:
                if leaving.done():
                    return
                async with asyncio.timeout(SLOWEST_PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            leaving.cancel()
            await self._in_thread(_close, pieces)


def _too_many(answer: _Answer) -> _Answer:
    """Say, with the door's own headers, that too many are fetching files just now."""
    said = "Prøv igen om et minut. / Try again in a minute.\n".encode()
    headers = [one for one in answer.headers if not one[0].lower().startswith(b"content-")]
    headers += [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(said)).encode()),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"retry-after", b"60"),
    ]
    return _Answer(503, headers, said)


def environ_of(scope: dict[str, Any]) -> "WSGIEnvironment":
    """Make a WSGI environment (PEP 3333). It has no address: no door ever learns who asks."""
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # One slash in front, as Werkzeug has it: `//casework/` is `/casework/` to everybody.
        "PATH_INFO": "/" + unquote_to_bytes(scope["raw_path"]).decode("latin-1").lstrip("/"),
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
