"""A case: its dialogue, its notes, its files; answering."""

from dataclasses import dataclass, field

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.admission import try_again_at
from whistle.casework.acts import Undoable
from whistle.casework.forms import AnswerForm, NoteForm, TitleForm
from whistle.casework.identity import has_identity
from whistle.casework.service import OpenedCase, Written
from whistle.casework.views.blueprint import (
    blueprint,
    found,
    fresh_form_id,
    opened_case,
    read_id,
    renew,
    service,
    wrong,
)
from whistle.casework.views.boxes import show_boxes
from whistle.casework.views.identity import show_openings
from whistle.casework.views.paper_forms import standard_texts, talk_choices
from whistle.casework.views.shown import show_case
from whistle.signed_in import members_only, signed_in
from whistle.storage.errors import StorageError
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import attachment_response

_WITH_FILES = {"casework.answer", "casework.insert_text"}


@dataclass(frozen=True, slots=True)
class CaseForms:
    """The forms of a case's page: those that were sent as they were sent, the others empty."""

    answer: AnswerForm = field(default_factory=lambda: AnswerForm(formdata=None))
    note: NoteForm = field(default_factory=lambda: NoteForm(formdata=None))
    title: TitleForm | None = None


@blueprint.get("/case/<case_id>")
@members_only
def case(case_id: str) -> BaseResponse:
    """A case with its report, dialogue, files and notes."""
    return case_page(opened_case(case_id), CaseForms())


@blueprint.post("/case/<case_id>/answer")
@takes_files(lambda _before: signed_in() is not None)
@members_only
def answer(case_id: str) -> BaseResponse:
    """Write to the reporter."""
    form = AnswerForm()
    uploads = request_uploads()
    refusal = _answer_refusal(form)
    if refusal:
        return case_page(opened_case(case_id), CaseForms(answer=form), refusal=refusal)
    try:
        written = service().answer(
            read_id(case_id),
            (form.form_id.data or "").encode(),
            form.written,
            uploads.finish(),
            is_feedback=form.is_feedback.data,
        )
    except (SQLAlchemyError, StorageError, OSError):
        refusal = Refusal(_not_sent(), 503)
        return case_page(opened_case(case_id), CaseForms(answer=form), refusal=refusal)
    if written is Written.CLOSED_TO_YOU:
        abort(404)
    if written is Written.YES:
        uploads.keep()
    return redirect(url_for("casework.case", case_id=case_id, sent=1), 303)


@blueprint.get("/case/<case_id>/file/<attachment_id>")
@members_only
def file(case_id: str, attachment_id: str) -> BaseResponse:
    """Give a file of a case's dialogue."""
    manifest, content = found(lambda: service().file(read_id(case_id), read_id(attachment_id)))
    return attachment_response(manifest.name, manifest.length, content)


def _answer_refusal(form: AnswerForm) -> Refusal | None:
    """Say why an answer cannot be taken, if it cannot."""
    uploads = request_uploads()
    refusal = wrong(form)
    if refusal:
        return refusal
    if uploads.again_at:
        return Refusal(_no_room_for_files(try_again_at(uploads.again_at)), 503)
    if uploads.failed:
        return Refusal(_not_sent(), 503)
    if uploads.refused:
        return Refusal(_("The files are too large or too many. Nothing was sent. Send fewer."), 413)
    if not form.written.strip() and not uploads.names():
        return Refusal(_("Write something, or choose a file, before you send."), 422)
    return None


def _not_sent() -> str:
    return _("Not sent: it could not be stored just now. Your text is still below: try again.")


def _no_room_for_files(time: str) -> str:
    return _(
        "Not sent: there is no room for files just now. Your text is still below. "
        "Send it without the files, or try again at %(time)s.",
        time=time,
    )


def case_page(
    opened: OpenedCase,
    forms: CaseForms,
    *,
    refusal: Refusal | None = None,
) -> BaseResponse:
    """Show a case; ``refusal`` says why one of its forms was not taken."""
    number = request.args.get("page", 1, int) if request.method == "GET" else 1
    shown = show_case(service(), opened, number)
    title = forms.title or TitleForm(formdata=None, title=shown.given_title, was=shown.given_title)
    if not forms.answer.form_id.data:
        forms.answer.form_id.data = fresh_form_id()
    if not forms.note.note_form.data:
        forms.note.note_form.data = fresh_form_id()
    every = (forms.answer, forms.note, title)
    for form in every:
        renew(form)
    refused = next((form for form in every if form.errors), None)
    done = request.args.get("done", "") if request.method == "GET" else ""
    page = render_template(
        "casework/case.html",
        case=shown,
        boxes=show_boxes(service(), opened),
        has_reporter=opened.has_reporter,
        has_identity=has_identity(opened),
        openings=show_openings(opened),
        form=forms.answer,
        note_form=forms.note,
        title_form=title,
        talks=talk_choices(),
        texts=standard_texts(),
        title_shown=forms.title is not None,
        refused=refused,
        problems=[refusal.problem] if refusal and not refused else [],
        lost_files=request_uploads().names() if request.endpoint in _WITH_FILES else [],
        limits=Limits(),
        sent=request.args.get("sent") == "1" and request.method == "GET",
        done=done,
        can_undo=done in set(Undoable) and opened.registration.last_act == done,
    )
    return Response(page, status=refusal.status if refusal else 200)
