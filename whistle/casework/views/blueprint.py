"""What the pages of casework share: the blueprint, this member's work, what an address names."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from whistle.casework.acts import Done
from whistle.casework.cases import NotOpenedError
from whistle.casework.forms import EditNoteForm, NoteForm
from whistle.casework.kept import KeptError
from whistle.casework.needs import StaysClosedError
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel
from whistle.domain.role import Role
from whistle.error_pages import log_fault
from whistle.signed_in import Draft, MemberForm, is_in_an_inbox, signed_in, this_member
from whistle.storage.casework import inbox_of
from whistle.storage.errors import StorageError, UnloggedError
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Refusal
from whistle.web import this_installation

CONFLICT = 409
_Found = TypeVar("_Found")

blueprint = Blueprint("casework", __name__, url_prefix="/casework")


@blueprint.before_request
def refuse_who_holds_no_key() -> Response | None:
    """Say so to members whom nobody has let into an inbox. Keys decide anyway: see `Cases`.

    A role that may hold none is refused whatever the directory says (kommunestyrelsesloven § 65 e).
    """
    member = signed_in()
    if member is None:
        return None  # the view sends them to sign in
    may_open = member.role in set(Role) and Role(member.role).may_open is not None
    if may_open and is_in_an_inbox(member):
        return None
    return Response(render_template("casework/no_key.html", can_be_let_in=may_open), status=403)


@blueprint.errorhandler(NotOpenedError)
def not_opened(error: NotOpenedError) -> Response:
    """Say that nothing is shown that cannot be logged; a text that was sent is not lost."""
    log_fault(error)
    return _not_done(
        503,
        _("It could not be opened"),
        _(
            "Whatever is opened here is written in the log first. The log cannot be written just "
            "now, so nothing was opened, and nothing was changed."
        ),
        kept=f"{_('Your text is not lost: it is below. Send it again in a moment.')} "
        f"{_('Files have to be chosen again.')}",
        next_step=_("Try again in a moment. If it stays like this, tell the technician."),
    )


@blueprint.errorhandler(StaysClosedError)
def stays_closed(_error: StaysClosedError) -> Response:
    """Say that a closed case has to be opened again first; a text that was sent is not lost."""
    return _not_done(
        CONFLICT,
        _("Open the case again first"),
        _(
            "The case is closed, and this would leave it without something that a closed case has: "
            "a reply that came, or how it ended. Nothing was changed."
        ),
        kept=_(
            "Your text is not lost: it is below. Open the case again in another tab, and send it "
            "then."
        ),
        case_id=(request.view_args or {}).get("case_id", ""),
    )


@blueprint.errorhandler(KeptError)
def kept(_error: KeptError) -> Response:
    """Say that nothing of a case is deleted while a legal hold stands on it."""
    return _not_done(
        CONFLICT,
        _("A legal hold stands on the case"),
        _("A legal hold stands on the case. Nothing was erased."),
        case_id=(request.view_args or {}).get("case_id", ""),
    )


def _not_done(status: int, title: str, lead: str, **told: str) -> Response:
    """Say what was not done, and why; ``kept``: what becomes of a text that was sent."""
    draft = Draft.of_this_request() if "kept" in told else None
    page = render_template("casework/not_done.html", title=title, lead=lead, draft=draft, **told)
    return Response(page, status=status)


def service() -> CaseworkService:
    """Give the work of this request's member."""
    member = this_member()
    return CaseworkService(this_installation(), member.keyring, member.role)


def read_id(text: str) -> bytes:
    """Read an identifier of an address; whatever is none is not found."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        abort(404)
    if len(value) != ID_BYTES:
        abort(404)
    return value


def door_of(case_id: str) -> Channel | None:
    """Say by which door a case came; none where there is no such case."""
    here = this_installation()
    with here.store.read() as db:
        inbox_id = inbox_of(db, read_id(case_id))
    found_inboxes = (one for one in here.directory.inboxes if one.inbox_id == inbox_id)
    inbox = next(found_inboxes, None)
    return inbox.root.channel if inbox else None


def opened_case(case_id: str) -> OpenedCase:
    """Open a case, or say 404: to whom it is closed it is not there."""
    return found(lambda: service().open(read_id(case_id)))


def found(look: Callable[[], _Found | None]) -> _Found:
    """Open something, or say 404: to whom it is closed it is not there."""
    try:
        something = look()
    except SealingError:
        abort(404)
    if something is None:
        abort(404)
    return something


def act(do: Callable[[], Done]) -> Done:
    """Do something to a case that no text of the member's hangs on, or say 404 or 503."""
    try:
        done = do()
    except SealingError:
        abort(404)
    except UnloggedError:
        raise  # which has a page that says so
    except (SQLAlchemyError, StorageError):
        abort(503)
    if done is Done.CLOSED_TO_YOU:
        abort(404)
    return done


def try_to(do: Callable[[], Done]) -> Done | None:
    """Do something to a case; none when it could not be stored, so that the text can be kept."""
    try:
        done = do()
    except SealingError:
        abort(404)
    except (SQLAlchemyError, StorageError):
        return None
    if done is Done.CLOSED_TO_YOU:
        abort(404)
    return done


def check(form: MemberForm) -> None:
    """Refuse a button that was not pressed on a page of this session's."""
    if not form.validate():
        abort(403)


def wrong(form: MemberForm) -> Refusal | None:
    """Say why a form with a text in it cannot be taken, if it cannot."""
    if form.validate():
        return None
    if form.csrf_token.errors:
        return Refusal(_("The page was too old to send from. Nothing is lost: send it now."), 422)
    errors = (str(error) for each in form.errors.values() for error in each)
    return Refusal(next(errors, ""), 422)


def note_refusal(form: NoteForm | EditNoteForm) -> Refusal | None:
    """Say why a note cannot be taken, if it cannot."""
    refusal = wrong(form)
    if refusal is None and not (form.note.data or "").strip():
        return Refusal(_("Write something before you save the note."), 422)
    return refusal


def not_stored() -> Refusal:
    """Say that nothing was stored, and that nothing is lost."""
    return Refusal(
        _("It could not be stored just now. Nothing is lost: your text is below. Try again."), 503
    )


def renew(form: MemberForm) -> None:
    """Give a form this session's token, whatever it was sent with."""
    form.csrf_token.process(None)
    form.csrf_token.errors = []  # what it means has been said in words


def fresh_form_id() -> str:
    """Give the name of a form that is shown for the first time."""
    return secrets.token_hex(ID_BYTES)
