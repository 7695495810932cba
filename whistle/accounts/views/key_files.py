"""A member's key files: made once, saved by the browser, revoked here."""

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.key_files import (
    MOST,
    KeyFileError,
    KeyFileService,
    NameTakenError,
    TooManyError,
)
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.passkey_forms import ChosenForm, KeyFileForm
from whistle.accounts.views.second_factor import too_old
from whistle.accounts.views.sign_in import check_button
from whistle.accounts.views.standing import standing, standing_alone
from whistle.signed_in import members_only, proof_needed, this_member
from whistle.uploads import Refusal
from whistle.web import attachment_response

FILE_NAME = "whistle.key"


@blueprint.route("/key-files", methods=["GET", "POST"])
@members_only
@proof_needed
def key_files() -> BaseResponse:
    """List a member's key files, and make a new one, which is sent once and kept nowhere."""
    if request.method != "POST":
        return _page(KeyFileForm(formdata=None))
    form = KeyFileForm()
    refusal, content = too_old(form), ""
    if refusal is None:
        content, refusal = _made((form.name.data or "").strip())
    if refusal:
        return _page(form, refusal)
    return attachment_response(FILE_NAME, len(content), iter([content.encode()]))


@blueprint.route("/key-files/revoke", methods=["GET", "POST"])
@members_only
@proof_needed
def revoke_key_file() -> BaseResponse:
    """Revoke a key file: whoever has it opens nothing with it, and all other sessions end."""
    if request.method != "POST":
        return redirect(url_for("accounts.key_files"), 303)
    check_button()
    member, (installation, alone) = this_member().row, standing_alone()
    KeyFileService(installation).revoke(member.id, ChosenForm().chosen)
    alone.enter(member)
    return redirect(url_for("accounts.key_files", done="revoked"), 303)


def _made(name: str) -> tuple[str, Refusal | None]:
    """Make a key file and give its content, or say why none was made."""
    if not name:
        return "", Refusal(_("Say what the key file is for."), 422)
    try:
        return _service().make(this_member().keyring, name), None
    except NameTakenError:
        return "", Refusal(_("You have a key file of this name. Give another name."), 409)
    except KeyFileError:
        return "", Refusal(_("Your keys were renewed meanwhile. Sign in again."), 409)
    except TooManyError:
        problem = _("Nobody has more than %(most)d key files. Revoke one first.", most=MOST)
        return "", Refusal(problem, 409)


def _service() -> KeyFileService:
    return KeyFileService(standing())


def _page(form: KeyFileForm, refusal: Refusal | None = None) -> BaseResponse:
    page = render_template(
        "accounts/key_files.html",
        form=form,
        revoked=request.args.get("done", "") == "revoked",
        key_files=_service().all_of(this_member().row.id),
        problem=refusal.problem if refusal else None,
    )
    return Response(page, status=refusal.status if refusal else 200)
