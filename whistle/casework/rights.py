"""Consents, disclosures, requests for access and doubts about competence, filed on a case.

What the rule of the door does not allow is not filed, whoever sends it and however fast: the rule
is asked in the transaction that files.
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
    channel_of,
    consents_with,
    put_together,
    reported_role,
    version_of,
)
from whistle.casework.filing import Filing, Place, change, file_new, filed_id_of, strike
from whistle.domain.channel import Channel
from whistle.domain.council import refuses_recipient
from whistle.domain.filed import AccessRequest, Competence, Consent, Disclosure, Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.office import Office, find
from whistle.domain.profile import Profile
from whistle.domain.referral import office_naming
from whistle.domain.retention import keep_until, months_kept
from whistle.domain.rules_disclosure import No, consent_refusals, refusals, standing_consent
from whistle.domain.whistleblowing import is_exempt
from whistle.keys.filed import Content, Document, KeptFiled
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES

Right: TypeAlias = Consent | Disclosure | AccessRequest | Competence
_KINDS = (Consent, Disclosure, AccessRequest, Competence)
RIGHTS: Mapping[str, type[Right]] = {one.kind: one for one in _KINDS}


class RefusedError(Exception):
    """A rule does not allow it; nothing was written."""

    def __init__(self, *reasons: No) -> None:
        """Say why."""
        super().__init__(*reasons)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a case is held to: the rules of its door.

    ``office``: today's, for whom something new is about, and how it is worded. ``profiles``: the
    newest version, with those before it.
    """

    channel: Channel
    office: Office
    today: date
    profiles: Profile

    def naming(self, right: "Right") -> "Bounds":
        """Give the same with the office that names who something filed is about."""
        match right:
            case Consent():
                day, who = right.given, right.recipient
            case Disclosure():
                day, who = right.day, right.recipient
            case Competence():
                day, who = right.asked, right.centre
            case _:
                return self
        return replace(self, office=office_naming(self.profiles, day, who))


def kinds_at(channel: Channel) -> tuple[str, ...]:
    """Give what is filed at a door, by kind.

    Whether an enquiry is the adviser's to deal with is cleared up with the centre (Stevns' report
    to March 2021, 1.5). Of a whistleblower's or a council member's report the centre would learn
    by being asked, and the unit decides itself.
    """
    return tuple(RIGHTS)[: None if channel is Channel.CITIZEN else -1]


def look(cases: Cases, case_id: bytes) -> OpenedCase | None:
    """Open a case to see its rights; its messages stay as unread as they were."""

    def step(opened: OpenedCase) -> OpenedCase:
        cases.looking(opened, deed(Logged.CASE_OPENED, opened.inbox, case=case_id))
        return opened

    return cases.attempt(case_id, step)


def bounds(cases: Cases, opened: OpenedCase) -> Bounds:
    """Give what a case is held to."""
    here = cases.here
    return Bounds(channel_of(opened), here.profile.office, here.clock.today(), here.profiles)


def bounds_of(cases: Cases, case_id: bytes, filed_id: bytes = b"") -> Bounds | None:
    """Give what a case is held to, and show nothing of it; none when it is closed to the member.

    ``filed_id``: what is about to be changed, if something is; see `Bounds.naming`.
    """

    def step(opened: OpenedCase) -> Bounds:
        held, right = bounds(cases, opened), right_of(opened.notebook.find_filed(filed_id))
        return held.naming(right) if right else held

    return cases.attempt(case_id, step)


def right_of(kept: KeptFiled | None) -> Right | None:
    """Give what is filed if it is a right, and not deleted."""
    if kept is None or kept.newest.deleted:
        return None
    content = kept.content
    return (
        content if isinstance(content, Consent | Disclosure | AccessRequest | Competence) else None
    )


def kind_of(cases: Cases, case_id: bytes, filed_id: bytes) -> str | None:
    """Say what kind of right is filed, a deleted one too, and show nothing of it."""

    def step(opened: OpenedCase) -> str:
        kept = opened.notebook.find_filed(filed_id)
        return kept.content.kind if kept and kept.content.kind in RIGHTS else ""

    return cases.attempt(case_id, step) or None


def papers_of(opened: OpenedCase) -> tuple[int, int]:
    """Count the papers of a case: those exempt from access, and those to be looked at one by one.

    Whistleblowerloven § 25: what is marked as the report is exempt, the derived case is not.
    Letters to centres are papers of that.
    """
    channel = channel_of(opened)
    markings = [paper.marking for _, paper in opened.notebook.of_kind(Document)]
    markings += [Marking.DERIVED for _letter in opened.notebook.of_kind(Referral)]
    exempt = sum(is_exempt(channel, marking) for marking in markings)
    return exempt, len(markings) - exempt


def kept_until(held: Bounds, opened: OpenedCase) -> date | None:
    """Give the day from which a closed case may be erased; none for an open one."""
    months = months_kept(held.profiles, held.channel, opened.case.received)
    if months is None:
        return None
    return keep_until(opened.registration.closed, months, held=opened.registration.held is not None)


def rests_on(opened: OpenedCase, consent_id: bytes) -> bool:
    """Say whether something was told to somebody, a centre too, by a consent."""
    filed = (one.content for one in opened.notebook.filed)
    return consent_id in {getattr(content, "consent", b"") for content in filed}


def file(cases: Cases, case_id: bytes, form_id: bytes, right: Right) -> Done:
    """File something; `RefusedError` where a rule does not allow it."""
    resting = cases.attempt(case_id, lambda opened: _resting(opened, right))
    if resting is None:
        return Done.CLOSED_TO_YOU
    how = Filing(Logged.FILED, guard=lambda opened: _judge(cases, opened, resting))
    return file_new(cases, case_id, form_id, resting, how)


def ask(
    cases: Cases,
    case_id: bytes,
    form_id: bytes,
    doubt: Competence,
    said_yes: Consent | None = None,
) -> Done:
    """File that a centre was asked; ``said_yes`` is filed with it where no consent stood then.

    `RefusedError` as by `file`. `Done.CHANGED`: it was filed, and deleted.
    """
    filed_id = filed_id_of(cases, form_id, doubt)

    def step(opened: OpenedCase) -> Done:
        before = opened.notebook.find_filed(filed_id)
        if before is not None:
            return Done.CHANGED if before.newest.deleted else Done.ALREADY
        needed = None if _consent_of(consents_with(opened), doubt) else said_yes
        yes_id = secrets.token_bytes(ID_BYTES)
        given = _consent_of(consents_with(opened, needed, yes_id), doubt)
        _judge(cases, opened, replace(doubt, consent=given))
        rows = [(version_of(cases, filed_id, 1, replace(doubt, consent=given)), filed_id)]
        if needed:
            rows.append((version_of(cases, yes_id, 1, needed), yes_id))
        put_together(cases, opened, rows, Filing(Logged.FILED))
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def put(cases: Cases, where: Place, right: Right) -> Done:
    """Have something filed say something else; `RefusedError` where a rule does not allow it."""
    resting = cases.attempt(where.case, lambda opened: _resting(opened, right))
    if resting is None:
        return Done.CLOSED_TO_YOU

    def changed(content: Content) -> Content:
        return resting if content.kind == resting.kind else content

    def guard(opened: OpenedCase) -> None:
        _judge(cases, opened, resting, opened.notebook.find_filed(where.filed))

    return change(cases, where, changed, Filing(Logged.FILED_CHANGED, guard=guard))


def remove(cases: Cases, where: Place) -> Done:
    """Delete something filed; `RefusedError` for a consent that something rests on."""

    def guard(opened: OpenedCase) -> None:
        if rests_on(opened, where.filed):
            raise RefusedError(No.RESTED_ON)

    return strike(cases, where, Filing(Logged.FILED_DELETED, guard=guard, of=_KINDS))


def _resting(opened: OpenedCase, right: Right) -> Right:
    """Name the consent that a disclosure, or a question to a centre, rests on, if there is one."""
    if isinstance(right, Disclosure | Competence):
        return replace(right, consent=_consent_of(consents_with(opened), right))
    return right


def _consent_of(consents: Mapping[bytes, Consent], told: Disclosure | Competence) -> bytes:
    """Give the id of the consent that something could be told by; none is empty."""
    if isinstance(told, Competence):
        given = standing_consent(consents, told.centre, told.asked, with_identity=False)
    else:
        given = standing_consent(
            consents, told.recipient, told.day, with_identity=told.with_identity
        )
    return given or b""


def _judge(cases: Cases, opened: OpenedCase, right: Right, before: KeptFiled | None = None) -> None:
    """Raise `RefusedError` where the rule of the door says no."""
    held = bounds(cases, opened)
    was = right_of(before)
    if was is not None:
        held = held.naming(was)
    reasons: list[No] = []
    match right:
        case Disclosure() | Competence() if opened.notebook.damaged:
            reasons = [No.DAMAGED]
        case Disclosure():
            reasons = refusals(held.channel, held.office, consents_with(opened).values(), right)
            reasons += _mayor(held, opened, right)
        case Consent():
            reasons = _of_consent(held, opened, right, before)
        case Competence() if Competence.kind not in kinds_at(held.channel):
            reasons = [No.NEVER_RECIPIENT]
        case Competence() if find(held.office.centres, right.centre) is None:
            reasons = [No.UNKNOWN_RECIPIENT]
        case Competence() if not right.consent:
            reasons = [No.NO_CONSENT]
        case _:
            pass
    if reasons:
        raise RefusedError(*reasons)


def _of_consent(
    held: Bounds, opened: OpenedCase, given: Consent, before: KeptFiled | None
) -> list[No]:
    """Say why a consent is not filed like this; who withdraws one is asked for nothing."""
    was = before.content if before else None
    same = _informed(was) == _informed(given)
    reasons = [] if same else consent_refusals(held.channel, held.office, given)
    if before and rests_on(opened, before.filed_id) and _allowed(was) != _allowed(given):
        reasons.append(No.RESTED_ON)
    return reasons


def _mayor(held: Bounds, opened: OpenedCase, told: Disclosure) -> list[No]:
    role = reported_role(opened)
    refused = refuses_recipient(held.channel, held.office, role, told.recipient)
    return [No.MAYOR_REPORTED] if refused else []


def _informed(content: Content | None) -> tuple[object, ...] | None:
    """Give what a consent is held to by the rule of its door."""
    return (_allowed(content), content.limits) if isinstance(content, Consent) else None


def _allowed(content: Content | None) -> tuple[object, ...] | None:
    """Give what a consent allows; to withdraw it, or to word it in another way, changes nothing."""
    if not isinstance(content, Consent):
        return None
    return content.recipient, content.given, content.with_identity, content.purpose
