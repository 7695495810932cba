"""What of a case may be told to whom: door by door, and no where no rule says yes."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Disclosure, DisclosureGround, Purpose
from whistle.domain.office import Choice, Office, find

AUTHORITIES = frozenset({"police", "authority"})
"""The recipients that are public authorities, by the identifiers that every profile uses."""

_NEVER = (
    *("borgmest", "mayor"),
    *("kommunaldir", "chief executive", "chief-executive", "chief_executive"),
    *("municipal director", "city manager"),
)
"""How the names of the two begin who are never told anything, and of their offices."""

GROUNDS: Mapping[Channel, tuple[DisclosureGround, ...]] = {
    Channel.WHISTLEBLOWER: (
        DisclosureGround.CONSENT,
        DisclosureGround.OFFENCE,
        DisclosureGround.DEFENCE,
        DisclosureGround.FOLLOW_UP,
    ),
    Channel.COUNCIL: (DisclosureGround.CONSENT,),
    Channel.CITIZEN: (
        DisclosureGround.CONSENT,
        DisclosureGround.FOLLOW_UP,
        DisclosureGround.OFFENCE,
        DisclosureGround.OTHER_LAW,
    ),
}
"""The grounds there are at each door; a ground that is not named allows nothing there."""


class No(StrEnum):
    """Why something may not be disclosed."""

    UNKNOWN_RECIPIENT = "unknown-recipient"
    NEVER_RECIPIENT = "never-recipient"
    GROUND_NOT_HERE = "ground-not-here"
    NO_CONSENT = "no-consent"
    CONSENT_WITHOUT_IDENTITY = "consent-without-identity"
    NOT_AN_AUTHORITY = "not-an-authority"
    IDENTITY_NEEDS_CONSENT = "identity-needs-consent"
    NOT_TOLD = "not-told"
    RESTED_ON = "rested-on"
    DAMAGED = "damaged"
    LIMITS_FIRST = "limits-first"
    PURPOSE_NOT_HERE = "purpose-not-here"
    MAYOR_REPORTED = "mayor-reported"


def recipients_of(office: Office, channel: Channel) -> tuple[Choice, ...]:
    """Give who something may be disclosed to at all: the profile's recipients, then its centres.

    A council member's report never goes to the mayor or the chief executive, whatever the profile
    says, nor does a whistleblower's by way of them (whistleblowerloven § 11: somebody impartial).
    """
    everybody = (*office.recipients, *office.centres)
    if channel is Channel.CITIZEN:
        return everybody
    return tuple(one for one in everybody if not is_never(one))


def is_never(recipient: Choice) -> bool:
    """Say whether somebody is the mayor or the chief executive, or an office of theirs, by name."""
    named = (recipient.id, *recipient.label.values())
    return any(stem in one.casefold() for one in named for stem in _NEVER)


def standing_consent(
    consents: Mapping[bytes, Consent],
    recipient: str,
    day: date,
    *,
    with_identity: bool = False,
    purpose: Purpose = Purpose.CASE,
) -> bytes | None:
    """Give the id of a consent by which a recipient could be told on a day, or none.

    It is given for each recipient by itself, and for one purpose. What left in the morning was
    allowed though the consent was withdrawn in the afternoon; one that still stands comes first all
    the same.
    """
    for consent_id, consent in sorted(consents.items(), key=_is_withdrawn):
        allows = consent.with_identity or not with_identity
        if allows and stood(consent, recipient, day, purpose):
            return consent_id
    return None


def stood(consent: Consent, recipient: str, day: date, purpose: Purpose = Purpose.CASE) -> bool:
    """Say whether a consent for a recipient stood on a day, for some of it at least."""
    given = consent.recipient == recipient and consent.given <= day
    meant = given and consent.purpose is purpose
    return meant and (consent.withdrawn is None or day <= consent.withdrawn)


def still_stands(consent: Consent, today: date) -> bool:
    """Say whether something new may leave by a consent: nothing from the day of its withdrawal."""
    return consent.withdrawn is None or today < consent.withdrawn


def _is_withdrawn(given: tuple[bytes, Consent]) -> bool:
    return given[1].withdrawn is not None


def recipient_refusals(channel: Channel, office: Office, recipient: str) -> list[No]:
    """Say why somebody is no recipient at a door; nothing: they are one."""
    if find(recipients_of(office, channel), recipient) is not None:
        return []
    known = find(recipients_of(office, Channel.CITIZEN), recipient) is not None
    return [No.NEVER_RECIPIENT if known else No.UNKNOWN_RECIPIENT]


def consent_refusals(channel: Channel, office: Office, consent: Consent) -> list[No]:
    """Say why a consent allows nothing at a door, so that it is not filed; nothing: it may be.

    A council member is told before they say yes what cannot be promised: their door exempts nothing
    from access, and an employee or a citizen that it is about may have a right to be heard
    (forvaltningsloven § 19; FOB 2020-44). A yes without that is not informed (GDPR art. 4(11)).

    Mediation is the citizens' door's, with a centre, and the council's, with somebody; proposals
    for improvement are citizens' to centres. A whistleblower's report has neither.
    """
    found = recipient_refusals(channel, office, consent.recipient)
    if consent.purpose not in _PURPOSES[channel]:
        found.append(No.PURPOSE_NOT_HERE)
    elif consent.purpose is not Purpose.CASE and not found:
        to_centre = office.centre(consent.recipient) is not None
        found += [] if to_centre is (channel is Channel.CITIZEN) else [No.PURPOSE_NOT_HERE]
    told_first = consent.limits is not None and consent.limits <= consent.given
    if channel is Channel.COUNCIL and not told_first:
        found.append(No.LIMITS_FIRST)
    return found


_PURPOSES: Mapping[Channel, tuple[Purpose, ...]] = {
    Channel.CITIZEN: tuple(Purpose),
    Channel.COUNCIL: (Purpose.CASE, Purpose.MEDIATION),
    Channel.WHISTLEBLOWER: (Purpose.CASE,),
}


def purposes_at(channel: Channel) -> tuple[Purpose, ...]:
    """Give what somebody can say yes to at a door."""
    return _PURPOSES[channel]


def refusals(
    channel: Channel, office: Office, consents: Iterable[Consent], disclosure: Disclosure
) -> list[No]:
    """Say why something may not be disclosed; nothing: it may.

    Whistleblowers (whistleblowerloven § 26): who they are with their explicit consent; without it
    to public authorities alone, against offences or for the defence of persons concerned, and then
    they are told before, in writing and with the reasons, unless that would harm. What does not
    tell who they are also as part of the follow-up.

    Council members: with consent for each recipient, and in no other way. Citizens: with consent,
    for each centre as well, as their door promises; to follow up with others than centres, without
    telling who they are; to public authorities against offences, and where another law says so
    (forvaltningsloven §§ 27–29).
    """
    found = recipient_refusals(channel, office, disclosure.recipient)
    if disclosure.ground not in GROUNDS[channel]:
        return [*found, No.GROUND_NOT_HERE]
    match disclosure.ground:
        case DisclosureGround.CONSENT:
            found += _consent(consents, disclosure)
        case DisclosureGround.FOLLOW_UP if disclosure.with_identity:
            found.append(No.IDENTITY_NEEDS_CONSENT)
        case DisclosureGround.FOLLOW_UP if channel is Channel.CITIZEN:
            to_centre = office.centre(disclosure.recipient) is not None
            found += [No.NO_CONSENT] if to_centre else []
        case DisclosureGround.OFFENCE | DisclosureGround.DEFENCE:
            found += _authority(channel, office, disclosure)
        case _:
            pass
    return found


def _consent(consents: Iterable[Consent], disclosure: Disclosure) -> list[No]:
    standing = [one for one in consents if stood(one, disclosure.recipient, disclosure.day)]
    if not standing:
        return [No.NO_CONSENT]
    if disclosure.with_identity and not any(one.with_identity for one in standing):
        return [No.CONSENT_WITHOUT_IDENTITY]
    return []


def _authority(channel: Channel, office: Office, disclosure: Disclosure) -> list[No]:
    """Say what stands in the way of telling an authority; who is none is told to follow up."""
    known = AUTHORITIES & {one.id for one in office.recipients}
    found = [] if disclosure.recipient in known else [No.NOT_AN_AUTHORITY]
    if channel is Channel.WHISTLEBLOWER and disclosure.with_identity:
        told = disclosure.told is not None and disclosure.told <= disclosure.day
        if not told and not disclosure.not_told.strip():
            found.append(No.NOT_TOLD)
    return found
