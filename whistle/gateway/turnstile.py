"""A turnstile for what is costly: few at a time, two lanes by turns, waiting without a thread."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

WIDTH = 1  # passphrases stretched at once in a process: 64 MiB and one core
LONGEST = 500  # waiting in a lane; whoever comes then is turned away at once
PATIENCE = 30.0  # seconds in a lane before being turned away: the wait is what slows a flood down


class Lane(StrEnum):
    """Where a request waits. A flood in one lane does not lengthen the other."""

    KNOWN = "known"
    OTHER = "other"


class Turnstile:
    """Lets ``width`` through at once; of the lanes where somebody waits, by turns."""

    def __init__(self, width: int = WIDTH, patience: float = PATIENCE) -> None:
        """Start open."""
        self._free = width
        self._patience = patience
        self._lanes: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}

    @asynccontextmanager
    async def turn(
        self, lane: Lane, gone: "asyncio.Future[None] | None" = None
    ) -> AsyncIterator[bool]:
        """Wait in ``lane``; give whether the turn came. It is over when the block ends.

        Whoever is ``gone`` waits no longer, and keeps nobody waiting.
        """
        entered = await self._enter(self._lanes[lane], gone)
        try:
            yield entered
        finally:
            if entered:
                self._leave()

    async def _enter(
        self, lane: "deque[asyncio.Future[None]]", gone: "asyncio.Future[None] | None"
    ) -> bool:
        if self._free:
            self._free -= 1
            return True
        if len(lane) >= LONGEST:
            return False
        turn = asyncio.get_running_loop().create_future()
        lane.append(turn)
        awaited = {turn, gone} if gone else {turn}
        try:
            await asyncio.wait(awaited, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if turn.done():  # the place was handed over in this very moment
                self._leave()
            raise
        finally:
            if not turn.done():
                lane.remove(turn)
        return turn.done()

    def _leave(self) -> None:
        """Hand the place on, and let the lane it goes to be the last one asked next time."""
        for name, lane in self._lanes.items():
            if lane:
                self._lanes[name] = self._lanes.pop(name)
                lane.popleft().set_result(None)
                return
        self._free += 1
