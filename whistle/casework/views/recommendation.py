"""A recommendation on one page: what it says, its years, what was answered, and its history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import Response, abort, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from whistle.casework.acts import Done
from whistle.casework.forms import VersionForm
from whistle.casework.learning import recommending
from whistle.casework.learning.book import Place
from whistle.casework.views.blueprint import (
    act,
    blueprint,
    check,
    found,
    not_stored,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_forms import EndForm, ResponseForm, filled_response
from whistle.casework.views.book_history import Step, history
from whistle.casework.views.book_pages import (
    look,
    problems,
    start,
    to,
    told,
)
from whistle.casework.views.book_words import (
    choices_of,
    offer,
    show_entry,
    status_names,
    year_choices,
    year_name,
)
from whistle.casework.views.conflicts import changed_meanwhile, is_conflict, stand_beside
from whistle.casework.views.dated_forms import DatedForm
from whistle.casework.views.recommendations import RECOMMENDATIONS
from whistle.domain.book import OPEN_STATUSES, Recommendation
from whistle.domain.book import Response as Answer
from whistle.domain.reporting_year import year_of
from whistle.keys.book import KeptEntry
from whistle.signed_in import members_only
from whistle.uploads import Refusal
from whistle.web import this_installation

_PAGE = "casework.recommendation"
_MOST_DIGITS = 4
_Read = TypeVar("_Read")


class YearForm(VersionForm):
    """A button for one reporting year."""

    year = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=9998)])


@dataclass(frozen=True, slots=True)
class ShownResponse:
    """A response of the administration's. ``number``: counted from 0."""

    number: int
    day: date
    initiative: str
    owner: str
    status: str
    follow_up: date | None
    is_open: bool
    is_late: bool


@blueprint.get("/recommendation/<entry_id>")
@members_only
def recommendation(entry_id: str) -> BaseResponse:
    """A recommendation with its history, and what can be done with it."""
    return _page(entry_id)


@blueprint.post("/recommendation/<entry_id>/repeat")
@members_only
def repeat_recommendation(entry_id: str) -> BaseResponse:
    """Have it stand in another year's report, by one press."""
    form = YearForm()
    check(form)
    year = form.year.data or 0
    if str(year) not in {one.value for one in offer().years}:
        abort(422)
    done = act(lambda: recommending.repeat(service(), _where(entry_id, form), year))
    return _on(entry_id, done, "repeated")


@blueprint.post("/recommendation/<entry_id>/leave-out")
@members_only
def leave_recommendation_out(entry_id: str) -> BaseResponse:
    """Have it stand in a year's report no more."""
    form = YearForm()
    check(form)
    year = form.year.data or 0
    done = act(lambda: recommending.leave_out(service(), _where(entry_id, form), year))
    return _on(entry_id, done, "saved")


@blueprint.post("/recommendation/<entry_id>/response")
@members_only
def add_response(entry_id: str) -> BaseResponse:
    """Note what the administration answers."""
    form = ResponseForm()
    refusal, answer = _read(form, form.read)
    if refusal is None:
        where = _where(entry_id, form)
        done = try_to(lambda: recommending.respond(service(), where, answer))
        if done in {Done.YES, Done.ALREADY}:
            return to(_PAGE, "answered", entry_id=entry_id)
        refusal = not_stored() if done is None else changed_meanwhile()
    return _page(entry_id, response=form, refusal=refusal)


@blueprint.get("/recommendation/<entry_id>/response/<number>")
@members_only
def response(entry_id: str, number: str) -> BaseResponse:
    """What was answered, to change it."""
    return _response_page(entry_id, _read_number(number))


@blueprint.post("/recommendation/<entry_id>/response/<number>")
@members_only
def change_response(entry_id: str, number: str) -> BaseResponse:
    """Change what was answered, such as how far it has come."""
    form, at = ResponseForm(), _read_number(number)
    refusal, answer = _read(form, form.read)
    if refusal is None:
        where = _where(entry_id, form)
        done = try_to(lambda: recommending.respond_again(service(), where, at, answer))
        if done in {Done.YES, Done.ALREADY}:
            return to(_PAGE, "saved", entry_id=entry_id)
        refusal = not_stored() if done is None else changed_meanwhile()
    return _response_page(entry_id, at, form, refusal)


@blueprint.post("/recommendation/<entry_id>/response/<number>/remove")
@members_only
def remove_response(entry_id: str, number: str) -> BaseResponse:
    """Take a response away; the history has it still."""
    form = VersionForm()
    check(form)
    where, at = Place(read_id(entry_id), form.version.data or 0), _read_number(number)
    done = act(lambda: recommending.respond_again(service(), where, at, None))
    return _on(entry_id, done, "saved")


@blueprint.post("/recommendation/<entry_id>/end")
@members_only
def end_recommendation(entry_id: str) -> BaseResponse:
    """End it, with a reason."""
    form = EndForm()
    refusal, ending = _read(form, form.read)
    if refusal is None:
        where = _where(entry_id, form)
        done = try_to(lambda: recommending.end(service(), where, *ending))
        if done in {Done.YES, Done.ALREADY}:
            return to(_PAGE, "ended", entry_id=entry_id)
        refusal = not_stored() if done is None else changed_meanwhile()
    return _page(entry_id, ending=form, refusal=refusal)


@blueprint.post("/recommendation/<entry_id>/resume")
@members_only
def resume_recommendation(entry_id: str) -> BaseResponse:
    """Go on with one that was ended."""
    form = VersionForm()
    check(form)
    where = Place(read_id(entry_id), form.version.data or 0)
    done = act(lambda: recommending.resume(service(), where))
    return _on(entry_id, done, "saved")


def _read_number(text: str) -> int:
    """Read which response an address means."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        abort(404)
    return int(text)


def _where(entry_id: str, form: DatedForm | VersionForm) -> Place:
    return Place(read_id(entry_id), form.version.data or 0)


def _on(entry_id: str, done: Done, said: str) -> BaseResponse:
    return to(_PAGE, "changed" if done is Done.CHANGED else said, entry_id=entry_id)


def _read(form: DatedForm, read: Callable[[date], _Read]) -> tuple[Refusal | None, _Read]:
    """Read a form, and say why it cannot be taken, if it cannot."""
    refusal = wrong(form)
    given = read(this_installation().clock.today())
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    return refusal, given


# -- pages -------------------------------------------------------------------------------------


def _look(entry_id: str) -> tuple[KeptEntry, Recommendation]:
    kept = found(lambda: look(RECOMMENDATIONS, entry_id))
    if not isinstance(kept.content, Recommendation):
        abort(404)
    return kept, kept.content


def _page(
    entry_id: str,
    *,
    response: ResponseForm | None = None,
    ending: EndForm | None = None,
    refusal: Refusal | None = None,
) -> BaseResponse:
    kept, now = _look(entry_id)
    here, names = this_installation(), service().names()
    today = here.clock.today()
    answering = response or ResponseForm(formdata=None, answered=today.isoformat())
    ends = ending or EndForm(formdata=None, ended=today.isoformat())
    for form in (answering, ends):
        _stand_beside(form, kept, refusal)
    sent = response or ending
    page = render_template(
        "casework/learning/recommendation.html",
        entry=show_entry(kept, names),
        now=now,
        years=year_choices(now.years),
        repeatable=[one for one in offer().years[:2] if int(one.value) not in now.years],
        this_year=year_name(year_of(today, here.profile.office.year_begins)),
        responses=[_show(number, one, today) for number, one in enumerate(now.responses)],
        statuses=choices_of(status_names()),
        steps=_steps(kept, names),
        answering=answering,
        ending=ends,
        sent=sent,
        problems=problems(sent, refusal) if sent else [],
        version=kept.newest.version,
        done=told(),
    )
    return Response(page, status=refusal.status if refusal else 200)


def _response_page(
    entry_id: str, number: int, form: ResponseForm | None = None, refusal: Refusal | None = None
) -> BaseResponse:
    kept, now = _look(entry_id)
    if number >= len(now.responses):
        if form is None:
            abort(404)
        return _page(entry_id, response=form, refusal=refusal)  # taken away: it becomes a new one
    if form is None:
        form = ResponseForm(formdata=None, **filled_response(now.responses[number]))
    _stand_beside(form, kept, refusal)
    page = render_template(
        "casework/learning/response.html",
        entry_id=entry_id,
        title=now.title,
        number=number,
        back=url_for(_PAGE, entry_id=entry_id),
        now=_show(number, now.responses[number], this_installation().clock.today())
        if is_conflict(refusal)
        else None,
        statuses=choices_of(status_names()),
        form=form,
        problems=problems(form, refusal),
        version=kept.newest.version,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _stand_beside(form: DatedForm, kept: KeptEntry, refusal: Refusal | None) -> None:
    """Have a form name the version that it is shown beside."""
    start(form)
    stand_beside(form, kept.newest.version, refusal)


def _show(number: int, told_of: Answer, today: date) -> ShownResponse:
    is_open = told_of.status in OPEN_STATUSES
    return ShownResponse(
        number,
        told_of.day,
        told_of.initiative,
        told_of.owner,
        status_names()[told_of.status],
        told_of.follow_up,
        is_open,
        is_open and told_of.follow_up is not None and told_of.follow_up < today,
    )


def _steps(kept: KeptEntry, names: Mapping[bytes, str]) -> list[Step]:
    """Give the history, the newest step first."""
    return list(history(kept.versions, names))[::-1]
