"""What is done to a case besides writing in it: title, closing, reopening, marking, undoing."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import acts
from whistle.casework.acts import Closing, Done, Undoable
from whistle.casework.closing_needs import waiting
from whistle.casework.forms import CloseForm, TitleForm, VersionForm
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    fresh_form_id,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.case import CaseForms, case_page
from whistle.casework.views.closing_shown import show_needs
from whistle.casework.views.shown import show_case, show_entries
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal

_MARKS = {Undoable.UNREAD, Undoable.ACKNOWLEDGED, Undoable.FEEDBACK}


@blueprint.post("/case/<case_id>/title")
@members_only
def title(case_id: str) -> BaseResponse:
    """Give a case a neutral title."""
    form = TitleForm()
    refusal = wrong(form)
    given, was = " ".join((form.title.data or "").split()), form.was.data or ""
    done = None
    if refusal is None:
        done = try_to(lambda: acts.give_title(service(), read_id(case_id), given, was))
        refusal = not_stored() if done is None else None
    if refusal is None and done is not Done.CHANGED:
        return _to_case(case_id, "title")
    opened = opened_case(case_id)
    if done is Done.CHANGED:
        form.was.data = opened.registration.title
        refusal = Refusal(
            _(
                "Somebody has changed the title meanwhile. It is now: %(title)s. "
                "Save again to put yours in its place.",
                title=opened.registration.title or _("none"),
            ),
            CONFLICT,
        )
    return case_page(opened, CaseForms(title=form), refusal=refusal)


@blueprint.get("/case/<case_id>/close")
@members_only
def closing(case_id: str) -> BaseResponse:
    """What closing means for this case, before it is closed."""
    opened = opened_case(case_id)
    if not opened.case.is_open:
        return redirect(url_for("casework.case", case_id=case_id), 303)
    return _close_page(opened, CloseForm(formdata=None))


@blueprint.post("/case/<case_id>/close")
@members_only
def close(case_id: str) -> BaseResponse:
    """Close a case."""
    form = CloseForm()
    refusal = wrong(form)
    if refusal is None and form.is_feedback.data and not (form.text.data or "").strip():
        refusal = Refusal(_("Write the feedback to the reporter, or take the tick away."), 422)
    if refusal:
        return _close_page(opened_case(case_id), form, refusal)
    decided = Closing(
        (form.form_id.data or "").encode(),
        form.seen.data or 0,
        (form.text.data or "").strip(),
        (form.note.data or "").strip(),
        (form.unanswered.data or "").strip(),
        is_feedback=form.is_feedback.data,
    )
    done = try_to(lambda: acts.close(service(), read_id(case_id), decided))
    if done is None:
        return _close_page(opened_case(case_id), form, not_stored())
    if done is Done.CHANGED:
        return _changed_meanwhile(opened_case(case_id), form)
    if done is Done.INCOMPLETE:
        return _close_page(opened_case(case_id), form, Refusal(_incomplete(), 422))
    if done is Done.TOO_LATE:
        forms = CaseForms()
        forms.answer.text.data, forms.note.note.data = decided.text, decided.note
        return case_page(opened_case(case_id), forms, refusal=_too_late())
    return _to_case(case_id, Undoable.CLOSED)


def _changed_meanwhile(opened: OpenedCase, form: CloseForm) -> BaseResponse:
    """Say what is new; a reason for not waiting that nothing waits for becomes a note."""
    problem = _(
        "Something new was written while you were deciding. The case is still open. Read it below, "
        "and close the case if you still want to."
    )
    if form.unanswered.data and not waiting(opened):
        form.note.data = "\n\n".join(filter(None, (form.note.data, form.unanswered.data)))
        form.unanswered.data = ""
        problem = _(
            "No reply is waited for any more, so no reason is needed. The case is still open. Your "
            "words are in the note below: close the case if you still want to."
        )
    return _close_page(opened, form, Refusal(problem, CONFLICT))


def _incomplete() -> str:
    return _("The case is still open: something is missing. Your words are below.")


def _too_late() -> Refusal:
    problem = _("Somebody else closed the case first. Your words were not sent: they are below.")
    return Refusal(problem, CONFLICT)


def _close_page(
    opened: OpenedCase, form: CloseForm, refusal: Refusal | None = None
) -> BaseResponse:
    seen = form.seen.data if isinstance(form.seen.data, int) else len(opened.messages)
    form.seen.raw_data = None  # shown is what is, not what was sent
    form.seen.data = len(opened.messages)
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    page = render_template(
        "casework/close.html",
        case=show_case(service(), opened),
        news=show_entries(opened, seen),
        needs=show_needs(service(), opened),
        has_reporter=opened.has_reporter,
        form=form,
        problems=[refusal.problem]
        if refusal and not (form.text.errors or form.note.errors or form.unanswered.errors)
        else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


@blueprint.post("/case/<case_id>/reopen")
@members_only
def reopen(case_id: str) -> BaseResponse:
    """Open a closed case again."""
    check(MemberForm())
    act(lambda: acts.reopen(service(), read_id(case_id)))
    return _to_case(case_id, Undoable.REOPENED)


@blueprint.post("/case/<case_id>/mark")
@members_only
def mark(case_id: str) -> BaseResponse:
    """Mark a case unread, or a duty as met in another way."""
    check(MemberForm())
    what = request.form.get("mark", "")
    if what not in _MARKS:
        abort(400)
    act(lambda: acts.mark(service(), read_id(case_id), Undoable(what)))
    if what != Undoable.UNREAD:
        return _to_case(case_id, what)
    version = service().version(read_id(case_id))
    return redirect(
        url_for("casework.inboxes", done=what, case=case_id.lower(), version=version), 303
    )


@blueprint.post("/case/<case_id>/undo")
@members_only
def undo(case_id: str) -> BaseResponse:
    """Take back what was done last."""
    form = VersionForm()
    check(form)
    done = act(lambda: acts.undo(service(), read_id(case_id), form.version.data or 0))
    return _to_case(case_id, "undone" if done is Done.YES else "not-undone")


def _to_case(case_id: str, done: str) -> BaseResponse:
    return redirect(url_for("casework.case", case_id=case_id, done=done), 303)
