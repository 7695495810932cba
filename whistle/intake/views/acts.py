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
class OneAct:
    """One of them: its form, its page, and what sending it does.

    ``may``: whether the reporter of a dialogue can do it at all.
    """

    name: str
    form: type[ActForm]
    do: Callable[[IntakeService, Receipt, bytes, ActForm], Outcome]
    may: Callable[[Dialogue], bool] = lambda _dialogue: True

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


_CLOSE = OneAct("close", CloseForm, _close)
_IDENTITY = OneAct("identity", IdentityForm, _identity)
_WITHDRAW = OneAct("withdraw", WithdrawForm, _withdraw)


@blueprint.route("/receipt/close", methods=["GET", "POST"])
def close() -> BaseResponse:
    """I need no more."""
    return answer(_CLOSE)


@blueprint.route("/receipt/identity", methods=["GET", "POST"])
def identity() -> BaseResponse:
    """This is who I am."""
    return answer(_IDENTITY)


@blueprint.route("/receipt/withdraw", methods=["GET", "POST"])
def withdraw() -> BaseResponse:
    """Delete who I am."""
    return answer(_WITHDRAW)


def answer(act: OneAct) -> BaseResponse:
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
        refusal = _do(act, form, session) if act.may(dialogue) else None
    except FAILURES as error:
        return _page(act, form, session, Refusal(not_received(error), 503))
    if refusal:
        return _page(act, form, session, refusal, dialogue)
    done = act.name if act.may(dialogue) else None
    return remember(redirect(url_for("intake.receipt", done=done), 303), session)


def _do(act: OneAct, form: ActForm, session: ReporterSession) -> Refusal | None:
    """Do it, or say why not."""
    if not form.validate():
        return Refusal("", 422)
    named = form_id(form, session.receipt)
    if named is None:
        return Refusal(page_too_old(), 422)
    return why_not_added(act.do(service(), session.receipt, named, form))


def _first_page(act: OneAct, session: ReporterSession | None) -> BaseResponse:
    """Show the form; to who has shown no receipt, or one that opens nothing, the way in."""
    try:
        dialogue = service().open(session.receipt) if session else None
    except FAILURES:
        dialogue = None
    if dialogue is None or not act.may(dialogue):
        return redirect(url_for("intake.receipt"), 303)
    return _page(act, act.form(formdata=None), session, None, dialogue)


def _page(
    act: OneAct,
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
