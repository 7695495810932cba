"""Coming in: how a session begins, gets a new token, and reaches the browser."""

import base64
import binascii
from collections.abc import Callable
from functools import partial

from flask import Request, Response, after_this_request, g, redirect, request, url_for
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts import browsers
from whistle.accounts.founding import FoundingService
from whistle.accounts.service import AccountService
from whistle.accounts.views.navigation import home_endpoint
from whistle.crypto.errors import KeyShapeError
from whistle.keys.keyring import Keyring
from whistle.keys.sessions import SessionToken, is_fresh
from whistle.signed_in import (
    Draft,
    SignedIn,
    enter,
    half_signed_in,
    signed_in,
    this_member,
    whoever_is_here,
)
from whistle.storage import members
from whistle.storage.rows import MemberRow
from whistle.storage.standing import replace_session
from whistle.web import this_installation

COOKIE = "__Host-casework"


class Entrance:
    """A whole session that begins in the transaction of the act that it is for, or not at all.

    The act calls `begin`, once; when it is stored, the view calls `enter`.
    """

    def __init__(self, ending: Callable[[Connection], object]) -> None:
        """Take the place of what ``ending`` ends; it raises where that ought not to be gone."""
        self._ending = ending
        self._begun: tuple[Keyring, SessionToken] | None = None

    def begin(self, db: Connection, keyring: Keyring) -> None:
        """End what is to be ended, and start the session, in a transaction that is open."""
        self._ending(db)
        self._begun = keyring, AccountService(this_installation()).begin(db, keyring)

    def enter(self, member: MemberRow) -> SignedIn:
        """Have this request and the browser go on in the session."""
        if self._begun is None:
            raise RuntimeError("no session has begun")
        return _hold(member, *self._begun, proved=True)


def coming_in() -> Entrance:
    """Sign somebody in; an older session of this browser's ends, whosever it is."""
    before = signed_in() or half_signed_in()
    return Entrance(lambda db: before and members.end_session(db, before.token.hash))


def exchange() -> Entrance:
    """Make this session whole, or its proof fresh, under a new token, as who it is was shown.

    No token that was known before is worth anything after it. `SessionOverError` if it has ended.
    """
    return Entrance(partial(replace_session, token_hash=whoever_is_here().token.hash))


def start_session(member: MemberRow, keyring: Keyring, *, proved: bool) -> SignedIn:
    """Let a member in by a new session, whole or half; an older one of this browser's ends."""
    service = AccountService(this_installation())
    before = signed_in() or half_signed_in()
    if before:
        service.drop(before.token)
    token = service.start(keyring, proved=proved)
    return _hold(member, keyring, token, proved=proved)


def _hold(member: MemberRow, keyring: Keyring, token: SessionToken, *, proved: bool) -> SignedIn:
    """Have this request and the browser go on in a session; both forget the one before."""
    service = AccountService(this_installation())
    session = SignedIn(
        member,
        keyring,
        token,
        service.boxer.csrf_token(token),
        this_installation().clock.now() if proved else None,
        proved,
        not proved and not service.has_second_factor(member),
    )
    enter(session)
    after_this_request(lambda response: _set_cookies(response, session))
    return session


def _set_cookies(response: Response, session: SignedIn) -> Response:
    if whoever_is_here() is not session:  # another was started later in the same request
        return response
    value = base64.urlsafe_b64encode(session.token.reveal()).decode()
    response.set_cookie(COOKIE, value, secure=True, httponly=True, samesite="Strict", path="/")
    if session.proved:
        response.set_cookie(
            browsers.COOKIE,
            browsers.KnownBrowsers(this_installation()).mark(session.row.id),
            max_age=browsers.KEPT_SECONDS,
            secure=True,
            httponly=True,
            samesite="Strict",
            path="/",
        )
    return response


def this_mark() -> str:
    """Give what this browser keeps of a member who signed in from it before."""
    return request.cookies.get(browsers.COOKIE, "")


def go_on() -> BaseResponse:
    """Lead a member who has just come in to the text they had written, or to their desk."""
    draft = Draft.carried()
    if draft:
        return draft.unsent_page(this_member().csrf_token)
    return redirect(desk(this_member()), 303)


def desk(member: SignedIn) -> str:
    """Say where a member begins: the key ceremony while it is not over, else their own desk."""
    founding = FoundingService(this_installation(), member.row, member.keyring)
    return url_for("accounts.founding" if founding.is_pending() else home_endpoint(member))


def token_in(from_request: Request) -> SessionToken | None:
    """Read the token that a request brings, of whatever session; none where it brings none."""
    value = from_request.cookies.get(COOKIE, "")
    try:
        return SessionToken(base64.b64decode(value.encode("ascii"), b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, KeyShapeError):
        return None


def load_member(from_request: Request) -> SignedIn | None:
    """Find the member of a request by its cookie, for Flask-Login; a half session is put aside."""
    token = token_in(from_request)
    if token is None:
        return None
    service = AccountService(this_installation())
    try:
        resumed = service.resume(token)
    except (SQLAlchemyError, OSError):
        g.member_unknown = True  # nobody is let in, but the page that says so can be shown
        return None
    if resumed is None:
        return None
    session = SignedIn(
        resumed.member,
        resumed.keyring,
        token,
        service.boxer.csrf_token(token),
        resumed.proved,
        is_fresh(resumed.proved, this_installation().clock.now()),
        resumed.must_enrol,
    )
    if session.proved is None:
        g.half_session = session
        return None
    return session
