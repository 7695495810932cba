"""Mediation: the adviser brings both sides to a table, and nothing goes on without both their yes.

"En af borgerrådgiverens fornemste opgave bliver at gå ind i en mæglerrolle og sikre en konstruktiv
dialog mellem forvaltningen og borgerne i sager, der af den ene eller anden grund er gået skævt"
(Stevns, 21 January 2021). At the council's door the other side is somebody else than a centre.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from whistle.domain.agreed import Why, lacks_consent
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Purpose
from whistle.domain.office import Choice, Office, find
from whistle.domain.registration import DueKind
from whistle.domain.rules_disclosure import recipients_of


class Result(StrEnum):
    """What came of a mediation."""

    AGREEMENT = "agreement"
    PARTLY = "partly"
    NONE = "none"
    BROKEN_OFF = "broken-off"


class Present(StrEnum):
    """Who was at a meeting, by role: an employee is never named.

    Nothing here tells one employee from another, so that none is counted or ranked.
    """

    CITIZEN = "citizen"
    MEMBER = "member"
    COMPANION = "companion"
    REPRESENTATIVE = "representative"
    ADVISER = "adviser"
    OTHER_SIDE = "other-side"
    MANAGER = "manager"
    CASEWORKER = "caseworker"
    SPECIALIST = "specialist"
    INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True, repr=False)
class Mediation:
    """A mediation. ``other_side``: a centre, or at the council's door one of the recipients.

    ``consent``: the filed consent by which the other side was asked, 16 bytes. ``agreed`` and
    ``agreed_how`` (a way in): the other side's yes; ``withdrew``: when it said no, or took it back.
    ``settled``: the day of the agreement, whose words are in ``agreement``; ``follow_up``: when it
    is to be looked at again, ``followed_up``: when it was, and ``findings`` what it looked like
    then. ``ended``: the day of the ``result``.
    """

    kind: ClassVar[str] = "mediation"
    other_side: str
    begun: date
    about: str = ""
    consent: bytes = b""
    agreed: date | None = None
    agreed_how: str = ""
    withdrew: date | None = None
    agreement: str = ""
    settled: date | None = None
    follow_up: date | None = None
    followed_up: date | None = None
    findings: str = ""
    result: Result | None = None
    ended: date | None = None

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        waits = self.follow_up is not None and self.followed_up is None
        return (DueKind.FOLLOW_UP, self.follow_up) if self.follow_up and waits else None

    @property
    def asked(self) -> date | None:
        """The day on which the other side had been asked at the latest; none: it has not been."""
        return min((day for day in (self.agreed, self.withdrew) if day), default=None)

    @property
    def steps(self) -> tuple[str, date | None, date | None]:
        """What tells somebody something: who, and the days. To end a mediation tells nobody."""
        return self.other_side, self.asked, self.settled


@dataclass(frozen=True, slots=True, repr=False)
class Meeting:
    """A meeting of a mediation (16 bytes), to be held or held. ``present``: who, by role alone."""

    kind: ClassVar[str] = "meeting"
    mediation: bytes
    day: date
    place: str = ""
    present: tuple[Present, ...] = ()
    minutes: str = ""

    @property
    def is_held(self) -> bool:
        """Whether somebody noted who came, or what was said."""
        return bool(self.present or self.minutes)

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        return None if self.is_held else (DueKind.MEETING, self.day)


def other_sides(channel: Channel, office: Office) -> tuple[Choice, ...]:
    """Give with whom a mediation can be: a citizen's with a centre, a council member's with others.

    The mayor and the chief executive are among nobody's recipients at the council's door.
    """
    if channel is Channel.CITIZEN:
        return office.centres
    if channel is Channel.WHISTLEBLOWER:
        return ()
    return tuple(one for one in recipients_of(office, channel) if one not in office.centres)


def hindrance(
    consents: Mapping[bytes, Consent], mediation: Mediation, day: date, *, anew: bool = False
) -> Why | None:
    """Say why a mediation may not go on, on a day: no meeting, no agreement, no paper.

    It takes both: the consent of the person whose case it is, for mediation with this other side,
    and the other side's own yes. Each is dated, and either can take it back: what was on that day
    or before it may be noted, and with ``anew`` nothing leaves from that day on.
    """
    own = lacks_consent(consents, Purpose.MEDIATION, mediation.other_side, day, anew=anew)
    if own is not None:
        return own
    if mediation.agreed is None or day < mediation.agreed:
        return Why.OTHER_SIDE_MISSING
    withdrew = mediation.withdrew
    if withdrew is not None and (day >= withdrew if anew else day > withdrew):
        return Why.OTHER_SIDE_WITHDREW
    return None


def mediation_hindrance(
    channel: Channel,
    office: Office,
    consents: Mapping[bytes, Consent],
    mediation: Mediation,
    before: Mediation | None = None,
) -> Why | None:
    """Say why a mediation may not be noted like this; none: it may.

    To plan one takes nobody's yes, as nobody is told. That the other side was asked takes the
    consent of the person whose case it is; an agreement takes both sides'. ``before``: what it said
    until now, and is not asked about again: it happened, whatever was withdrawn since.
    """
    if not other_sides(channel, office):
        return Why.NOT_HERE
    if find(other_sides(channel, office), mediation.other_side) is None:
        return Why.UNKNOWN
    known = before if before and before.other_side == mediation.other_side else None
    if mediation.asked and (known is None or known.asked != mediation.asked):
        day = mediation.asked
        own = lacks_consent(consents, Purpose.MEDIATION, mediation.other_side, day)
        if own is not None:
            return own
    if mediation.settled and (known is None or known.settled != mediation.settled):
        return hindrance(consents, mediation, mediation.settled)
    return None


def paper_hindrance(
    consents: Mapping[bytes, Consent], mediation: Mediation, today: date
) -> Why | None:
    """Say why the agreement may not leave as a paper today; none: it may."""
    if mediation.settled is None or not mediation.agreement:
        return Why.NOTHING_AGREED
    return hindrance(consents, mediation, today, anew=True)
