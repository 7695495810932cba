"""A member's own sign-in: second factor, backup codes, passphrase, sessions."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.factors import FactorService
from whistle.accounts.forms import AppForm, PassphraseForm, SessionForm
from whistle.accounts.own_passphrase import OwnPassphraseService
from whistle.accounts.service import AccountService, TooBusyError
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.sign_in import check_button
from whistle.accounts.views.standing import standing, standing_alone
from whistle.accounts.views.trying import busy
from whistle.accounts.ways_in import ways_in
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.totp import TotpSecret
from whistle.domain.clock import DANISH
from whistle.gateway.gateway import TURNED_AWAY
from whistle.signed_in import (
    enrolment_or_proof_needed,
    members_only,
    proof_needed,
    this_member,
    whoever_is_here,
)
from whistle.storage.errors import ConflictError
from whistle.uploads import Refusal
from whistle.web import long_date, this_installation

DONE = ("app", "passkey", "passphrase", "session", "sessions")
BUSY = 503


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session in the list, with its moments in words."""

    id: str
    started: str
    seen: str
    is_this: bool
    is_half: bool


@blueprint.get("/security")
@members_only
def security() -> BaseResponse:
    """What this member signs in with, and where they are signed in."""
    member = this_member()
    done = request.args.get("done", "")
    page = render_template(
        "accounts/security.html",
        done=done if done in DONE else "",
        has_app=member.row.totp_box is not None,
        backup_codes_left=_factors().backup_codes_left(),
        ways_in=ways_in(this_installation(), member.row.id),
        sessions=[
            ShownSession(
                row.token_hash.hex(),
                _clock_time(row.started),
                _clock_time(row.seen),
                row.token_hash == member.token.hash,
                row.proved is None,
            )
            for row in AccountService(this_installation()).sessions(member.row.id)
        ],
    )
    return Response(page)


@blueprint.route("/security/app", methods=["GET", "POST"])
@enrolment_or_proof_needed
def app() -> BaseResponse:
    """Choose an authenticator app, or another one; it counts when it has shown a right code."""
    form, factors, here = AppForm(), _factors(), whoever_is_here()
    if request.method != "POST":
        return _app_page(*factors.propose_app())
    secret = factors.proposed_app(form.app.data or "")
    if not form.validate() or secret is None:
        too_old = Refusal(_("The page was too old. Scan this code instead."), 403)
        return _app_page(*factors.propose_app(), too_old)
    boxed = form.app.data or ""
    installation, alone = standing_alone()
    try:
        changing = FactorService(installation, here.row, here.keyring)
        taken = changing.enrol_app(boxed, form.totp.data or "")
    except ConflictError:
        meanwhile = Refusal(_("Another app was chosen meanwhile. Nothing was changed."), 409)
        return _app_page(*factors.propose_app(), meanwhile)
    if not taken:
        wrong = _("The code is not right. Is the clock of your telephone right? Try the next code.")
        return _app_page(secret, boxed, Refusal(wrong, 422))
    alone.enter(here.row)
    return factor_chosen("app")


def factor_chosen(which: str) -> BaseResponse:
    """Go on when a second factor has been chosen: with backup codes. ``which``: one of `DONE`."""
    if _factors().backup_codes_left():
        return redirect(url_for("accounts.security", done=which), 303)
    return _backup_codes_page(_factors().make_backup_codes())


@blueprint.route("/security/backup-codes", methods=["GET", "POST"])
@members_only
@proof_needed
def backup_codes() -> BaseResponse:
    """Make ten new backup codes, and show them once; all other sessions end."""
    if request.method != "POST":
        return _backup_codes_page([])
    check_button()
    member, (installation, alone) = this_member(), standing_alone()
    codes = FactorService(installation, member.row, member.keyring).make_backup_codes()
    alone.enter(member.row)
    return _backup_codes_page(codes)


@blueprint.route("/passphrase", methods=["GET", "POST"])
@members_only
@proof_needed
def passphrase() -> BaseResponse:
    """Change the passphrase for another that is drawn here; all other sessions end."""
    form, member = PassphraseForm(), this_member()
    installation, alone = standing_alone()
    service = OwnPassphraseService(installation, member.row, member.keyring)
    if request.method != "POST":
        return _passphrase_page(service.propose(), None)
    refusal = _not_changed(form, service)
    if refusal:
        drawn = Passphrase(form.passphrase.data or ""), form.proof.data or ""
        stays = refusal.status == BUSY and service.is_proposed(*drawn)
        return _passphrase_page(drawn if stays else service.propose(), refusal)
    alone.enter(member.row)
    return redirect(url_for("accounts.security", done="passphrase"), 303)


def _not_changed(form: PassphraseForm, service: OwnPassphraseService) -> Refusal | None:
    """Change the passphrase, or say why it was not."""
    if TURNED_AWAY in request.environ:
        return busy()
    if not form.validate():
        return Refusal(_("The page was too old. Here is a new passphrase to write down."), 403)
    try:
        changed = service.change(Passphrase(form.passphrase.data or ""), form.proof.data or "")
    except TooBusyError:
        return busy()
    except ConflictError:
        return Refusal(_("It was changed meanwhile. Here is a new one to write down."), 409)
    if changed:
        return None
    wrong = _("That was not the passphrase that was shown. Here is a new one to write down.")
    return Refusal(wrong, 422)


@blueprint.post("/sessions/end")
@members_only
def end_session() -> BaseResponse:
    """End one of the member's own sessions; whoever has its cookie is out."""
    check_button()
    member, named = this_member(), SessionForm().session.data or ""
    try:
        token_hash = bytes.fromhex(named)
    except ValueError:
        token_hash = b""
    AccountService(this_installation()).end(member.row, token_hash)
    return redirect(url_for("accounts.security", done="session"), 303)


@blueprint.post("/sessions/end-others")
@members_only
def end_other_sessions() -> BaseResponse:
    """End all of the member's sessions but this one."""
    check_button()
    member = this_member()
    AccountService(this_installation()).end_others(member.row, member.token)
    return redirect(url_for("accounts.security", done="sessions"), 303)


def _clock_time(moment: datetime) -> str:
    """Write a moment (UTC, without zone) for people: the day, and the time in Denmark."""
    here = moment.replace(tzinfo=UTC).astimezone(DANISH)
    return _("%(day)s at %(time)s", day=long_date(here.date()), time=f"{here:%H:%M}")


def _factors() -> FactorService:
    here = whoever_is_here()
    return FactorService(standing(), here.row, here.keyring)


def _app_page(secret: TotpSecret, boxed: str, refusal: Refusal | None = None) -> BaseResponse:
    here = whoever_is_here()
    address = secret.address(here.row.username, this_installation().profile.municipality)
    page = render_template(
        "accounts/app.html",
        form=AppForm(formdata=None, app=boxed),
        qr=_qr(address),
        groups=secret.groups(),
        address=address,
        problem=refusal.problem if refusal else None,
        first=here.must_enrol,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _qr(address: str) -> Markup:
    """Draw a QR code as SVG, without the style attributes that our pages do not allow."""
    import segno  # noqa: PLC0415  (no start waits for it)

    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=4, border=4, light="#fff", omitsize=True))  # noqa: S704


def _backup_codes_page(codes: list[str]) -> BaseResponse:
    left = _factors().backup_codes_left()
    return Response(render_template("accounts/backup_codes.html", codes=codes, left=left))


def _passphrase_page(proposed: tuple[Passphrase, str], refusal: Refusal | None) -> BaseResponse:
    drawn, proof = proposed
    page = render_template(
        "accounts/change_passphrase.html",
        form=PassphraseForm(formdata=None, proof=proof),
        passphrase=drawn.show(),
        problem=refusal.problem if refusal else None,
    )
    return Response(page, status=refusal.status if refusal else 200)
