"""Reads ``[office]`` of a profile; ``docs/profiles.md`` describes every name in it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from whistle.domain.channel import Channel
from whistle.domain.office import (
    CC_BY,
    LANGUAGES,
    Category,
    Centre,
    Choice,
    Closing,
    Council,
    Evaluation,
    Letter,
    Merged,
    Office,
    Outcome,
    PatternRule,
    Satisfaction,
    StandardText,
    Subcategory,
    Unit,
    Whistleblowing,
    find,
)
from whistle.domain.rules_disclosure import is_never
from whistle.domain.table import ProfileError, Table

HOURS_OF_A_WEEK = 168
# Fewer than three people behind a number can be told from it, whoever publishes it.
FEWEST_BEHIND_A_NUMBER = 3
DISCLOSURE: Mapping[str, int] = {Channel.WHISTLEBLOWER: 5, Channel.COUNCIL: 5, Channel.CITIZEN: 3}
# Rows and columns of reports, and an answer at the citizens' door, that are no centre or category.
RESERVED = frozenset({"total", "unknown", "with_casework", "without_casework"})

# What whistleblowerloven's rules ask about is known by these; labels are free.
NEEDED = {"scopes": ("none",), "results": ("pending", "rejected")}

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_Choice = TypeVar("_Choice", bound=Choice)


def read_office(table: Table, open_doors: Sequence[str]) -> Office:
    """Read the table ``[office]`` of a profile. Raises `ProfileError`."""
    table.only(*Office.__slots__)
    whistle, council = table.table("whistleblowing"), table.table("council")
    whistle.only(*Whistleblowing.__slots__)
    council.only(*Council.__slots__)
    centres = _list(table, "centres", _centre)
    return Office(
        hours_a_week=table.number("hours_a_week", highest=HOURS_OF_A_WEEK)
        if "hours_a_week" in table
        else None,
        placement=_label_in(table, "placement") if "placement" in table else {},
        sits_in=_sits_in(table, centres),
        report_to=_label_in(table, "report_to"),
        unit=_unit(table),
        year_begins=_year_begins(table),
        half_year_months=table.number("half_year_months"),
        reply_days=table.number("reply_days"),
        keep_months=_keep_months(table, open_doors),
        disclosure=_disclosure(table),
        kle=table.optional_text("kle"),
        centres=centres,
        categories=_list(table, "categories", _category),
        outcomes=_outcomes(table),
        ways_in=_list(table, "ways_in", _choice),
        handlings=_list(table, "handlings", _choice),
        enquirers=_list(table, "enquirers", _choice),
        rejections=_list(table, "rejections", _choice),
        themes=_list(table, "themes", _choice, needed=False),
        recipients=_recipients(table, centres),
        learning_points=_list(table, "learning_points", _choice, needed=False),
        criteria=_list(table, "criteria", _choice, needed=False),
        evaluations=tuple(_evaluation(one) for one in table.tables("evaluations")),
        texts=_list(table, "texts", _text, needed=False),
        letter={language: _letter(table.table("letter").table(language)) for language in LANGUAGES},
        whistleblowing=Whistleblowing(
            **{name: _list(whistle, name, _choice) for name in Whistleblowing.__slots__}
        ),
        council=Council(**{name: _list(council, name, _choice) for name in Council.__slots__}),
        patterns=_patterns(table.table("patterns")) if "patterns" in table else PatternRule(),
        satisfaction=_satisfaction(table.table("satisfaction"))
        if "satisfaction" in table
        else Satisfaction(),
        merged=_merged(table, centres),
        licence=_licence(table),
    )


def _licence(table: Table) -> str:
    """Read the address of a licence, as RDF names it."""
    address = table.optional_text("licence") or CC_BY
    if not _ADDRESS.fullmatch(address):
        raise ProfileError(f"{table.place}: licence is no address; write it whole, as in {CC_BY}")
    return address


def _recipients(table: Table, centres: Sequence[Centre]) -> tuple[Choice, ...]:
    """Read who something can be disclosed to; centres are recipients too, so no id is of both."""
    recipients = _list(table, "recipients", _choice, needed=False)
    _once((one.id for one in (*centres, *recipients)), f"{table.place}, centres and recipients")
    never = next((one.id for one in recipients if is_never(one)), None)
    if never is not None:
        raise ProfileError(
            f"{table.place}, recipients: {never} is the mayor or the chief executive by its name, "
            "who are never told anything; take it out"
        )
    return recipients


# -- lists -------------------------------------------------------------------------------------


def _list(
    table: Table, name: str, read: Callable[[Table], _Choice], *, needed: bool = True
) -> tuple[_Choice, ...]:
    """Read a list; centres and categories have lists of their own in every entry.

    The ids of these are told apart without their centre or category, in imports and tables.
    """
    found = tuple(read(one) for one in table.tables(name))
    _once((one.id for one in found), f"{table.place}, {name}")
    parts = {Centre: "divisions", Category: "subcategories"}
    for kind, part in parts.items():
        ids = [one.id for whole in found if isinstance(whole, kind) for one in getattr(whole, part)]
        _once(ids, f"{table.place}, {name}, {part}")
    if needed and not found:
        raise ProfileError(f"{table.place}: {name} is missing; add one or more [[{name}]]")
    gone = [one for one in NEEDED.get(name, ()) if find(found, one) is None]
    if gone:
        raise ProfileError(
            f"{table.place}, {name}: {', '.join(gone)} is missing; the program knows it by this "
            "id: add it, and call it what you like"
        )
    return found


def _once(ids: Iterable[str], place: str) -> None:
    ids = list(ids)
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ProfileError(f"{place}: {', '.join(twice)} is there twice; give each its own id")


def _id(table: Table) -> str:
    written = table.text("id")
    if not _ID.fullmatch(written):
        raise ProfileError(
            f"{table.place}, id: {written} is no identifier; use at most 40 of a–z, A–Z, 0–9, _, . "
            "and -, with a letter or digit first"
        )
    if written in RESERVED:
        raise ProfileError(f"{table.place}, id: {written} has a meaning of its own; choose another")
    return written


def _choice(table: Table) -> Choice:
    table.only("id", *LANGUAGES)
    return Choice(_id(table), _label(table))


def _text(table: Table) -> StandardText:
    table.only("id", *LANGUAGES, "body")
    return StandardText(_id(table), _label(table), _label_in(table, "body"))


def _centre(table: Table) -> Centre:
    table.only("id", *LANGUAGES, "short", "divisions")
    return Centre(
        _id(table),
        _label(table),
        table.optional_text("short") or table.text("da"),
        _list(table, "divisions", _choice, needed=False),
    )


def _category(table: Table) -> Category:
    table.only("id", *LANGUAGES, "subcategories", "complaint", "refused", "behaviour")
    return Category(
        _id(table),
        _label(table),
        _list(table, "subcategories", _subcategory, needed=False),
        _flag(table, "complaint"),
        _flag(table, "refused"),
        _flag(table, "behaviour"),
    )


def _subcategory(table: Table) -> Subcategory:
    table.only("id", *LANGUAGES, "behaviour")
    return Subcategory(_id(table), _label(table), _flag(table, "behaviour"))


def _outcomes(table: Table) -> tuple[Outcome, ...]:
    found = _list(table, "outcomes", _outcome)
    if all(one.closing is not Closing.REJECTED for one in found):
        raise ProfileError(
            f'{table.place}, outcomes: none can refuse an enquiry; give one closing = "rejected"'
        )
    return found


def _outcome(table: Table) -> Outcome:
    table.only("id", *LANGUAGES, "closing")
    closing = table.optional_text("closing") or Closing.AT_ONCE
    if closing not in set(Closing):
        raise ProfileError(f"{table.place}, closing: should be one of {', '.join(Closing)}")
    return Outcome(_id(table), _label(table), Closing(closing))


def _evaluation(table: Table) -> Evaluation:
    table.only(*Evaluation.__slots__)
    return Evaluation(
        table.day("day"),
        _label_in(table, "body"),
        _label_in(table, "decision"),
        table.optional_text("address"),
    )


# -- single values -----------------------------------------------------------------------------


def _flag(table: Table, name: str) -> bool:
    return table.truth(name) if name in table else False


def _label(table: Table) -> Mapping[str, str]:
    return {language: table.text(language) for language in LANGUAGES}


def _label_in(table: Table, name: str) -> Mapping[str, str]:
    label = table.table(name)
    label.only(*LANGUAGES)
    return _label(label)


def _letter(table: Table) -> Letter:
    table.only(*Letter.__slots__)
    return Letter(**{name: table.text(name) for name in Letter.__slots__})


def _sits_in(table: Table, centres: Sequence[Centre]) -> str:
    written, ids = table.optional_text("sits_in"), [one.id for one in centres]
    if written and written not in ids:
        raise ProfileError(
            f"{table.place}, sits_in: {written} is no centre; use one of {', '.join(ids)}"
        )
    return written


def _unit(table: Table) -> Unit:
    unit = table.text("unit")
    if unit not in set(Unit):
        raise ProfileError(f"{table.place}, unit: should be one of {', '.join(Unit)}")
    return Unit(unit)


def _year_begins(table: Table) -> tuple[int, int]:
    month, _, day = table.text("year_begins").partition("-")
    try:
        # A year without 29 February, which does not come every year.
        begins = date(2001, int(month), int(day))
    except ValueError as error:
        raise ProfileError(
            f'{table.place}, year_begins: should be month and day, year_begins = "01-01"'
        ) from error
    return begins.month, begins.day


def _keep_months(table: Table, open_doors: Sequence[str]) -> Mapping[str, int]:
    keep = table.table("keep_months")
    keep.only(*Channel)
    return {name: keep.number(name) for name in Channel if name in keep or name in open_doors}


def _disclosure(table: Table) -> Mapping[str, int]:
    if "disclosure" not in table:
        return dict(DISCLOSURE)
    own = table.table("disclosure")
    own.only(*Channel)
    return {
        name: own.number(name, FEWEST_BEHIND_A_NUMBER) if name in own else fewest
        for name, fewest in DISCLOSURE.items()
    }


def _merged(table: Table, centres: Sequence[Centre]) -> tuple[Merged, ...]:
    """Read which centres are published as one; each of them once at most."""
    told = table.tables("merged") if "merged" in table else []
    for one in told:
        one.only(*LANGUAGES, "centres")
    merged = tuple(Merged(_label(one), one.texts("centres")) for one in told)
    named = [centre for one in merged for centre in one.centres]
    _once(named, f"{table.place}, merged")
    known = {centre.id for centre in centres}
    if unknown := next((one for one in named if one not in known), None):
        raise ProfileError(f"{table.place}, merged: there is no centre {unknown}; use its id")
    return merged


def _patterns(table: Table) -> PatternRule:
    table.only(*PatternRule.__slots__)
    usual = PatternRule()
    return PatternRule(
        table.number("a_quarter") if "a_quarter" in table else usual.a_quarter,
        table.number("least", FEWEST_BEHIND_A_NUMBER) if "least" in table else usual.least,
    )


def _satisfaction(table: Table) -> Satisfaction:
    """Read at which doors the questions are asked: ``doors = []`` for none."""
    table.only(*Satisfaction.__slots__)
    usual = Satisfaction()
    doors: tuple[str, ...] = usual.doors
    if "doors" in table:
        doors = table.texts("doors") if table.values["doors"] != [] else ()
    unknown = [door for door in doors if door not in set(Channel)]
    if unknown:
        raise ProfileError(f"{table.place}, doors: {', '.join(unknown)} is no door")
    least = table.number("least", FEWEST_BEHIND_A_NUMBER) if "least" in table else usual.least
    return Satisfaction(tuple(map(Channel, doors)), least)
