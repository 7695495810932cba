"""Another receipt for the same report: shown first, written down, then put in force."""

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.receipt import Receipt
from whistle.intake.reporter_session import ReporterSession
from whistle.intake.service import Outcome
from whistle.intake.tokens import TokenState
from whistle.intake.views.act_forms import ReplaceForm
from whistle.intake.views.session import (
    current_session,
    forget,
    new_session,
    other_receipt,
    remember,
    service,
    slip_in,
    why_not_added,
)
from whistle.intake.views.shared import FAILURES, blueprint, form_tokens, read_receipt
from whistle.uploads import Refusal
from whistle.web import this_installation


@blueprint.route("/receipt/replace", methods=["GET", "POST"])
def replace() -> BaseResponse:
    """Show a new receipt, or put it in the place of the old one."""
    session = current_session()
    if request.method == "POST":
        return _answer(ReplaceForm(), session)
    try:
        dialogue = service().open(session.receipt) if session else None
    except FAILURES:
        dialogue = None
    if session is None or dialogue is None:
        return redirect(url_for("intake.receipt"), 303)
    form = ReplaceForm(formdata=None)
    return _page(form, _issue(form, Receipt.random(), session), session, None)


def _answer(form: ReplaceForm, session: ReporterSession | None) -> BaseResponse:
    typed = read_receipt(form.receipt.data)
    if form.receipt.data:  # what is typed goes before the cookie
        session = new_session(typed) if typed else None
    new = read_receipt(form.new_receipt.data)
    if new is None:
        return redirect(url_for("intake.replace"), 303)
    if session is None:
        problem = slip_in(form.receipt.data)
        return _page(form, new, None, Refusal(problem, 422) if problem else None)
    state = _state(form, new, session)
    if state is TokenState.FORGED and not typed:
        return _page(form, new, None, Refusal(other_receipt(), 422))
    if state is not TokenState.VALID:
        return _renew(form, new, session, state)
    if not form.validate():
        return _page(form, new, session, Refusal("", 422))
    return _replace(form, new, session)


def _replace(form: ReplaceForm, new: Receipt, session: ReporterSession) -> BaseResponse:
    try:
        outcome = service().replace_receipt(session.receipt, new)
    except FAILURES:
        return _page(form, new, session, Refusal(_not_replaced(), 503))
    if outcome is Outcome.NO_REPORT:
        return forget(_page(form, new, None, Refusal(_opens_nothing(), 404)))
    refusal = why_not_added(outcome)
    if refusal:
        return _page(form, new, session, refusal)
    page = Response(render_template("intake/replaced.html", receipt=new.show()))
    return remember(page, ReporterSession(new, session.started, session.seen))


def _state(form: ReplaceForm, new: Receipt, session: ReporterSession) -> TokenState:
    """Say whether we issued the new receipt, for the old one, in the last 48 hours."""
    now = this_installation().clock.now()
    return form_tokens().check_new_receipt(new, session.receipt, form.token.data or "", now)


def _renew(
    form: ReplaceForm, new: Receipt, session: ReporterSession, state: TokenState
) -> BaseResponse:
    """Show the form once more, with a receipt that is good to use now."""
    if state is TokenState.EXPIRED:
        problem = _("The page had been open for more than two days. Nothing is lost: send it now.")
        return _page(form, _issue(form, new, session), session, Refusal(problem, 422))
    problem = _("The form was not complete. Write down the new receipt, then send again.")
    form.written_down.data = False
    return _page(form, _issue(form, Receipt.random(), session), session, Refusal(problem, 422))


def _issue(form: ReplaceForm, new: Receipt, session: ReporterSession) -> Receipt:
    form.new_receipt.data = new.show()
    now = this_installation().clock.now()
    form.token.data = form_tokens().for_new_receipt(new, session.receipt, now)
    return new


def _page(
    form: ReplaceForm, new: Receipt, session: ReporterSession | None, refusal: Refusal | None
) -> BaseResponse:
    page = render_template(
        "intake/replace.html",
        form=form,
        receipt=new.show(),
        problem=refusal.problem if refusal else None,
        ask_receipt=session is None,
    )
    asked = 422 if session is None else 200
    response = Response(page, status=refusal.status if refusal else asked)
    return remember(response, session) if session else response


def _opens_nothing() -> str:
    return _(
        "The receipt you came with opens no report, so nothing was replaced. "
        "If you have just got a new one in another window, use that one."
    )


def _not_replaced() -> str:
    return _(
        "We could not replace your receipt just now. Keep both the old one and the new one, "
        "and try again in a moment."
    )
