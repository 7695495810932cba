"""The forms of the office's book. Each reads what was sent into what is kept.

What is missing or cannot be is said at its field, all of it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectMultipleField, StringField
from wtforms.validators import Length

from whistle.casework.views.dated_forms import (
    DatedForm,
    blame,
    choose,
    needed,
    text_area,
    written,
)
from whistle.casework.views.paper_forms import Choice
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Change,
    ChangeKind,
    Evaluation,
    NoRecommendations,
    Recommendation,
    Response,
    ResponseStatus,
    Sort,
)
from whistle.keys.book import Page

LONGEST_LINE = 200
MOST_HOURS, MOST_PEOPLE = 2_000, 100_000
AHEAD = timedelta(days=3 * 365)  # what is planned has a day, too
_Enum = TypeVar("_Enum", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen: of the profile, and reporting years, the newest first."""

    today: date
    units: Sequence[Choice]
    themes: Sequence[Choice]
    points: Sequence[Choice]
    years: Sequence[Choice]


def _line() -> StringField:
    too_long = _l("This is longer than 200 characters.")
    return StringField(validators=[Length(max=LONGEST_LINE, message=too_long)])


class BookForm(DatedForm):
    """A form of an entry of the book."""

    def read(self, offer: Offer) -> Page:
        """Give what is to be kept; only meant where the form `is_right` afterwards."""
        raise NotImplementedError


class ActivityForm(BookForm):
    """Supervision, teaching, a visit, outreach."""

    what = StringField()
    first = StringField()
    last = StringField()
    centres = SelectMultipleField(choices=[], validate_choice=False)
    text = text_area()
    hours = StringField()
    people = StringField()

    def read(self, offer: Offer) -> Activity:
        """Give the activity."""
        latest = offer.today + AHEAD
        first = self.needed_day(self.first, latest)
        needed(self.text, _("Write what was done, or why there was nothing."))
        return Activity(
            _one_of(ActivityKind, self.what, ActivityKind.OTHER),
            first,
            written(self.text),
            self.day(self.last, latest, first),
            _several(self.centres, offer.units),
            _minutes(self.hours),
            _number(self.people),
        )


class ChangeForm(BookForm):
    """A staffing gap or a change of method."""

    why = StringField()
    first = StringField()
    last = StringField()
    text = text_area()

    def read(self, offer: Offer) -> Change:
        """Give the change."""
        latest = offer.today + AHEAD
        first = self.needed_day(self.first, latest)
        needed(self.text, _("Write what whoever reads the numbers has to know."))
        return Change(
            _one_of(ChangeKind, self.why, ChangeKind.GAP),
            first,
            written(self.text),
            self.day(self.last, latest, first),
        )


class EvaluationForm(BookForm):
    """An evaluation of the function."""

    held = StringField()
    body = _line()
    decision = _line()
    text = text_area()
    is_public = BooleanField()

    def read(self, offer: Offer) -> Evaluation:
        """Give the evaluation."""
        needed(self.body, _("Write who decided."))
        needed(self.decision, _("Write what was decided."))
        return Evaluation(
            self.needed_day(self.held, offer.today),
            _on_one_line(self.body),
            _on_one_line(self.decision),
            written(self.text),
            bool(self.is_public.data),
        )


class RecommendationForm(BookForm):
    """A recommendation or a learning point. ``year``: of a new one, in whose report it stands."""

    title = _line()
    sort = StringField(default=Sort.RECOMMENDATION)
    year = StringField()
    text = text_area()
    centres = SelectMultipleField(choices=[], validate_choice=False)
    theme = StringField()
    point = StringField()

    def read(self, offer: Offer) -> Recommendation:
        """Give the recommendation, of the year that was chosen."""
        needed(self.title, _("Write in one line what is recommended."))
        for field, known in ((self.theme, offer.themes), (self.point, offer.points)):
            if field.data:
                choose(field, [one.value for one in known], _("Choose one of these."))
        return Recommendation(
            _on_one_line(self.title),
            (_year(self.year, offer),),
            _one_of(Sort, self.sort, Sort.RECOMMENDATION),
            written(self.text),
            _several(self.centres, offer.units),
            self.theme.data or "",
            self.point.data or "",
        )


class NoneForm(BookForm):
    """Why a year's report has no recommendations."""

    year = StringField()
    reason = text_area()

    def read(self, offer: Offer) -> NoRecommendations:
        """Give the year and its reason."""
        needed(self.reason, _("Write why there are none."))
        return NoRecommendations(_year(self.year, offer), written(self.reason))


class ResponseForm(DatedForm):
    """What the administration answers."""

    answered = StringField()
    initiative = text_area()
    owner = _line()
    status = StringField(default=ResponseStatus.PLANNED)
    follow_up = StringField()

    def read(self, today: date) -> Response:
        """Give the response; only meant where the form `is_right` afterwards."""
        needed(self.initiative, _("Write what the administration sets out to do."))
        day = self.needed_day(self.answered, today)
        return Response(
            day,
            written(self.initiative),
            _on_one_line(self.owner),
            _one_of(ResponseStatus, self.status, ResponseStatus.PLANNED),
            self.day(self.follow_up, today + AHEAD, day),
        )


class EndForm(DatedForm):
    """Why a recommendation is not carried on."""

    ended = StringField()
    reason = text_area()

    def read(self, today: date) -> tuple[date, str]:
        """Give the day and the reason."""
        needed(self.reason, _("Write why it ends."))
        return self.needed_day(self.ended, today), written(self.reason)


def filled(page: Page) -> dict[str, Any]:
    """Give what a form holds of an entry."""
    told = _plain(page)
    match page:
        case Activity(minutes=minutes, people=people):
            told["hours"] = show_hours(minutes) if minutes is not None else ""
            told["people"] = "" if people is None else str(people)
        case Evaluation(day=day, public=public):
            told |= {"held": day.isoformat(), "is_public": public}
        case Recommendation(years=years):
            told["year"] = str(years[0])
        case NoRecommendations(year=year):
            told["year"] = str(year)
        case _:
            pass
    return told


def filled_response(response: Response) -> dict[str, Any]:
    """Give what a form holds of a response."""
    return {**_plain(response), "answered": response.day.isoformat()}


def show_hours(minutes: int) -> str:
    """Write minutes as hours, as people here do: ``1,5``."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _plain(told: Any) -> dict[str, Any]:
    given: Mapping[str, Any] = {one.name: getattr(told, one.name) for one in fields(told)}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in given.items()}


# -- single fields -----------------------------------------------------------------------------


def _one_of(kind: type[_Enum], field: Field, otherwise: _Enum) -> _Enum:
    choose(field, kind, _("Choose one of these."))
    return otherwise if field.errors else kind(field.data)


def _several(field: Field, offered: Sequence[Choice]) -> tuple[str, ...]:
    """Read what was ticked, in the order in which it is offered."""
    chosen, known = set(field.data or ()), [one.value for one in offered]
    if chosen - set(known):
        blame(field, _("Choose among these."))
    return tuple(one for one in known if one in chosen)


def _on_one_line(field: Field) -> str:
    return " ".join(written(field).split())


def _year(field: Field, offer: Offer) -> int:
    choose(field, [one.value for one in offer.years], _("Choose the year."))
    return int(offer.years[0].value if field.errors else field.data)


def _number(field: Field) -> int | None:
    """Read how many people there were."""
    given = written(field)
    if not given:
        return None
    if not (given.isascii() and given.isdigit()) or int(given[:9]) > MOST_PEOPLE:
        blame(field, _("Write a number, such as 12."))
        return None
    return int(given)


def _minutes(field: Field) -> int | None:
    """Read hours, with a comma or a point, to the minute."""
    given = written(field).replace(",", ".")
    if not given:
        return None
    whole, _point, part = given.partition(".")
    digits = f"{whole}{part}"
    is_number = whole and digits.isascii() and digits.isdigit() and len(digits) < len("123456789")
    if not is_number or float(given) > MOST_HOURS:
        blame(field, _("Write hours as a number, such as 3 or 1,5."))
        return None
    return round(60 * float(given))
