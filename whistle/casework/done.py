"""What became of an act, which acts can be undone, and what undoing one takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from sqlalchemy import Connection

from whistle.keys.filed import KeptFiled
from whistle.keys.records import Registration


class Undoable(StrEnum):
    """What can be undone."""

    CLOSED = "closed"
    REOPENED = "reopened"
    NOTE_DELETED = "note-deleted"
    FILED_DELETED = "filed-deleted"
    UNREAD = "unread"
    ACKNOWLEDGED = "acknowledged"
    FEEDBACK = "feedback"


class Done(Enum):
    """What became of an act."""

    YES = "yes"
    ALREADY = "it was so before; nothing was written"
    TOO_LATE = "somebody else did it first, and in other words; nothing was written"
    CHANGED = "somebody changed it meanwhile; nothing was written"
    INCOMPLETE = "something that it needs is missing; nothing was written"
    CLOSED_TO_YOU = "this member's keys do not open the case"


@dataclass(frozen=True, slots=True, repr=False)
class Undoing:
    """What an undo writes. ``filed``: all that is filed then, where that is changed."""

    registration: Registration
    write: Callable[[Connection], None] = lambda _db: None
    filed: Sequence[KeptFiled] | None = None
