"""When there is no room just now: what is said, until when, and what to do meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import cast

from flask import current_app, g, request
from flask_babel import gettext as _

from whistle.domain.clock import DANISH
from whistle.installation import Installation
from whistle.limits import Share
from whistle.uploads import Refusal, request_uploads, share_of_request

MINUTE = timedelta(minutes=1)


def not_admitted() -> Refusal | None:
    """Count what was sent to intake, or say when to try again; the form comes back filled in."""
    here = cast("Installation", current_app.extensions["whistle"])
    uploads, now = request_uploads(), here.clock.now()
    if uploads.again_at:
        return Refusal(_without_files(try_again_at(uploads.again_at)), 503)
    if uploads.refused:
        return None
    again = here.limits.no_room_until(share_of_request(), here.store, now) or _count(here, now)
    return Refusal(_not_received(try_again_at(again)), 503) if again else None


def _count(here: Installation, now: datetime) -> datetime | None:
    if share_of_request() is Share.REPORT:
        return here.limits.take_report((request.view_args or {}).get("channel", ""), now)
    return here.limits.take_message(now)


def try_again_at(moment: datetime) -> str:
    """Write a moment (UTC, without zone) as people read it, and tell the browser, too."""
    here = cast("Installation", current_app.extensions["whistle"])
    now = here.clock.now()
    g.retry_after = max(int((moment - now).total_seconds()), 1)
    local, today = _danish(moment + MINUTE - moment.resolution), _danish(now).date()
    shown = local.strftime("%H:%M")
    return shown if local.date() == today else _("%(time)s tomorrow", time=shown)


def _danish(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(DANISH)


def _not_received(time: str) -> str:
    problem = _(
        "Not received: too much is coming in just now. Nothing is stored. "
        "Your text is still below. Try again at %(time)s.",
        time=time,
    )
    return " ".join([problem, *_other_way()])


def _without_files(time: str) -> str:
    problem = _(
        "Not received: too many files are coming in just now. Nothing is stored. "
        "Your text is still below. Send it now without the files, and add them later with your "
        "receipt. Or try again at %(time)s.",
        time=time,
    )
    return " ".join([problem, *_other_way()])


def _other_way() -> list[str]:
    here = cast("Installation", current_app.extensions["whistle"])
    phone = here.profile.phone.replace(" ", "\N{NO-BREAK SPACE}")
    return [_("You can also call the citizen adviser: %(phone)s.", phone=phone)] if phone else []
