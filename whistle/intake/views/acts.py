"""Closing, saying who one is, taking it back: a page for each, all of one make."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.receipt import Receipt
from whistle.intake.reporter_session import ReporterSession
from whistle.intake.service import Dialogue, IntakeService, Outcome
from whistle.intake.views.act_forms import ActForm, CloseForm, IdentityForm, WithdrawForm
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
from whistle.keys.records import Identity
from whistle.uploads import Refusal


@dataclass(frozen=True, slots=True)
class _Act:
    """One of them: its form, its page, and what sending it does."""

    name: str
    form: type[ActForm]
    do: Callable[[IntakeService, Receipt, bytes, ActForm], Outcome]

    @property
    def template(self) -> str:
        """The page's template."""
        return f"intake/{self.name}.html"


def _close(here: IntakeService, receipt: Receipt, form_id: bytes, form: ActForm) -> Outcome:
    return here.close(receipt, form_id, form["text"].data or "")


def _identity(here: IntakeService, receipt: Receipt, form_id: bytes, form: ActForm) -> Outcome:
    identity = Identity(form["name"].data or "", form["contact"].data or "")
    return here.give_identity(receipt, form_id, identity)


def _withdraw(here: IntakeService, receipt: Receipt, form_id: bytes, _form: ActForm) -> Outcome:
    return here.withdraw_identity(receipt, form_id)


_CLOSE = _Act("close", CloseForm, _close)
_IDENTITY = _Act("identity", IdentityForm, _identity)
_WITHDRAW = _Act("withdraw", WithdrawForm, _withdraw)


@blueprint.route("/receipt/close", methods=["GET", "POST"])
def close() -> BaseResponse:
    """I need no more."""
    return _answer(_CLOSE)


@blueprint.route("/receipt/identity", methods=["GET", "POST"])
def identity() -> BaseResponse:
    """This is who I am."""
    return _answer(_IDENTITY)


@blueprint.route("/receipt/withdraw", methods=["GET", "POST"])
def withdraw() -> BaseResponse:
    """Delete who I am."""
    return _answer(_WITHDRAW)


def _answer(act: _Act) -> BaseResponse:
    """Show the page, or do it; the text stays in the form when it is not done."""
    form = act.form()
    if request.method != "POST":
        return _first_page(act, current_session())
    session = session_for(form)
    if session is None:
        problem = why_asked(form)
        return _page(act, form, None, Refusal(problem, 422) if problem else None)
    try:
        dialogue = service().open(session.receipt)
        if dialogue is None:
            return forget(_page(act, form, None, Refusal(no_report(session.receipt), 404)))
        refusal = _do(act, form, session)
    except FAILURES as error:
        return _page(act, form, session, Refusal(not_received(error), 503))
    if refusal:
        return _page(act, form, session, refusal, dialogue)
    return remember(redirect(url_for("intake.receipt", done=act.name), 303), session)


def _do(act: _Act, form: ActForm, session: ReporterSession) -> Refusal | None:
    """Do it, or say why not."""
    if not form.validate():
        return Refusal("", 422)
    named = form_id(form, session.receipt)
    if named is None:
        return Refusal(page_too_old(), 422)
    return why_not_added(act.do(service(), session.receipt, named, form))


def _first_page(act: _Act, session: ReporterSession | None) -> BaseResponse:
    """Show the form; to who has shown no receipt, or one that opens nothing, the way in."""
    try:
        dialogue = service().open(session.receipt) if session else None
    except FAILURES:
        dialogue = None
    if dialogue is None:
        return redirect(url_for("intake.receipt"), 303)
    return _page(act, act.form(formdata=None), session, None, dialogue)


def _page(
    act: _Act,
    form: ActForm,
    session: ReporterSession | None,
    refusal: Refusal | None,
    dialogue: Dialogue | None = None,
) -> BaseResponse:
    """Show the form with what was filled in; without a session it asks for the receipt."""
    if session:
        keep_token(form, session.receipt)
    page = render_template(
        act.template,
        form=form,
        problem=refusal.problem if refusal else None,
        ask_receipt=session is None,
        identity_given=dialogue is not None and dialogue.identity_given,
    )
    asked = 422 if session is None else 200
    response = Response(page, status=refusal.status if refusal else asked)
    return remember(response, session) if session else response
