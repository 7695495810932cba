"""How a municipality's adviser registers: the part of the profile that casework and reports use.

Identifiers are what registrations, imports and published tables hold; labels are shown. Lists keep
the order of the file, which is the order of tables and menus.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from whistle.domain.channel import Channel

LANGUAGES = ("da", "en")
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
_Choice = TypeVar("_Choice", bound="Choice")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a list, by its identifier; ``label`` by language."""

    id: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Centre(Choice):
    """A centre or department (fagcenter, forvaltning) with its divisions (afdelinger).

    ``short``: as in the heads of tables.
    """

    short: str = ""
    divisions: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Subcategory(Choice):
    """A part of a category. ``behaviour``: about how staff behaved towards citizens."""

    behaviour: bool = False


@dataclass(frozen=True, slots=True)
class Category(Choice):
    """What an enquiry is about. ``refused``: what the adviser may not deal with.

    ``complaint``: about how a case was dealt with, or its decision: the half-year rule and "centre
    first" are about those. ``behaviour``: about how staff behaved towards citizens, which is dealt
    with though matters of employment are not.
    """

    subcategories: tuple[Subcategory, ...] = ()
    complaint: bool = False
    refused: bool = False
    behaviour: bool = False


class Closing(StrEnum):
    """When a case with an outcome may be closed."""

    AT_ONCE = "at-once"
    WITH_REPLY = "with-reply"  # passed on, and the copy of the centre's reply has come
    REJECTED = "rejected"  # needs a ground


@dataclass(frozen=True, slots=True)
class Outcome(Choice):
    """How an enquiry ended."""

    closing: Closing = Closing.AT_ONCE


@dataclass(frozen=True, slots=True)
class StandardText(Choice):
    """A text that is written often; ``body`` by language.

    ``{centre}`` and ``{day}`` may stand in it, for whoever uses it to fill in.
    """

    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Whistleblowing:
    """What is registered of whistleblowers' reports (whistleblowerloven §§ 1, 12, 27)."""

    scopes: tuple[Choice, ...]
    results: tuple[Choice, ...]
    themes: tuple[Choice, ...]
    rejections: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Council:
    """What is registered of council members' reports: never published but as one total a term."""

    behaviours: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    wishes: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    rejections: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter to a centre says around the enquiry, in one language.

    ``{centre}`` (its name) and ``{day}`` (when its reply is due) may stand in each of them.
    """

    greeting: str
    request: str
    closing: str
    signature: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation of the adviser's office: when, by whom, and what they decided, by language.

    ``address``: where it is published; may be empty.
    """

    day: date
    body: Mapping[str, str]
    decision: Mapping[str, str]
    address: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Centres that are published as one, before anything else is merged or hidden."""

    label: Mapping[str, str]
    centres: tuple[str, ...]


class Unit(StrEnum):
    """What the municipality's report counts."""

    ENQUIRIES = "enquiries"
    ISSUES = "issues"


@dataclass(frozen=True, slots=True)
class PatternRule:
    """What `whistle.domain.patterns` is told of a municipality.

    ``a_quarter``: how many enquiries are expected in a quarter, before there is history. ``least``:
    fewer are never told.
    """

    a_quarter: int = 10
    least: int = 3


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The three questions: at which ``doors`` they are asked when a case is closed.

    ``least``: how many answers at least are added up together.
    """

    doors: tuple[Channel, ...] = (Channel.CITIZEN,)
    least: int = 5


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that is registered, and the office's own deadlines.

    ``hours_a_week``: the adviser's; none where there is no such number. ``placement``: where the
    office stands, by language; empty where the profile does not say. ``sits_in``: the centre that
    the adviser is part of; empty when independent. ``report_to``: who receives the annual report,
    by language. ``year_begins``: month and day of the reporting year's first day.
    ``half_year_months``: how old a matter may be as a rule. ``reply_days``: the working days that a
    centre has for its reply. ``keep_months``: how long closed cases are kept, by open channel.
    ``disclosure``: how many people at least must be behind a published number, by channel.
    ``kle``: the municipality's KLE number for these cases, if it has one. ``letter``: by language.
    ``learning_points``: what centres are to learn from complaints; ``criteria``: by which the
    office is evaluated. ``merged``: in the public version of the report. ``licence``: its address,
    for whoever uses published numbers.
    """

    hours_a_week: int | None
    placement: Mapping[str, str]
    sits_in: str
    report_to: Mapping[str, str]
    unit: Unit
    year_begins: tuple[int, int]
    half_year_months: int
    reply_days: int
    keep_months: Mapping[str, int]
    disclosure: Mapping[str, int]
    kle: str
    centres: tuple[Centre, ...]
    categories: tuple[Category, ...]
    outcomes: tuple[Outcome, ...]
    ways_in: tuple[Choice, ...]
    handlings: tuple[Choice, ...]
    enquirers: tuple[Choice, ...]
    rejections: tuple[Choice, ...]
    themes: tuple[Choice, ...]
    recipients: tuple[Choice, ...]
    learning_points: tuple[Choice, ...]
    criteria: tuple[Choice, ...]
    evaluations: tuple[Evaluation, ...]
    texts: tuple[StandardText, ...]
    letter: Mapping[str, Letter]
    whistleblowing: Whistleblowing
    council: Council
    patterns: PatternRule = PatternRule()
    satisfaction: Satisfaction = Satisfaction()
    merged: tuple[Merged, ...] = ()
    licence: str = CC_BY

    def centre(self, centre_id: str) -> Centre | None:
        """Give a centre by its identifier."""
        return find(self.centres, centre_id)

    def category(self, category_id: str) -> Category | None:
        """Give a category by its identifier."""
        return find(self.categories, category_id)

    def outcome(self, outcome_id: str) -> Outcome | None:
        """Give an outcome by its identifier."""
        return find(self.outcomes, outcome_id)


def find(choices: Iterable[_Choice], choice_id: str) -> _Choice | None:
    """Give one of a list by its identifier."""
    return next((one for one in choices if one.id == choice_id), None)


def label_of(choices: Iterable[Choice], choice_id: str, language: str) -> str:
    """Say what an identifier is called; one that the profile does not have is shown as it is."""
    found = find(choices, choice_id)
    return found.label[language] if found else choice_id
