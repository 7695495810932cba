"""Letting somebody into an inbox, after their fingerprint was compared on the telephone."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.newcomers import Admission
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.member_forms import LetInForm
from whistle.accounts.views.members import newcomers
from whistle.accounts.views.shown import inbox_title, read_id
from whistle.keys.fingerprints import offered_keys
from whistle.signed_in import members_only, proof_needed, role_title
from whistle.storage.errors import ConflictError
from whistle.storage.rows import MemberRow


@blueprint.route("/members/<member_id>/inboxes", methods=["GET", "POST"])
@members_only
@proof_needed
def let_in(member_id: str) -> BaseResponse:
    """Ask what the newcomer read aloud, and let them into the inboxes that were chosen."""
    row = newcomers().member(read_id(member_id))
    if row is None or not newcomers().open_to(row):
        abort(404)
    form = LetInForm()
    if request.method != "POST":
        return _page(row, form, None, 200)
    if not form.validate():
        old = _("The page was too old to send from. Nothing is lost: send it now.")
        return _page(row, form, old if form.csrf_token.errors else None, 422)
    chosen = {read_id(one) for one in request.form.getlist("inboxes")}
    try:
        outcome = newcomers().admit(row, chosen, form.heard.data or "")
    except ConflictError:
        changed = _("Something changed meanwhile. Nobody was let in. Begin again.")
        return _page(row, form, changed, 409)
    if outcome is Admission.DONE:
        return redirect(url_for("accounts.members", done="let-in"), 303)
    return _page(row, form, _words(outcome), 422, outcome)


def _words(outcome: Admission) -> str:
    return {
        Admission.NOTHING_CHOSEN: _("Choose at least one inbox."),
        Admission.REFUSED: _("You cannot let this member into these inboxes."),
        Admission.MISTYPED: _("A fingerprint has 25 digits. Type all that you heard."),
        Admission.OTHER_KEYS: _("These are not the digits of the keys that are stored."),
    }[outcome]


def _page(
    row: MemberRow,
    form: LetInForm,
    problem: str | None,
    status: int,
    outcome: Admission | None = None,
) -> BaseResponse:
    if problem:
        form.csrf_token.process(None)  # whatever it was sent with
        form.csrf_token.errors = []
    chosen = request.form.getlist("inboxes")
    inboxes = newcomers().open_to(row)
    page = render_template(
        "accounts/let_in.html",
        id=row.id.hex(),
        name=row.name,
        role=role_title(row.role),
        inboxes=[
            (one.inbox_id.hex(), inbox_title(one), not chosen or one.inbox_id.hex() in chosen)
            for one in inboxes
        ],
        has_keys=offered_keys(row) is not None,
        form=form,
        problem=problem,
        alarm=outcome is Admission.OTHER_KEYS,
        about_heard=outcome in {Admission.MISTYPED, Admission.OTHER_KEYS},
    )
    return Response(page, status=status)
