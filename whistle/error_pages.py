"""What a refused or broken request reads: what happened, what is stored, and what to do."""

import logging
import traceback
from datetime import datetime

from flask import Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from whistle.admission import try_again_at
from whistle.crypto.errors import DirectoryError, DirectoryInboxError, DirectoryMemberError
from whistle.gateway.bodies import BodyError, SlowError
from whistle.storage.errors import StorageError, UnloggedError

_DATABASE = (OperationalError, PoolTimeoutError, StorageError)

logger = logging.getLogger("whistle")


def http_error(error: HTTPException) -> Response | HTTPException:
    """Answer what Werkzeug or a view refused, in the reader's language."""
    code = error.code or 500
    if code < 400:  # noqa: PLR2004  (a redirect is an HTTPException too)
        return error
    return error_page(code)


def server_error(error: Exception) -> Response:
    """Show an honest page, and log where it broke; 503 where only the database is at fault."""
    log_fault(error)
    if isinstance(error, UnloggedError):
        return _not_done_page()
    return error_page(503 if isinstance(error, _DATABASE) else 500)


def broken_body(error: BodyError) -> Response:
    """Answer whoever did not send all of it, if they are still there. It is no fault of ours."""
    return error_page(408 if isinstance(error, SlowError) else 400)


def busy_page(again_at: datetime) -> Response:
    """Say that something large was not received, and when to try again."""
    page = render_template(
        "layout/error.html",
        title=_("Not received"),
        message=_("Too much is coming in just now. Nothing is stored."),
        next_step=_("Go back, and send it again at %(time)s.", time=try_again_at(again_at)),
    )
    return Response(page, status=503)


def _not_done_page() -> Response:
    """Say that nothing was done, as it could not be logged."""
    page = render_template(
        "layout/error.html",
        title=_("Not done"),
        message=_("What is done here has to stand in the log, and the log cannot be written now."),
        next_step=_("Nothing was changed. Try again in a minute; if that fails, tell who runs it."),
    )
    return Response(page, status=503)


def log_fault(error: BaseException | None) -> None:
    """Log what kind of fault it was and where; never what it broke on, nor who was there."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
    logger.error("%s at %s", type(error).__qualname__, where)


def error_page(code: int) -> Response:
    """Show the page of a refusal or a fault; a plain one where even that breaks."""
    try:
        title, message, next_step = _words(code)
        page = render_template(
            "layout/error.html", title=title, message=message, next_step=next_step
        )
    except Exception as error:  # noqa: BLE001  (nothing may keep the reader from an answer)
        log_fault(error)
        return Response(f"{code}\n", status=code, mimetype="text/plain")
    return Response(page, status=code)


def _words(code: int) -> tuple[str, str, str]:
    """Give title, message and next step."""
    refused = _refused_words().get(code)
    if refused:
        return refused
    if code < 500:  # noqa: PLR2004
        return (
            _("We could not read that"),
            _("What was sent is not complete or not readable. Nothing was stored."),
            _("Open the page again and send from there."),
        )
    return (
        _("Something went wrong here"),
        _("The fault is ours. We cannot say whether what you sent was received."),
        _("Send it again in the same way. What we have already is never stored twice."),
    )


def _refused_words() -> dict[int, tuple[str, str, str]]:
    missing = (
        _("There is no such page"),
        _("The address may be mistyped, or you may no longer have access."),
        _("Go to the front page and start from there."),
    )
    return {
        403: (
            _("This was refused"),
            _("The request did not come from a page of ours. Nothing was stored."),
            _("Open the page again and send from there."),
        ),
        404: missing,
        405: missing,
        408: (
            _("Not received"),
            _("It came so slowly that we stopped waiting. Nothing is stored."),
            _("Check your connection, and send it again. Large files can be sent one by one."),
        ),
        413: (
            _("That was too much at once"),
            _("What you sent is larger than we can receive. Nothing was stored."),
            _(
                "Go back and send less: at most 200,000 characters, and fewer or smaller files. "
                "You can add more later."
            ),
        ),
    }


def untrusted_page(error: DirectoryError) -> Response:
    """Say that the keys were tampered with, and that nothing is received for that reason."""
    if isinstance(error, DirectoryMemberError | DirectoryInboxError):
        log_fault(error)  # the others are in the log as the directory sounds its alarm
    page = render_template(
        "layout/error.html",
        title=_("This channel is closed: its keys have been tampered with"),
        message=_(
            "Somebody has changed the keys that protect what is sent here. So nothing can be sent, "
            "and nothing is stored. What was sent before is still sealed."
        ),
        next_step=_("Call or write to the citizen adviser. Do not send it in another way online."),
    )
    return Response(page, status=503)


def refuse_while_closed() -> Response | None:
    """Say that no door is open yet: the keys that reports are sealed to are not confirmed."""
    if request.endpoint == "static" or request.blueprint in {"public_log", "statistics"}:
        return None
    page = render_template(
        "layout/error.html",
        title=_("This channel is not open yet"),
        message=_("Its keys have not been confirmed. Nothing can be sent, and nothing is stored."),
        next_step=_("Come back later, or call or write to the citizen adviser."),
    )
    return Response(page, status=503)
