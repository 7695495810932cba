"""How much processor time there is: what takes longer is given up, and nothing is published.

It is far off, and nothing is chosen by it: what is made of the same numbers is the same however
busy the machine is, or it is not made at all.
"""

import time
from dataclasses import dataclass
from math import inf

WAITING = 20.0
"""How many times as long as its work a solver may take by the clock on a busy machine."""
LOOKED_EVERY = 1_000
"""How many steps are taken between two looks at the time."""


class OutOfTime(Exception):
    """The time is up; nothing comes of it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """``until``: a point of this process' own time, in seconds."""

    until: float = inf

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Give the one so many seconds of work from now."""
        return cls(time.process_time() + seconds)

    @property
    def left(self) -> float:
        """Give the seconds that are left, none below 0."""
        return inf if self.until == inf else max(0.0, self.until - time.process_time())

    @property
    def far_off(self) -> float:
        """Give the most seconds by the clock that a solver may take for one question."""
        return WAITING * self.left

    def check(self) -> None:
        """Raise `OutOfTime` when it is over."""
        if self.until != inf and time.process_time() > self.until:
            raise OutOfTime


NEVER = Deadline()


class Steps:
    """How much work may be spent: steps of a solver, which no busy machine makes more of."""

    def __init__(self, left: int, deadline: Deadline = NEVER) -> None:
        """Begin with so many; the deadline is beside them."""
        self._left, self._deadline = left, deadline
        self.far_off = deadline.far_off

    def spend(self, steps: int) -> bool:
        """Take some; say whether any are left. Raises `OutOfTime`."""
        if self._left // LOOKED_EVERY != (self._left - steps) // LOOKED_EVERY:
            self._deadline.check()
        self._left -= steps
        return self._left > 0
