"""What is noted of a council member's case besides what was told: wishes, support given, risk.

Nothing of it is ever published: the anonymised record of such a case tells the council's term
alone (`whistle.domain.anonymised`), so that nobody is known by the day on which they left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeVar

from whistle.domain.agreed import Why


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What a council member wishes, an identifier of the profile; the newest stands.

    ``how``: by which way they said so, a way in.
    """

    kind: ClassVar[str] = "wish"
    wish: str
    day: date
    how: str = ""
    words: str = ""
    due: ClassVar[None] = None


class Help(StrEnum):
    """What support is."""

    PSYCHOLOGIST = "psychologist"
    POLICE = "police"
    LAWYER = "lawyer"
    TALK = "talk"
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class Support:
    """Support that was given. ``provider``: by whom, as a role or a firm.

    ``granted``: the municipality pays for it, or its staff help (kommunestyrelsesloven § 16, stk.
    11); ``tie``: how it goes with the member's office.
    """

    kind: ClassVar[str] = "support"
    help: Help
    day: date
    provider: str = ""
    granted: bool = False
    tie: str = ""
    words: str = ""
    due: ClassVar[None] = None


class Level(StrEnum):
    """How great a risk is, to the member and to others."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, slots=True, repr=False)
class Risk:
    """An assessment of the risk, and what was agreed about it; the newest stands."""

    kind: ClassVar[str] = "risk"
    level: Level
    day: date
    words: str = ""
    measures: str = ""
    due: ClassVar[None] = None


_Dated = TypeVar("_Dated", Wish, Risk)


def newest(told: Iterable[_Dated]) -> _Dated | None:
    """Give the one that stands: of the latest day, and of one day the one that was filed last.

    ``told``: in the order in which they were filed.
    """
    found: _Dated | None = None
    for one in told:
        if found is None or one.day >= found.day:
            found = one
    return found


def support_hindrance(support: Support) -> Why | None:
    """Say why support may not be noted like this; none: it may.

    Kommunestyrelsesloven § 16, stk. 11, 2. pkt.: the council can decide that its members get help,
    such as a psychologist or help to report to the police, where it is closely tied to what they do
    as members (the ministry to KL on 14 June 2021, no. 21.5.6). So what the municipality grants
    says how it is tied to that; what somebody else gives need not.
    """
    return Why.NO_TIE if support.granted and not support.tie.strip() else None
