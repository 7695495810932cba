"""The factories: the only file that knows every room."""

import gc
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from whistle.domain.profile import LANGUAGES
from whistle.error_pages import refuse_while_closed
from whistle.gateway.turnstile import Lane
from whistle.installation import Installation, held_to_the_log, open_doors
from whistle.uploads import CaseworkRequest
from whistle.web import make_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WsgiApp = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def create_intake(installation: Installation) -> Flask:
    """Make the anonymous door. It cannot import casework."""
    from whistle import public_log  # noqa: PLC0415  (each door loads only its own rooms)
    from whistle.intake import views  # noqa: PLC0415
    from whistle.statistics import views as statistics  # noqa: PLC0415

    installation = open_doors(installation)
    app = make_app("intake", installation, _language_in_path, "/static")
    if not installation.profile.channels:
        app.before_request(refuse_while_closed)
    views.init_app(app)
    app.register_blueprint(public_log.blueprint)
    app.register_blueprint(statistics.blueprint)
    return app


def create_casework(installation: Installation) -> Flask:
    """Make the authenticated door."""
    from whistle.accounts import views as accounts  # noqa: PLC0415
    from whistle.casework import views as casework  # noqa: PLC0415

    installation = held_to_the_log(installation)
    app = make_app("casework", installation, accounts.casework_language, "/casework/static")
    app.request_class = CaseworkRequest
    app.secret_key = secrets.token_bytes(32)  # Flask-Login asks for one; nothing is signed with it
    accounts.init_app(app)
    app.register_blueprint(casework.blueprint)
    return app


def create_both(installation: Installation) -> WsgiApp:
    """Join the doors for one machine: everything under ``/casework`` is casework's.

    The anonymous door can receive while the other one is still being made: whoever comes to that
    waits for it.
    """
    casework = _Later(lambda: create_casework(installation))
    intake = create_intake(installation)
    # Its pages are never looked through for garbage. Not later: whatever a report left in memory by
    # then would stay for the life of the process.
    gc.freeze()
    casework.begin()

    def both(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        path = environ.get("PATH_INFO", "")
        door = casework if path == "/casework" or path.startswith("/casework/") else intake
        return door(environ, start_response)

    return both


class _Later:
    """A door that is made in a thread of its own; who comes meanwhile waits."""

    def __init__(self, make: Callable[[], Flask]) -> None:
        self._make = make
        self._made: Future[Flask] = Future()

    def begin(self) -> None:
        """Begin to make it. What goes wrong is raised to everybody who comes."""
        Thread(target=self._run, name="making casework", daemon=True).start()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, once it is there."""
        return self._made.result()(environ, start_response)

    def _run(self) -> None:
        try:
            self._made.set_result(self._make())
        except BaseException as error:
            self._made.set_exception(error)
            raise


def sign_in_lane(installation: Installation) -> "Callable[[WSGIEnvironment], Lane | None]":
    """Give what tells the gateway which requests to casework wait, and in which lane."""
    from whistle.accounts.browsers import KnownBrowsers  # noqa: PLC0415

    return KnownBrowsers(installation).lane


def _language_in_path() -> str:
    first = request.path.split("/")[1]
    if first in LANGUAGES:
        return first
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0]) or LANGUAGES[0]
