"""Cases passed on to a centre: what may be passed on, until when it answers, how long it took.

Stevns' report of March 2021, section 1.3: the adviser sends the case to the centre, which answers
the citizen and sends the adviser a copy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whistle.domain.channel import Channel
from whistle.domain.danish_calendar import add_working_days
from whistle.domain.filed import Consent, Referral
from whistle.domain.office import Office, find
from whistle.domain.rules_disclosure import recipients_of, standing_consent


class Hindrance(StrEnum):
    """Why a case may not be passed on as it was meant to be."""

    NO_RECIPIENT = "no-recipient"
    NOTHING_WITHOUT_CONSENT = "nothing-without-consent"
    NO_IDENTITY_WITHOUT_CONSENT = "no-identity-without-consent"


def hindrance(
    channel: Channel,
    office: Office,
    consents: Mapping[bytes, Consent],
    meant: Referral,
    today: date,
) -> Hindrance | None:
    """Say why a case may not be passed on like this, if that is so; ``consents`` by their ids.

    Identity needs a consent for this centre that says so, whichever door. Without it, what a
    whistleblower reports may be followed up (whistleblowerloven § 26, stk. 1), a citizen's
    complaint, too. Of a council member's report nothing leaves without a consent.
    """
    if find(recipients_of(office, channel), meant.centre) is None:
        return Hindrance.NO_RECIPIENT
    if consent_for(consents, meant, today) is not None:
        return None
    if meant.with_identity:
        return Hindrance.NO_IDENTITY_WITHOUT_CONSENT
    return Hindrance.NOTHING_WITHOUT_CONSENT if channel is Channel.COUNCIL else None


def consent_for(consents: Mapping[bytes, Consent], meant: Referral, today: date) -> bytes | None:
    """Give the id of a consent that a referral can rest on, or none.

    It was given when the letter was sent, and nobody has withdrawn it since: a letter that is filed
    late is held to what the person concerned says today.
    """
    given = {one: consent for one, consent in consents.items() if consent.given <= meant.sent}
    return standing_consent(given, meant.centre, today, with_identity=meant.with_identity)


def reply_by(sent: date, working_days: int) -> date:
    """Give the last day of a centre's reply: so many working days after the letter."""
    return add_working_days(sent, working_days)


@dataclass(frozen=True, slots=True)
class ReplyTime:
    """How many days one centre's reply took, and whether it came in time."""

    centre: str
    division: str
    days: int
    in_time: bool


def reply_times(referrals: Iterable[Referral]) -> list[ReplyTime]:
    """Give the time of each reply that has come; those still waited for, or given up, have none."""
    return [
        ReplyTime(
            one.centre,
            one.division,
            (one.replied - one.sent).days,
            in_time=one.replied <= one.reply_by,
        )
        for one in referrals
        if one.replied is not None
    ]


def days_waiting(referral: Referral, today: date) -> int:
    """Give how many days a centre's reply has been waited for."""
    return max(0, (today - referral.sent).days)
