"""The pages of accounts: beginning, signing in and out, the key ceremony."""

from flask import Flask

from whistle.accounts.views import begin, sign_in
from whistle.accounts.views.blueprint import blueprint
from whistle.accounts.views.sign_in import casework_language

__all__ = ["begin", "casework_language", "init_app"]


def init_app(app: Flask) -> None:
    """Give ``app`` the pages, and teach it who is signed in."""
    sign_in.init_app(app)
    app.register_blueprint(blueprint)
