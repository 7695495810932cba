"""A text that is put before the reporter: approving it, or correcting it; a page for each."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.receipt import Receipt
from whistle.domain.approval import find_text
from whistle.intake.approving import Shown
from whistle.intake.reporter_session import ReporterSession
from whistle.intake.service import Dialogue, Outcome
from whistle.intake.views.act_forms import ApproveForm, CorrectForm, VersionForm
from whistle.intake.views.session import (
    current_session,
    forget,
    form_id,
    keep_token,
    no_report,
    page_too_old,
    remember,
    service,
    session_for,
    why_asked,
    why_not_added,
)
from whistle.intake.views.shared import FAILURES, blueprint, not_received
from whistle.intake.views.timeline import show_text
from whistle.storage.tables import HASH_BYTES, ID_BYTES
from whistle.uploads import Refusal

_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class _Answer:
    """One of the two answers: its form, its page, what sending it does, and where that leads."""

    name: str
    form: type[VersionForm]
    do: Callable[[Receipt, bytes, Shown, VersionForm], Outcome]

    @property
    def template(self) -> str:
        """The page's template."""
        return f"intake/{self.name}.html"


def _approve(receipt: Receipt, named: bytes, shown: Shown, form: VersionForm) -> Outcome:
    return service().approve(receipt, named, shown, with_name=form["with_name"].data == "yes")


def _correct(receipt: Receipt, named: bytes, shown: Shown, form: VersionForm) -> Outcome:
    return service().correct(receipt, named, shown, form["text"].data or "")


_APPROVE = _Answer("approve", ApproveForm, _approve)
_CORRECT = _Answer("correct", CorrectForm, _correct)


@blueprint.route("/receipt/text/<text_id>", methods=["GET", "POST"])
def approve(text_id: str) -> BaseResponse:
    """The text as it is now, and the button that approves it."""
    return _answer(_APPROVE, text_id)


@blueprint.route("/receipt/text/<text_id>/correct", methods=["GET", "POST"])
def correct(text_id: str) -> BaseResponse:
    """The text in a form, to be corrected."""
    return _answer(_CORRECT, text_id)


def _answer(kind: _Answer, text_id: str) -> BaseResponse:
    """Show the page, or do it; the text stays in the form when it is not done."""
    if request.method != "POST":
        return _first_page(kind, text_id, current_session())
    form = kind.form()
    session = session_for(form)
    if session is None:
        problem = why_asked(form)
        return _locked_page(kind, text_id, form, Refusal(problem, 422) if problem else None)
    try:
        if service().open(session.receipt) is None:
            refusal = Refusal(no_report(session.receipt), 404)
            return forget(_locked_page(kind, text_id, form, refusal))
        refused = _do(kind, text_id, form, session)
        dialogue = service().open(session.receipt) if refused else None
    except FAILURES as error:
        return _locked_page(kind, text_id, form, Refusal(not_received(error), 503))
    if refused:
        return _page(kind, text_id, form, session, dialogue, refused)
    if kind is _CORRECT:
        answer = redirect(url_for("intake.approve", text_id=text_id, done="corrected"), 303)
    else:
        answer = redirect(url_for("intake.receipt", done="approved"), 303)
    return remember(answer, session)


def _do(kind: _Answer, text_id: str, form: VersionForm, session: ReporterSession) -> Refusal | None:
    """Do it, or say why not."""
    if not form.validate():
        return Refusal("", 422)
    named, shown = form_id(form, session.receipt), _shown(text_id, form)
    if named is None:
        return Refusal(page_too_old(), 422)
    if shown is None:
        return Refusal(_changed(), _CONFLICT)
    outcome = kind.do(session.receipt, named, shown, form)
    if outcome is Outcome.CHANGED:
        return Refusal(_changed(), _CONFLICT)
    return why_not_added(outcome)


def _shown(text_id: str, form: VersionForm) -> Shown | None:
    try:
        shown = Shown(bytes.fromhex(text_id), bytes.fromhex(form.version.data or ""))
    except ValueError:
        return None
    return shown if (len(shown.text), len(shown.version)) == (ID_BYTES, HASH_BYTES) else None


def _changed() -> str:
    return _(
        "The text has changed since you opened this page, so nothing was approved or sent. "
        "Read it as it is now."
    )


# -- pages -------------------------------------------------------------------------------------


def _first_page(kind: _Answer, text_id: str, session: ReporterSession | None) -> BaseResponse:
    """Show the form; to who has shown no receipt, or one that opens nothing, the way in."""
    try:
        dialogue = service().open(session.receipt) if session else None
    except FAILURES:
        dialogue = None
    if session is None or dialogue is None:
        return redirect(url_for("intake.receipt"), 303)
    return _page(kind, text_id, kind.form(formdata=None), session, dialogue, None)


def _page(
    kind: _Answer,
    text_id: str,
    form: VersionForm,
    session: ReporterSession,
    dialogue: Dialogue | None,
    refusal: Refusal | None,
) -> BaseResponse:
    """Show the text as it is now, with the form as it was filled in."""
    wanted = bytes.fromhex(text_id) if _is_id(text_id) else b""
    found = find_text(dialogue.messages, wanted) if dialogue else None
    if found is None or dialogue is None:
        return remember(redirect(url_for("intake.receipt"), 303), session)
    text = show_text(found)
    form.version.data = text.version
    if isinstance(form, CorrectForm) and request.method != "POST":
        form.text.data = text.text
    keep_token(form, session.receipt)
    page = render_template(
        kind.template,
        form=form,
        text=text,
        text_id=text_id,
        identity_given=dialogue.identity_given,
        problem=refusal.problem if refusal else None,
        ask_receipt=False,
        done=request.args.get("done") if request.method == "GET" else None,
    )
    return remember(Response(page, status=refusal.status if refusal else 200), session)


def _locked_page(
    kind: _Answer, text_id: str, form: VersionForm, refusal: Refusal | None
) -> BaseResponse:
    """Ask for the receipt; of the text nothing is shown but what was written in the form."""
    page = render_template(
        kind.template,
        form=form,
        text=None,
        text_id=text_id,
        identity_given=False,
        problem=refusal.problem if refusal else None,
        ask_receipt=True,
        done=None,
    )
    return Response(page, status=refusal.status if refusal else 422)


def _is_id(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == ID_BYTES
    except ValueError:
        return False
