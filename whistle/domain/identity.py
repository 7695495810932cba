"""Who somebody is, apart from the rest of a case: opened for a reason, one part at a time.

Whistleblowerloven § 26 and GDPR art. 5(1)(c): whoever does not need to know who it is does not
learn it, and it is written down why somebody did. The same holds at the other doors.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class Part(StrEnum):
    """What is opened by itself. To open one opens none of the others.

    `REPORTER`: name and contact details; `APART`: the answers kept apart, such as a reported
    person's name; `LETTER`: who a letter to a centre says that it is.
    """

    REPORTER = "reporter"
    APART = "apart"
    LETTER = "letter"


class OpeningGround(StrEnum):
    """Why it is opened: the short list. Words are written besides."""

    CONTACT = "contact"
    FACTS = "facts"
    CONSENT = "consent"
    ACCESS = "access"
    IMPARTIAL = "impartial"
    LAW = "law"


class OpeningWay(StrEnum):
    """How it was opened: on a page, in a file that was taken out, or found by a search."""

    SHOWN = "shown"
    EXPORT = "export"
    LETTER = "letter"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, repr=False)
class Opening:
    """That somebody opened who it is: filed on the case, where everybody who has it can see it.

    ``words``: why, in the member's own words. ``letter``: the filed letter, 16 bytes, of `LETTER`.
    """

    kind: ClassVar[str] = "opening"
    part: Part
    ground: OpeningGround
    day: date
    words: str = ""
    way: OpeningWay = OpeningWay.SHOWN
    letter: bytes = b""
    due: ClassVar[None] = None
