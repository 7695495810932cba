"""When there is no room just now: what is said, until when, and what to do meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import cast

from flask import current_app, g
from flask_babel import gettext as _

from whistle.domain.clock import DANISH
from whistle.installation import Installation

MINUTE = timedelta(minutes=1)


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


def no_room(again_at: datetime) -> str:
    """Say that nothing more is taken before a moment; the form comes back filled in."""
    problem = _(
        "Not received: too much is coming in just now. Nothing is stored. "
        "Your text is still below. Try again at %(time)s.",
        time=try_again_at(again_at),
    )
    return " ".join([problem, *_other_way()])


def no_room_for_files(again_at: datetime) -> str:
    """Say that no files are taken before a moment, and that the text is, without them."""
    problem = _(
        "Not received: too many files are coming in just now. Nothing is stored. "
        "Your text is still below. Send it now without the files, and add them later with your "
        "receipt. Or try again at %(time)s.",
        time=try_again_at(again_at),
    )
    return " ".join([problem, *_other_way()])


def _other_way() -> list[str]:
    here = cast("Installation", current_app.extensions["whistle"])
    phone = here.profile.phone.replace(" ", "\N{NO-BREAK SPACE}")
    return [_("You can also call the citizen adviser: %(phone)s.", phone=phone)] if phone else []
