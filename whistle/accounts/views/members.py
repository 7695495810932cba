"""Who there is and who can open what; inviting somebody, and taking an invitation back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.invitations import Invitation
from whistle.accounts.leaving import LeavingService
from whistle.accounts.members import MembersService, RoleRefusedError, Standing, role_of
from whistle.accounts.newcomers import NewcomerService
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.member_forms import InviteForm
from whistle.accounts.views.shown import inbox_titles, read_id, who_can_open
from whistle.accounts.views.standing import standing
from whistle.domain.role import Role
from whistle.signed_in import MemberForm, members_only, proof_needed, role_title, this_member
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import HASH_BYTES


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A member as the list shows them, and what whoever looks at it may do."""

    id: str
    name: str
    username: str
    role: str
    since: date | None
    left: date | None
    inboxes: Sequence[str]
    keys_agree: bool
    is_me: bool
    can_be_let_in: bool
    can_be_removed: bool


@dataclass(frozen=True, slots=True)
class ShownInvitation:
    """An open invitation."""

    id: str
    name: str
    username: str
    role: str
    expires: date
    by: str
    can_be_withdrawn: bool


def members_service() -> MembersService:
    """Give what this request's member does with members."""
    return MembersService(standing(), this_member().row)


def newcomers() -> NewcomerService:
    """Give this request's member's letting in of others."""
    return NewcomerService(standing(), this_member().row, this_member().keyring)


def goodbyes() -> LeavingService:
    """Give this request's member's goodbyes."""
    return LeavingService(standing(), this_member().row, this_member().keyring)


@blueprint.get("/members")
@members_only
def members() -> str:
    """List the members, who can open what, and who is invited."""
    service = members_service()
    everybody = service.everybody()  # first, as it brings the directory up to date
    return render_template(
        "accounts/members.html",
        readers=who_can_open(service),
        members=[_show(one) for one in everybody if one.row.left is None],
        former=[_show(one) for one in everybody if one.row.left is not None],
        invitations=_invitations(service, {one.row.id: one.row.name for one in everybody}),
        may_invite=bool(service.may_invite),
        unsettled=[
            (inbox_titles([one.inbox])[0], [row.name for row in one.gone])
            for one in goodbyes().unsettled()
        ],
        done=request.args.get("done", ""),
    )


@blueprint.route("/members/invite", methods=["GET", "POST"])
@members_only
@proof_needed
def invite() -> BaseResponse:
    """Invite somebody, and show the two codes once."""
    service = members_service()
    if not service.may_invite:
        abort(404)
    form = InviteForm()
    if request.method != "POST":
        return _invite_page(form, None, 200)
    if not form.validate():
        return _invite_page(form, None, 422)
    try:
        made = service.invite(
            form.username.data or "", form.name.data or "", Role(form.role.data or "")
        )
    except RoleRefusedError:
        return _invite_page(form, _("You cannot invite anybody to this role."), 403)
    except DuplicateError:
        taken = _("There is somebody with this user name, or an invitation. Choose another.")
        return _invite_page(form, taken, 409)
    return _invited_page(form, made)


@blueprint.post("/members/withdraw")
@members_only
def withdraw() -> BaseResponse:
    """Make an invitation void."""
    if not MemberForm().validate():
        abort(403)
    try:
        members_service().withdraw(read_id(request.form.get("invitation", ""), HASH_BYTES))
    except RoleRefusedError:
        abort(404)
    return redirect(url_for("accounts.members", done="withdrawn"), 303)


def _show(one: Standing) -> ShownMember:
    row, me = one.row, this_member().row
    mine, theirs = role_of(me), role_of(row)
    return ShownMember(
        row.id.hex(),
        row.name,
        row.username,
        role_title(row.role),
        row.since,
        row.left,
        inbox_titles(one.inboxes),
        one.keys_agree,
        row.id == me.id,
        bool(newcomers().open_to(row)),
        row.left is None and row.id != me.id and mine is not None and theirs in mine.may_remove,
    )


def _invitations(service: MembersService, names: dict[bytes, str]) -> list[ShownInvitation]:
    return [
        ShownInvitation(
            row.token_hash.hex(),
            row.name,
            row.username,
            role_title(row.role),
            row.expires,
            names.get(row.inviter, "") if row.inviter else "",
            row.role in service.may_invite,
        )
        for row in service.invitations()
    ]


def _invite_page(form: InviteForm, problem: str | None, status: int) -> BaseResponse:
    roles = [
        (role.value, role_title(role), _what_it_means(role))
        for role in members_service().may_invite
    ]
    page = render_template("accounts/invite.html", form=form, roles=roles, problem=problem)
    return Response(page, status=status)


def _invited_page(form: InviteForm, made: Invitation) -> BaseResponse:
    page = render_template(
        "accounts/invited.html",
        name=form.name.data,
        username=made.username,
        role=role_title(made.role),
        long_code=made.token.show(),
        short_code=made.code,
        may_open=made.role.may_open is not None,
    )
    return Response(page)


def _what_it_means(role: Role) -> str:
    return {
        Role.ADVISER: _("Reads and answers cases. Can invite others and let them in."),
        Role.DEPUTY: _("Reads and answers cases, once you have let them into an inbox."),
        Role.RESERVE: _("Reads what concerns the adviser. Only another reserve can let them in."),
        Role.TECHNICIAN: _("Keeps the server running. Can never open a case."),
        Role.READER: _("Sees statistics before they are published. Can never open a case."),
    }[role]
