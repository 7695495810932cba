"""What the office keeps that belongs to no case: its book.

Stevns' report of March 2021, sections 2.2, 2.3 and 4: larger supervision and teaching is registered
for the yearly report, and recommendations are carried on ("fortsat").
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar


class ActivityKind(StrEnum):
    """What the adviser did besides cases, or why there was nothing of it to do."""

    SUPERVISION = "supervision"
    TEACHING = "teaching"
    VISIT = "visit"
    PLACEMENT = "placement"  # "praktik": some days among those who deal with the cases
    TALK = "talk"  # "oplæg"
    OTHER = "other"
    REMARK = "remark"  # Stevns' 3.5: "På grund af covid 19 – har der ikke i 2020 …"


@dataclass(frozen=True, slots=True, repr=False)
class Activity:
    """Supervision, teaching, a visit, outreach (table 3.5: centres, and ``text``).

    ``centres``: identifiers of centres, or ``centre/division``; none for all of them ("Alle /
    Generelt"). ``minutes``: how long it took; ``people``: how many there were.
    """

    kind: ClassVar[str] = "activity"
    what: ActivityKind
    first: date
    text: str
    last: date | None = None
    centres: tuple[str, ...] = ()
    minutes: int | None = None
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
    """An evaluation of the adviser's function: when, by which body, what was decided.

    ``public``: it stands on the public page, word for word.
    """

    kind: ClassVar[str] = "evaluation"
    day: date
    body: str
    decision: str
    text: str = ""
    public: bool = False


class ResponseStatus(StrEnum):
    """How far the administration has come with what it set out to do."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    DECLINED = "declined"


OPEN_STATUSES = frozenset({ResponseStatus.PLANNED, ResponseStatus.STARTED})


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """What the administration answers to a recommendation (redegørelse).

    ``owner``: a role or a unit, never somebody by name: no employee is counted or ranked.
    """

    day: date
    initiative: str
    owner: str = ""
    status: ResponseStatus = ResponseStatus.PLANNED
    follow_up: date | None = None


class Sort(StrEnum):
    """What centres are told: what they should do, or what there is to learn from."""

    RECOMMENDATION = "recommendation"
    LEARNING_POINT = "learning-point"


@dataclass(frozen=True, slots=True, repr=False)
class Recommendation:
    """A recommendation or a learning point, which lives across years.

    ``years``: the reporting years in whose reports it stands, the first one first ("fortsat"), each
    by the year in which it begins. ``centres``: as of an `Activity`. ``theme`` and ``point``:
    identifiers of the profile's themes and learning points, or empty.
    """

    kind: ClassVar[str] = "recommendation"
    title: str
    years: tuple[int, ...]
    sort: Sort = Sort.RECOMMENDATION
    text: str = ""
    centres: tuple[str, ...] = ()
    theme: str = ""
    point: str = ""
    responses: tuple[Response, ...] = ()
    ended: date | None = None
    why_ended: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class NoRecommendations:
    """That a reporting year's report has no recommendations, and why: its section is not empty."""

    kind: ClassVar[str] = "no-recommendations"
    year: int
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Measure:
    """A pattern that was told of: whom the adviser contacted, and what was agreed.

    ``pattern``: which one, in identifiers of the profile and its period. ``contacted``: the day
    that the centre's manager was. ``followed``: the day on which what was agreed was looked at, and
    ``result``: what had come of it. ``dismissed``: why nothing is done about it.
    """

    kind: ClassVar[str] = "measure"
    pattern: str
    seen: date
    centre: str
    contacted: date | None = None
    text: str = ""
    agreed: str = ""
    follow_up: date | None = None
    followed: date | None = None
    result: str = ""
    dismissed: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers about the adviser's work, added up: how many chose what, of a year.

    ``counts``: for each question, one after the other, how many chose each of its options.
    """

    kind: ClassVar[str] = "answers"
    year: int
    counts: tuple[int, ...]
