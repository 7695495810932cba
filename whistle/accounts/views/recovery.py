"""The recovery keys of one's inboxes: which have one, and giving them one that is on paper."""

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from whistle.accounts.recovery_keys import RecoveryKeysService, Setting
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.shown import inbox_title, inbox_titles
from whistle.accounts.views.standing import standing
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxKind
from whistle.installation import Installation
from whistle.recovery.public_file import LONGEST, Covers, PublicFile, PublicFileError
from whistle.signed_in import (
    MemberForm,
    SignedIn,
    members_only,
    proof_needed,
    signed_in,
    this_member,
)
from whistle.storage.errors import ConflictError
from whistle.web import this_installation

CONFLICT, REFUSED = 409, 422
_too_long = Length(max=LONGEST, message=_l("This is too long."))


class RecoveryForm(MemberForm):
    """The public file of a recovery key; then the fingerprint, typed from a trustee's sheet."""

    public = TextAreaField(_l("The public file"), validators=[_too_long])
    on_paper = StringField(_l("The fingerprint on the sheet"), validators=[_too_long])


def init_app(app: Flask) -> None:
    """Let templates ask whether an inbox of the member's has no recovery key."""
    app.context_processor(lambda: {"recovery_missing": recovery_missing})


def recovery_missing() -> bool:
    """Say whether what this member's inboxes hold would be lost with their keys."""
    member = signed_in()
    return bool(member and _service_of(member, this_installation()).is_missing())


def _service() -> RecoveryKeysService:
    return _service_of(this_member(), standing())


def _service_of(member: SignedIn, here: Installation) -> RecoveryKeysService:
    return RecoveryKeysService(here, member.row, member.keyring)


@blueprint.get("/recovery")
@members_only
def recovery() -> str:
    """Show which of the member's inboxes have a recovery key, and how one is made."""
    coverage = _service().coverage()
    if not coverage:
        abort(404)
    kinds = {one.inbox.root.kind for one in coverage}
    return render_template(
        "accounts/recovery.html",
        coverage=[(inbox_title(one.inbox), one.fingerprint, one.since) for one in coverage],
        missing=any(not one.fingerprint for one in coverage),
        installation=this_installation().id.hex(),
        covers=Covers.RESERVES if kinds == {InboxKind.RESERVE} else Covers.DOORS,
        done=request.args.get("done", ""),
    )


@blueprint.route("/recovery/key", methods=["GET", "POST"])
@members_only
@proof_needed
def recovery_key() -> BaseResponse:
    """Take the public file; then the fingerprint from the paper; then give the inboxes the key."""
    if not _service().coverage():
        abort(404)
    form = RecoveryForm()
    if request.method != "POST":
        return _file_page(form, None)
    if not form.validate():
        old = _("The page was too old to send from. Nothing is lost: send it now.")
        return _file_page(form, old if form.csrf_token.errors else None, REFUSED)
    try:
        public = PublicFile.decode(form.public.data or "")
    except PublicFileError:
        no_file = _("This is no public file of a recovery key, or not all of it.")
        return _file_page(form, no_file, REFUSED)
    obstacle = _service().obstacle(public)
    if obstacle:
        return _file_page(form, _words(obstacle), REFUSED)
    if "on_paper" not in request.form:
        return _paper_page(form, public, None)
    return _give(form, public)


def _give(form: RecoveryForm, public: PublicFile) -> BaseResponse:
    try:
        outcome = _service().give(public, form.on_paper.data or "")
    except (ConflictError, SealingError):
        changed = _("Something changed meanwhile. Nothing was stored. Send it again.")
        return _paper_page(form, public, changed, CONFLICT)
    if outcome is Setting.DONE:
        return redirect(url_for("accounts.recovery", done="set"), 303)
    return _paper_page(form, public, _words(outcome), REFUSED, alarm=outcome is Setting.OTHER_KEY)


def _words(outcome: Setting) -> str:
    return {
        Setting.ELSEWHERE: _("This recovery key was made for another installation."),
        Setting.NO_INBOX: _("This recovery key is for inboxes that you are not in."),
        Setting.THE_SAME: _("Your inboxes have this recovery key already."),
        Setting.MISTYPED: _("A fingerprint has twenty digits and letters. Type all of them."),
        Setting.OTHER_KEY: _("The file does not have the fingerprint that you typed."),
    }[outcome]


def _file_page(form: RecoveryForm, problem: str | None, status: int = 200) -> BaseResponse:
    _forget_errors(form)
    page = render_template("accounts/recovery_file.html", form=form, problem=problem)
    return Response(page, status=status)


def _paper_page(
    form: RecoveryForm,
    public: PublicFile,
    problem: str | None,
    status: int = 200,
    *,
    alarm: bool = False,
) -> BaseResponse:
    _forget_errors(form)
    inboxes = _service().meant(public)
    page = render_template(
        "accounts/recovery_paper.html",
        form=form,
        public=public,
        inboxes=inbox_titles(inboxes),
        replaces=any(inbox.current.recovery for inbox in inboxes),
        problem=problem,
        alarm=alarm,
    )
    return Response(page, status=status)


def _forget_errors(form: RecoveryForm) -> None:
    """Give the page a token that can be sent, whatever it was sent with."""
    form.csrf_token.process(None)
    form.csrf_token.errors = []
