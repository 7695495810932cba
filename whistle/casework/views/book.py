"""Activities, staffing gaps and changes of method, evaluations: lists of the office's book."""

from collections.abc import Iterable, Mapping

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.acts import Done
from whistle.casework.forms import VersionForm
from whistle.casework.learning.book import OpenedBook, Place, read_book, strike, take_back
from whistle.casework.learning.patterns import forget_number
from whistle.casework.views.blueprint import act, blueprint, check, found, read_id, service
from whistle.casework.views.book_forms import ActivityForm, BookForm, ChangeForm, EvaluationForm
from whistle.casework.views.book_pages import (
    STRUCK,
    Shelf,
    add,
    edit_page,
    form_page,
    opened,
    save,
    to,
    undo_of,
)
from whistle.casework.views.book_words import show_entry, sum_of, year_choices, year_name
from whistle.domain.book import (
    Activity,
    Change,
    Evaluation,
    Measure,
    NoRecommendations,
    Recommendation,
)
from whistle.domain.report_draft import ReportDraft
from whistle.domain.reporting_year import touches, year_of
from whistle.keys.book import KeptEntry
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal
from whistle.web import this_installation


@blueprint.get("/activities")
@members_only
def activities() -> BaseResponse:
    """What was done besides cases, of a year or of all, with the form for more."""
    return _activities(ActivityForm(formdata=None))


@blueprint.post("/activities")
@members_only
def add_activity() -> BaseResponse:
    """Write an activity down."""
    return add(_ACTIVITIES)


@blueprint.get("/activity/<entry_id>")
@members_only
def activity(entry_id: str) -> BaseResponse:
    """An activity, to change it."""
    return edit_page(_ACTIVITIES, entry_id)


@blueprint.post("/activity/<entry_id>")
@members_only
def change_activity(entry_id: str) -> BaseResponse:
    """Change an activity."""
    return save(_ACTIVITIES, entry_id)


@blueprint.get("/changes")
@members_only
def changes() -> BaseResponse:
    """Staffing gaps and changes of method, with the form for another."""
    return _changes(ChangeForm(formdata=None))


@blueprint.post("/changes")
@members_only
def add_change() -> BaseResponse:
    """Write a gap or a change of method down."""
    return add(_CHANGES)


@blueprint.get("/change/<entry_id>")
@members_only
def change(entry_id: str) -> BaseResponse:
    """A gap or a change of method, to change it."""
    return edit_page(_CHANGES, entry_id)


@blueprint.post("/change/<entry_id>")
@members_only
def change_change(entry_id: str) -> BaseResponse:
    """Change a gap or a change of method."""
    return save(_CHANGES, entry_id)


@blueprint.get("/evaluations")
@members_only
def evaluations() -> BaseResponse:
    """Evaluations of the function, with the form for another."""
    return _evaluations(EvaluationForm(formdata=None))


@blueprint.post("/evaluations")
@members_only
def add_evaluation() -> BaseResponse:
    """Write an evaluation down; one that is public is published at once."""
    return add(_EVALUATIONS)


@blueprint.get("/evaluation/<entry_id>")
@members_only
def evaluation(entry_id: str) -> BaseResponse:
    """An evaluation, to change it."""
    return edit_page(_EVALUATIONS, entry_id)


@blueprint.post("/evaluation/<entry_id>")
@members_only
def change_evaluation(entry_id: str) -> BaseResponse:
    """Change an evaluation, on the public page as well."""
    return save(_EVALUATIONS, entry_id)


@blueprint.post("/book/<entry_id>/strike")
@members_only
def strike_entry(entry_id: str) -> BaseResponse:
    """Strike an entry of any kind out; the next page offers to take that back."""
    form = VersionForm()
    check(form)
    endpoint = _list_of(entry_id)
    where = Place(read_id(entry_id), form.version.data or 0)
    done = act(lambda: strike(service(), where))
    forget_number(service())
    return to(endpoint, "changed" if done is Done.CHANGED else STRUCK, entry=entry_id)


@blueprint.post("/book/<entry_id>/take-back")
@members_only
def take_entry_back(entry_id: str) -> BaseResponse:
    """Take back that an entry was struck out."""
    check(MemberForm())
    endpoint = _list_of(entry_id, otherwise="casework.recommendations")
    done = act(lambda: take_back(service(), read_id(entry_id)))
    forget_number(service())
    return to(endpoint, "too-late" if done is Done.CHANGED else "taken-back")


def _list_of(entry_id: str, otherwise: str = "") -> str:
    """Give the endpoint of the list that an entry stands in; 404 where there is no such."""
    book = found(lambda: read_book(service()))
    kept = book.find(read_id(entry_id))
    if kept is None and otherwise:
        return otherwise
    return found(lambda: _LISTS.get(kept.content.kind) if kept else None)


# -- lists -------------------------------------------------------------------------------------


def _activities(form: BookForm, refusal: Refusal | None = None) -> BaseResponse:
    book = opened(Activity)
    begins = this_installation().profile.office.year_begins
    there = sorted(book.of_kind(Activity), key=lambda one: one[1].first, reverse=True)
    years = sorted({year for _kept, one in there for year in _years(one, begins)}, reverse=True)
    asked = request.args.get("year", "")
    year = int(asked) if asked in map(str, years) else None
    shown = [
        (kept, one)
        for kept, one in there
        if year is None or touches(year, begins, one.first, one.last)
    ]
    return _list_page(
        _ACTIVITIES,
        book,
        [kept for kept, _one in shown],
        form,
        refusal,
        years=year_choices(years),
        year="" if year is None else str(year),
        year_name="" if year is None else year_name(year),
        sum=sum_of([one for _kept, one in shown]),
    )


def _years(one: Activity, begins: tuple[int, int]) -> range:
    """Give the reporting years that an activity lies in."""
    return range(year_of(one.first, begins), year_of(one.last or one.first, begins) + 1)


def _changes(form: BookForm, refusal: Refusal | None = None) -> BaseResponse:
    book = opened(Change)
    there = sorted(book.of_kind(Change), key=lambda one: one[1].first, reverse=True)
    return _list_page(_CHANGES, book, [kept for kept, _one in there], form, refusal)


def _evaluations(form: BookForm, refusal: Refusal | None = None) -> BaseResponse:
    book = opened(Evaluation)
    there = sorted(book.of_kind(Evaluation), key=lambda one: one[1].day, reverse=True)
    return _list_page(_EVALUATIONS, book, [kept for kept, _one in there], form, refusal)


def _list_page(
    shelf: Shelf,
    book: OpenedBook,
    entries: Iterable[KeptEntry],
    form: BookForm,
    refusal: Refusal | None,
    **more: object,
) -> BaseResponse:
    names = service().names()
    return form_page(
        "casework/learning/list.html",
        shelf.kind,
        form,
        refusal,
        entries=[show_entry(one, names) for one in entries],
        change_endpoint=shelf.change_endpoint,
        undo=undo_of(book),
        damaged=book.damaged,
        **more,
    )


_ACTIVITIES = Shelf(
    Activity, ActivityForm, "casework.activities", "casework.change_activity", _activities
)
_CHANGES = Shelf(Change, ChangeForm, "casework.changes", "casework.change_change", _changes)
_EVALUATIONS = Shelf(
    Evaluation,
    EvaluationForm,
    "casework.evaluations",
    "casework.change_evaluation",
    _evaluations,
)
_LISTS: Mapping[str, str] = {
    Activity.kind: "casework.activities",
    Change.kind: "casework.changes",
    Evaluation.kind: "casework.evaluations",
    Recommendation.kind: "casework.recommendations",
    NoRecommendations.kind: "casework.recommendations",
    Measure.kind: "casework.patterns",
    ReportDraft.kind: "casework.reports",
}
