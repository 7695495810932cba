"""What closing a case needs, and giving up waiting for a centre's reply.

Stevns' report to March 2021, 1.3: a case that was passed on is closed when the copy of the centre's
reply has come. Otherwise it is "closed unanswered", with a reason that is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.needs import as_it_stands
from whistle.casework.needs import needs as missing
from whistle.domain.channel import Act, Side
from whistle.domain.council import needs_guidance
from whistle.domain.filed import Referral
from whistle.domain.office import Office
from whistle.domain.registration import Override, Rule
from whistle.domain.rules import Finding, Says
from whistle.keys.filed import Filed, KeptFiled, seal_filed
from whistle.keys.files import content_digest
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES


def office_of(cases: Cases, opened: OpenedCase) -> Office:
    """Give the office as it stood on the day that a case was received."""
    return cases.here.profiles.on(opened.case.received).office


def needs_of(cases: Cases, opened: OpenedCase, *, unanswered: str = "") -> list[Finding]:
    """Say what a case still needs before it can be closed; nothing: it can be.

    ``unanswered``: the reason for not waiting for a centre's reply, if one is given. While
    something in the case does not open, nobody knows what is waited for, so that it stays open.
    """
    channel, office = opened.inbox.inbox.root.channel, office_of(cases, opened)
    needs = missing(opened.registration.enquiry, opened.notebook.all_filed, office, channel)
    if needs_guidance(channel, opened.registration.enquiry) and not _was_guided(opened):
        needs = [*needs, Finding(Says.GUIDANCE_MISSING)]
    given = bool(unanswered.strip())
    needs = [one for one in needs if not (given and one.lifted_by is Rule.UNANSWERED)]
    return [Finding(Says.DAMAGED), *needs] if opened.notebook.damaged else needs


def _was_guided(opened: OpenedCase) -> bool:
    """Say whether casework wrote to the reporter; who has no receipt is spoken to."""
    answers = (one for one in opened.messages if one.side is Side.CASEWORK)
    wrote = any(one.text and one.act in {Act.WROTE, Act.CLOSED} for one in answers)
    return wrote or not opened.has_reporter


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Referrals that nobody waits for any more, or again; ``changes``: of the registration.

    ``filed``: all that is filed then, none where that is as before. ``rows`` are to be inserted,
    ``row_ids`` to be deleted.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    filed: Sequence[KeptFiled] | None = None
    rows: Sequence[ItemRow] = ()
    row_ids: Sequence[bytes] = ()


def waiting(opened: OpenedCase) -> list[tuple[KeptFiled, Referral]]:
    """Give the referrals whose reply, or the copy of it, is still to come."""
    return [
        (one, told)
        for one, told in opened.notebook.of_kind(Referral)
        if told.is_waiting
        or (not told.unanswered and not as_it_stands(told, opened.notebook.filed).reply)
    ]


def give_up(cases: Cases, opened: OpenedCase, line_id: bytes, reason: str) -> GivenUp:
    """Note on each referral that waits, and among the registration's overrides, why it is closed.

    ``line_id`` names the closing. Without a reason, or a letter that waits, nothing changes.
    """
    given_up = waiting(opened)
    if not reason.strip() or not given_up:
        return GivenUp()
    now, today = cases.here.clock.now().replace(microsecond=0), cases.here.clock.today()
    newer = {
        kept.filed_id: Filed(
            kept.filed_id,
            kept.newest.version + 1,
            cases.keyring.member_id,
            now,
            replace(referral, unanswered=reason),
        )
        for kept, referral in given_up
    }
    rows = {one: _row_id(cases, line_id, one) for one in newer}
    filed = [
        KeptFiled([newer[one.filed_id]], [rows[one.filed_id]]) if one.filed_id in newer else one
        for one in opened.notebook.all_filed
    ]
    enquiry = opened.registration.enquiry
    override = Override(Rule.UNANSWERED, reason, today)
    return GivenUp(
        {
            "due": opened.notebook.dues(filed, opened.registration.due),
            "enquiry": replace(enquiry, overrides=(*enquiry.overrides, override)),
        },
        filed,
        [seal_filed(opened.items, newer[one], rows[one]) for one in newer],
    )


def taken_back(cases: Cases, opened: OpenedCase, line_id: bytes) -> GivenUp:
    """Wait again for what this closing gave up."""
    row_ids = [
        one.row_ids[-1]
        for one in opened.notebook.all_filed
        if one.row_ids[-1] == _row_id(cases, line_id, one.filed_id)
    ]
    if not row_ids:
        return GivenUp()
    filed = [
        KeptFiled(one.versions[:-1], one.row_ids[:-1]) if one.row_ids[-1] in row_ids else one
        for one in opened.notebook.all_filed
    ]
    enquiry = opened.registration.enquiry
    last = max(i for i, one in enumerate(enquiry.overrides) if one.rule is Rule.UNANSWERED)
    overrides = (*enquiry.overrides[:last], *enquiry.overrides[last + 1 :])
    due = opened.notebook.dues(filed, opened.registration.due)
    changes = {"due": due, "enquiry": replace(enquiry, overrides=overrides)}
    return GivenUp(changes, filed, row_ids=row_ids)


def _row_id(cases: Cases, line_id: bytes, filed_id: bytes) -> bytes:
    """Name the version that a closing makes, so that undoing it finds it."""
    return content_digest(cases.here.id, line_id + filed_id, Rule.UNANSWERED, ())[:ID_BYTES]
