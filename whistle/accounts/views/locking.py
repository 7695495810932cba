"""Signing out, and "Lock now": by the cookie alone, and saying what was done and what was not.

Neither asks for a form's token: a page that was open while the token changed must still lock, and
one that nobody touched for an hour. Another site's page cannot send them
(`whistle.web.refuse_cross_site`, SameSite), and locking harms nobody. Neither waits for the key
directory to be trusted: whoever sees its alarm may want to be out.
"""

from collections.abc import Callable

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.service import AccountService
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.entering import COOKIE, token_in
from whistle.accounts.views.sign_in import LANGUAGE_COOKIE
from whistle.error_pages import log_fault
from whistle.keys.sessions import SessionToken
from whistle.storage.errors import StorageError
from whistle.web import this_installation

FORGET = '"cache", "storage"'  # not the mark of a known browser, see `browsers`: it opens nothing
EVERYWHERE = "everywhere"


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    """Sign out, wholly or half-way in, and have the browser forget."""
    if _stored(AccountService.sign_out) is None:
        return _forgetting(url_for("accounts.locked"))
    return _forgetting(url_for("accounts.sign_in"))


@blueprint.post("/panic")
def panic() -> BaseResponse:
    """End every session of the member, and leave nothing in the browser."""
    done = EVERYWHERE if _stored(AccountService.lock) else None
    response = _forgetting(url_for("accounts.locked", done=done))
    response.delete_cookie(LANGUAGE_COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


@blueprint.get("/locked")
def locked() -> BaseResponse:
    """A page that says nothing of what was here before, and how to come back."""
    everywhere = request.args.get("done") == EVERYWHERE
    return Response(render_template("accounts/locked.html", everywhere=everywhere))


def _stored(end: Callable[[AccountService, SessionToken], bool]) -> bool | None:
    """End sessions by the token of this request; none where that could not be stored."""
    token = token_in(request)
    if token is None:
        return False
    try:
        return end(AccountService(this_installation()), token)
    except (SQLAlchemyError, StorageError, OSError) as error:
        log_fault(error)
        return None


def _forgetting(address: str) -> BaseResponse:
    """Lead on a browser that forgets the session and what it showed, whatever became of it."""
    response = redirect(address, 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = FORGET
    return response
