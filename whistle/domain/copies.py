"""How long copies of the database are kept, at most: what is erased is gone when they are."""

from dataclasses import dataclass

MOST_DAYS = 30  # what people are told when something of theirs is erased (docs/operations.md)


@dataclass(frozen=True, slots=True)
class Copies:
    """What an installation says about its copies. ``keep_days``: from 1 to `MOST_DAYS`."""

    keep_days: int = MOST_DAYS
