"""How long a closed case is kept."""

from datetime import date

from whistle.domain.channel import Channel
from whistle.domain.legal_clock import add_months
from whistle.domain.profile import Profile


def months_kept(profiles: Profile, channel: Channel, received: date) -> int | None:
    """Give for how many months after its closing a case is kept; none where nothing says so.

    ``profiles``: the newest version, with those before it: the one of the day it came counts.
    """
    return profiles.on(received).office.keep_months.get(channel)


def keep_until(closed: date | None, months: int, *, held: bool) -> date | None:
    """Give the day from which a case may be erased, or none while it may not.

    GDPR art. 5(1)(e); no law sets a period, so that the profile does, for each channel
    (``keep_months``), counted from the closing. An open case is kept, and so is one on which a
    legal hold stands (art. 17(3)(e)).
    """
    if closed is None or held:
        return None
    return add_months(closed, months)
