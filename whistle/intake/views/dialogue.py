"""Coming back with a receipt: read, write, fetch files, leave."""

from dataclasses import dataclass
from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.errors import ReceiptCheckError, ReceiptError, SealingError
from whistle.crypto.receipt import Receipt
from whistle.intake.forms import MessageForm, ReceiptForm
from whistle.intake.reporter_session import ReporterSession, ReporterSessions
from whistle.intake.service import Dialogue, IntakeService, Outcome
from whistle.intake.views.shared import (
    FAILURES,
    blueprint,
    channel_text,
    form_tokens,
    not_received,
    read_receipt,
    upload_refusal,
)
from whistle.shown import ShownMessage, show_message
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Limits, Refusal, request_uploads
from whistle.web import CLEAR_SITE_DATA, attachment_response, this_installation

COOKIE = "__Host-receipt"


@dataclass(frozen=True, slots=True)
class ShownDialogue:
    """A dialogue as its reporter sees it."""

    door_title: str
    received: date
    is_open: bool
    acknowledge_by: date | None
    feedback_by: date | None
    acknowledged: bool
    feedback_given: bool
    identity_given: bool
    messages: tuple[ShownMessage, ...]


@blueprint.get("/receipt")
def receipt() -> BaseResponse:
    """Show the dialogue, or ask for the receipt."""
    session = _session()
    if session is None:
        return _receipt_page(None)
    try:
        dialogue = _service().open(session.receipt)
    except (SealingError, *FAILURES):
        return _receipt_page(
            Refusal(_("Your report is here, but we cannot open it just now. Try again later."), 503)
        )
    if dialogue is None:
        return _forget(_receipt_page(Refusal(_no_report(), 404)))
    return _dialogue_page(session, dialogue, MessageForm(formdata=None), None)


@blueprint.post("/receipt")
def show_receipt() -> BaseResponse:
    """Take a receipt. A right and a wrong one get the same answer; the next page tells."""
    try:
        shown = Receipt.parse(ReceiptForm().receipt.data or "")
    except ReceiptError as error:
        return _receipt_page(Refusal(_slip(error), 422))
    now = this_installation().clock.now()
    session = ReporterSession(shown, now, now)
    return _remember(redirect(url_for("intake.receipt"), 303), session)


@blueprint.post("/receipt/message")
def message() -> BaseResponse:
    """Take a message from the reporter."""
    form = MessageForm()
    session = _session() or _session_from(form)
    if session is None:
        slip = _slip_in(form.receipt.data)
        return _resend_page(form, Refusal(slip, 422) if slip else None)
    try:
        dialogue = _service().open(session.receipt)
        if dialogue is None:
            return _resend_page(form, Refusal(_no_report(), 404))
        refusal = _add(form, session)
    except (SealingError, *FAILURES):
        return _resend_page(form, Refusal(not_received(), 503))
    if refusal:
        return _dialogue_page(session, dialogue, form, refusal)
    return _remember(redirect(url_for("intake.receipt", sent=1), 303), session)


@blueprint.get("/receipt/file/<attachment_id>")
def file(attachment_id: str) -> BaseResponse:
    """Give the reporter a file of the dialogue."""
    session = _session()
    if session is None:
        return redirect(url_for("intake.receipt"), 303)
    try:
        wanted = bytes.fromhex(attachment_id)
    except ValueError:
        abort(404)
    found = _service().file(session.receipt, wanted) if len(wanted) == ID_BYTES else None
    if found is None:
        abort(404)
    manifest, content = found
    return _remember(attachment_response(manifest.name, manifest.length, content), session)


@blueprint.post("/receipt/leave")
def leave() -> BaseResponse:
    """Leave, and have the browser forget what it can."""
    page = _forget(Response(render_template("intake/left.html")))
    page.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return page


def _add(form: MessageForm, session: ReporterSession) -> Refusal | None:
    """Add a message, or say why not."""
    refusal = upload_refusal()
    if refusal:
        return refusal
    if not form.validate():
        return Refusal(form.first_error() or "", 422)
    uploads = request_uploads()
    if not form.written.strip() and not uploads.names():
        return Refusal(_("Write something, or choose a file, before you send."), 422)
    now = this_installation().clock.now()
    form_id = form_tokens().check_message(session.receipt, form.token.data or "", now)
    if form_id is None:
        return Refusal(_("The page was too old to send from. Nothing is lost: send it now."), 422)
    outcome = _service().add_message(session.receipt, form_id, form.written, uploads.finish())
    if outcome is Outcome.RECEIVED:
        uploads.keep()
    return None


def _service() -> IntakeService:
    return IntakeService(this_installation())


# -- the session -------------------------------------------------------------------------------


def _sessions() -> ReporterSessions:
    here = this_installation()
    return ReporterSessions(here.id, here.boot_key)


def _session() -> ReporterSession | None:
    value = request.cookies.get(COOKIE)
    return _sessions().read(value, this_installation().clock.now()) if value else None


def _session_from(form: MessageForm) -> ReporterSession | None:
    """Start a session from a receipt that was sent along with a message."""
    shown = read_receipt(form.receipt.data)
    if shown is None:
        return None
    now = this_installation().clock.now()
    if form_tokens().check_message(shown, form.token.data or "", now) is None:
        form.token.data = form_tokens().for_message(shown, now)
    return ReporterSession(shown, now, now)


def _remember(response: BaseResponse, session: ReporterSession) -> BaseResponse:
    """Set the cookie, as every answer does that shows a sign of life."""
    now = this_installation().clock.now()
    value = _sessions().write(session.receipt, session.started, now)
    response.set_cookie(COOKIE, value, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def _forget(response: BaseResponse) -> BaseResponse:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


# -- pages -------------------------------------------------------------------------------------


def _receipt_page(refusal: Refusal | None) -> BaseResponse:
    page = render_template(
        "intake/receipt.html", form=ReceiptForm(), problem=refusal.problem if refusal else None
    )
    return Response(page, status=refusal.status if refusal else 200)


def _dialogue_page(
    session: ReporterSession, dialogue: Dialogue, form: MessageForm, refusal: Refusal | None
) -> BaseResponse:
    now = this_installation().clock.now()
    if form_tokens().check_message(session.receipt, form.token.data or "", now) is None:
        form.token.data = form_tokens().for_message(session.receipt, now)
    page = render_template(
        "intake/dialogue.html",
        dialogue=_show(dialogue),
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
        lost_files=request_uploads().names(),
        limits=Limits(),
        sent=request.method == "GET" and request.args.get("sent") == "1",
    )
    return _remember(Response(page, status=refusal.status if refusal else 200), session)


def _resend_page(form: MessageForm, refusal: Refusal | None) -> BaseResponse:
    """The session ended while somebody wrote: keep the text, ask for the receipt."""
    page = render_template(
        "intake/resend.html",
        form=form,
        problem=refusal.problem if refusal else None,
        lost_files=request_uploads().names(),
        limits=Limits(),
    )
    return Response(page, status=refusal.status if refusal else 422)


def _show(dialogue: Dialogue) -> ShownDialogue:
    case = dialogue.case
    return ShownDialogue(
        channel_text(dialogue.channel).title,
        case.received,
        case.is_open,
        case.acknowledge_by,
        case.feedback_by,
        dialogue.acknowledged,
        case.feedback_by is None,
        dialogue.identity_given,
        tuple(
            show_message(one, lambda name: url_for("intake.file", attachment_id=name))
            for one in dialogue.messages
        ),
    )


def _no_report() -> str:
    return _("There is no report under this receipt. Check that you have written it right.")


def _slip_in(shown: str | None) -> str | None:
    try:
        Receipt.parse(shown or "")
    except ReceiptError as error:
        return _slip(error) if shown else None
    return None


def _slip(error: ReceiptError) -> str:
    if isinstance(error, ReceiptCheckError):
        return _("A symbol is wrong, or two have changed places. Compare it with what you wrote.")
    return _("A receipt has 25 letters and digits, in five groups of five. Check what you wrote.")
