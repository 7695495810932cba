"""Proposals for improvement: what a citizen experienced, passed on to a centre without the citizen.

"I visse tilfælde aftaler borgerrådgiveren og borgeren, at borgerens oplevelser videregives til
centrene som konkrete forslag til forbedring af sagsbehandlingen" (Stevns' report of March 2021,
section 1.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from whistle.domain.agreed import Why, lacks_consent
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Purpose
from whistle.domain.office import Office
from whistle.domain.registration import DueKind


class TakenUp(StrEnum):
    """Whether a centre took a proposal up."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True, repr=False)
class Improvement:
    """A proposal. ``passed_on``: the day of the letter; none: it lies with the adviser.

    ``consent``: the filed consent that it was passed on by, 16 bytes. ``reply_by``: when the centre
    is to have answered; ``answered`` and ``answer``: when it did, and what it said.
    """

    kind: ClassVar[str] = "improvement"
    centre: str
    text: str
    subject: str = ""
    consent: bytes = b""
    passed_on: date | None = None
    reply_by: date | None = None
    answered: date | None = None
    answer: str = ""
    taken_up: TakenUp | None = None

    @property
    def due(self) -> tuple[DueKind, date] | None:
        """What has a date."""
        waits = self.passed_on is not None and self.answered is None
        return (DueKind.ANSWER, self.reply_by) if self.reply_by and waits else None


def improvement_hindrance(
    channel: Channel,
    office: Office,
    consents: Mapping[bytes, Consent],
    proposal: Improvement,
    before: Improvement | None = None,
) -> Why | None:
    """Say why a proposal may not be noted like this; none: it may.

    To write one takes nobody's yes; that it was passed on takes the citizen's, for a proposal to
    this centre, on that day. "aftaler borgerrådgiveren og borgeren" (the report, 1.3). ``before``:
    what it said until now: what has left has left.
    """
    if channel is not Channel.CITIZEN:
        return Why.NOT_HERE
    if office.centre(proposal.centre) is None:
        return Why.UNKNOWN
    told = (proposal.centre, proposal.passed_on)
    if proposal.passed_on is None or (before and (before.centre, before.passed_on) == told):
        return None
    return lacks_consent(consents, Purpose.PROPOSAL, proposal.centre, proposal.passed_on)


def letter_hindrance(
    consents: Mapping[bytes, Consent], proposal: Improvement, today: date
) -> Why | None:
    """Say why the letter with a proposal may not be made today; none: it may.

    A consent that was withdrawn stops it from that day.
    """
    return lacks_consent(consents, Purpose.PROPOSAL, proposal.centre, today, anew=True)
