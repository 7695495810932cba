"""Sign-in, sign-out and language; and how Flask-Login finds the member of a request."""

import base64
import binascii

from flask import (
    Flask,
    Request,
    Response,
    abort,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import LoginManager
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts import browsers
from whistle.accounts.forms import SignInForm
from whistle.accounts.founding import FoundingService
from whistle.accounts.service import AccountService, TooBusyError
from whistle.accounts.views.blueprint import blueprint
from whistle.admission import MINUTE, try_again_at
from whistle.crypto.errors import KeyShapeError
from whistle.crypto.passphrase import Passphrase
from whistle.domain.profile import LANGUAGES
from whistle.gateway.gateway import TURNED_AWAY
from whistle.keys.keyring import Keyring
from whistle.keys.sessions import SessionToken, is_fresh
from whistle.signed_in import (
    Draft,
    MemberForm,
    SignedIn,
    csrf_field,
    members_only,
    signed_in,
    this_member,
)
from whistle.web import this_installation

COOKIE = "__Host-casework"
LANGUAGE_COOKIE = "__Host-language"
CLEAR_SITE_DATA = '"cache", "storage"'  # the browser stays known: see `browsers`


def init_app(app: Flask) -> None:
    """Teach ``app`` who is signed in. The session is ours; Flask's own is never written."""
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_load_member)
    app.context_processor(_template_names)


def casework_language() -> str:
    """Give the member's language, or what the sign-in page was asked for."""
    member = signed_in()
    chosen = member.row.language if member else request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0]) or LANGUAGES[0]


@blueprint.route("/", methods=["GET", "POST"])
def sign_in() -> BaseResponse:
    """Sign in; then the inboxes."""
    if request.method != "POST":
        if signed_in():
            return redirect(_desk(this_member().keyring, this_member().role), 303)
        return _sign_in_page(SignInForm(), None, 200)
    form = SignInForm()
    if TURNED_AWAY in request.environ:
        return _too_busy(form)
    token = None
    if form.validate():
        passphrase = Passphrase(form.passphrase.data or "")
        try:
            token = AccountService(this_installation()).sign_in(
                form.username.data or "", passphrase
            )
        except TooBusyError:
            return _too_busy(form)
    if token is None:
        return _again(form, _("The user name or the passphrase is not right."), 403)
    return enter(token)


def _too_busy(form: SignInForm) -> BaseResponse:
    """Nothing was tried: too many passphrases are being stretched."""
    soon = try_again_at(this_installation().clock.now() + MINUTE)
    busy = _(
        "Too many are signing in just now. Yours was not tried. Try again at %(time)s.", time=soon
    )
    return _again(form, busy, 503)


def _again(form: SignInForm, problem: str, status: int) -> BaseResponse:
    """Show the form again, with the draft that it carries, if it carries one."""
    draft = Draft.carried()
    return draft.page(problem, status) if draft else _sign_in_page(form, problem, status)


def enter(token: SessionToken) -> BaseResponse:
    """Let a member in whose session has just been started; an older one of theirs here ends."""
    service = AccountService(this_installation())
    before = signed_in()
    if before:
        service.sign_out(before.token)
    unlocked = service.resume(token)
    where = _desk(unlocked.keyring, unlocked.member.role) if unlocked else "/casework/"
    draft = Draft.carried()
    response: BaseResponse = redirect(where, 303)
    if draft:
        response = draft.unsent_page(service.boxer.csrf_token(token))
    value = base64.urlsafe_b64encode(token.reveal()).decode()
    response.set_cookie(COOKIE, value, secure=True, httponly=True, samesite="Strict", path="/")
    if unlocked:
        response.set_cookie(
            browsers.COOKIE,
            browsers.KnownBrowsers(this_installation()).mark(unlocked.member.id),
            max_age=browsers.KEPT_SECONDS,
            secure=True,
            httponly=True,
            samesite="Strict",
            path="/",
        )
    return response


@blueprint.post("/sign-out")
@members_only
def sign_out() -> BaseResponse:
    """Sign out and have the browser forget."""
    check_button()
    AccountService(this_installation()).sign_out(this_member().token)
    response = redirect(url_for("accounts.sign_in"), 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


@blueprint.post("/language")
def language() -> BaseResponse:
    """Choose the language, for good when signed in, else for this visit."""
    chosen = request.form.get("lang", "")
    if chosen not in LANGUAGES:
        abort(400)
    member = signed_in()
    response = redirect(url_for("accounts.sign_in"), 303)
    if member:
        check_button()
        AccountService(this_installation()).choose_language(member.row.id, chosen)
    else:
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, secure=True, httponly=True, samesite="Strict", path="/"
        )
    return response


def check_button() -> None:
    """Refuse a post that does not carry this session's token."""
    if not MemberForm().validate():
        abort(403)


def _desk(keyring: Keyring, role: str) -> str:
    """Say where a member begins: the key ceremony while it is not over, else the inboxes."""
    pending = FoundingService(this_installation(), keyring, role).is_pending()
    return url_for("accounts.founding" if pending else "casework.inboxes")


def _sign_in_page(form: SignInForm, problem: str | None, status: int) -> BaseResponse:
    page = render_template("accounts/sign_in.html", form=form, problem=problem)
    return Response(page, status=status)


def _load_member(from_request: Request) -> SignedIn | None:
    value = from_request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        token = SessionToken(base64.b64decode(value.encode("ascii"), b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, KeyShapeError):
        return None
    service = AccountService(this_installation())
    try:
        unlocked = service.resume(token)
    except (SQLAlchemyError, OSError):
        g.member_unknown = True  # nobody is let in, but the page that says so can be shown
        return None
    if unlocked is None:
        return None
    session = SignedIn(
        unlocked.member,
        unlocked.keyring,
        token,
        service.boxer.csrf_token(token),
        unlocked.proved,
        is_fresh(unlocked.proved, this_installation().clock.now()),
        unlocked.must_enrol,
    )
    if session.proved is None:
        g.half_session = session
        return None
    return session


def _template_names() -> dict[str, object]:
    home_url = url_for("accounts.sign_in")  # which leads a signed-in member to the inboxes
    return {"member": signed_in(), "csrf_field": csrf_field, "home_url": home_url}
