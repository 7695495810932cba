"""What the office's book says, in words; and what its forms can be filled in with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from whistle.casework.views.book_forms import Offer, show_hours
from whistle.casework.views.paper_forms import Choice
from whistle.casework.views.referrals_forms import BETWEEN
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Answers,
    Change,
    ChangeKind,
    Evaluation,
    Measure,
    NoRecommendations,
    Recommendation,
    ResponseStatus,
    Sort,
)
from whistle.domain.office import Choice as Named
from whistle.domain.office import Office, find
from whistle.domain.report_draft import ReportDraft
from whistle.domain.reporting_year import name_of, year_of
from whistle.keys.book import KeptEntry, Page
from whistle.web import current_language, long_date, this_installation

YEARS_BACK = 4  # reports are written after their year is over


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as lists show it. ``facts``: what is said of it, each with its name."""

    id: str
    version: int
    title: str
    badges: tuple[str, ...]
    text: str
    facts: tuple[tuple[str, str], ...]
    author: str
    written: date


def show_entry(kept: KeptEntry, names: Mapping[bytes, str]) -> ShownEntry:
    """Show an entry as it is now; ``names`` of members by their ids."""
    title, badges, text, facts = _told(kept.content)
    return ShownEntry(
        kept.entry_id.hex(),
        kept.newest.version,
        title,
        tuple(filter(None, badges)),
        text,
        tuple((name, value) for name, value in facts if value),
        names.get(kept.newest.author, "?"),
        kept.newest.written.date(),
    )


def _told(page: Page) -> tuple[str, Sequence[str], str, Sequence[tuple[str, str]]]:
    match page:
        case Activity():
            facts = [
                (_("When"), span(page.first, page.last)),
                (_("Centres"), units_name(page.centres, page.first)),
                (_("Hours"), show_hours(page.minutes) if page.minutes is not None else ""),
                (_("People"), "" if page.people is None else str(page.people)),
            ]
            is_remark = page.what is ActivityKind.REMARK
            title = _("A remark") if is_remark else activity_names()[page.what]
            return title, (), page.text, facts
        case Change():
            facts = [(_("When"), span(page.first, page.last, _("still")))]
            return change_names()[page.why], (), page.text, facts
        case Evaluation():
            badges = (_("public") if page.public else "",)
            facts = [(_("When"), long_date(page.day)), (_("Decision"), page.decision)]
            return page.body, badges, page.text, facts
        case Recommendation():
            return page.title, _badges(page), page.text, recommendation_facts(page)
        case NoRecommendations():
            return year_name(page.year), (), page.reason, ()
        case Measure() | Answers() | ReportDraft():  # have pages of their own
            raise TypeError(page.kind)


def _badges(told: Recommendation) -> tuple[str, ...]:
    return (
        sort_names()[told.sort] if told.sort is not Sort.RECOMMENDATION else "",
        _("ended") if told.ended else "",
    )


def recommendation_facts(told: Recommendation) -> list[tuple[str, str]]:
    """Say whom a recommendation is for, what it is about, and in which reports it stands."""
    office = this_installation().profile.office
    return [
        (_("In the reports for"), ", ".join(map(year_name, told.years))),
        (_("Centres"), units_name(told.centres)),
        (_("Theme"), _label(told.theme, [one.themes for one in _offices()])),
        (_("Learning point"), _label(told.point, [one.learning_points for one in _offices()]))
        if office.learning_points or told.point
        else ("", ""),
    ]


# -- names -------------------------------------------------------------------------------------


def activity_names() -> Mapping[ActivityKind, str]:
    """Say what the kinds of activities are called."""
    return {
        ActivityKind.SUPERVISION: _("Supervision"),
        ActivityKind.TEACHING: _("Teaching"),
        ActivityKind.VISIT: _("A visit"),
        ActivityKind.PLACEMENT: _("A placement"),
        ActivityKind.TALK: _("A talk"),
        ActivityKind.OTHER: _("Something else"),
        ActivityKind.REMARK: _("A remark, such as why there was nothing"),
    }


def change_names() -> Mapping[ChangeKind, str]:
    """Say what the kinds of changes are called."""
    return {
        ChangeKind.GAP: _("Nobody, or fewer, to do the work"),
        ChangeKind.METHOD: _("The method of counting changed"),
    }


def status_names() -> Mapping[ResponseStatus, str]:
    """Say how far an initiative can have come."""
    return {
        ResponseStatus.PLANNED: _("planned"),
        ResponseStatus.STARTED: _("begun"),
        ResponseStatus.DONE: _("carried out"),
        ResponseStatus.DECLINED: _("not followed"),
    }


def sort_names() -> Mapping[Sort, str]:
    """Say what recommendations and learning points are called."""
    return {
        Sort.RECOMMENDATION: _("Recommendation"),
        Sort.LEARNING_POINT: _("Learning point"),
    }


def span(first: date, last: date | None, still: str = "") -> str:
    """Write a day, or from when until when; ``still``: what stands for an end that is not there."""
    if last is None and still:
        return _("from %(day)s, %(still)s", day=long_date(first), still=still)
    if last is None or last == first:
        return long_date(first)
    return _("%(first)s to %(last)s", first=long_date(first), last=long_date(last))


def year_name(year: int) -> str:
    """Say what a reporting year is called."""
    return name_of(year, this_installation().profile.office.year_begins)


def units_name(units: Sequence[str], day: date | None = None) -> str:
    """Say which centres and divisions; of none, that it is all of them."""
    return ", ".join(unit_name(one, day) for one in units) or _("All, in general")


def unit_name(unit: str, day: date | None = None) -> str:
    """Say what a centre or a division is called: on a day, or else now."""
    centre_id, _between, division_id = unit.partition(BETWEEN)
    for office in _offices(day):
        centre = office.centre(centre_id)
        if centre and division_id:
            division = find(centre.divisions, division_id)
            return division.label[current_language()] if division else unit
        if centre:
            return centre.label[current_language()]
    return unit


# -- what can be chosen ------------------------------------------------------------------------


def offer(known: Page | None = None) -> Offer:
    """Give what can be chosen now, and what an entry that is changed has already."""
    here = this_installation()
    office, today = here.profile.office, here.clock.today()
    newest = year_of(today, office.year_begins)
    years = list(range(newest, newest - YEARS_BACK, -1))
    themes, points = named_choices(office.themes), named_choices(office.learning_points)
    match known:
        case Recommendation(years=(first, *_others), theme=theme, point=point):
            years += [] if first in years else [first]
            themes = _with(themes, theme, [one.themes for one in _offices()])
            points = _with(points, point, [one.learning_points for one in _offices()])
        case NoRecommendations(year=year):
            years += [] if year in years else [year]
        case _:
            pass
    units = unit_choices()
    if isinstance(known, Activity | Recommendation):
        there = {one.value for one in units}
        units += [Choice(one, unit_name(one)) for one in known.centres if one not in there]
    return Offer(today, units, themes, points, year_choices(years))


def _with(choices: list[Choice], value: str, lists: Sequence[Sequence[Named]]) -> list[Choice]:
    if not value or value in {one.value for one in choices}:
        return choices
    return [*choices, Choice(value, _label(value, lists))]


def unit_choices() -> list[Choice]:
    """Give the centres, each with its divisions after it; those of earlier profiles come last."""
    language = current_language()
    found: dict[str, str] = {}
    for office in _offices():
        for centre in office.centres:
            found.setdefault(centre.id, centre.label[language])
            for one in centre.divisions:
                label = f"{centre.short}: {one.label[language]}"
                found.setdefault(f"{centre.id}{BETWEEN}{one.id}", label)
    return [Choice(value, label) for value, label in found.items()]


def named_choices(choices: Iterable[Named]) -> list[Choice]:
    """Give a list of the profile to choose from."""
    return [Choice(one.id, one.label[current_language()]) for one in choices]


def year_choices(years: Iterable[int]) -> list[Choice]:
    """Give reporting years to choose from."""
    return [Choice(str(one), year_name(one)) for one in years]


def choices_of(names: Mapping[Any, str]) -> list[Choice]:
    """Give an enumeration to choose from."""
    return [Choice(str(value), label) for value, label in names.items()]


def _offices(day: date | None = None) -> list[Office]:
    """Give the profile's offices: as on a day first, if one is given, then the newest first."""
    here = this_installation()
    first = [here.profiles.on(day).office] if day else []
    return [*first, *(one.office for one in here.profile.versions)]


def _label(choice_id: str, lists: Sequence[Sequence[Named]]) -> str:
    found = (find(choices, choice_id) for choices in lists)
    known = next((one for one in found if one), None)
    return known.label[current_language()] if known else choice_id


def sum_of(activities: Sequence[Activity]) -> str:
    """Say how many activities there are, with their hours and people as far as they are told."""
    counted = [one for one in activities if one.what is not ActivityKind.REMARK]
    minutes = sum(one.minutes or 0 for one in counted)
    people = sum(one.people or 0 for one in counted)
    words = [ngettext("%(num)d activity", "%(num)d activities", len(counted))]
    words += [_("%(hours)s hours", hours=show_hours(minutes))] if minutes else []
    words += [ngettext("%(num)d person", "%(num)d people", people)] if people else []
    return ", ".join(words)
