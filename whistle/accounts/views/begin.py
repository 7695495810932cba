"""Accepting an invitation, and the key ceremony of a member's first inboxes."""

from dataclasses import dataclass

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.forms import BeginForm
from whistle.accounts.founding import FoundedInbox, FoundingService
from whistle.accounts.invitations import InvitationService, InvitationToken
from whistle.accounts.service import TooBusyError
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.shown import channel_title, title_of
from whistle.accounts.views.sign_in import check_button, let_in
from whistle.accounts.views.standing import standing
from whistle.crypto.passphrase import Passphrase
from whistle.domain.fingerprint import show_fingerprint
from whistle.signed_in import members_only, proof_needed, this_member
from whistle.storage.errors import DuplicateError
from whistle.web import this_installation


@dataclass(frozen=True, slots=True)
class ShownInbox:
    """An inbox as the ceremony's page shows it."""

    title: str
    fingerprint: str
    confirmed: bool


@blueprint.route("/begin", methods=["GET", "POST"])
def begin() -> BaseResponse:
    """Ask for both codes; show a passphrase; take it back; let the new member in."""
    form = BeginForm()
    if request.method != "POST":
        return _code_page(form, None)
    service = InvitationService(this_installation())
    token = InvitationToken.parse(form.invitation.data or "") if form.validate() else None
    if token is None:
        mistyped = _("The long code has 24 letters and digits. Look at the letter once more.")
        return _code_page(form, mistyped, about="invitation")
    if not service.is_open(token):
        return _closed()
    if service.check(token, form.code.data or "") is None:
        wrong = _("The short code is not right. After five tries the invitation is void.")
        return _code_page(form, wrong) if service.is_open(token) else _closed()
    if not form.passphrase.data:
        return _passphrase_page(form, service.propose(token))
    return _accept(token, form)


def _accept(token: InvitationToken, form: BeginForm) -> BaseResponse:
    """Make the member of an invitation whose codes were right, and let them in."""
    service = InvitationService(this_installation())
    code, typed = form.code.data or "", Passphrase(form.passphrase.data or "")
    try:
        made = service.accept(token, code, typed, form.proof.data or "")
    except TooBusyError:  # what is on the paper stays good
        problem = _("Too many are signing in just now. Nothing is lost: send it again in a minute.")
        return _passphrase_page(form, (typed, form.proof.data or ""), problem, 503)
    if made is None:
        problem = _("That was not the passphrase that was shown. Here is a new one to write down.")
        return _passphrase_page(form, service.propose(token), problem, 422)
    return let_in(*made)


@blueprint.route("/founding", methods=["GET", "POST"])
@members_only
def founding() -> BaseResponse:
    """Make the keys of this member's inboxes, and show their fingerprints for the paper."""
    member = this_member()
    service = FoundingService(standing(), member.row, member.keyring)
    if request.method == "POST":
        return _found(service)
    page = render_template(
        "accounts/founding.html",
        missing=[channel_title(channel) for channel in service.missing()],
        inboxes=[_show(inbox) for inbox in service.mine()],
    )
    return Response(page)


@proof_needed
def _found(service: FoundingService) -> BaseResponse:
    check_button()
    try:
        service.found()
    except DuplicateError:
        abort(409)
    return redirect(url_for("accounts.founding"), 303)


def _closed() -> BaseResponse:
    return Response(render_template("accounts/invitation_over.html"), status=404)


def _code_page(form: BeginForm, problem: str | None, about: str = "code") -> BaseResponse:
    """Ask for the codes; ``about``: the field that the problem is with."""
    page = render_template("accounts/begin.html", form=form, problem=problem, about=about)
    return Response(page, status=403 if problem else 200)


def _passphrase_page(
    form: BeginForm,
    proposed: tuple[Passphrase, str],
    problem: str | None = None,
    status: int = 200,
) -> BaseResponse:
    passphrase, form.proof.data = proposed
    page = render_template(
        "accounts/passphrase.html", form=form, passphrase=passphrase.show(), problem=problem
    )
    return Response(page, status=status)


def _show(inbox: FoundedInbox) -> ShownInbox:
    title = title_of(inbox.channel, inbox.kind)
    return ShownInbox(title, show_fingerprint(inbox.digest), inbox.confirmed)
