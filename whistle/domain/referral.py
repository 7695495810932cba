"""Cases passed on to a centre: what may be passed on, and until when it answers.

Stevns' report of March 2021, section 1.3: the adviser sends the case to the centre, which answers
the citizen and sends the adviser a copy.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from whistle.domain.channel import Channel
from whistle.domain.danish_calendar import add_working_days
from whistle.domain.filed import Consent, Referral
from whistle.domain.office import Centre, Choice, Office, find
from whistle.domain.profile import Profile
from whistle.domain.rules_disclosure import (
    is_never,
    recipients_of,
    standing_consent,
    still_stands,
)

# What a letter says in the place of who it is, until that is opened. Letters are in Danish.
KEPT_APART = "[Navn og kontaktoplysninger er gemt for sig]"


def with_person(letter: Referral) -> Referral:
    """Give a letter as it is sent: with who it is, where it says so."""
    if not letter.person:
        return letter
    return replace(letter, text=letter.text.replace(KEPT_APART, letter.person, 1))


class Hindrance(StrEnum):
    """Why a case may not be passed on as it was meant to be."""

    NO_RECIPIENT = "no-recipient"
    NOTHING_WITHOUT_CONSENT = "nothing-without-consent"
    NO_IDENTITY_WITHOUT_CONSENT = "no-identity-without-consent"
    WITHDRAWN = "withdrawn"
    DAMAGED = "damaged"
    MAYOR_REPORTED = "mayor-reported"


def hindrance(
    channel: Channel,
    office: Office,
    consents: Mapping[bytes, Consent],
    meant: Referral,
    made: date | None = None,
) -> Hindrance | None:
    """Say why a case may not be passed on like this, if that is so; ``consents`` by their ids.

    Nothing of a citizen's or a council member's case leaves without their consent for this centre:
    so their doors promise. Identity needs a consent that says so, whichever door. What does not
    tell who a whistleblower is may be followed up (whistleblowerloven § 26, stk. 1).

    ``made``: the day on which a letter is made; the consent stands then as well. None: it has been
    sent, and is filed.
    """
    if not _is_recipient(office, channel, meant):
        return Hindrance.NO_RECIPIENT
    if _needs_none(channel, meant):
        return None
    if consent_for(_standing(consents, made), meant) is not None:
        return None
    if consent_for(consents, meant) is not None:
        return Hindrance.WITHDRAWN
    if meant.with_identity:
        return Hindrance.NO_IDENTITY_WITHOUT_CONSENT
    return Hindrance.NOTHING_WITHOUT_CONSENT


def consent_for(consents: Mapping[bytes, Consent], meant: Referral) -> bytes | None:
    """Give the id of a consent that a referral can rest on, or none: one of the day it was sent."""
    return standing_consent(consents, meant.centre, meant.sent, with_identity=meant.with_identity)


def receiving(office: Office, channel: Channel) -> list[tuple[Centre, tuple[Choice, ...]]]:
    """Give the centres that a door's cases can go to, with the divisions that they can go to."""
    allowed = recipients_of(office, channel)
    return [(one, _divisions(one, channel)) for one in office.centres if one in allowed]


def _divisions(centre: Centre, channel: Channel) -> tuple[Choice, ...]:
    """Give the divisions of a centre that a letter can go to.

    A council member's goes to the centre that they named, and to nobody in it by name.
    """
    if channel is Channel.CITIZEN:
        return centre.divisions
    if channel is Channel.COUNCIL:
        return ()
    return tuple(one for one in centre.divisions if not is_never(one))


def office_naming(profiles: Profile, day: date, recipient: str) -> Office:
    """Give the office that names somebody: of a day, or else the newest that does.

    ``profiles``: the newest version, with those before it. Of the day where nobody is so called.
    """
    then = profiles.on(day).office
    others = (one.office for one in profiles.versions)
    named = (one for one in (then, *others) if find((*one.recipients, *one.centres), recipient))
    return next(named, then)


def _is_recipient(office: Office, channel: Channel, meant: Referral) -> bool:
    known = {one.id: divisions for one, divisions in receiving(office, channel)}
    if meant.centre not in known:
        return False
    return not meant.division or find(known[meant.centre], meant.division) is not None


def _needs_none(channel: Channel, meant: Referral) -> bool:
    return channel is Channel.WHISTLEBLOWER and not meant.with_identity


def _standing(consents: Mapping[bytes, Consent], made: date | None) -> Mapping[bytes, Consent]:
    if made is None:
        return consents
    return {one: consent for one, consent in consents.items() if still_stands(consent, made)}


def reply_by(sent: date, working_days: int) -> date:
    """Give the last day of a centre's reply: so many working days after the letter."""
    return add_working_days(sent, working_days)


def days_waiting(referral: Referral, today: date) -> int:
    """Give how many days a centre's reply has been waited for."""
    return max(0, (today - referral.sent).days)
