"""Passing a case on to a centre: the letter filed, reminders, the centre's reply or its silence."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.done import Done
from whistle.casework.filing import Filing, Place, change, filed_id_of
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.office import Closing, Office
from whistle.domain.referral import Hindrance, consent_for, hindrance
from whistle.keys.filed import Content, Document, Filed, KeptFiled, seal_filed
from whistle.keys.files import ReceivedFile, content_digest
from whistle.keys.records import Registration
from whistle.storage import attachments
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
    """Open one referral of a case; none when there is none. ``act``: as what it is logged."""

    def step(opened: OpenedCase) -> OpenedReferral | None:
        kept = opened.notebook.find_filed(filed_id)
        if kept is None or kept.newest.deleted or not isinstance(kept.content, Referral):
            return None
        cases.looking(opened, _deed(opened, act, kept.newest))
        return OpenedReferral(opened, kept, kept.content)

    return cases.attempt(case_id, step)


def open_draft(cases: Cases, case_id: bytes) -> OpenedCase | None:
    """Open a case for a letter that is not filed yet, and log that it is made."""

    def step(opened: OpenedCase) -> OpenedCase:
        cases.looking(opened, deed(Logged.LETTER_MADE, opened.inbox, case=case_id))
        return opened

    return cases.attempt(case_id, step)


def hindered(cases: Cases, opened: OpenedCase, referral: Referral) -> Hindrance | None:
    """Say why a case may not be passed on like this, if that is so: see `hindrance`."""
    return hindrance(
        opened.inbox.inbox.root.channel,
        office_of(cases, opened),
        _consents(opened),
        referral,
        cases.here.clock.today(),
    )


def office_of(cases: Cases, opened: OpenedCase) -> Office:
    """Give the rules of the day on which a case was received."""
    return cases.here.profile.on(opened.case.received).office


def refer(cases: Cases, case_id: bytes, form_id: bytes, referral: Referral) -> Done:
    """File a letter to a centre as sent; `HinderedError` when it needs a consent nobody gave.

    The case's outcome becomes the one that waits for the centre's reply, where it has none.
    """
    filed_id = filed_id_of(cases, form_id, replace(referral, consent=b""))

    def step(opened: OpenedCase) -> Done:
        if opened.notebook.find_filed(filed_id) is not None:
            return Done.ALREADY
        hindering = hindered(cases, opened, referral)
        if hindering:
            raise HinderedError(hindering)
        today = cases.here.clock.today()
        consent = consent_for(_consents(opened), referral, today) or b""
        content = replace(referral, consent=consent)
        filed = _version(cases, filed_id, 1, content)
        _put(cases, opened, [(filed, filed_id)], Filing(Logged.FILED, _passed_on(cases, opened)))
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def remind(cases: Cases, where: Place, day: date) -> Done:
    """Note that a centre was reminded; twice on one day is once."""

    def reminded(content: Content) -> Content:
        if not isinstance(content, Referral) or day in content.reminded:
            return content
        return replace(content, reminded=(*content.reminded, day))

    return change(cases, where, reminded, Filing(Logged.FILED_CHANGED))


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
            (_version(cases, one, 1, _document(reply, file, where.filed)), one)
            for one, file in zip(ids, reply.files, strict=True)
        ]
        answered = replace(kept.content, replied=reply.day, reply=ids[0], unanswered="")
        referral = _version(cases, where.filed, where.version + 1, answered)
        row_id = secrets.token_bytes(ID_BYTES)
        _put(cases, opened, [*documents, (referral, row_id)], Filing(Logged.FILED_CHANGED))
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


def _consents(opened: OpenedCase) -> dict[bytes, Consent]:
    return {kept.filed_id: consent for kept, consent in opened.notebook.of_kind(Consent)}


def _passed_on(cases: Cases, opened: OpenedCase) -> Callable[[Registration], Registration]:
    """Set the outcome that waits for a reply, in a citizen's case that has none."""
    outcome = outcome_with_reply(office_of(cases, opened))
    is_citizens = opened.inbox.inbox.root.channel is Channel.CITIZEN

    def also(known: Registration) -> Registration:
        if known.enquiry.outcome or not outcome or not is_citizens:
            return known
        return replace(known, enquiry=replace(known.enquiry, outcome=outcome))

    return also


def outcome_with_reply(office: Office) -> str:
    """Give the outcome that waits for a centre's reply; empty where the profile has none."""
    return next((one.id for one in office.outcomes if one.closing is Closing.WITH_REPLY), "")


def _version(cases: Cases, filed_id: bytes, version: int, content: Content) -> Filed:
    now = cases.here.clock.now().replace(microsecond=0)
    return Filed(filed_id, version, cases.keyring.member_id, now, content)


def _deed(opened: OpenedCase, act: Logged, filed: Filed) -> Deed:
    about = {"case": opened.case.id, "item": filed.filed_id}
    return deed(act, opened.inbox, kind=filed.content.kind, **about)


def _put(
    cases: Cases, opened: OpenedCase, rows: Sequence[tuple[Filed, bytes]], how: Filing
) -> None:
    """Store versions of several filed things in one transaction: each with the id of its row."""
    new = {filed.filed_id: KeptFiled([filed], [row_id]) for filed, row_id in rows}
    others = [one for one in opened.notebook.all_filed if one.filed_id not in new]
    registration = how.also(told_by_dialogue(opened))
    now = [*others, *new.values()]
    registration = replace(registration, due=opened.notebook.dues(now, registration.due))
    deeds = [
        _deed(opened, Logged.FILED if filed.version == 1 else how.act, filed) for filed, _ in rows
    ]
    with cases.writing(opened, registration, *deeds, filed=now) as db:
        for filed, row_id in rows:
            seal_filed(opened.items, filed, row_id).insert(db)
            if isinstance(filed.content, Document):
                attachments.bind(db, [filed.content.file.attachment_id], opened.case.id)
