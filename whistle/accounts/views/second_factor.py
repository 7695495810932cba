"""The second factor: between the passphrase and everything else."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.factors import FactorService
from whistle.accounts.forms import CodeForm
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import exchange, go_on
from whistle.accounts.views.trying import show_code
from whistle.domain.logged import Logged
from whistle.signed_in import (
    Draft,
    MemberForm,
    members_only,
    second_factor_due,
    this_member,
    whoever_is_here,
)
from whistle.uploads import Refusal
from whistle.web import this_installation


@blueprint.route("/second-factor", methods=["GET", "POST"])
@second_factor_due
def second_factor() -> BaseResponse:
    """Ask for a code; the session is whole afterwards, and has a new token."""
    draft = Draft.carried()
    if request.method != "POST":
        return second_factor_page(draft)
    form, whole = CodeForm(), exchange()
    here = whoever_is_here()
    refusal = too_old(form) or show_code(here.row, here.keyring, form.code, Logged.SIGNED_IN, whole)
    if refusal:
        return second_factor_page(draft, refusal)
    whole.enter(here.row)
    return go_on()


@blueprint.post("/wrong-codes/seen")
@members_only
def seen_wrong_codes() -> BaseResponse:
    """Tell the member of the wrong codes no more that they have been told of."""
    member = this_member()
    if not MemberForm().validate():
        abort(403)
    FactorService(this_installation(), member.row, member.keyring).have_seen_wrong_codes()
    return redirect(url_for("accounts.sign_in"), 303)


def too_old(form: CodeForm) -> Refusal | None:
    """Say that a page was not this session's, if it was not. What it carried is shown again."""
    if form.validate():
        return None
    if form.csrf_token.errors:
        return Refusal(_("The page was too old to send from. Nothing is lost: send it now."), 403)
    return Refusal(_("This is too long."), 422)


def second_factor_page(draft: Draft | None, refusal: Refusal | None = None) -> BaseResponse:
    """Show the page that asks for the second factor, carrying on what the member had written."""
    page = render_template(
        "accounts/second_factor.html",
        form=CodeForm(formdata=None),
        draft=draft,
        problem=refusal.problem if refusal else None,
        name=whoever_is_here().name,
    )
    return Response(page, status=refusal.status if refusal else 200)
