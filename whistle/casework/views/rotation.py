"""While cases are being given new keys: a moment with each page, and a page that does more."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.rotation import (
    AT_THE_BUTTON,
    WITH_A_PAGE,
    Pending,
    is_pending,
    pending,
    rotate_for,
)
from whistle.casework.views.blueprint import blueprint, check, service
from whistle.casework.views.shown import inbox_title
from whistle.crypto.errors import SealingError
from whistle.error_pages import log_fault
from whistle.signed_in import MemberForm, members_only, signed_in
from whistle.storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class ShownProgress:
    """An inbox whose cases are being given new keys."""

    title: str
    done: int
    total: int


@blueprint.route("/rotation", methods=["GET", "POST"])
@members_only
def rotation() -> BaseResponse:
    """Show how far it is; the button goes on for some seconds."""
    if request.method == "POST":
        check(MemberForm())
        damaged = _try_for(AT_THE_BUTTON)
        return redirect(url_for("casework.rotation", damaged=damaged or None), 303)
    left = pending(service())
    page = render_template(
        "casework/rotation.html",
        inboxes=[_show(one) for one in left],
        damaged=request.args.get("damaged", 0, type=int),
    )
    return Response(page)


@blueprint.after_request
def _go_on(response: Response) -> Response:
    """Let a moment of the work ride on each page that a member opens."""
    is_page = request.method == "GET" and response.mimetype == "text/html"
    if is_page and response.status_code == 200 and signed_in() is not None:  # noqa: PLR2004
        _try_for(WITH_A_PAGE)
    return response


@blueprint.context_processor
def _template_names() -> dict[str, Callable[[], bool]]:
    return {"keys_are_pending": lambda: signed_in() is not None and is_pending(service())}


def _try_for(seconds: float) -> int:
    """Do a slice; give how many cases did not open. What cannot be done now is done next time."""
    try:
        return rotate_for(service(), seconds).damaged
    except (SealingError, SQLAlchemyError, StorageError) as error:
        log_fault(error)
        return 0


def _show(one: Pending) -> ShownProgress:
    return ShownProgress(inbox_title(one.inbox), one.progress.done, one.progress.total)
