"""What somebody reads whose passphrase or code was not taken."""

from datetime import datetime

from flask_babel import gettext as _

from whistle.accounts.browsers import KnownBrowsers
from whistle.accounts.delays import DelayedError
from whistle.accounts.factors import FactorService
from whistle.accounts.views.entering import this_mark
from whistle.admission import MINUTE, try_again_at
from whistle.signed_in import SignedIn
from whistle.uploads import Refusal
from whistle.web import this_installation


def busy() -> Refusal:
    """Nothing was tried: too many passphrases are being stretched."""
    soon = try_again_at(this_installation().clock.now() + MINUTE)
    problem = _(
        "Too many are signing in just now. Yours was not tried. Try again at %(time)s.", time=soon
    )
    return Refusal(problem, 503)


def delayed(until: datetime) -> Refusal:
    """Nothing was tried: there were too many failures before."""
    problem = _(
        "There were too many wrong tries. This one was not looked at. Try again at %(time)s.",
        time=try_again_at(until),
    )
    return Refusal(problem, 429)


def wrong_code() -> Refusal:
    """The code was wrong, or used."""
    problem = _(
        "The code is not right, or it has been used. Wait for the app to show the next one."
    )
    return Refusal(problem, 403)


def show_code(member: SignedIn, code: str) -> Refusal | None:
    """Try a code of the member's app, or a backup code; say why it was not taken, if it was not."""
    here = this_installation()
    lane = KnownBrowsers(here).lane_of(this_mark(), member.row.id)
    try:
        right = FactorService(here, member.row, member.keyring).show(code, lane)
    except DelayedError as error:
        return delayed(error.until)
    return None if right else wrong_code()
