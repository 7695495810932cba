"""Passing a case on to a centre: the letter filed, reminders, the centre's reply or its silence."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.consenting import (
    channel_of,
    consents_with,
    put_together,
    reported_role,
    version_of,
)
from whistle.casework.done import Done
from whistle.casework.filing import Filing, Place, change, filed_id_of
from whistle.domain.channel import Channel
from whistle.domain.council import refuses_recipient
from whistle.domain.filed import Consent, Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.office import Closing, Office
from whistle.domain.referral import Hindrance, consent_for, hindrance, office_naming
from whistle.keys.filed import Content, Document, Filed, KeptFiled
from whistle.keys.files import ReceivedFile, content_digest
from whistle.keys.records import Registration
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES


class HinderedError(Exception):
    """A case may not be passed on as it was meant to be. Nothing was written."""

    def __init__(self, why: Hindrance) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class OpenedReferral:
    """A referral with the case that it is of."""

    case: OpenedCase
    kept: KeptFiled
    referral: Referral


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """The copy of a centre's reply as it comes in; ``files``: one or more."""

    form_id: bytes
    day: date
    title: str
    marking: Marking
    files: Sequence[ReceivedFile]


def look(cases: Cases, case_id: bytes) -> OpenedCase | None:
    """Open a case for its letters; none when there is none, or it is closed to this member.

    Its messages are not shown, and stay as unread as they were.
    """

    def step(opened: OpenedCase) -> OpenedCase:
        cases.looking(opened, deed(Logged.CASE_OPENED, opened.inbox, case=case_id))
        return opened

    return cases.attempt(case_id, step)


def open_referral(
    cases: Cases, case_id: bytes, filed_id: bytes, act: Logged = Logged.FILED_OPENED
) -> OpenedReferral | None:
    """Open one referral of a case; none when there is none. ``act``: as what it is logged.

    `HinderedError` where a letter is to be made and may not leave any more.
    """

    def step(opened: OpenedCase) -> OpenedReferral | None:
        kept = opened.notebook.find_filed(filed_id)
        if kept is None or kept.newest.deleted or not isinstance(kept.content, Referral):
            return None
        if act is Logged.LETTER_MADE:
            _refuse(hindered_again(cases, opened, kept.content))
        cases.looking(opened, _deed(opened, act, kept.newest))
        return OpenedReferral(opened, kept, kept.content)

    return cases.attempt(case_id, step)


def open_draft(
    cases: Cases, case_id: bytes, referral: Referral, said_yes: Consent | None = None
) -> OpenedCase | None:
    """Open a case for a letter that is not filed yet, and log that it is made.

    `HinderedError` where it may not leave; ``said_yes`` as in `refer`.
    """

    def step(opened: OpenedCase) -> OpenedCase:
        _refuse(hindered(cases, opened, referral, said_yes))
        cases.looking(opened, deed(Logged.LETTER_MADE, opened.inbox, case=case_id))
        return opened

    return cases.attempt(case_id, step)


def hindered(
    cases: Cases,
    opened: OpenedCase,
    referral: Referral,
    said_yes: Consent | None = None,
    *,
    is_sent: bool = False,
) -> Hindrance | None:
    """Say why a case may not be passed on like this, if that is so: see `hindrance`.

    ``said_yes``: a consent that is to be filed with the letter. ``is_sent``: it has left already.
    """
    if opened.notebook.damaged:
        return Hindrance.DAMAGED
    today, office = cases.here.clock.today(), cases.here.profile.office
    consents, channel = consents_with(opened, said_yes), channel_of(opened)
    if refuses_recipient(channel, office, reported_role(opened), referral.centre):
        return Hindrance.MAYOR_REPORTED
    made = None if is_sent else today
    return hindrance(channel, office, consents, referral, made)


def hindered_again(cases: Cases, opened: OpenedCase, referral: Referral) -> Hindrance | None:
    """Say why a letter that is filed may not leave once more, as itself or with a reminder."""
    if opened.notebook.damaged:
        return Hindrance.DAMAGED
    today = cases.here.clock.today()
    office = office_naming(cases.here.profiles, referral.sent, referral.centre)
    if refuses_recipient(channel_of(opened), office, reported_role(opened), referral.centre):
        return Hindrance.MAYOR_REPORTED
    again = replace(referral, sent=today)
    return hindrance(channel_of(opened), office, consents_with(opened), again, today)


def withdrawn_on(opened: OpenedCase, referral: Referral) -> date | None:
    """Give the day on which the consent that a letter rests on was withdrawn; none: it was not."""
    consent = consents_with(opened).get(referral.consent)
    return consent.withdrawn if consent else None


def office_of(cases: Cases, opened: OpenedCase) -> Office:
    """Give the rules of the day on which a case was received."""
    return cases.here.profiles.on(opened.case.received).office


def refer(
    cases: Cases,
    case_id: bytes,
    form_id: bytes,
    referral: Referral,
    said_yes: Consent | None = None,
) -> Done:
    """File a letter to a centre as sent; `HinderedError` when it needs a consent nobody gave.

    ``said_yes``: a consent that is filed with it, where none stood on the day that it was sent. The
    case's outcome becomes the one that waits for the centre's reply, where it has none.
    `Done.CHANGED`: it was filed, and deleted.
    """
    filed_id = filed_id_of(cases, form_id, replace(referral, consent=b""))

    def step(opened: OpenedCase) -> Done:
        before = opened.notebook.find_filed(filed_id)
        if before is not None:
            return Done.CHANGED if before.newest.deleted else Done.ALREADY
        needed = said_yes if hindered(cases, opened, referral, is_sent=True) else None
        _refuse(hindered(cases, opened, referral, needed, is_sent=True))
        yes_id = secrets.token_bytes(ID_BYTES)
        consents = consents_with(opened, needed, yes_id)
        content = replace(referral, consent=consent_for(consents, referral) or b"")
        rows = [(version_of(cases, filed_id, 1, content), filed_id)]
        if needed:
            rows.append((version_of(cases, yes_id, 1, needed), yes_id))
        put_together(cases, opened, rows, Filing(Logged.FILED, _passed_on(cases, opened)))
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def remind(cases: Cases, where: Place, day: date) -> Done:
    """Note that a centre was reminded; twice on one day is once.

    `HinderedError` where nothing may leave any more.
    """

    def reminded(content: Content) -> Content:
        if not isinstance(content, Referral) or day in content.reminded:
            return content
        return replace(content, reminded=(*content.reminded, day))

    def guard(opened: OpenedCase) -> None:
        kept = opened.notebook.find_filed(where.filed)
        if kept is not None and isinstance(kept.content, Referral):
            _refuse(hindered_again(cases, opened, kept.content))

    return change(cases, where, reminded, Filing(Logged.FILED_CHANGED, guard=guard))


def give_up(cases: Cases, where: Place, reason: str) -> Done:
    """Close a referral without the centre's reply, for a reason in somebody's words."""

    def unanswered(content: Content) -> Content:
        if not isinstance(content, Referral) or content.replied:
            return content
        return replace(content, unanswered=reason)

    return change(cases, where, unanswered, Filing(Logged.FILED_CHANGED))


def wait_again(cases: Cases, where: Place) -> Done:
    """Take back that a reply came, or that none will; its document stays filed."""

    def waiting(content: Content) -> Content:
        if not isinstance(content, Referral):
            return content
        return replace(content, replied=None, reply=b"", unanswered="")

    return change(cases, where, waiting, Filing(Logged.FILED_CHANGED))


def record_reply(cases: Cases, where: Place, reply: Reply) -> Done:
    """File the copy of a centre's reply, and note that it came: both, or nothing.

    `Done.CHANGED` when ``where.version`` is not the newest.
    """
    ids = [_document_id(cases, reply, index) for index in range(len(reply.files))]

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find_filed(where.filed)
        if kept is None or kept.newest.deleted or not isinstance(kept.content, Referral):
            return Done.CHANGED
        if kept.content.reply in ids:
            return Done.ALREADY
        if kept.newest.version != where.version:
            return Done.CHANGED
        documents = [
            (version_of(cases, one, 1, _document(reply, file, where.filed)), one)
            for one, file in zip(ids, reply.files, strict=True)
        ]
        answered = replace(kept.content, replied=reply.day, reply=ids[0], unanswered="")
        referral = version_of(cases, where.filed, where.version + 1, answered)
        row_id = secrets.token_bytes(ID_BYTES)
        put_together(cases, opened, [*documents, (referral, row_id)], Filing(Logged.FILED_CHANGED))
        return Done.YES

    try:
        return cases.attempt(where.case, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def _document_id(cases: Cases, reply: Reply, index: int) -> bytes:
    words = f"{Document.kind} {index} {reply.title}"
    return content_digest(cases.here.id, reply.form_id, words, reply.files)[:ID_BYTES]


def _document(reply: Reply, file: ReceivedFile, referral: bytes) -> Document:
    title = reply.title or file.manifest.name
    return Document(title, file.manifest, reply.marking, dated=reply.day, referral=referral)


def _refuse(hindrance: Hindrance | None) -> None:
    if hindrance:
        raise HinderedError(hindrance)


def _passed_on(cases: Cases, opened: OpenedCase) -> Callable[[Registration], Registration]:
    """Set the outcome that waits for a reply, in a citizen's case that has none."""
    outcome = outcome_with_reply(office_of(cases, opened))
    is_citizens = channel_of(opened) is Channel.CITIZEN

    def also(known: Registration) -> Registration:
        if known.enquiry.outcome or not outcome or not is_citizens:
            return known
        return replace(known, enquiry=replace(known.enquiry, outcome=outcome))

    return also


def outcome_with_reply(office: Office) -> str:
    """Give the outcome that waits for a centre's reply; empty where the profile has none."""
    return next((one.id for one in office.outcomes if one.closing is Closing.WITH_REPLY), "")


def _deed(opened: OpenedCase, act: Logged, filed: Filed) -> Deed:
    about = {"case": opened.case.id, "item": filed.filed_id}
    return deed(act, opened.inbox, kind=filed.content.kind, **about)
