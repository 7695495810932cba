"""Sign-in and language."""

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.delays import DelayedError
from whistle.accounts.forms import ProveForm, SignInForm
from whistle.accounts.service import AccountService, TooBusyError, Unlocked
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import (
    coming_in,
    desk,
    go_on,
    load_member,
    start_session,
    this_mark,
)
from whistle.accounts.views.second_factor import second_factor_page
from whistle.accounts.views.trying import busy, not_opened, show_code
from whistle.crypto.passphrase import Passphrase
from whistle.domain.logged import Logged
from whistle.domain.profile import LANGUAGES
from whistle.gateway.gateway import TURNED_AWAY
from whistle.keys.keyring import Keyring
from whistle.signed_in import (
    Draft,
    MemberForm,
    csrf_field,
    half_signed_in,
    signed_in,
)
from whistle.storage.rows import MemberRow
from whistle.uploads import Refusal
from whistle.web import this_installation

LANGUAGE_COOKIE = "__Host-language"


def init_app(app: Flask) -> None:
    """Teach ``app`` who is signed in. The session is ours; Flask's own is never written."""
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(load_member)
    app.context_processor(_template_names)


def casework_language() -> str:
    """Give the member's language; until they are in, what the sign-in page was asked for."""
    member, half = signed_in(), half_signed_in()
    asked = request.cookies.get(LANGUAGE_COOKIE)
    chosen = member.row.language if member else asked or (half.row.language if half else None)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0]) or LANGUAGES[0]


@blueprint.route("/", methods=["GET", "POST"])
def sign_in() -> BaseResponse:
    """Sign in by passphrase; the second factor is asked for next, unless it came along."""
    if request.method != "POST":
        return _where_one_is() or _sign_in_page(SignInForm(), None, 200)
    form = SignInForm()
    unlocked = _unlock(form)
    if isinstance(unlocked, Refusal):
        return again(form, unlocked)
    if form.totp.data and AccountService(this_installation()).has_second_factor(unlocked.member):
        return _let_in_at_once(unlocked, form)
    return let_in(unlocked.member, unlocked.keyring)


def _unlock(form: SignInForm) -> Unlocked | Refusal:
    """Open the keys of who shows the passphrase, or say why they stay closed."""
    if TURNED_AWAY in request.environ:
        return busy()
    unlocked = None
    if form.validate():
        passphrase = Passphrase(form.passphrase.data or "")
        service = AccountService(this_installation())
        try:
            unlocked = service.unlock(form.username.data or "", passphrase, this_mark())
        except TooBusyError:
            return busy()
        except DelayedError as error:
            return not_opened(error.until)
    return unlocked or Refusal(_("The user name or the passphrase is not right."), 403)


def _where_one_is() -> BaseResponse | None:
    """Lead on who is in, wholly or by half."""
    member = signed_in()
    if member:
        return redirect(desk(member), 303)
    half = half_signed_in()
    if half is None:
        return None
    return redirect(url_for("accounts.app" if half.must_enrol else "accounts.second_factor"), 303)


def let_in(member: MemberRow, keyring: Keyring) -> BaseResponse:
    """Let in by half who has shown the passphrase; what comes next is the second factor."""
    half = start_session(member, keyring, proved=False)
    if half.must_enrol:
        asked = request.cookies.get(LANGUAGE_COOKIE)
        if asked in LANGUAGES:  # new here: what they read so far is what they read from now on
            AccountService(this_installation()).choose_language(half.row, asked)
        return redirect(url_for("accounts.app"), 303)
    draft = Draft.carried()
    return second_factor_page(draft) if draft else redirect(url_for("accounts.second_factor"), 303)


def _let_in_at_once(unlocked: Unlocked, form: SignInForm) -> BaseResponse:
    """Let in who has sent the code along with the passphrase."""
    code = form.totp.data or ""
    entrance = coming_in()
    refusal = show_code(unlocked.member, unlocked.keyring, code, Logged.SIGNED_IN, entrance)
    if refusal:
        return again(form, refusal)
    entrance.enter(unlocked.member)
    return go_on()


def again(form: SignInForm, refusal: Refusal) -> BaseResponse:
    """Show the form again, with the draft that it carries, if it carries one."""
    draft = Draft.carried()
    problem, status = refusal.problem, refusal.status
    return draft.page(problem, status) if draft else _sign_in_page(form, problem, status)


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
        AccountService(this_installation()).choose_language(member.row, chosen)
    else:
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, secure=True, httponly=True, samesite="Strict", path="/"
        )
    return response


def check_button() -> None:
    """Refuse a post that does not carry this session's token."""
    if not MemberForm().validate():
        abort(403)


def _sign_in_page(form: SignInForm, problem: str | None, status: int) -> BaseResponse:
    page = render_template("accounts/sign_in.html", form=form, problem=problem)
    return Response(page, status=status)


def _template_names() -> dict[str, object]:
    home_url = url_for("accounts.sign_in")  # which leads a signed-in member to the inboxes
    half = half_signed_in()
    return {
        "member": signed_in(),
        "half": half,
        "csrf_field": csrf_field,
        "home_url": home_url,
        "prove_form": lambda **fields: ProveForm(formdata=None, **fields),
    }
