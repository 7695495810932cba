"""What goes on because somebody has agreed to it, and what stands in the way of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from whistle.domain.filed import Consent, Purpose
from whistle.domain.rules_disclosure import standing_consent, still_stands


class Why(StrEnum):
    """Why something may not be noted, or no paper of it made."""

    NOT_HERE = "not-here"
    UNKNOWN = "unknown"
    NO_CONSENT = "no-consent"
    WITHDRAWN = "withdrawn"
    OTHER_SIDE_MISSING = "other-side-missing"
    OTHER_SIDE_WITHDREW = "other-side-withdrew"
    NOTHING_AGREED = "nothing-agreed"
    MAYOR_REPORTED = "mayor-reported"
    NO_TIE = "no-tie"
    RESTED_ON = "rested-on"
    DAMAGED = "damaged"


def lacks_consent(
    consents: Mapping[bytes, Consent],
    purpose: Purpose,
    recipient: str,
    day: date,
    *,
    anew: bool = False,
) -> Why | None:
    """Say whether the person's own yes is missing for a recipient on a day; none: it stands.

    ``anew``: something is to leave on that day, so that a consent that was withdrawn on it allows
    nothing more; otherwise it has left, and is noted.
    """
    if anew:
        now = {one: given for one, given in consents.items() if still_stands(given, day)}
    else:
        now = dict(consents)
    if standing_consent(now, recipient, day, purpose=purpose) is not None:
        return None
    given = any(
        one.recipient == recipient and one.purpose is purpose and one.withdrawn is not None
        for one in consents.values()
    )
    return Why.WITHDRAWN if given else Why.NO_CONSENT
