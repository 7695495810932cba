"""Passkeys: a member's list of them, and the three places where one is shown.

A page asks by `asked_passkey`, its script fills in what the passkey answered, and the form is sent
as any other. Nothing here waits at the turnstile: no passphrase is stretched.
"""

from typing import TYPE_CHECKING

from flask import Flask, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.challenges import MOST, Ceremony, LastFactorError, PasskeyRefusedError
from whistle.accounts.challenges import Refusal as Reason
from whistle.accounts.forms import SignInForm
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import (
    Entrance,
    coming_in,
    exchange,
    go_on,
)
from whistle.accounts.views.passkey_forms import (
    ChosenForm,
    NewPasskeyForm,
    PasskeyForm,
    PasskeySignInForm,
)
from whistle.accounts.views.prove import prove_page, proved
from whistle.accounts.views.second_factor import second_factor_page, too_old
from whistle.accounts.views.security import factor_chosen
from whistle.accounts.views.sign_in import again, check_button
from whistle.accounts.views.standing import beginning, standing, standing_alone
from whistle.installation import Installation
from whistle.signed_in import (
    Draft,
    enrolment_or_proof_needed,
    members_only,
    proof_needed,
    second_factor_due,
    this_member,
    whoever_is_here,
)
from whistle.uploads import Refusal
from whistle.web import this_installation

if TYPE_CHECKING:
    from whistle.accounts.passkeys import PasskeyService

DONE = ("added", "opens", "removed")


def init_app(app: Flask) -> None:
    """Let every page of casework ask for a passkey: some show the sign-in form in their place."""
    app.context_processor(lambda: {"asked_passkey": asked_passkey})


def asked_passkey(ceremony: str) -> str | None:
    """Give what a page's script asks the browser for, as JSON; none where there is no passkey."""
    service, wanted = _service(), Ceremony[ceremony]
    if wanted is Ceremony.SIGN_IN:
        return service.sign_in_options()
    here = whoever_is_here()
    if wanted is Ceremony.REGISTER:
        return service.registration_options(here.row, here.token.hash)
    if wanted is Ceremony.LET_OPEN:
        return service.opening_options(here.row.id, here.token.hash)
    return service.factor_options(wanted, here.row.id, here.token.hash)


@blueprint.route("/passkey", methods=["GET", "POST"])
def sign_in_by_passkey() -> BaseResponse:
    """Let in whose passkey opens their keys: it is passphrase and second factor in one."""
    if request.method != "POST":
        return redirect(url_for("accounts.sign_in"), 303)
    form, entrance = PasskeySignInForm(), coming_in()
    answer, unlock = form.credential.data or "", form.unlock.data or ""
    try:
        member, _keyring = _service().sign_in(answer, unlock, entrance.begin)
    except PasskeyRefusedError as error:
        return again(SignInForm(formdata=None), refused(error))
    entrance.enter(member)
    return go_on()


@blueprint.route("/second-factor/passkey", methods=["GET", "POST"])
@second_factor_due
def passkey_as_second_factor() -> BaseResponse:
    """Take a passkey after the passphrase; the session is whole afterwards."""
    if request.method != "POST":
        return redirect(url_for("accounts.second_factor"), 303)
    whole = exchange()
    refusal = _not_shown(Ceremony.SECOND_FACTOR, PasskeyForm(), whole)
    if refusal:
        return second_factor_page(Draft.carried(), refusal)
    whole.enter(whoever_is_here().row)
    return go_on()


@blueprint.route("/prove/passkey", methods=["GET", "POST"])
@members_only
def prove_by_passkey() -> BaseResponse:
    """Take a passkey before something that changes keys; then back to what asked for it."""
    if request.method != "POST":
        return redirect(url_for("accounts.prove"), 303)
    form, fresh = PasskeyForm(), exchange()
    refusal = _not_shown(Ceremony.PROVE, form, fresh)
    if refusal:
        return prove_page(form.to.data or "", form.undone.data or "", refusal)
    return proved(fresh, form.to.data or "")


@blueprint.route("/passkeys", methods=["GET", "POST"])
@enrolment_or_proof_needed
def passkeys() -> BaseResponse:
    """List a member's passkeys, and take a new one; it may be their first second factor."""
    if request.method != "POST":
        return _list_page(NewPasskeyForm(formdata=None))
    form, here = NewPasskeyForm(), whoever_is_here()
    refusal, alone = too_old(form), None
    if refusal is None:
        installation, alone = standing_alone() if here.must_enrol else (standing(), None)
        try:
            _service(installation).register(
                here.keyring,
                here.token.hash,
                form.credential.data or "",
                form.unlock.data or "",
                (form.name.data or "").strip() or _next_name(),
            )
        except PasskeyRefusedError as error:
            refusal = refused(error)
    if refusal:
        return _list_page(form, refusal)
    if alone:
        alone.enter(here.row)
        return factor_chosen("passkey")
    return redirect(url_for("accounts.passkeys", done="added"), 303)


@blueprint.route("/passkeys/open", methods=["GET", "POST"])
@members_only
@proof_needed
def let_passkey_open() -> BaseResponse:
    """Have a passkey open the member's keys that was a second factor alone."""
    if request.method != "POST":
        return redirect(url_for("accounts.passkeys"), 303)
    form, member = PasskeyForm(), this_member()
    refusal = too_old(form)
    if refusal is None:
        answer, unlock = form.credential.data or "", form.unlock.data or ""
        try:
            _service(standing()).let_open(member.keyring, member.token.hash, answer, unlock)
        except PasskeyRefusedError as error:
            refusal = refused(error)
    if refusal:
        return _list_page(NewPasskeyForm(formdata=None), refusal)
    return redirect(url_for("accounts.passkeys", done="opens"), 303)


@blueprint.route("/passkeys/remove", methods=["GET", "POST"])
@members_only
@proof_needed
def remove_passkey() -> BaseResponse:
    """Ask once, and remove a passkey, unless it is the last second factor; other sessions end."""
    if request.method != "POST":
        return redirect(url_for("accounts.passkeys"), 303)
    check_button()
    chosen = ChosenForm().chosen
    if "sure" not in request.form:
        return _removal_page(chosen)
    member, (installation, alone) = this_member().row, standing_alone()
    try:
        _service(installation).remove(member.id, chosen)
    except LastFactorError:
        last = _("This is your only second factor. Add another passkey or an app first.")
        return _list_page(NewPasskeyForm(formdata=None), Refusal(last, 409))
    alone.enter(member)
    return redirect(url_for("accounts.passkeys", done="removed"), 303)


def _removal_page(chosen: bytes) -> BaseResponse:
    """Ask whether a passkey is to be removed: only its device can bring it back."""
    mine = _service().all_of(this_member().row.id)
    passkey = next((one for one in mine if one.credential_id == chosen), None)
    if passkey is None:
        return redirect(url_for("accounts.passkeys"), 303)
    return Response(render_template("accounts/remove_passkey.html", passkey=passkey))


def refused(error: PasskeyRefusedError) -> Refusal:
    """Say why a passkey was refused, in words."""
    words = {
        Reason.STALE: _("The page had been open for too long. Press the button once more."),
        Reason.USED: _("That answer had been used already. Press the button once more."),
        Reason.NOT_ACCEPTED: _("The passkey was not accepted. Try another one, or another way."),
        Reason.OPENS_NOTHING: _(
            "This passkey cannot open the sealed cases by itself. Sign in with user name and "
            "passphrase. The passkey is then your second step."
        ),
        Reason.NO_PRF: _("The device of this passkey cannot do that. It stays your second step."),
        Reason.COPIED: _(
            "The passkey was not accepted: somebody may have a copy of it. Sign in another way, "
            "and remove it from your list."
        ),
        Reason.KNOWN: _("This passkey is registered already."),
        Reason.TOO_MANY: _("Nobody has more than %(most)d passkeys. Remove one first.", most=MOST),
    }
    return Refusal(words[error.reason], 403)


def _not_shown(ceremony: Ceremony, form: PasskeyForm, entrance: Entrance) -> Refusal | None:
    """Take what a passkey of this member's answered, or say why it was not taken.

    ``entrance``: the session that begins with it.
    """
    refusal, here = too_old(form), whoever_is_here()
    if refusal:
        return refusal
    try:
        service = _service(beginning(entrance))
        service.prove(ceremony, form.credential.data or "", here.row.id, here.token.hash)
    except PasskeyRefusedError as error:
        return refused(error)
    return None


def _service(here: Installation | None = None) -> "PasskeyService":
    """Give the passkeys of this host; not before, as `webauthn` takes long to load."""
    from whistle.accounts.passkeys import PasskeyService  # noqa: PLC0415

    return PasskeyService(here or this_installation(), request.host)


def _next_name() -> str:
    number = len(_service().all_of(whoever_is_here().row.id)) + 1
    return _("Passkey %(number)d", number=number)


def _list_page(form: NewPasskeyForm, refusal: Refusal | None = None) -> BaseResponse:
    done = request.args.get("done", "")
    page = render_template(
        "accounts/passkeys.html",
        form=form,
        done=done if done in DONE else "",
        passkeys=_service().all_of(whoever_is_here().row.id),
        first=whoever_is_here().must_enrol,
        problem=refusal.problem if refusal else None,
    )
    return Response(page, status=refusal.status if refusal else 200)
