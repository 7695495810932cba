"""What is deleted for good because it has nothing to do with a case (directive 2019/1937, art. 17).

Data that are manifestly not relevant for the handling of a report are not collected or, if they
came by accident, are deleted without undue delay.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

WORDLESS = "[…]"  # stands where a reason stood that has to be there, and whose words were erased


class Reason(StrEnum):
    """Why something was clearly irrelevant. The log and the dialogue tell these words alone."""

    OTHER_MATTER = "other-matter"  # about something else altogether
    OTHER_PEOPLE = "other-people"  # private facts of people who have no part in it
    BY_MISTAKE = "by-mistake"  # the wrong file, or meant for somebody else


class Early(StrEnum):
    """Why a whole case was erased before its day. The log tells these words alone."""

    NOT_OURS = "not-ours"  # manifestly irrelevant, all of it
    ASKED = "asked"  # GDPR art. 17: the person it is about has the right
    TWICE = "twice"  # entered twice, or to try something out


@dataclass(frozen=True, slots=True)
class Erased:
    """Something of a message that is gone. ``file``: a file alone; else all that it said."""

    day: date
    reason: Reason
    file: bool = False
