"""Coming back with a receipt: read, write, fetch files, leave."""

from collections.abc import Mapping
from typing import cast

from flask import (
    Response,
    abort,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.errors import ReceiptError
from whistle.crypto.receipt import Receipt
from whistle.intake.forms import MessageForm, ReceiptForm
from whistle.intake.reporter_session import ReporterSession
from whistle.intake.satisfaction import is_asked
from whistle.intake.service import Dialogue, Outcome
from whistle.intake.views.blank import BlankPages
from whistle.intake.views.session import (
    current_session,
    forget,
    form_id,
    keep_token,
    new_session,
    no_report,
    page_too_old,
    remember,
    service,
    session_for,
    slip,
    why_asked,
    why_not_added,
)
from whistle.intake.views.shared import (
    FAILURES,
    blueprint,
    form_tokens,
    not_received,
    read_receipt,
    upload_refusal,
)
from whistle.intake.views.timeline import show_dialogue
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import (
    CLEAR_SITE_DATA,
    attachment_response,
    current_language,
    this_installation,
)


@blueprint.get("/receipt")
def receipt() -> BaseResponse:
    """Show the dialogue, or ask for the receipt."""
    session = current_session()
    if session is None:
        return _receipt_page(None)
    try:
        dialogue = service().open(session.receipt)
    except FAILURES:
        return _receipt_page(
            Refusal(_("Your report is here, but we cannot open it just now. Try again later."), 503)
        )
    if dialogue is None:
        return forget(_receipt_page(Refusal(no_report(session.receipt), 404)))
    return _dialogue_page(session, dialogue, None, None)


@blueprint.post("/receipt")
def show_receipt() -> BaseResponse:
    """Take a receipt. A right and a wrong one get the same answer; the next page tells."""
    try:
        shown = Receipt.parse(request.form.get("receipt", ""))
    except ReceiptError as error:
        return _receipt_page(Refusal(slip(error), 422))
    return remember(redirect(url_for("intake.receipt"), 303), new_session(shown))


def _has_report(before: Mapping[str, str]) -> bool:
    """Say whether who sends files has a report to send them to: what is typed goes first."""
    session, typed = current_session(), before.get("receipt")
    shown = session.receipt if session else None
    if typed:
        shown = read_receipt(typed)
    return shown is not None and service().promise(shown) is not None


@blueprint.post("/receipt/message")
@takes_files(_has_report)
def message() -> BaseResponse:
    """Take a message from the reporter."""
    form = MessageForm()
    session = session_for(form)
    if session is None:
        problem = why_asked(form)
        return _resend_page(form, Refusal(problem, 422) if problem else None)
    try:
        dialogue = service().open(session.receipt)
        if dialogue is None:
            return forget(_resend_page(form, Refusal(no_report(session.receipt), 404)))
        refusal = _add(form, session)
    except FAILURES as error:
        return _resend_page(form, Refusal(not_received(error), 503))
    if refusal:
        return _dialogue_page(session, dialogue, form, refusal)
    return remember(redirect(url_for("intake.receipt", done="message"), 303), session)


@blueprint.get("/receipt/file/<attachment_id>")
def file(attachment_id: str) -> BaseResponse:
    """Give the reporter a file of the dialogue."""
    session = current_session()
    if session is None:
        return redirect(url_for("intake.receipt"), 303)
    try:
        wanted = bytes.fromhex(attachment_id)
    except ValueError:
        abort(404)
    found = service().file(session.receipt, wanted) if len(wanted) == ID_BYTES else None
    if found is None:
        abort(404)
    manifest, content = found
    return remember(attachment_response(manifest.name, manifest.length, content), session)


@blueprint.post("/receipt/leave")
def leave() -> BaseResponse:
    """Leave, and have the browser forget what it can."""
    page = forget(Response(render_template("intake/left.html")))
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
    named = form_id(form, session.receipt)
    if named is None:
        return Refusal(page_too_old(), 422)
    outcome = service().add_message(session.receipt, named, form.written, uploads.finish())
    if outcome is Outcome.RECEIVED:
        uploads.keep()
    return why_not_added(outcome)


# -- pages -------------------------------------------------------------------------------------


def _receipt_page(refusal: Refusal | None) -> BaseResponse:
    page = render_template(
        "intake/receipt.html", form=ReceiptForm(), problem=refusal.problem if refusal else None
    )
    return Response(page, status=refusal.status if refusal else 200)


def _dialogue_page(
    session: ReporterSession, dialogue: Dialogue, form: MessageForm | None, refusal: Refusal | None
) -> BaseResponse:
    """Show the dialogue, with the form to write more in; with ``form`` as it was filled in."""
    if form:
        keep_token(form, session.receipt)
    number = request.args.get("page", 1, int) if request.method == "GET" else 1
    page = render_template(
        "intake/dialogue.html",
        dialogue=show_dialogue(dialogue, this_installation().clock.today(), number),
        form=form,
        blank_form=None if form else _blank_form(session),
        problems=[refusal.problem] if refusal and not (form and form.errors) else [],
        lost_files=request_uploads().names() if form else (),
        limits=Limits(),
        done=request.args.get("done") if request.method == "GET" else None,
        is_asked=is_asked(this_installation(), dialogue),
    )
    return remember(Response(page, status=refusal.status if refusal else 200), session)


_BLANK = BlankPages()


def _blank_form(session: ReporterSession) -> str:
    """Give the form to write more in, with nothing filled in but its token."""

    def render(_receipt: str, token: str) -> str:
        form = MessageForm(formdata=None)
        form.token.data = token
        message_form = get_template_attribute("intake/_message_form.html", "message_form")
        return cast("str", message_form(form, Limits(), ()))

    here = this_installation()
    token = form_tokens().for_message(session.receipt, here.clock.now())
    return Markup(_BLANK.fill(here.profile, current_language(), render, token=token))  # noqa: S704


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
