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

from whistle.installation import Installation
from whistle.signed_in import whoever_is_here
from whistle.storage.errors import SessionOverError
from whistle.storage.standing import hold_session
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


def _session_over(_error: SessionOverError) -> BaseResponse:
    """Send whose session ended while they sent something to the sign-in page."""
    return redirect(url_for("accounts.sign_in"), 303)
