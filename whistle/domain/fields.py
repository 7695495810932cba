"""What a door asks for besides the text: fields that the profile defines, and answers to them.

An answer is a field's id and a tuple of values: option ids, ``yes`` or ``no``, a day in ISO form,
or what was written. Nothing but the text is ever required.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

from whistle.domain.office import Choice
from whistle.domain.table import ProfileError, Table

LONGEST_LINE = 1_000
LONGEST_TEXT = 20_000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
# What a report's form carries anyway; a field of that name would take its place.
RESERVED = frozenset(
    {
        "text",
        "files",
        "receipt",
        "token",
        "previous_receipt",
        "previous_token",
        "name",
        "contact",
        "concerns_adviser",
        "decision",
        "accept_cpr",
    }
)
CENTRES, UNKNOWN = "centres", "unknown"  # options = "centres": all of the office's, and unknown
YES_NO = {"da": {"yes": "Ja", "no": "Nej"}, "en": {"yes": "Yes", "no": "No"}}

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")


class FieldKind(StrEnum):
    """How a field is answered."""

    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    LINE = "line"
    TEXT = "text"
    DATE = "date"


_CHOSEN = {FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO}
_LONGEST = {FieldKind.LINE: LONGEST_LINE, FieldKind.TEXT: LONGEST_TEXT}


class AnswerFault(Enum):
    """What can be wrong with an answer."""

    NOT_AN_OPTION = "not one of the options"
    ONLY_ONE = "more than one value where one belongs"
    TOO_LONG = "longer than the field holds"
    NOT_A_DAY = "not a day of the calendar"


class AnswerError(ValueError):
    """An answer cannot be taken as it stands. Carries no part of it."""

    def __init__(self, fault: AnswerFault) -> None:
        """Say what is wrong."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field in one language. ``options``: label by option id, in the order they are shown."""

    label: str
    hint: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a door asks for, with its texts by language code.

    ``apart``: the answer, one line, is sealed with the reporter's identity and opened by a step of
    its own. A longer one would show in the size of what is sealed.
    """

    id: str
    kind: FieldKind
    options: tuple[str, ...]
    text: Mapping[str, FieldText]
    apart: bool = False

    @property
    def longest(self) -> int | None:
        """How many characters may be written; none where nothing is written."""
        return _LONGEST.get(self.kind)

    def read(self, values: Sequence[str]) -> tuple[str, ...]:
        """Check what a form sent and give the answer, empty when it was skipped.

        Raises `AnswerError`.
        """
        given = [value for value in values if value.strip()]
        if self.kind is not FieldKind.CHOICES and len(given) > 1:
            raise AnswerError(AnswerFault.ONLY_ONE)
        if self.kind in _CHOSEN:
            if not set(given) <= set(self.options):
                raise AnswerError(AnswerFault.NOT_AN_OPTION)
            return tuple(option for option in self.options if option in given)
        if self.kind is FieldKind.DATE:
            return tuple(read_day(value).isoformat() for value in given)
        if any(len(value) > (self.longest or 0) for value in given):
            raise AnswerError(AnswerFault.TOO_LONG)
        return tuple(given)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer for people to read."""

    label: str
    values: tuple[str, ...]


def show_answers(
    fields: Sequence[Field], answers: Mapping[str, tuple[str, ...]], language: str
) -> tuple[ShownAnswer, ...]:
    """Show answers in the fields' order.

    What the profile does not know any more is shown by its ids at the end: it is never lost.
    """
    known = {field.id: field for field in fields}
    order = [*known, *(name for name in answers if name not in known)]
    return tuple(
        _show(name, known.get(name), answers[name], language) for name in order if answers.get(name)
    )


def _show(name: str, field: Field | None, values: tuple[str, ...], language: str) -> ShownAnswer:
    if field is None:
        return ShownAnswer(name, values)
    text = field.text[language]
    return ShownAnswer(text.label, tuple(text.options.get(value, value) for value in values))


def read_day(written: str) -> date:
    """Read a day: ISO, as browsers send it, or day, month and year, as people here write it.

    Raises `AnswerError`.
    """
    found = _DAY_FIRST.fullmatch(written.strip())
    day_first = [int(part) for part in found.groups()] if found else []
    try:
        day = date(*reversed(day_first)) if day_first else date.fromisoformat(written.strip())
    except ValueError:
        raise AnswerError(AnswerFault.NOT_A_DAY) from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise AnswerError(AnswerFault.NOT_A_DAY)
    return day


# -- from the profile --------------------------------------------------------------------------


def read_fields(
    channel: Table, languages: Sequence[str], centres: Sequence[Choice] = ()
) -> tuple[Field, ...]:
    """Read ``[[fields]]`` of a channel, or raise `ProfileError`.

    ``centres``: the office's, for a field whose options they are.
    """
    fields = tuple(_read_field(table, languages, centres) for table in channel.tables("fields"))
    ids = [field.id for field in fields]
    for name in ids:
        if ids.count(name) > 1:
            raise ProfileError(
                f"{channel.place}, fields: two fields have the id {name}; rename one"
            )
    return fields


def _read_field(table: Table, languages: Sequence[str], centres: Sequence[Choice]) -> Field:
    name = _identifier(table.text("id"), f"{table.place}, id")
    if name in RESERVED:
        raise ProfileError(
            f"{table.place}, id: {name} belongs to the form itself; choose another id"
        )
    kind = _kind(table)
    apart = table.truth("apart") if "apart" in table else False
    if apart and kind is not FieldKind.LINE:
        raise ProfileError(
            f'{table.place}, apart: only what is written on one line is kept apart; kind = "line"'
        )
    has_options = kind in {FieldKind.CHOICE, FieldKind.CHOICES}
    table.only("id", "kind", "apart", *(["options"] if has_options else []), *languages)
    known = centres if has_options and table.values.get("options") == CENTRES else ()
    options = _all_options(table, kind, known)
    return Field(
        name,
        kind,
        options,
        {
            language: _read_text(table.table(language), kind, options, known, language)
            for language in languages
        },
        apart=apart,
    )


def _all_options(table: Table, kind: FieldKind, known: Sequence[Choice]) -> tuple[str, ...]:
    if kind is FieldKind.YES_NO:
        return tuple(YES_NO["en"])
    if kind not in {FieldKind.CHOICE, FieldKind.CHOICES}:
        return ()
    return (*(one.id for one in known), UNKNOWN) if known else tuple(_options(table))


def _kind(table: Table) -> FieldKind:
    written = table.text("kind")
    if written not in set(FieldKind):
        raise ProfileError(
            f"{table.place}, kind: unknown kind {written}; the kinds are {', '.join(FieldKind)}"
        )
    return FieldKind(written)


def _options(table: Table) -> Iterator[str]:
    options = table.texts("options")
    for option in options:
        if options.count(option) > 1:
            raise ProfileError(f"{table.place}, options: {option} stands there twice; take one out")
        yield _identifier(option, f"{table.place}, options")


def _identifier(written: str, place: str) -> str:
    if not _ID.fullmatch(written):
        raise ProfileError(
            f"{place}: {written} is no identifier; use at most 40 of a–z, 0–9 and _, "
            "with a letter first"
        )
    return written


def _read_text(
    table: Table,
    kind: FieldKind,
    options: Sequence[str],
    known: Sequence[Choice],
    language: str,
) -> FieldText:
    label, hint = table.text("label"), table.optional_text("hint")
    if kind is FieldKind.YES_NO or not options:
        table.only("label", "hint")
        return FieldText(label, hint, YES_NO[language] if options else {})
    table.only("label", "hint", "options")
    told = {one.id: _label_of(one, language) for one in known}
    labels, own = table.table("options"), [one for one in options if one not in told]
    labels.only(*own)
    return FieldText(label, hint, {**told, **{option: labels.text(option) for option in own}})


def _label_of(choice: Choice, language: str) -> str:
    """Give a label; abroad too the Danish one, which stands on letters, is told."""
    danish, label = choice.label["da"], choice.label[language]
    return label if label == danish else f"{label} ({danish})"
