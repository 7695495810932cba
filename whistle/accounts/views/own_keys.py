"""My keys: what I am known by, my inboxes' fingerprints, new keys."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.forms import BeginForm
from whistle.accounts.members import role_of
from whistle.accounts.own_keys import OwnKeysService
from whistle.accounts.service import TooBusyError
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import start_session
from whistle.accounts.views.shown import inbox_title, read_id
from whistle.accounts.views.sign_in import check_button
from whistle.accounts.views.standing import standing
from whistle.accounts.views.trying import busy
from whistle.crypto.passphrase import Passphrase
from whistle.gateway.gateway import TURNED_AWAY
from whistle.signed_in import members_only, proof_needed, this_member
from whistle.storage.errors import ConflictError
from whistle.uploads import Refusal

CONFLICT = 409


def own_keys() -> OwnKeysService:
    """Give what this request's member does with their own keys."""
    member = this_member()
    return OwnKeysService(standing(), member.row, member.keyring)


@blueprint.get("/keys")
@members_only
def keys() -> str:
    """Show the fingerprint to read aloud, and the inboxes with theirs."""
    service, role = own_keys(), role_of(this_member().row)
    return render_template(
        "accounts/keys.html",
        may_open=role is not None and role.may_open is not None,
        spoken=service.spoken.split(),
        inboxes=[
            {
                "id": one.inbox.inbox_id.hex(),
                "title": inbox_title(one.inbox),
                "fingerprint": one.fingerprint,
                "confirmed": one.confirmed,
            }
            for one in service.inboxes()
        ],
        done=request.args.get("done", ""),
    )


@blueprint.route("/keys/inbox/<inbox_id>", methods=["GET", "POST"])
@members_only
@proof_needed
def new_inbox_keys(inbox_id: str) -> BaseResponse:
    """Say what new keys for an inbox mean, and make them."""
    service = own_keys()
    inbox = service.inbox(read_id(inbox_id))
    if inbox is None:
        abort(404)
    changed = False
    if request.method == "POST":
        check_button()
        try:
            if service.rotate(inbox.inbox_id):
                return redirect(url_for("accounts.keys", done="rotated"), 303)
            abort(404)
        except ConflictError:
            changed = True
    page = render_template(
        "accounts/new_inbox_keys.html",
        id=inbox.inbox_id.hex(),
        title=inbox_title(inbox),
        changed=changed,
    )
    return Response(page, status=CONFLICT if changed else 200)


@blueprint.route("/keys/renew", methods=["GET", "POST"])
@members_only
@proof_needed
def renew_keys() -> BaseResponse:
    """Say what new keys of one's own mean; show a passphrase; take it back; make them."""
    if own_keys().has_unconfirmed:
        return Response(render_template("accounts/renew_keys.html", too_early=True), CONFLICT)
    if request.method != "POST":
        return Response(render_template("accounts/renew_keys.html"))
    check_button()
    form = BeginForm()
    typed = form.passphrase.data if form.validate() else None
    return _renew(form, Passphrase(typed)) if typed else _passphrase_page(form)


def _renew(form: BeginForm, typed: Passphrase) -> BaseResponse:
    """Renew the member's keys under a passphrase that was typed back, or say why not."""
    proof = form.proof.data or ""
    try:
        renewed = None if TURNED_AWAY in request.environ else own_keys().renew(typed, proof)
    except TooBusyError:
        renewed = None
    except ConflictError:
        changed = _("Something changed meanwhile. Nothing was stored. Begin again.")
        return Response(render_template("accounts/renew_keys.html", problem=changed), CONFLICT)
    if renewed is None:
        return _not_renewed(form, typed, proof)
    start_session(this_member().row, renewed, proved=True)
    return redirect(url_for("accounts.keys", done="renewed"), 303)


def _not_renewed(form: BeginForm, typed: Passphrase, proof: str) -> BaseResponse:
    """Say that too many passphrases are being stretched, where this was the right one."""
    if own_keys().passphrases.is_proposed(this_member().row.id, typed, proof):
        return _passphrase_page(form, busy(), (typed, proof))  # what is on the paper stays good
    wrong = _("That was not the passphrase that was shown. Here is a new one to write down.")
    return _passphrase_page(form, Refusal(wrong, 422))


def _passphrase_page(
    form: BeginForm, refusal: Refusal | None = None, drawn: tuple[Passphrase, str] | None = None
) -> BaseResponse:
    """Show a passphrase to be typed back: the one ``drawn`` before, or a new one."""
    passphrases = own_keys().passphrases
    passphrase, form.proof.data = drawn or passphrases.propose(this_member().row.id)
    page = render_template(
        "accounts/renew_passphrase.html",
        form=form,
        passphrase=passphrase.show(),
        problem=refusal.problem if refusal else None,
    )
    return Response(page, status=refusal.status if refusal else 200)
