"""What is to be done in a case; and the cases that it is linked with."""

from dataclasses import dataclass
from datetime import date

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from whistle.casework import tasks as work_on
from whistle.casework.acts import Done, Undoable
from whistle.casework.filing import Place
from whistle.casework.forms import DayField, VersionForm
from whistle.casework.papers import open_filed
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    act,
    blueprint,
    check,
    found,
    fresh_form_id,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.boxes import show_boxes
from whistle.casework.views.conflicts import changed_meanwhile, deleted_meanwhile, stand_beside
from whistle.casework.views.shown import case_title
from whistle.domain.filed import Task
from whistle.keys.filed import KeptFiled
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal
from whistle.web import this_installation

LONGEST_TASK = 1_000
_MOST = 2**31


class TaskForm(MemberForm):
    """A task. ``form_id`` names the form of a new one: a double click files once."""

    form_id = HiddenField()
    text = StringField(
        validators=[
            Length(max=LONGEST_TASK, message=_l("A task can have at most 1,000 characters."))
        ]
    )
    by = DayField()

    @property
    def written(self) -> str:
        """What is to be done, on one line."""
        return " ".join((self.text.data or "").split())


class EditTaskForm(TaskForm):
    """A task that is changed. ``version``: the one that was on the page."""

    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task in the list."""

    id: str
    version: int
    text: str
    by: date | None
    done: date | None
    is_overdue: bool
    author: str


@blueprint.get("/case/<case_id>/tasks")
@members_only
def tasks(case_id: str) -> BaseResponse:
    """The tasks of a case, with the form for another."""
    return _list_page(opened_case(case_id), TaskForm(formdata=None))


@blueprint.post("/case/<case_id>/tasks")
@members_only
def add_task(case_id: str) -> BaseResponse:
    """File a task."""
    form = TaskForm()
    refusal = wrong(form) or _empty(form)
    if refusal is None:
        form_id, by = (form.form_id.data or "").encode(), form.by.data
        done = try_to(lambda: work_on.add(service(), read_id(case_id), form_id, form.written, by))
        refusal = not_stored() if done is None else None
        if done is Done.CHANGED:
            return _gone(opened_case(case_id), form)
    if refusal:
        return _list_page(opened_case(case_id), form, refusal)
    return _to_list(case_id, "filed")


@blueprint.get("/case/<case_id>/task/<filed_id>")
@members_only
def task(case_id: str, filed_id: str) -> BaseResponse:
    """A task, to change it."""
    opened, kept, one = found(lambda: _open(case_id, filed_id))
    return _edit_page(opened, kept, EditTaskForm(formdata=None, text=one.text, by=one.by))


@blueprint.post("/case/<case_id>/task/<filed_id>")
@members_only
def change_task(case_id: str, filed_id: str) -> BaseResponse:
    """Change a task; who was slower is shown what the other wrote, and keeps their own."""
    form = EditTaskForm()
    refusal = wrong(form) or _empty(form)
    done = None
    if refusal is None:
        where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
        done = try_to(lambda: work_on.reword(service(), where, form.written, form.by.data))
        refusal = not_stored() if done is None else None
    if done in {Done.YES, Done.ALREADY}:
        return _to_list(case_id, "saved")
    again = _open(case_id, filed_id)
    if again is None:
        return _gone(opened_case(case_id), form)
    if done is Done.CHANGED:
        refusal = changed_meanwhile()
    opened, kept, _task = again
    return _edit_page(opened, kept, form, refusal)


@blueprint.post("/case/<case_id>/task/<filed_id>/done")
@members_only
def mark_task(case_id: str, filed_id: str) -> BaseResponse:
    """Mark a task as done today, or as not done after all."""
    form = VersionForm()
    check(form)
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    is_done = request.form.get("done") == "1"
    done = act(lambda: work_on.mark(service(), where, done=is_done))
    return _to_list(case_id, "changed" if done is Done.CHANGED else "saved")


@blueprint.post("/case/<case_id>/task/<filed_id>/delete")
@members_only
def delete_task(case_id: str, filed_id: str) -> BaseResponse:
    """Delete a task; the next page offers to undo it."""
    form = VersionForm()
    check(form)
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    done = act(lambda: work_on.remove(service(), where))
    return _to_list(case_id, "changed" if done is Done.CHANGED else Undoable.FILED_DELETED)


def _open(case_id: str, filed_id: str) -> tuple[OpenedCase, KeptFiled, Task] | None:
    return open_filed(service(), read_id(case_id), read_id(filed_id), Task)


def _empty(form: TaskForm) -> Refusal | None:
    return None if form.written else Refusal(_("Write what is to be done."), 422)


def _gone(opened: OpenedCase, form: TaskForm) -> BaseResponse:
    """Keep what was written of a task that somebody deleted, as a new one."""
    again = TaskForm(formdata=None, text=form.written, by=form.by.data)
    return _list_page(opened, again, deleted_meanwhile())


def _to_list(case_id: str, done: str) -> BaseResponse:
    return redirect(url_for("casework.tasks", case_id=case_id, done=done), 303)


def _list_page(opened: OpenedCase, form: TaskForm, refusal: Refusal | None = None) -> BaseResponse:
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    names = service().names()
    today = this_installation().clock.today()
    shown = [
        _show(kept, one, names.get(kept.versions[0].author, "?"), today)
        for kept, one in opened.notebook.of_kind(Task)
    ]
    done = request.args.get("done", "") if request.method == "GET" else ""
    page = render_template(
        "casework/tasks.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        case={"id": opened.case.id.hex()},
        boxes=show_boxes(service(), opened),
        to_do=sorted((one for one in shown if not one.done), key=_urgency),
        finished=[one for one in shown if one.done][::-1],
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
        version=opened.version,
        done=done,
        can_undo=done == Undoable.FILED_DELETED == opened.registration.last_act,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _urgency(one: ShownTask) -> tuple[bool, date]:
    return one.by is None, one.by or date.max


def _edit_page(
    opened: OpenedCase, kept: KeptFiled, form: EditTaskForm, refusal: Refusal | None = None
) -> BaseResponse:
    changed = stand_beside(form, kept.newest.version, refusal)
    page = render_template(
        "casework/task.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        task_id=kept.filed_id.hex(),
        now=kept.content,
        author=service().names().get(kept.newest.author, "?"),
        changed=changed,
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def _show(kept: KeptFiled, one: Task, author: str, today: date) -> ShownTask:
    overdue = one.done is None and one.by is not None and one.by < today
    return ShownTask(
        kept.filed_id.hex(), kept.newest.version, one.text, one.by, one.done, overdue, author
    )
