"""The pages of casework."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.forms import AnswerForm
from whistle.casework.service import (
    CaseworkService,
    Duty,
    ListedCase,
    OpenedCase,
    OpenedInbox,
    Written,
)
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxKind
from whistle.keys.directory import TrustedInbox
from whistle.keys.records import Identity
from whistle.shown import ShownMessage, show_message
from whistle.signed_in import MemberForm, members_only, this_member
from whistle.storage.errors import StorageError
from whistle.storage.rows import CaseRow
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Limits, Refusal, request_uploads
from whistle.web import attachment_response, current_language, long_date, this_installation

SOON = timedelta(days=7)

blueprint = Blueprint("casework", __name__, url_prefix="/casework")


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A line of an inbox."""

    url: str
    title: str
    received: date
    is_new: bool
    unread: int
    due: date | None
    due_kind: str | None
    is_overdue: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownInbox:
    """An inbox as a page shows it."""

    title: str
    is_reserve: bool
    cases: tuple[ShownCase, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the day asks for, over all inboxes."""

    new: int
    overdue: int
    due_soon: int


@dataclass(frozen=True, slots=True)
class ShownDuty:
    """A duty as a page shows it."""

    kind: str
    due: date
    done: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ShownOpenCase:
    """A case as a page shows it."""

    id: str
    title: str
    door_title: str
    inbox_title: str
    is_reserve: bool
    received: date
    is_open: bool
    duties: tuple[ShownDuty, ...]
    messages: tuple[ShownMessage, ...]
    has_identity: bool
    readers: tuple[str, ...]


@blueprint.get("/inboxes")
@members_only
def inboxes() -> str:
    """What is new and what is due."""
    today = this_installation().clock.today()
    opened = _service().inboxes()
    listed = [case for inbox in opened for case in inbox.cases]
    duties = [case.duty for case in listed if case.duty]
    summary = Summary(
        new=sum(case.is_new for case in listed),
        overdue=sum(duty.is_overdue(today) for duty in duties),
        due_soon=sum(today <= duty.due <= today + SOON for duty in duties),
    )
    return render_template(
        "casework/inboxes.html",
        summary=summary,
        inboxes=[_show_inbox(inbox, today) for inbox in opened],
    )


@blueprint.get("/case/<case_id>")
@members_only
def case(case_id: str) -> BaseResponse:
    """A case with its report, dialogue and files."""
    return _case_page(_opened(case_id), AnswerForm(formdata=None))


@blueprint.post("/case/<case_id>/answer")
@members_only
def answer(case_id: str) -> BaseResponse:
    """Write to the reporter."""
    form = AnswerForm()
    uploads = request_uploads()
    refusal = _answer_refusal(form)
    if refusal:
        return _case_page(_opened(case_id), form, refusal=refusal)
    try:
        written = _service().answer(
            _id(case_id),
            (form.form_id.data or "").encode(),
            form.written,
            uploads.finish(),
            is_feedback=form.is_feedback.data,
        )
    except (SQLAlchemyError, StorageError, OSError):
        return _case_page(_opened(case_id), form, refusal=Refusal(_not_sent(), 503))
    if written is Written.CLOSED_TO_YOU:
        abort(404)
    if written is Written.YES:
        uploads.keep()
    return redirect(url_for("casework.case", case_id=case_id, sent=1), 303)


@blueprint.post("/case/<case_id>/identity")
@members_only
def identity(case_id: str) -> BaseResponse:
    """Open who the reporter is: a step of its own."""
    if not MemberForm().validate():
        abort(403)
    opened = _opened(case_id)
    return _case_page(
        opened, AnswerForm(formdata=None), identity=_service().identity(opened.case.id)
    )


@blueprint.get("/case/<case_id>/file/<attachment_id>")
@members_only
def file(case_id: str, attachment_id: str) -> BaseResponse:
    """Give a file of a case's dialogue."""
    found = _service().file(_id(case_id), _id(attachment_id))
    if found is None:
        abort(404)
    manifest, content = found
    return attachment_response(manifest.name, manifest.length, content)


def _service() -> CaseworkService:
    return CaseworkService(this_installation(), this_member().keyring)


def _id(text: str) -> bytes:
    """Read an identifier of an address; whatever is none is not found."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        abort(404)
    if len(value) != ID_BYTES:
        abort(404)
    return value


def _opened(case_id: str) -> OpenedCase:
    """Open a case, or say 404: to whom it is closed it is not there."""
    try:
        opened = _service().open(_id(case_id))
    except SealingError:
        abort(404)
    if opened is None:
        abort(404)
    return opened


def _answer_refusal(form: AnswerForm) -> Refusal | None:
    """Say why an answer cannot be taken, if it cannot."""
    uploads = request_uploads()
    if not form.validate():
        if form.csrf_token.errors:
            return Refusal(
                _("The page was too old to send from. Nothing is lost: send it now."), 422
            )
        return Refusal(form.first_error() or "", 422)
    if uploads.failed:
        return Refusal(_not_sent(), 503)
    if uploads.refused:
        return Refusal(_("The files are too large or too many. Nothing was sent. Send fewer."), 413)
    if not form.written.strip() and not uploads.names():
        return Refusal(_("Write something, or choose a file, before you send."), 422)
    return None


def _not_sent() -> str:
    return _("Not sent: it could not be stored just now. Your text is still below: try again.")


def _case_page(
    opened: OpenedCase,
    form: AnswerForm,
    *,
    identity: Identity | None = None,
    refusal: Refusal | None = None,
) -> BaseResponse:
    if not form.form_id.data:
        form.form_id.data = secrets.token_hex(ID_BYTES)
    form.csrf_token.process(None)
    page = render_template(
        "casework/case.html",
        case=_show_case(opened),
        identity=identity,
        form=form,
        problems=[refusal.problem] if refusal and not form.text.errors else [],
        lost_files=request_uploads().names(),
        limits=Limits(),
        sent=request.args.get("sent") == "1" and request.method == "GET",
    )
    return Response(page, status=refusal.status if refusal else 200)


def _door_title(inbox: TrustedInbox) -> str:
    return this_installation().profile.channels[inbox.root.channel].text[current_language()].title


def _inbox_title(inbox: TrustedInbox) -> str:
    if inbox.root.kind is InboxKind.RESERVE:
        return _("%(door)s: the reserve", door=_door_title(inbox))
    return _door_title(inbox)


def _title(inbox: TrustedInbox, row: CaseRow, given: str) -> str:
    """Give a neutral title (offentlighedsloven § 15) where nobody has given one."""
    return given or _("%(door)s, %(day)s", door=_door_title(inbox), day=long_date(row.received))


def _show_inbox(opened: OpenedInbox, today: date) -> ShownInbox:
    return ShownInbox(
        _inbox_title(opened.inbox),
        opened.inbox.root.kind is InboxKind.RESERVE,
        tuple(_show_line(opened.inbox, case, today) for case in opened.cases),
    )


def _show_line(inbox: TrustedInbox, listed: ListedCase, today: date) -> ShownCase:
    title = _title(inbox, listed.case, listed.title)
    if listed.damaged:
        title = _("%(title)s (cannot be opened: tell the technician)", title=title)
    return ShownCase(
        url_for("casework.case", case_id=listed.case.id.hex()),
        title,
        listed.case.received,
        listed.is_new,
        listed.unread,
        listed.duty.due if listed.duty else None,
        listed.duty.kind if listed.duty else None,
        listed.duty.is_overdue(today) if listed.duty else False,
        listed.case.is_open,
    )


def _show_case(opened: OpenedCase) -> ShownOpenCase:
    inbox, row = opened.inbox.inbox, opened.case
    service, today = _service(), this_installation().clock.today()
    return ShownOpenCase(
        row.id.hex(),
        _title(inbox, row, opened.registration.title),
        _door_title(inbox),
        _inbox_title(inbox),
        inbox.root.kind is InboxKind.RESERVE,
        row.received,
        row.is_open,
        tuple(_show_duty(duty, today) for duty in service.duties(opened)),
        tuple(
            show_message(
                message,
                lambda name: url_for("casework.file", case_id=row.id.hex(), attachment_id=name),
            )
            for message in opened.messages
        ),
        opened.identity_given,
        tuple(service.readers(inbox)),
    )


def _show_duty(duty: Duty, today: date) -> ShownDuty:
    return ShownDuty(duty.kind, duty.due, duty.done is not None, duty.is_overdue(today))
