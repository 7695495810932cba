"""The reporter's session at the web: its cookie, and what a page asks when it is over."""

from typing import cast

from flask import Flask, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from whistle.crypto.errors import ReceiptCheckError, ReceiptError
from whistle.crypto.receipt import Receipt
from whistle.intake.forms import MessageForm
from whistle.intake.reporter_session import ReporterSession, ReporterSessions
from whistle.intake.service import IntakeService, Outcome
from whistle.intake.tokens import TokenState
from whistle.intake.views.act_forms import ActForm
from whistle.intake.views.shared import form_tokens, read_receipt
from whistle.uploads import Refusal
from whistle.web import this_installation

COOKIE = "__Host-receipt"
_SESSIONS = "reporter sessions"


def service() -> IntakeService:
    """Give the acts of the door."""
    return IntakeService(this_installation())


def sessions() -> ReporterSessions:
    """Give what writes and reads the cookie."""
    return cast("ReporterSessions", current_app.extensions[_SESSIONS])


def init_app(app: Flask) -> None:
    """Give ``app`` what writes and reads the cookie."""
    here = app.extensions["whistle"]
    app.extensions[_SESSIONS] = ReporterSessions(here.id, here.boot_key)


def current_session() -> ReporterSession | None:
    """Give the session of this request, if there is one that lives."""
    value = request.cookies.get(COOKIE)
    return sessions().read(value, this_installation().clock.now()) if value else None


def new_session(receipt: Receipt) -> ReporterSession:
    """Begin a session."""
    now = this_installation().clock.now()
    return ReporterSession(receipt, now, now)


def session_for(form: MessageForm | ActForm) -> ReporterSession | None:
    """Give the session that a form was written in; none when its receipt has to be asked for.

    A receipt that is typed into the form goes before the cookie. A form that was opened under
    another receipt than the cookie's is of another tab, or of another person at the same computer:
    what is written in it must never land in the dialogue that happens to be open.
    """
    if form.receipt.data:
        typed = read_receipt(form.receipt.data)
        return new_session(typed) if typed else None
    session = current_session()
    if session is None or _state(form, session.receipt) is TokenState.FORGED:
        return None
    return session


def why_asked(form: MessageForm | ActForm) -> str | None:
    """Say why a form's receipt is asked for, where it is not just that the session is over."""
    if form.receipt.data:
        return slip_in(form.receipt.data)
    return other_receipt() if current_session() else None


def _state(form: MessageForm | ActForm, receipt: Receipt) -> TokenState:
    now = this_installation().clock.now()
    return form_tokens().message_state(receipt, form.token.data or "", now)


def keep_token(form: MessageForm | ActForm, receipt: Receipt) -> None:
    """Keep a form's token if it is good, so that a second click is known; else make another."""
    now = this_installation().clock.now()
    if form_tokens().check_message(receipt, form.token.data or "", now) is None:
        form.token.data = form_tokens().for_message(receipt, now)


def form_id(form: MessageForm | ActForm, receipt: Receipt) -> bytes | None:
    """Give the id that the form's token names; none when the page was open for too long.

    Where the receipt was typed in, the token may be of no use: then the receipt itself names the
    form, so that the same content is still taken once.
    """
    now = this_installation().clock.now()
    named = form_tokens().check_message(receipt, form.token.data or "", now)
    if named is None and form.receipt.data:
        return receipt.digest_key(this_installation().id)
    return named


def remember(response: Response, session: ReporterSession) -> Response:
    """Set the cookie, as every answer does that shows a sign of life."""
    value = sessions().write(session.receipt, session.started, this_installation().clock.now())
    response.set_cookie(COOKIE, value, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def forget(response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


def other_receipt() -> str:
    """Say that a form belongs to another report than the one that is open."""
    return _(
        "This page was opened with another receipt than the one that is open now. "
        "Write the receipt that it belongs to."
    )


def page_too_old() -> str:
    """Say that a form's token is over, and that its text is not."""
    return _("The page was too old to send from. Nothing is lost: send it now.")


def no_report(receipt: Receipt | None = None) -> str:
    """Say that a receipt opens nothing; or nothing any more, where it was used."""
    if receipt is not None and service().opened_before(receipt):
        return _(
            "This receipt opens nothing any more. Either you have got a new receipt since: then "
            "use that one. Or the case has been erased, as it was closed and need not be kept: "
            "then nobody can read it any more."
        )
    return _(
        "There is no report under this receipt. Check that you have written it right. "
        "If you have got a new receipt since, use that one."
    )


def why_not_added(outcome: Outcome) -> Refusal | None:
    """Say why something could not be added to a dialogue, if it could not."""
    if outcome is Outcome.NO_REPORT:
        return Refusal(no_report(), 404)
    if outcome is Outcome.FULL:
        full = _(
            "Not received: this report cannot hold more. Nothing is stored. "
            "Write a new report, and say that it belongs to this one."
        )
        return Refusal(full, 409)
    return None


def slip_in(shown: str | None) -> str | None:
    """Say what is wrong with a receipt as it was written, if something is."""
    try:
        Receipt.parse(shown or "")
    except ReceiptError as error:
        return slip(error) if shown else None
    return None


def slip(error: ReceiptError) -> str:
    """Say in words what is wrong with a receipt."""
    if isinstance(error, ReceiptCheckError):
        return _("A symbol is wrong, or two have changed places. Compare it with what you wrote.")
    return _("A receipt has 25 letters and digits, in five groups of five. Check what you wrote.")
