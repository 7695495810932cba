"""What the office keeps that belongs to no case: its book.

Stevns' report of March 2021, sections 2.2, 2.3 and 4: larger supervision and teaching is registered
for the yearly report, and recommendations are carried on ("fortsat").
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True, repr=False)
class Activity:
    """Supervision, teaching, a visit, outreach (table 3.5). ``centres``: none for all of them."""

    kind: ClassVar[str] = "activity"
    what: str
    first: date
    last: date | None = None
    text: str = ""
    centres: tuple[str, ...] = ()
    hours: int | None = None
    people: int | None = None


class ChangeKind(StrEnum):
    """Why numbers of two periods are not alike."""

    GAP = "gap"  # nobody, or fewer, did the work
    METHOD = "method"  # it was counted in another way


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """A staffing gap or a change of method, which stands under the numbers it explains."""

    kind: ClassVar[str] = "change"
    why: ChangeKind
    first: date
    text: str
    last: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """An evaluation of the adviser's function: when, by which body, what was decided."""

    kind: ClassVar[str] = "evaluation"
    day: date
    body: str
    decision: str
    text: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """What the administration answers to a recommendation (redegørelse)."""

    day: date
    initiative: str
    owner: str = ""
    status: str = ""
    follow_up: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Recommendation:
    """A recommendation or a learning point, which lives across years.

    ``made``: first, ``repeated``: on which days again ("fortsat"). ``centres``: none for all.
    """

    kind: ClassVar[str] = "recommendation"
    title: str
    made: date
    text: str = ""
    learning_point: bool = False
    centres: tuple[str, ...] = ()
    theme: str = ""
    repeated: tuple[date, ...] = ()
    responses: tuple[Response, ...] = ()
    ended: date | None = None
    why_ended: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Measure:
    """A pattern that was told of: whom the adviser contacted, and what was agreed.

    ``pattern``: which one, in identifiers of the profile and its period. ``contacted``: the day
    that the centre's manager was.
    """

    kind: ClassVar[str] = "measure"
    pattern: str
    seen: date
    centre: str
    contacted: date | None = None
    text: str = ""
    agreed: str = ""
    follow_up: date | None = None
    dismissed: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers about the adviser's work, added up: how many chose what, of a year.

    ``counts``: for each question, one after the other, how many chose each of its options.
    """

    kind: ClassVar[str] = "answers"
    year: int
    counts: tuple[int, ...]
