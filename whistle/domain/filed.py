"""What is filed on a case besides notes: referrals, tasks, consents and the like.

A document is filed as well (`whistle.keys.filed.Document`: it brings the key of its file).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from whistle.domain.registration import DueKind


class Marking(StrEnum):
    """What a document is, for access requests (aktindsigt).

    What a whistleblower reports is exempt (whistleblowerloven § 25); what was gathered afterwards,
    the derived case, is not.
    """

    NONE = "none"
    REPORT = "report"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True, repr=False)
class Referral:
    """A case passed on to a centre, which answers the citizen and sends a copy.

    ``text``: the letter as it was sent. ``consent``: the filed consent that it rests on, 16 bytes,
    or none. ``reply``: the filed document that is the copy of the centre's reply, or none.
    ``unanswered``: why the case was closed without the reply. ``person``: who it is and how they
    are reached, apart from ``text``, which says `whistle.domain.referral.KEPT_APART` in its place.
    """

    kind: ClassVar[str] = "referral"
    centre: str
    sent: date
    reply_by: date
    division: str = ""
    subject: str = ""
    text: str = ""
    with_identity: bool = False
    consent: bytes = b""
    reminded: tuple[date, ...] = ()
    replied: date | None = None
    reply: bytes = b""
    unanswered: str = ""
    person: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the centre's reply is still to come."""
        return self.replied is None and not self.unanswered

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        return (DueKind.REPLY, self.reply_by) if self.is_waiting else None


@dataclass(frozen=True, slots=True, repr=False)
class Task:
    """Something to do."""

    kind: ClassVar[str] = "task"
    text: str
    by: date | None = None
    done: date | None = None

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        return (DueKind.TASK, self.by) if self.by and self.done is None else None


class Purpose(StrEnum):
    """What somebody says yes to: a consent is specific (GDPR art. 4(11)), and allows nothing else.

    `CASE`: that the recipient gets something of the case. `MEDIATION`: that they are asked to
    mediate. `PROPOSAL`: that what the person experienced is passed on as a proposal, without them.
    """

    CASE = "case"
    MEDIATION = "mediation"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True, repr=False)
class Consent:
    """What the person concerned allows: to whom, what for, and whether with their identity.

    ``how``: by which way it was given, an identifier of the profile's ways in. ``limits``: the day
    on which they were told, before they said yes, what cannot be promised them.
    """

    kind: ClassVar[str] = "consent"
    recipient: str
    given: date
    how: str = ""
    with_identity: bool = False
    words: str = ""
    withdrawn: date | None = None
    purpose: Purpose = Purpose.CASE
    limits: date | None = None
    due: ClassVar[None] = None


class DisclosureGround(StrEnum):
    """Why something was disclosed (whistleblowerloven § 26)."""

    CONSENT = "consent"
    OFFENCE = "offence"
    DEFENCE = "defence"
    FOLLOW_UP = "follow-up"
    OTHER_LAW = "other-law"


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """What was disclosed, to whom, on which ground, and that the reporter was told before.

    Whistleblowerloven § 26, stk. 3: in writing and with the reasons, unless that would harm
    (``not_told``: why). ``how``: by which way it was told, as of a consent.
    """

    kind: ClassVar[str] = "disclosure"
    recipient: str
    day: date
    ground: DisclosureGround
    what: str
    with_identity: bool = False
    consent: bytes = b""
    told: date | None = None
    not_told: str = ""
    how: str = ""
    due: ClassVar[None] = None


class AccessLaw(StrEnum):
    """By which law somebody asks to see documents or their data."""

    OPENNESS = "offentlighedsloven"
    PARTY = "forvaltningsloven"
    GDPR = "gdpr"


@dataclass(frozen=True, slots=True, repr=False)
class AccessRequest:
    """Somebody asks for access. ``by``: the last day to answer, by the law's own clock.

    ``extended``: why the answer is late, and ``told``: when who asked was told so; ``by`` is then
    the day that they were told. ``result``: how it was answered, in words of the office's.
    """

    kind: ClassVar[str] = "access"
    law: AccessLaw
    received: date
    by: date
    asked_by: str = ""
    what: str = ""
    extended: str = ""
    told: date | None = None
    answered: date | None = None
    result: str = ""

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        return (DueKind.ACCESS, self.by) if self.answered is None else None


@dataclass(frozen=True, slots=True, repr=False)
class Competence:
    """A doubt whether the adviser may deal with a case, cleared up with the centre.

    ``consent``: the filed consent by which the centre was asked, 16 bytes.
    """

    kind: ClassVar[str] = "competence"
    centre: str
    asked: date
    question: str
    view: str = ""
    answered: date | None = None
    within: bool | None = None
    reason: str = ""
    consent: bytes = b""
    due: ClassVar[None] = None
