"""The pages of the anonymous door."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.crypto.errors import DirectoryError, ReceiptCheckError, ReceiptError, SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, Side
from whistle.domain.profile import LANGUAGES, ChannelText
from whistle.intake.forms import MessageForm, ReceiptForm, ReportForm
from whistle.intake.reporter_session import ReporterSession, ReporterSessions
from whistle.intake.service import Dialogue, IntakeService, Outcome, Report
from whistle.intake.tokens import FormTokens, TokenState
from whistle.keys.records import Identity, Message
from whistle.storage.errors import StorageError
from whistle.uploads import MOST_BYTES, MOST_FILES, request_uploads
from whistle.web import CLEAR_SITE_DATA, attachment_response, current_language, this_installation

COOKIE = "__Host-receipt"
FAILURES = (SQLAlchemyError, StorageError, DirectoryError, OSError)

blueprint = Blueprint("intake", __name__, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>")
root = Blueprint("root", __name__)


@root.get("/")
def choose_language() -> BaseResponse:
    """Go to the front page, Danish unless the browser asks for English alone."""
    language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    return redirect(url_for("intake.front", lang=language))


@dataclass(frozen=True, slots=True)
class Door:
    """A channel as a page shows it."""

    id: str
    title: str
    summary: str
    audience: str
    intro: str
    text_label: str
    text_hint: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as a page shows it; ``size`` in bytes."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as a page shows it."""

    from_reporter: bool
    text: str
    date: date
    files: tuple[ShownFile, ...]


@dataclass(frozen=True, slots=True)
class ShownDialogue:
    """A dialogue as a page shows it."""

    door_title: str
    received: date
    is_open: bool
    acknowledge_by: date | None
    feedback_by: date | None
    acknowledged: bool
    identity_given: bool
    messages: tuple[ShownMessage, ...]


@blueprint.url_value_preprocessor
def _language_is_read_from_the_path(
    _endpoint: str | None, values: dict[str, Any] | None
) -> None:
    (values or {}).pop("lang", None)


@blueprint.url_defaults
def _language_stays_in_the_path(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", current_language())


@blueprint.get("/")
def front() -> str:
    """The front page: which door is mine?"""
    doors = [_door(channel) for channel in this_installation().profile.channels]
    return render_template("intake/front.html", doors=doors)


@blueprint.route("/report/<channel>", methods=["GET", "POST"])
def report(channel: str) -> BaseResponse:
    """A report's form: it shows the receipt first, takes the report, and answers."""
    if channel not in this_installation().profile.channels:
        abort(404)
    page = _ReportPage(Channel(channel))
    return page.answer() if request.method == "POST" else page.show()


class _ReportPage:
    """One showing of a report's form."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.form = ReportForm()
        self.service = IntakeService(this_installation())
        self.tokens = _tokens()
        self.now = this_installation().clock.now()
        self.problems: list[str] = []
        self.conflict = False

    def show(self, status: int = 200) -> BaseResponse:
        """Show the form with what was filled in, and a receipt that is good to send under."""
        receipt = _read_receipt(self.form.receipt.data)
        if receipt is None or not self.form.token.data:
            receipt = self._issue(Receipt.random())
        page = render_template(
            "intake/report.html",
            door=_door(self.channel),
            form=self.form,
            receipt=receipt.show(),
            problems=self.problems,
            lost_files=request_uploads().names(),
            limits={"total_bytes": MOST_BYTES, "files": MOST_FILES},
            conflict=self.conflict,
        )
        return Response(page, status=status)

    def answer(self) -> BaseResponse:
        """Take what was sent, or show the form again with all of it."""
        valid = self.form.validate()
        if request.form.get("decision") == "add":
            return self._add_to_previous()
        receipt = self._checked_receipt(self.form.receipt.data, self.form.token.data)
        if receipt is None:
            return self.show(422)
        if not valid:
            return self.show(422)
        return self._attempt(lambda: self._receive(receipt))

    def _receive(self, receipt: Receipt) -> BaseResponse:
        uploads = request_uploads()
        content = Report(
            text=self.form.text.data,
            identity=Identity(self.form.name.data or "", self.form.contact.data or ""),
            concerns_adviser=self.form.concerns_adviser.data,
            files=tuple(uploads.finish()),
        )
        outcome = self.service.receive(self.channel, receipt, content)
        if outcome is Outcome.OTHER_CONTENT:
            return self._offer_choice(receipt)
        if outcome is Outcome.RECEIVED:
            uploads.keep()
        return self._received(receipt, outcome, len(content.files))

    def _offer_choice(self, used: Receipt) -> BaseResponse:
        """Other content under a used receipt: nothing is stored; the person decides."""
        self.conflict = True
        self.form.previous_receipt.data = used.show()
        self.form.previous_token.data = self.tokens.for_report(self.channel, used, self.now)
        self._issue(Receipt.random())
        return self.show(409)

    def _add_to_previous(self) -> BaseResponse:
        receipt = self._checked_receipt(
            self.form.previous_receipt.data, self.form.previous_token.data
        )
        if receipt is None or not self.form.text.validate(self.form):
            return self.show(422)
        return self._attempt(lambda: self._add(receipt))

    def _add(self, receipt: Receipt) -> BaseResponse:
        uploads = request_uploads()
        files = uploads.finish()
        form_id = receipt.lookup(this_installation().id)
        outcome = self.service.add_message(receipt, form_id, self.form.text.data, files)
        if outcome is Outcome.NO_REPORT:
            self.problems.append(_("There is no report under that receipt any more."))
            return self.show(409)
        if outcome is Outcome.RECEIVED:
            uploads.keep()
        return self._received(receipt, outcome, len(files))

    def _attempt(self, act: Callable[[], BaseResponse]) -> BaseResponse:
        """Do it, or say honestly that it was not done; the text stays in the form either way."""
        problem, status = _upload_problem()
        if problem:
            self.problems.append(problem)
            return self.show(status)
        try:
            return act()
        except FAILURES:
            self.problems.append(_not_received())
            return self.show(503)

    def _received(self, receipt: Receipt, outcome: Outcome, file_count: int) -> BaseResponse:
        page = render_template(
            "intake/received.html",
            receipt=receipt.show(),
            door=_door(self.channel),
            again=outcome is Outcome.AGAIN,
            acknowledge_by=self.service.acknowledge_by(self.channel),
            file_count=file_count,
        )
        return Response(page)

    def _checked_receipt(self, shown: str | None, token: str | None) -> Receipt | None:
        """Give the form's own receipt, if we issued it for this door in the last 48 hours."""
        receipt = _read_receipt(shown)
        state = (
            self.tokens.check_report(self.channel, receipt, token or "", self.now)
            if receipt
            else TokenState.FORGED
        )
        if state is TokenState.VALID:
            return receipt
        if state is TokenState.EXPIRED and receipt:
            self._issue(receipt)
            self.problems.append(
                _("The page had been open for more than two days. Nothing is lost: send it now.")
            )
        else:
            self._issue(Receipt.random())
            self.problems.append(
                _("The form was not complete. Write down the new receipt, then send again.")
            )
        return None

    def _issue(self, receipt: Receipt) -> Receipt:
        self.form.receipt.data = receipt.show()
        self.form.token.data = self.tokens.for_report(self.channel, receipt, self.now)
        return receipt


@blueprint.route("/receipt", methods=["GET", "POST"])
def receipt() -> BaseResponse:
    """Come back. A right and a wrong receipt get the same answer; the next page tells."""
    if request.method == "POST":
        form = ReceiptForm()
        try:
            shown = Receipt.parse(form.receipt.data or "")
        except ReceiptError as error:
            return _receipt_page(_slip(error), 422)
        return _with_session(redirect(url_for("intake.receipt"), 303), shown)
    session = _session()
    if session is None:
        return _receipt_page(None, 200)
    try:
        dialogue = IntakeService(this_installation()).open(session.receipt)
    except SealingError:
        return _receipt_page(_("The report is here but cannot be opened just now."), 503)
    if dialogue is None:
        page = _receipt_page(_("There is no report under this receipt."), 404)
        page.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
        return page
    return _dialogue_page(session, dialogue, MessageForm(formdata=None), [])


@blueprint.post("/receipt/message")
def message() -> BaseResponse:
    """Take a message from the reporter."""
    form = MessageForm()
    session = _session() or _session_from(form)
    if session is None:
        return _ask_receipt_again(form)
    here = this_installation()
    service = IntakeService(here)
    try:
        dialogue = service.open(session.receipt)
    except (SealingError, *FAILURES):
        return _ask_receipt_again(form, _not_received(), 503)
    if dialogue is None:
        return _ask_receipt_again(form, _("There is no report under this receipt."), 404)
    problem, status = _message_problem(form, session)
    if problem is None:
        form_id = cast(
            "bytes", _tokens().check_message(session.receipt, form.token.data, here.clock.now())
        )
        try:
            uploads = request_uploads()
            outcome = service.add_message(
                session.receipt, form_id, form.text.data or "", uploads.finish()
            )
        except FAILURES:
            problem, status = _not_received(), 503
        else:
            if outcome is Outcome.RECEIVED:
                uploads.keep()
            answer = redirect(url_for("intake.receipt", sent=1), 303)
            return _with_session(answer, session.receipt, session)
    return _dialogue_page(session, dialogue, form, [problem], status)


@blueprint.get("/receipt/file/<attachment_id>")
def file(attachment_id: str) -> BaseResponse:
    """Give the reporter a file of the dialogue."""
    session = _session()
    if session is None:
        return redirect(url_for("intake.receipt"), 303)
    try:
        found = IntakeService(this_installation()).file(
            session.receipt, bytes.fromhex(attachment_id)
        )
    except ValueError:
        found = None
    if found is None:
        abort(404)
    manifest, content = found
    return attachment_response(manifest.name, manifest.length, content)


@blueprint.post("/receipt/leave")
def leave() -> BaseResponse:
    """Leave, and have the browser forget what it can."""
    page = Response(render_template("intake/left.html"))
    page.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    page.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return page


# -- sessions ----------------------------------------------------------------------------------


def _sessions() -> ReporterSessions:
    here = this_installation()
    return ReporterSessions(here.id, here.boot_key)


def _session() -> ReporterSession | None:
    value = request.cookies.get(COOKIE)
    return _sessions().read(value, this_installation().clock.now()) if value else None


def _session_from(form: MessageForm) -> ReporterSession | None:
    """Start a session from a receipt that was sent along with a message."""
    receipt = _read_receipt(form.receipt.data)
    if receipt is None:
        return None
    now = this_installation().clock.now()
    form.token.data = _tokens().for_message(receipt, now)
    return ReporterSession(receipt, now, now)


def _with_session(
    response: BaseResponse, receipt: Receipt, session: ReporterSession | None = None
) -> BaseResponse:
    now = this_installation().clock.now()
    value = _sessions().write(receipt, session.started if session else now, now)
    response.set_cookie(COOKIE, value, secure=True, httponly=True, samesite="Strict", path="/")
    return response


# -- pages -------------------------------------------------------------------------------------


def _receipt_page(problem: str | None, status: int) -> BaseResponse:
    form = ReceiptForm()
    return Response(
        render_template("intake/receipt.html", form=form, problem=problem), status=status
    )


def _dialogue_page(
    session: ReporterSession,
    dialogue: Dialogue,
    form: MessageForm,
    problems: list[str | None],
    status: int = 200,
) -> BaseResponse:
    now = this_installation().clock.now()
    if not (form.token.data and _tokens().check_message(session.receipt, form.token.data, now)):
        form.token.data = _tokens().for_message(session.receipt, now)
    page = render_template(
        "intake/dialogue.html",
        dialogue=_show(dialogue),
        form=form,
        problems=[problem for problem in problems if problem],
        lost_files=request_uploads().names(),
        limits={"total_bytes": MOST_BYTES, "files": MOST_FILES},
        sent=request.args.get("sent") == "1" and request.method == "GET",
    )
    return _with_session(Response(page, status=status), session.receipt, session)


def _ask_receipt_again(
    form: MessageForm, problem: str | None = None, status: int = 422
) -> BaseResponse:
    """The session ended while somebody wrote: keep the text, ask for the receipt."""
    if problem is None and form.receipt.data:
        try:
            Receipt.parse(form.receipt.data)
        except ReceiptError as error:
            problem = _slip(error)
    page = render_template(
        "intake/resend.html",
        form=form,
        problem=problem,
        lost_files=request_uploads().names(),
        limits={"total_bytes": MOST_BYTES, "files": MOST_FILES},
    )
    return Response(page, status=status)


def _message_problem(form: MessageForm, session: ReporterSession) -> tuple[str | None, int]:
    problem, status = _upload_problem()
    if problem:
        return problem, status
    if not form.validate():
        return next(str(error) for errors in form.errors.values() for error in errors), 422
    if not (form.text.data or "").strip() and not request_uploads().names():
        return _("Write something, or choose a file, before you send."), 422
    now = this_installation().clock.now()
    if _tokens().check_message(session.receipt, form.token.data or "", now) is None:
        return _("The page was too old to send from. Nothing is lost: send it now."), 422
    return None, 200


def _upload_problem() -> tuple[str | None, int]:
    uploads = request_uploads()
    if uploads.failed:
        return _not_received(), 503
    if uploads.refused:
        return (
            _(
                "The files are too large or too many. Nothing was stored. Send some of them now; "
                "you can add the others when you come back with your receipt."
            ),
            413,
        )
    return None, 200


def _not_received() -> str:
    return _(
        "Not received: we could not store it just now. Nothing is stored. "
        "Your text is still below: try again in a moment."
    )


def _slip(error: ReceiptError) -> str:
    if isinstance(error, ReceiptCheckError):
        return _("A symbol is wrong, or two have changed places. Compare it with what you wrote.")
    return _("A receipt has 25 letters and digits, in five groups of five. Check what you wrote.")


def _read_receipt(shown: str | None) -> Receipt | None:
    try:
        return Receipt.parse(shown or "")
    except ReceiptError:
        return None


def _tokens() -> FormTokens:
    here = this_installation()
    return FormTokens(here.id, here.form_key)


def _text(channel: Channel) -> ChannelText:
    return this_installation().profile.channels[channel].text[current_language()]


def _door(channel: Channel) -> Door:
    text = _text(channel)
    return Door(
        channel,
        text.title,
        text.summary,
        text.audience,
        text.intro,
        text.text_label,
        text.text_hint,
    )


def _show(dialogue: Dialogue) -> ShownDialogue:
    case = dialogue.case
    return ShownDialogue(
        _text(dialogue.channel).title,
        case.received,
        case.is_open,
        case.acknowledge_by,
        case.feedback_by,
        dialogue.acknowledged,
        dialogue.identity_given,
        tuple(_show_message(one) for one in dialogue.messages),
    )


def _show_message(one: Message) -> ShownMessage:
    return ShownMessage(
        one.side is Side.REPORTER,
        one.text,
        one.written,
        tuple(
            ShownFile(
                manifest.name,
                manifest.length,
                url_for("intake.file", attachment_id=manifest.attachment_id.hex()),
            )
            for manifest in one.files
        ),
    )
