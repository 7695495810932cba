"""Bodies of requests: small ones are collected, big ones handed over as they come."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from whistle.gateway.pace import Pace

Receive = Callable[[], Awaitable[dict[str, Any]]]

FIRST = 64 * 1024  # collected of every body before a door is called: a report without files is less
LINGER = 30.0  # seconds in which the rest of an unread body is thrown away

CUT = "whistle.cut"  # in a WSGI environment: why the door is not given the whole body


class Cut(StrEnum):
    """Why a body ends before its end."""

    BUSY = "busy"  # as many big uploads are under way as may be
    SLOW = "slow"  # it came to a standstill
    UNMEASURED = "unmeasured"  # its length was not told, so that its end could not be known
    TOO_LONG = "too long"  # longer than what has to be here before somebody takes a turn


class BodyError(Exception):
    """A body did not come whole. No `OSError`: nothing of ours failed."""


class GoneError(BodyError):
    """Whoever sent it is gone."""


class SlowError(BodyError):
    """It came to a standstill."""


class Body:
    """The body of one request, read on the event loop."""

    def __init__(self, receive: Receive, length: int) -> None:
        """Read ``length`` bytes, as the request declares, from ASGI's ``receive``."""
        self._receive = receive
        self._pace = Pace()
        self._pending: asyncio.Future[dict[str, Any]] | None = None
        self.is_over = length == 0
        self.first = b""

    async def collect(self, most: int = FIRST) -> None:
        """Take in the beginning, or all of a body up to ``most`` bytes. Raises a `BodyError`."""
        collected = bytearray()
        while not self.is_over and len(collected) < most:
            collected += await self.more()
        self.first = bytes(collected)

    async def more(self) -> bytes:
        """Give what comes next; nothing at the end. Raises a `BodyError`."""
        if self.is_over:
            return b""
        message = await self._message()
        if message["type"] != "http.request":
            self.is_over = True
            raise GoneError
        self.is_over = not message.get("more_body", False)
        content: bytes = message.get("body", b"")
        self._pace.note(0, len(content))
        return content

    async def _message(self) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        self._pending = self._pending or asyncio.ensure_future(self._receive())
        while True:
            begun = loop.time()
            done, _ = await asyncio.wait({self._pending}, timeout=self._pace.patience)
            self._pace.note(loop.time() - begun, 0)
            if done:
                message, self._pending = self._pending.result(), None
                return message
            if self._pace.is_stalled():
                raise SlowError

    async def throw_away(self) -> None:
        """Read on for a while after the answer: a browser that still sends would not show it."""
        if self.is_over:
            return
        try:
            async with asyncio.timeout(LINGER):
                while not self.is_over:
                    await self.more()
        except (BodyError, TimeoutError):
            return


class Upload:
    """A big body as a door reads it, in a thread: what was collected, then what comes."""

    def __init__(self, body: Body, loop: asyncio.AbstractEventLoop) -> None:
        """Read ``body``, which lives on ``loop``."""
        self._body, self._loop = body, loop
        self._buffer = memoryview(body.first)

    def read(self, size: int = -1) -> bytes:
        """Give up to ``size`` bytes, at least one before the end; all when negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(FIRST), b""))
        while not self._buffer and not self._body.is_over:
            coming = asyncio.run_coroutine_threadsafe(self._body.more(), self._loop)
            self._buffer = memoryview(coming.result())
        given, self._buffer = self._buffer[:size], self._buffer[size:]
        return bytes(given)


_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";\s]+)"?', re.IGNORECASE)


def end_early(first: bytes, content_type: str) -> bytes:
    """Close a multipart form after its beginning, so that what is in it can be read.

    Its last part is short. Another kind of body is not given at all.
    """
    found = _BOUNDARY.match(content_type)
    if not found:
        return b""
    delimiter = b"--" + found[1].encode("latin-1")
    before, _, part = first.rpartition(delimiter)
    if b"\r\n\r\n" not in part:  # not even the part's own headers are whole
        first = before.removesuffix(b"\r\n")
    return first + b"\r\n" + delimiter + b"--\r\n"
