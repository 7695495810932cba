"""How much processor time there is: what takes longer is given up, and nothing is published."""

import time
from math import inf

from whistle.records import dataclass


class OutOfTime(Exception):
    """The time is up; what was found otherwise stands."""


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
        return max(0.0, self.until - time.process_time())

    def check(self) -> None:
        """Raise `OutOfTime` when it is over."""
        if time.process_time() > self.until:
            raise OutOfTime


NEVER = Deadline()
