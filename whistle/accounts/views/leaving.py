"""Goodbyes: one's own, another's, and new keys after somebody has gone."""

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts import browsers
from whistle.accounts.leaving import Farewell
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import COOKIE
from whistle.accounts.views.members import goodbyes
from whistle.accounts.views.shown import inbox_titles, read_id
from whistle.accounts.views.sign_in import LANGUAGE_COOKIE, check_button
from whistle.signed_in import members_only, proof_needed, role_title, this_member
from whistle.storage.errors import ConflictError

CONFLICT = 409


@blueprint.route("/members/<member_id>/leave", methods=["GET", "POST"])
@members_only
@proof_needed
def leave(member_id: str) -> BaseResponse:
    """Say what it means that a member leaves; end their access."""
    farewell = goodbyes().plan(read_id(member_id))
    if farewell is None:
        abort(404)
    if request.method != "POST":
        return _page(farewell, 200)
    check_button()
    if farewell.obstacle is not None:
        return _page(farewell, CONFLICT)
    try:
        goodbyes().leave(farewell)
    except ConflictError:
        return _page(farewell, CONFLICT, changed=True)
    if farewell.row.id == this_member().row.id:
        return _out()
    return redirect(url_for("accounts.members", done="left"), 303)


@blueprint.route("/members/settle", methods=["GET", "POST"])
@members_only
@proof_needed
def settle() -> BaseResponse:
    """Make new keys for the inboxes from which somebody has gone of their own accord."""
    changed = False
    if request.method == "POST":
        check_button()
        try:
            goodbyes().settle()
        except ConflictError:
            changed = True
        else:
            return redirect(url_for("accounts.members", done="settled"), 303)
    unsettled = goodbyes().unsettled()
    page = render_template(
        "accounts/settle.html",
        inboxes=inbox_titles(one.inbox for one in unsettled),
        names=sorted({row.name for one in unsettled for row in one.gone}),
        changed=changed,
    )
    return Response(page, status=CONFLICT if changed else 200)


@blueprint.get("/goodbye")
def goodbye() -> str:
    """Say to whoever has just left what remains of it."""
    return render_template("accounts/goodbye.html")


def _out() -> BaseResponse:
    """Have the browser of whoever has left forget them, but for the language they read."""
    response = redirect(url_for("accounts.goodbye"), 303)
    for name in (COOKIE, browsers.COOKIE):
        response.delete_cookie(name, secure=True, httponly=True, samesite="Strict")
    language = this_member().row.language
    response.set_cookie(
        LANGUAGE_COOKIE, language, secure=True, httponly=True, samesite="Strict", path="/"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(farewell: Farewell, status: int, *, changed: bool = False) -> BaseResponse:
    row = farewell.row
    page = render_template(
        "accounts/leave.html",
        id=row.id.hex(),
        name=row.name,
        role=role_title(row.role),
        is_me=row.id == this_member().row.id,
        inboxes=inbox_titles(farewell.inboxes),
        alone_in=inbox_titles(farewell.alone_in),
        obstacle=farewell.obstacle.name if farewell.obstacle else "",
        changed=changed,
    )
    return Response(page, status=status)
