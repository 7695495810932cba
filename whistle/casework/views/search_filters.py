"""The fields by which lists and searches are filtered, and what can be chosen in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms import BooleanField, Form, StringField

from whistle.casework import filters
from whistle.casework.filters import Filters
from whistle.casework.forms import DayField
from whistle.domain.office import Choice
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class Option:
    """One of a list to choose from."""

    value: str
    label: str


class FilterFields:
    """What cases can be filtered by. What a field does not know is as if it were empty."""

    centre = StringField()
    category = StringField()
    unregistered = BooleanField()
    since = DayField()
    until = DayField()


class FilterForm(Form, FilterFields):
    """The filters in an address: identifiers and days, nothing of a case."""


def read_filters(form: FilterFields) -> Filters:
    """Read what was chosen; the form has been validated."""
    profile = this_installation().profiles
    centre, category = form.centre.data or "", form.category.data or ""
    return Filters(
        centre if centre in filters.centres(profile) else "",
        category if category in filters.categories(profile) else "",
        bool(form.unregistered.data),
        None if form.since.errors else form.since.data,
        None if form.until.errors else form.until.data,
    )


def filter_options() -> dict[str, list[Option]]:
    """Give the centres and categories to choose from."""
    profile = this_installation().profiles
    return {
        "centres": _options(filters.centres(profile)),
        "categories": _options(filters.categories(profile)),
    }


def address_of(chosen: Filters) -> dict[str, str]:
    """Give the filters as parts of an address."""
    said = {
        "centre": chosen.centre,
        "category": chosen.category,
        "unregistered": "y" if chosen.unregistered else "",
        "since": chosen.since.isoformat() if chosen.since else "",
        "until": chosen.until.isoformat() if chosen.until else "",
    }
    return {name: value for name, value in said.items() if value}


def in_words(chosen: Filters) -> list[str]:
    """Say what a list is filtered by."""
    profile = this_installation().profiles
    said = [
        _label(filters.centres(profile), chosen.centre),
        _label(filters.categories(profile), chosen.category),
        _("not registered") if chosen.unregistered else "",
    ]
    return [one for one in said if one]


def _options(choices: Mapping[str, Choice]) -> list[Option]:
    return [Option(one.id, one.label[current_language()]) for one in choices.values()]


def _label(choices: Mapping[str, Choice], chosen: str) -> str:
    found = choices.get(chosen)
    return found.label[current_language()] if found else ""
