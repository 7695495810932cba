"""Mediation, proposals for improvement, a council member's wishes, support and risk: on a case.

What rests on somebody's yes is asked for in the transaction that files it: whoever sends it, and
however fast. The yes can be filed with it, both or nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from whistle.audit.log import deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.consenting import (
    Row,
    channel_of,
    consents_with,
    put_together,
    reported_role,
    version_of,
)
from whistle.casework.filing import Change, Filing, Place, filed_id_of, strike
from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.council import refuses_recipient
from whistle.domain.filed import Consent, Purpose
from whistle.domain.improvement import Improvement, improvement_hindrance, letter_hindrance
from whistle.domain.logged import Logged
from whistle.domain.mediation import (
    Mediation,
    Meeting,
    hindrance,
    mediation_hindrance,
    paper_hindrance,
)
from whistle.domain.office import Office, find
from whistle.domain.profile import Profile
from whistle.domain.referral import office_naming
from whistle.domain.rules_disclosure import consent_refusals, standing_consent
from whistle.domain.support import Risk, Support, Wish, newest, support_hindrance
from whistle.keys.filed import Dealing, KeptFiled
from whistle.keys.records import Registration
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES

Consents: TypeAlias = Mapping[bytes, Consent]
_KINDS: tuple[type[Dealing], ...] = (Mediation, Meeting, Improvement, Wish, Support, Risk)
DEALINGS: Mapping[str, type[Dealing]] = {one.kind: one for one in _KINDS}
_AT: Mapping[Channel, tuple[type[Dealing], ...]] = {
    Channel.CITIZEN: (Mediation, Meeting, Improvement),
    Channel.COUNCIL: (Wish, Risk, Support, Mediation, Meeting),
    Channel.WHISTLEBLOWER: (),
}


class HinderedError(Exception):
    """Something may not be noted, or no paper of it made. Nothing was written."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a case is held to: its door, the office's names of today, and the day.

    ``profiles``: the newest version, with those before it. ``reported``: the role of who is
    reported at the council's door; empty where nobody said.
    """

    channel: Channel
    office: Office
    today: date
    profiles: Profile
    reported: str = ""

    def naming(self, dealing: Dealing) -> "Bounds":
        """Give the same with the office that names who something filed is about."""
        match dealing:
            case Mediation():
                day, who = dealing.begun, dealing.other_side
            case Improvement():
                day, who = dealing.passed_on or self.today, dealing.centre
            case _:
                return self
        return replace(self, office=office_naming(self.profiles, day, who))


@dataclass(frozen=True, slots=True)
class OpenedDealing:
    """Something filed with the case that it is of."""

    case: OpenedCase
    kept: KeptFiled
    dealing: Dealing


def kinds_at(channel: Channel) -> tuple[str, ...]:
    """Give what is noted at a door, by kind; nothing at the whistleblowers'."""
    return tuple(one.kind for one in _AT[channel])


def look(cases: Cases, case_id: bytes) -> OpenedCase | None:
    """Open a case to see these; its messages stay as unread as they were."""

    def step(opened: OpenedCase) -> OpenedCase:
        cases.looking(opened, deed(Logged.CASE_OPENED, opened.inbox, case=case_id))
        return opened

    return cases.attempt(case_id, step)


def open_dealing(
    cases: Cases, case_id: bytes, filed_id: bytes, act: Logged = Logged.FILED_OPENED
) -> OpenedDealing | None:
    """Open one of them; none where there is none. ``act``: as what it is logged.

    `HinderedError` where a paper is to be made and may not leave.
    """

    def step(opened: OpenedCase) -> OpenedDealing | None:
        kept = opened.notebook.find_filed(filed_id)
        dealing = dealing_of(kept)
        if kept is None or dealing is None:
            return None
        if act is Logged.LETTER_MADE:
            _refuse(hindered_paper(cases, opened, dealing))
        about = {"case": case_id, "item": filed_id}
        cases.looking(opened, deed(act, opened.inbox, kind=dealing.kind, **about))
        return OpenedDealing(opened, kept, dealing)

    return cases.attempt(case_id, step)


def bounds(cases: Cases, opened: OpenedCase) -> Bounds:
    """Give what a case is held to."""
    here = cases.here
    channel, today = channel_of(opened), here.clock.today()
    return Bounds(channel, here.profile.office, today, here.profiles, reported_role(opened))


def bounds_of(cases: Cases, case_id: bytes, filed_id: bytes = b"") -> Bounds | None:
    """Give what a case is held to, and show nothing of it; none when it is closed to the member.

    ``filed_id``: what is about to be changed, if something is.
    """

    def step(opened: OpenedCase) -> Bounds:
        held, dealing = bounds(cases, opened), dealing_of(opened.notebook.find_filed(filed_id))
        return held.naming(dealing) if dealing else held

    return cases.attempt(case_id, step)


def kind_of(cases: Cases, case_id: bytes, filed_id: bytes) -> str | None:
    """Say what kind of thing is filed, a deleted one too, and show nothing of it."""

    def step(opened: OpenedCase) -> str:
        kept = opened.notebook.find_filed(filed_id)
        return kept.content.kind if kept and kept.content.kind in DEALINGS else ""

    return cases.attempt(case_id, step) or None


def dealing_of(kept: KeptFiled | None) -> Dealing | None:
    """Give what is filed if it is one of these, and not deleted."""
    if kept is None or kept.newest.deleted:
        return None
    return kept.content if isinstance(kept.content, _KINDS) else None


def hindered_paper(cases: Cases, opened: OpenedCase, dealing: Dealing) -> Why | None:
    """Say why no paper of something may be made today, if that is so."""
    if opened.notebook.damaged:
        return Why.DAMAGED
    consents, today = consents_with(opened), cases.here.clock.today()
    match dealing:
        case Mediation():
            mayors = _under_the_mayor(bounds(cases, opened), dealing)
            return mayors or paper_hindrance(consents, dealing, today)
        case Improvement():
            return letter_hindrance(consents, dealing, today)
        case _:
            return Why.NOT_HERE


def file(
    cases: Cases,
    case_id: bytes,
    form_id: bytes,
    dealing: Dealing,
    said_yes: Consent | None = None,
) -> Done:
    """File something; `HinderedError` where it needs a yes that nobody gave.

    ``said_yes``: a consent that is filed with it. ``form_id`` names the form, so that a double
    click files once; `Done.CHANGED`: it was filed, and deleted.
    """
    filed_id = filed_id_of(cases, form_id, dealing)

    def step(opened: OpenedCase) -> Done:
        before = opened.notebook.find_filed(filed_id)
        if before is not None:
            return Done.CHANGED if before.newest.deleted else Done.ALREADY
        consents, rows = _with_yes(cases, opened, said_yes)
        content = _judged(cases, opened, consents, dealing, None)
        rows.insert(0, (version_of(cases, filed_id, 1, content), filed_id))
        put_together(cases, opened, rows, Filing(Logged.FILED, also=_wished(opened, content)))
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def put(cases: Cases, where: Place, dealing: Dealing, said_yes: Consent | None = None) -> Done:
    """Have something say something else; `HinderedError` as by `file`.

    `Done.CHANGED` when ``where.version`` is not the newest.
    """

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find_filed(where.filed)
        before = dealing_of(kept)
        if kept is None or before is None:
            return Done.CHANGED
        consents, rows = _with_yes(cases, opened, said_yes)
        if type(before) is not type(dealing):
            return Done.ALREADY
        if not rows and _resting_as(before, dealing) == before:
            return Done.ALREADY
        if kept.newest.version != where.version:
            return Done.CHANGED
        content = _judged(cases, opened, consents, dealing, before)
        filed = version_of(cases, where.filed, where.version + 1, content)
        rows.insert(0, (filed, secrets.token_bytes(ID_BYTES)))
        how = Filing(Logged.FILED_CHANGED, also=_wished(opened, content, where.filed))
        put_together(cases, opened, rows, how)
        return Done.YES

    return cases.attempt(where.case, step) or Done.CLOSED_TO_YOU


def remove(cases: Cases, where: Place) -> Done:
    """Delete something; `HinderedError` for a mediation that has a meeting, or an agreement."""

    def guard(opened: OpenedCase) -> None:
        meetings = (meeting for _, meeting in opened.notebook.of_kind(Meeting))
        if any(meeting.mediation == where.filed for meeting in meetings):
            raise HinderedError(Why.RESTED_ON)

    return strike(cases, where, Filing(Logged.FILED_DELETED, guard=guard, of=_KINDS))


def own_yes(opened: OpenedCase, dealing: Dealing | None) -> Consent | None:
    """Give the person's own yes that something can go on by, if it stands still."""
    match dealing:
        case Mediation():
            recipient, purpose = dealing.other_side, Purpose.MEDIATION
        case Improvement():
            recipient, purpose = dealing.centre, Purpose.PROPOSAL
        case _:
            return None
    given = (consent for _, consent in opened.notebook.of_kind(Consent))
    stands = (one for one in given if one.purpose is purpose and one.withdrawn is None)
    return next((one for one in stands if one.recipient == recipient), None)


def standing_wish(opened: OpenedCase) -> str:
    """Give what a council member wishes: what was noted last, or else what was registered."""
    noted = newest(wish for _, wish in opened.notebook.of_kind(Wish))
    return noted.wish if noted else opened.registration.enquiry.wish


# -- inside ------------------------------------------------------------------------------------


def _resting_as(before: Dealing, dealing: Dealing) -> Dealing:
    """Give what a form says with what no form tells: the consent that it rested on."""
    if isinstance(before, Mediation) and isinstance(dealing, Mediation):
        return replace(dealing, consent=before.consent)
    if isinstance(before, Improvement) and isinstance(dealing, Improvement):
        return replace(dealing, consent=before.consent)
    return dealing


def _with_yes(
    cases: Cases, opened: OpenedCase, said_yes: Consent | None
) -> tuple[Consents, list[Row]]:
    """Give the consents with one that is filed now, and its row; none that stands already."""
    filed = consents_with(opened)
    if said_yes is None:
        return filed, []
    wanted = said_yes.recipient, said_yes.given
    if standing_consent(filed, *wanted, purpose=said_yes.purpose) is not None:
        return filed, []
    held = bounds(cases, opened)
    if consent_refusals(held.channel, held.office, said_yes):
        raise HinderedError(Why.NO_CONSENT)
    yes_id = secrets.token_bytes(ID_BYTES)
    consents = consents_with(opened, said_yes, yes_id)
    if yes_id not in consents:
        raise HinderedError(Why.WITHDRAWN)
    return consents, [(version_of(cases, yes_id, 1, said_yes), yes_id)]


def _judged(
    cases: Cases, opened: OpenedCase, consents: Consents, dealing: Dealing, before: Dealing | None
) -> Dealing:
    """Give something with the consent that it rests on; `HinderedError` where a rule says no."""
    held = bounds(cases, opened)
    if before is not None:
        held = held.naming(before)
    if dealing.kind not in kinds_at(held.channel):
        raise HinderedError(Why.NOT_HERE)
    if opened.notebook.damaged and isinstance(dealing, Mediation | Meeting | Improvement):
        raise HinderedError(Why.DAMAGED)
    match dealing:
        case Mediation():
            return _mediation(held, consents, dealing, before)
        case Improvement():
            return _improvement(held, consents, dealing, before)
        case Meeting():
            _refuse(_meeting(held, opened, consents, dealing, before))
        case Support():
            _refuse(support_hindrance(dealing))
        case Wish() if find(held.office.council.wishes, dealing.wish) is None:
            raise HinderedError(Why.UNKNOWN)
        case _:
            pass
    return dealing


def _mediation(
    held: Bounds, consents: Consents, meant: Mediation, before: Dealing | None
) -> Mediation:
    was = before if isinstance(before, Mediation) else None
    _refuse(mediation_hindrance(held.channel, held.office, consents, meant, was))
    if was is None or was.steps != meant.steps:
        _refuse(_under_the_mayor(held, meant))
    if meant.asked is None:
        return meant
    given = standing_consent(consents, meant.other_side, meant.asked, purpose=Purpose.MEDIATION)
    return replace(meant, consent=given or (was.consent if was else b""))


def _under_the_mayor(held: Bounds, mediation: Mediation) -> Why | None:
    office, whom = held.naming(mediation).office, mediation.other_side
    is_refused = refuses_recipient(held.channel, office, held.reported, whom)
    return Why.MAYOR_REPORTED if is_refused else None


def _improvement(
    held: Bounds, consents: Consents, meant: Improvement, before: Dealing | None
) -> Improvement:
    was = before if isinstance(before, Improvement) else None
    _refuse(improvement_hindrance(held.channel, held.office, consents, meant, was))
    if meant.passed_on is None:
        return meant
    given = standing_consent(consents, meant.centre, meant.passed_on, purpose=Purpose.PROPOSAL)
    return replace(meant, consent=given or (was.consent if was else b""))


def _meeting(
    held: Bounds, opened: OpenedCase, consents: Consents, meant: Meeting, before: Dealing | None
) -> Why | None:
    """Say why a meeting may not be noted; one that was held that day is not asked about again."""
    mediation = dealing_of(opened.notebook.find_filed(meant.mediation))
    if not isinstance(mediation, Mediation):
        return Why.UNKNOWN
    if isinstance(before, Meeting) and before.mediation != meant.mediation:
        return Why.UNKNOWN
    if isinstance(before, Meeting) and before.is_held and before.day == meant.day:
        return None
    return _under_the_mayor(held, mediation) or hindrance(consents, mediation, meant.day)


def _wished(opened: OpenedCase, content: Dealing, filed_id: bytes = b"") -> Change:
    """Have the registration say what is wished now, where a wish was noted."""

    def also(known: Registration) -> Registration:
        if not isinstance(content, Wish):
            return known
        others = [one for kept, one in opened.notebook.of_kind(Wish) if kept.filed_id != filed_id]
        standing = newest([*others, content])
        wish = standing.wish if standing else known.enquiry.wish
        return replace(known, enquiry=replace(known.enquiry, wish=wish))

    return also


def _refuse(why: Why | None) -> None:
    if why is not None:
        raise HinderedError(why)
