"""What a note is about: a talk that the law wants written down, or anything else.

Offentlighedsloven § 13 (notatpligt): what somebody tells orally, or what is otherwise learned of
the facts of a case, is written down when it counts for a decision; so are the steps of the case
that its papers do not show.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Talk(StrEnum):
    """How something was learned."""

    OTHER = "other"
    TELEPHONE = "telephone"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a note is about. ``held``: the day of the talk; none where it is that of the note."""

    talk: Talk = Talk.OTHER
    held: date | None = None
