"""What somebody reads whose passphrase or code was not taken."""

from datetime import datetime
from functools import partial

from flask_babel import gettext as _

from whistle.accounts.browsers import KnownBrowsers
from whistle.accounts.delays import DelayedError
from whistle.accounts.factors import FactorService, NoMoreCodesError
from whistle.accounts.views.entering import Entrance, this_mark
from whistle.admission import MINUTE, try_again_at
from whistle.domain.logged import Logged
from whistle.keys.keyring import Keyring
from whistle.storage.rows import MemberRow
from whistle.uploads import Refusal
from whistle.web import this_installation


def busy() -> Refusal:
    """Nothing was tried: too many passphrases are being stretched."""
    soon = try_again_at(this_installation().clock.now() + MINUTE)
    problem = _(
        "Too many are signing in just now. Yours was not tried. Try again at %(time)s.", time=soon
    )
    return Refusal(problem, 503)


def not_opened(until: datetime) -> Refusal:
    """User name or passphrase was wrong, as too many were before."""
    problem = _(
        "The user name or the passphrase is not right. There were too many wrong tries. "
        "Try again at %(time)s.",
        time=try_again_at(until),
    )
    return Refusal(problem, 429)


def _delayed(until: datetime) -> Refusal:
    """The code was not looked at: there were too many failures before."""
    problem = _(
        "There were too many wrong tries. This one was not looked at. Try again at %(time)s.",
        time=try_again_at(until),
    )
    return Refusal(problem, 429)


def _no_more_codes() -> Refusal:
    """Codes of the app are not looked at any more today."""
    problem = _(
        "Too many wrong codes were given after your passphrase today. Until tomorrow, only a "
        "backup code or a passkey is taken. Somebody may have your passphrase: change it."
    )
    return Refusal(problem, 429)


def _wrong_code() -> Refusal:
    """The code was wrong, or used."""
    problem = _(
        "The code is not right, or it has been used. Wait for the app to show the next one."
    )
    return Refusal(problem, 403)


def show_code(
    row: MemberRow, keyring: Keyring, code: str, act: Logged, entrance: Entrance
) -> Refusal | None:
    """Try a code of the member's app, or a backup code; say why it was not taken, if it was not.

    ``act``: what the member does by it; ``entrance``: the session that begins with it.
    """
    here = this_installation()
    lane = KnownBrowsers(here).lane_of(this_mark(), row.id)
    try:
        then = partial(entrance.begin, keyring=keyring)
        right = FactorService(here, row, keyring).show(code, lane, act, then)
    except DelayedError as error:
        return _delayed(error.until)
    except NoMoreCodesError:
        return _no_more_codes()
    return None if right else _wrong_code()
