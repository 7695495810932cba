"""Patterns in words: what gathers where, how many against the usual, and the cases behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from whistle.casework.learning.patterns import CountedCase, Dealt, Patterns, name_of
from whistle.casework.views.shown import case_title
from whistle.domain.book import Measure
from whistle.domain.office import Choice, label_of
from whistle.domain.patterns import Cell, Counted, Kind, Pattern, Period, Usual
from whistle.web import current_language, long_date, this_installation

_FEW = 0.05  # a mean that is as good as none
_LITTLE = 4  # periods of history: a year


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A case behind a pattern."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownPattern:
    """A pattern that waits. ``erased``: how many of its cases are erased."""

    name: str
    title: str
    period: str
    is_running: bool
    number: str
    usual: str
    cases: Sequence[ShownLink]
    erased: int


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A pattern that was dealt with."""

    id: str
    version: int
    title: str
    period: str
    number: str
    author: str
    measure: Measure
    is_overdue: bool
    cases: Sequence[ShownLink]


def show_patterns(found: Patterns, today: date) -> list[ShownPattern]:
    """Show what waits."""
    return [show_pattern(one, found.cases, today) for one in found.pending]


def show_pattern(pattern: Pattern, cases: Mapping[bytes, CountedCase], today: date) -> ShownPattern:
    """Show one that waits."""
    return ShownPattern(
        name_of(pattern),
        title_of(pattern.cell, pattern.period),
        period_name(pattern.period),
        pattern.period.first <= today <= pattern.period.last,
        _number(pattern.number),
        _usual(pattern.usual),
        _links(pattern.enquiries, cases),
        sum(not one.case for one in pattern.enquiries),
    )


def show_dealt(found: Patterns, names: Mapping[bytes, str], today: date) -> list[ShownMeasure]:
    """Show what was dealt with, the newest first."""
    return [_show_dealt(one, found.cases, names, today) for one in found.dealt]


def _show_dealt(
    one: Dealt, cases: Mapping[bytes, CountedCase], names: Mapping[bytes, str], today: date
) -> ShownMeasure:
    due = one.measure.follow_up
    known = one.cell is not None and one.period is not None
    return ShownMeasure(
        one.kept.entry_id.hex(),
        one.kept.newest.version,
        title_of(one.cell, one.period) if one.cell and one.period else one.measure.pattern,
        period_name(one.period) if one.period else "",
        _number(len(one.enquiries)) if known else "",
        names.get(one.kept.newest.author, "?"),
        one.measure,
        due is not None and one.measure.followed is None and due < today,
        _links(one.enquiries, cases),
    )


def title_of(cell: Cell, period: Period) -> str:
    """Say what gathers where."""
    return _("%(kind)s: %(place)s", kind=_kind(cell, period), place=_place(cell, period))


def period_name(period: Period) -> str:
    """Say which three months."""
    return _("%(first)s to %(last)s", first=long_date(period.first), last=long_date(period.last))


def _kind(cell: Cell, period: Period) -> str:
    office = this_installation().profiles.on(period.last).office
    choices: Mapping[Kind, Iterable[Choice]] = {
        Kind.CATEGORY: office.categories,
        Kind.SUBCATEGORY: [sub for one in office.categories for sub in one.subcategories],
        Kind.THEME: office.themes,
    }
    return label_of(choices[cell.kind], cell.value, current_language())


def _place(cell: Cell, period: Period) -> str:
    office, language = this_installation().profiles.on(period.last).office, current_language()
    centre = label_of(office.centres, cell.centre, language)
    if not cell.division:
        return centre
    found = office.centre(cell.centre)
    division = label_of(found.divisions if found else (), cell.division, language)
    return _("%(centre)s, %(division)s", centre=centre, division=division)


def _number(number: int) -> str:
    return ngettext("%(num)d enquiry", "%(num)d enquiries", number)


def _usual(usual: Usual) -> str:
    most = ngettext(
        "At most %(num)d is usual here in three months.",
        "At most %(num)d are usual here in three months.",
        usual.most,
    )
    if usual.history < _LITTLE:
        return most + " " + _("There are few earlier months to go by, so the limit is wide.")
    if usual.mean < _FEW:
        return most + " " + _("Mostly there are none.")
    mean = format_decimal(round(usual.mean, 1))
    return most + " " + _("The mean is %(number)s.", number=mean)


def _links(enquiries: Iterable[Counted], cases: Mapping[bytes, CountedCase]) -> list[ShownLink]:
    return [
        ShownLink(
            url_for("casework.case", case_id=one.case.hex()),
            case_title(cases[one.case].inbox, cases[one.case].case, cases[one.case].title),
        )
        for one in enquiries
        if one.case in cases  # it may have been erased meanwhile
    ]
