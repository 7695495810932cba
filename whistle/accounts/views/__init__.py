"""The pages of accounts: beginning, signing in and out, the key ceremony."""

from flask import Flask

from whistle.accounts.views import (
    begin,
    desks,
    key_files,
    leaving,
    locking,
    members,
    navigation,
    newcomers,
    own_keys,
    passkeys,
    prove,
    recovery,
    second_factor,
    security,
    sign_in,
    standing,
)
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.sign_in import casework_language

__all__ = [
    "begin",
    "casework_language",
    "desks",
    "init_app",
    "key_files",
    "leaving",
    "locking",
    "members",
    "newcomers",
    "own_keys",
    "prove",
    "recovery",
    "second_factor",
    "security",
]


def init_app(app: Flask) -> None:
    """Give ``app`` the pages, and teach it who is signed in."""
    sign_in.init_app(app)
    standing.init_app(app)
    passkeys.init_app(app)
    navigation.init_app(app)
    recovery.init_app(app)
    app.register_blueprint(blueprint)
