"""Storing for who is signed in, and only while they are.

The guards look at the session before the body of a request is read, and whoever sends it may take
their time. Meanwhile the session may have been ended ("Lock now"), or the member may have chosen a
second factor that half a session did not show. So what makes or changes keys looks again, in the
very transaction that stores it.
"""

from dataclasses import replace
from functools import partial

from flask import Flask, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.accounts.views.entering import Entrance
from whistle.installation import Installation
from whistle.signed_in import whoever_is_here
from whistle.storage.errors import SessionOverError
from whistle.storage.standing import end_all, hold_session
from whistle.web import this_installation


def init_app(app: Flask) -> None:
    """Have ``app`` answer whose session ended while they sent something."""
    app.register_error_handler(SessionOverError, _session_over)


def standing() -> Installation:
    """Give the installation, to be changed by this session alone, and by none that has ended.

    Its writes raise `SessionOverError`, which the application answers.
    """
    here = this_installation()
    hold = partial(hold_session, token_hash=whoever_is_here().token.hash)
    return replace(here, store=here.store.beginning_with(hold))


def standing_alone() -> tuple[Installation, Entrance]:
    """Give the installation for one act after which this session goes on alone, and how.

    What others were opened by is changed by it: they end in its transaction, as does this one's
    token. As `standing`, but for one write.
    """
    here = whoever_is_here()
    ending = partial(end_all, member_id=here.row.id, token_hash=here.token.hash)
    alone = Entrance(ending)
    return beginning(alone), alone


def beginning(entrance: Entrance) -> Installation:
    """Give the installation for one write by who is here, in which another session begins."""
    here, keyring = this_installation(), whoever_is_here().keyring
    store = here.store.beginning_with(lambda db: entrance.begin(db, keyring))
    return replace(here, store=store)


def _session_over(_error: SessionOverError) -> BaseResponse:
    """Send whose session ended while they sent something to the sign-in page."""
    return redirect(url_for("accounts.sign_in"), 303)
