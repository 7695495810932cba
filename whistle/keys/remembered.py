"""What a process remembers of what it opened, so that the next search need not open it again.

In memory alone, and boxed there as in the database: what was read in a case under the case's own
key, what lists filter by under the inbox's vault key. Such a key comes with a member's request and
goes with it. So between requests nothing here opens. The texts of a case cannot be opened any
more when the case was erased, as its keys are gone; what lists filtered it by is forgotten with the
next list of its inbox. Each entry is of one state, and of another it says nothing.
``docs/decisions/search-opens-in-memory.md`` has the reasons.
"""

import threading
from typing import TypeAlias

MOST_BYTES = 128 * 2**20  # of a process: the texts of 12,000 cases, and it stays under 300 MB

State: TypeAlias = tuple[int, ...]


class Remembered:
    """Boxes by the id of what they are of. For the threads of one process."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Remember at most so many bytes: when it is full, what is there stays."""
        self._boxes: dict[bytes, tuple[State, bytes]] = {}
        self._most, self._size = most, 0
        self._turn = threading.Lock()

    def __contains__(self, name: bytes) -> bool:
        """Say whether something is remembered; it may be of another state."""
        return name in self._boxes

    def recall(self, name: bytes, state: State) -> bytes | None:
        """Give the box of this very state, if there is one."""
        known, boxed = self._boxes.get(name, (None, None))
        return boxed if known == state else None

    def keep(self, name: bytes, state: State, boxed: bytes) -> None:
        """Remember a box, and nothing of any other state."""
        with self._turn:
            _, before = self._boxes.pop(name, (state, b""))
            size = self._size - len(before)
            if size + len(boxed) <= self._most:
                self._boxes[name] = state, boxed
                size += len(boxed)
            self._size = size

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Remembered>"
