"""How a municipality's adviser registers: the part of the profile that casework and reports use.

Identifiers are what registrations, imports and published tables hold; labels are shown. Lists keep
the order of the file, which is the order of tables and menus.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from whistle.domain.table import ProfileError, Table

LANGUAGES = ("da", "en")
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
class Category(Choice):
    """What an enquiry is about. ``refused``: what the adviser may not deal with.

    ``complaint``: about how a case was dealt with, or its decision: the half-year rule and "centre
    first" are about those.
    """

    subcategories: tuple[Choice, ...] = ()
    complaint: bool = False
    refused: bool = False


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
    """A text that is written often; ``body`` by language."""

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


class Unit(StrEnum):
    """What the municipality's report counts."""

    ENQUIRIES = "enquiries"
    ISSUES = "issues"


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that is registered, and the office's own deadlines.

    ``hours_a_week``: the adviser's. ``report_to``: who receives the annual report, by language.
    ``year_begins``: month and day of the reporting year's first day. ``half_year_months``: how old
    a matter may be as a rule. ``reply_days``: what a centre has for its reply. ``keep_months``: how
    long closed cases are kept, by channel. ``kle``: the municipality's KLE number for these cases,
    if it has one.
    """

    hours_a_week: int
    report_to: Mapping[str, str]
    unit: Unit
    year_begins: tuple[int, int]
    half_year_months: int
    reply_days: int
    keep_months: Mapping[str, int]
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
    texts: tuple[StandardText, ...]
    whistleblowing: Whistleblowing
    council: Council

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


def read_office(table: Table) -> Office:
    """Read the table ``[office]`` of a profile."""
    whistle, council = table.table("whistleblowing"), table.table("council")
    keep = table.table("keep_months")
    return Office(
        hours_a_week=table.number("hours_a_week"),
        report_to=_label(table.table("report_to")),
        unit=_unit(table),
        year_begins=_day(table),
        half_year_months=table.number("half_year_months"),
        reply_days=table.number("reply_days"),
        keep_months={name: keep.number(name) for name in keep},
        kle=table.optional_text("kle"),
        centres=_list(table, "centres", _centre),
        categories=_list(table, "categories", _category),
        outcomes=_list(table, "outcomes", _outcome),
        ways_in=_list(table, "ways_in", _choice),
        handlings=_list(table, "handlings", _choice),
        enquirers=_list(table, "enquirers", _choice),
        rejections=_list(table, "rejections", _choice),
        themes=_list(table, "themes", _choice, needed=False),
        recipients=_list(table, "recipients", _choice, needed=False),
        texts=_list(table, "texts", _text, needed=False),
        whistleblowing=Whistleblowing(
            **{name: _list(whistle, name, _choice) for name in Whistleblowing.__slots__}
        ),
        council=Council(**{name: _list(council, name, _choice) for name in Council.__slots__}),
    )


def _list(
    table: Table, name: str, read: Callable[[Table], _Choice], *, needed: bool = True
) -> tuple[_Choice, ...]:
    found = tuple(read(one) for one in table.tables(name))
    ids = [one.id for one in found]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ProfileError(f"{table.place}, {name}: {', '.join(twice)} is there twice; keep one")
    if needed and not found:
        raise ProfileError(f"{table.place}: {name} is missing; add one or more [[{name}]]")
    return found


def _choice(table: Table) -> Choice:
    table.only("id", *LANGUAGES)
    return Choice(table.text("id"), _label(table))


def _text(table: Table) -> StandardText:
    table.only("id", *LANGUAGES, "body")
    return StandardText(table.text("id"), _label(table), _label(table.table("body")))


def _centre(table: Table) -> Centre:
    table.only("id", *LANGUAGES, "short", "divisions")
    return Centre(
        table.text("id"),
        _label(table),
        table.optional_text("short") or table.text("da"),
        _list(table, "divisions", _choice, needed=False),
    )


def _category(table: Table) -> Category:
    table.only("id", *LANGUAGES, "subcategories", "complaint", "refused")
    return Category(
        table.text("id"),
        _label(table),
        _list(table, "subcategories", _choice, needed=False),
        _flag(table, "complaint"),
        _flag(table, "refused"),
    )


def _outcome(table: Table) -> Outcome:
    table.only("id", *LANGUAGES, "closing")
    closing = table.optional_text("closing") or Closing.AT_ONCE
    if closing not in set(Closing):
        raise ProfileError(f"{table.place}, closing: should be one of {', '.join(Closing)}")
    return Outcome(table.text("id"), _label(table), Closing(closing))


def _flag(table: Table, name: str) -> bool:
    return table.truth(name) if name in table else False


def _label(table: Table) -> Mapping[str, str]:
    return {language: table.text(language) for language in LANGUAGES}


def _unit(table: Table) -> Unit:
    unit = table.text("unit")
    if unit not in set(Unit):
        raise ProfileError(f"{table.place}, unit: should be one of {', '.join(Unit)}")
    return Unit(unit)


def _day(table: Table) -> tuple[int, int]:
    month, _, day = table.text("year_begins").partition("-")
    try:
        return date(2000, int(month), int(day)).month, int(day)
    except ValueError as error:
        raise ProfileError(
            f'{table.place}, year_begins: should be month and day, year_begins = "01-01"'
        ) from error
