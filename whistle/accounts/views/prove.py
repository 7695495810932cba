"""Being asked again, before something that changes keys."""

from flask import Response, current_app, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.delays import DelayedError
from whistle.accounts.forms import ProveForm
from whistle.accounts.service import AccountService, TooBusyError
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import Entrance, desk, exchange, this_mark
from whistle.accounts.views.second_factor import too_old
from whistle.accounts.views.trying import busy, not_opened, show_code
from whistle.crypto.passphrase import Passphrase
from whistle.domain.logged import Logged
from whistle.gateway.gateway import TURNED_AWAY
from whistle.signed_in import PATHS, Draft, members_only, this_member
from whistle.uploads import Refusal
from whistle.web import this_installation

HERE = "/casework/prove"


@blueprint.route("/prove", methods=["GET", "POST"])
@members_only
def prove() -> BaseResponse:
    """Ask for passphrase and code once more; then back to what asked for it."""
    if request.method != "POST":
        return prove_page(request.args.get("to", ""), request.args.get("undone", ""))
    form, fresh = ProveForm(), exchange()
    refusal = _refused(form, fresh)
    if refusal:
        return prove_page(form.to.data or "", form.undone.data or "", refusal)
    return proved(fresh, form.to.data or "")


def proved(fresh: Entrance, to: str) -> BaseResponse:
    """Lead on whose proof was right: to what they had written, or to what asked for it."""
    member, draft = fresh.enter(this_member().row), Draft.carried()
    if draft:
        return draft.unsent_page(member.csrf_token)
    return redirect(_way_back(to), 303)


def _way_back(asked: str) -> str:
    """Give the page of casework that was asked for, or the desk for whatever is none."""
    adapter = current_app.create_url_adapter(request)
    known = PATHS.fullmatch(asked) and adapter is not None and adapter.test(asked, "GET")
    return asked if known and asked != HERE else desk(this_member())


def _refused(form: ProveForm, fresh: Entrance) -> Refusal | None:
    """Say why it was not taken; passphrase before code, as a code is used up by being right."""
    if TURNED_AWAY in request.environ:
        return busy()
    refusal = too_old(form)
    if refusal:
        return refusal
    member = this_member()
    passphrase = Passphrase(form.passphrase.data or "")
    try:
        unlocked = AccountService(this_installation()).unlock(
            member.row.username, passphrase, this_mark()
        )
    except TooBusyError:
        return busy()
    except DelayedError as error:
        return not_opened(error.until)
    if unlocked is None or unlocked.member.id != member.row.id:
        return Refusal(_("The passphrase is not right."), 403)
    return show_code(member.row, member.keyring, form.code, Logged.PROVED, fresh)


def prove_page(to: str, undone: str = "", refusal: Refusal | None = None) -> BaseResponse:
    """Show the page that asks for a proof; ``to``: where it leads; ``undone``: see `ProveForm`."""
    draft = Draft.carried()
    problem, status = (refusal.problem, refusal.status) if refusal else (None, 200)
    if draft:
        return draft.proof_page(problem, status)
    page = render_template("accounts/prove.html", draft=None, to=to, undone=undone, problem=problem)
    return Response(page, status=status)
