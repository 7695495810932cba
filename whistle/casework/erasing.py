"""Deleting at once and for good what is clearly irrelevant, and closed cases as a whole.

Directive 2019/1937, art. 17: data that are manifestly not relevant are deleted without undue delay.
Nothing here can be undone, so each act needs the page that shows what goes.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases, OpenedCase, dues_with_texts, told_by_dialogue
from whistle.casework.keeping import check_case, check_thing
from whistle.domain.approval import About
from whistle.domain.erasing import WORDLESS, Early, Erased, Reason
from whistle.domain.filed import Referral
from whistle.domain.logged import Logged
from whistle.domain.registration import Override, Rule
from whistle.keys.erased_reasons import reason_digest
from whistle.keys.filed import Filed, KeptFiled, seal_filed
from whistle.keys.notes import KeptNote
from whistle.keys.records import Message, Registration
from whistle.storage import cases as held
from whistle.storage import casework as queries
from whistle.storage import erasing, removal
from whistle.storage.errors import ConflictError
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES


class Kind(StrEnum):
    """What can be erased: of the dialogue a message or one file, and whatever is in the case.

    `REASON`: one that somebody wrote, among the registration's overrides.
    """

    MESSAGE = "message"
    FILE = "file"
    NOTE = "note"
    FILED = "filed"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be erased.

    ``item``, 16 bytes: a message's row, a file's attachment, a note, or something filed; of reasons
    which one, counted from 0. ``version``: which one the page showed, see `Found.version`.
    """

    case: bytes
    kind: Kind
    item: bytes
    version: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a target is: a message, with the id of its row; a note, something filed, or a reason.

    ``version``: of a note or something filed, or of the registration that has the reason. Messages
    never change: 0.
    """

    row_id: bytes = b""
    message: Message | None = None
    note: KeptNote | None = None
    filed: KeptFiled | None = None
    reason: Override | None = None
    version: int = 0


def find(opened: OpenedCase, target: Target) -> Found | None:
    """Find something that can be erased; none where it is gone, or says nothing."""
    if target.kind is Kind.NOTE:
        note = opened.notebook.find(target.item)
        return Found(note=note, version=note.newest.version) if note else None
    if target.kind is Kind.FILED:
        filed = opened.notebook.find_filed(target.item)
        return Found(filed=filed, version=filed.newest.version) if filed else None
    if target.kind is Kind.REASON:
        reasons, index = opened.registration.enquiry.overrides, int.from_bytes(target.item)
        known = index < len(reasons)
        return Found(reason=reasons[index], version=opened.version) if known else None
    for row_id, message in opened.items.dialogue_rows(opened.stored.items):
        if target.kind is Kind.MESSAGE and row_id == target.item and says_something(message):
            return Found(row_id, message)
        files = {one.attachment_id for one in message.files}
        if target.kind is Kind.FILE and target.item in files:
            return Found(row_id, message)
    return None


def says_something(message: Message) -> bool:
    """Whether there is anything in a message that could be irrelevant."""
    how = message.about.how if message.about else ""
    return bool(message.text or message.files or message.answers or how)


def erase(cases: Cases, target: Target, reason: Reason) -> Done:
    """Erase something with its files; `Done.ALREADY` where it is gone.

    `Done.CHANGED` where it is no longer what the page showed: nothing is erased unread. In the
    dialogue a line stays in its place, which the reporter sees as well. Raises `KeptError`.
    """

    def step(opened: OpenedCase) -> Done:
        found = find(opened, target)
        if found is None:
            return Done.ALREADY
        if found.version != target.version:
            return Done.CHANGED
        check_thing(opened, target.item if found.filed else b"")
        erasing_it = _erasing(cases, opened, target, found, reason)
        which = {"case": target.case}
        if target.kind is not Kind.REASON:  # which has no id
            which["item"] = target.item
        done = deed(Logged.CONTENT_ERASED, opened.inbox, kind=target.kind, reason=reason, **which)
        filed = erasing_it.filed
        with cases.writing(opened, erasing_it.registration, done, filed=filed) as db:
            erasing_it.write(db)
        return Done.YES

    done = cases.attempt(target.case, step) or Done.CLOSED_TO_YOU
    if done is Done.YES:
        erasing.empty_log(cases.here.store)
    return done


@dataclass(frozen=True, slots=True)
class _Erasing:
    """What it writes; ``filed``: what is filed afterwards, where that is changed."""

    registration: Registration
    write: Callable[[Connection], None]
    filed: Sequence[KeptFiled] | None = None


def _erasing(
    cases: Cases, opened: OpenedCase, target: Target, found: Found, reason: Reason
) -> _Erasing:
    if found.message:
        erased = Erased(cases.here.clock.today(), reason, file=target.kind is Kind.FILE)
        rest = _without(found.message, target, erased)
        return _rewriting(opened, found.row_id, found.message, rest)
    if found.reason:
        return _erasing_reason(cases, opened, found.reason)
    known, case_id = told_by_dialogue(opened), target.case
    row_ids = found.note.row_ids if found.note else ()
    attachment_ids: frozenset[bytes] = frozenset()
    others = None
    if found.filed:
        others = [one for one in opened.notebook.all_filed if one is not found.filed]
        known = replace(known, due=opened.notebook.dues(others, known.due))
        row_ids, attachment_ids = found.filed.row_ids, found.filed.attachment_ids

    def write(db: Connection) -> None:
        queries.delete_items(db, case_id, row_ids)
        erasing.erase_files(db, case_id, attachment_ids)

    return _Erasing(known, write, others)


def _erasing_reason(cases: Cases, opened: OpenedCase, gone: Override) -> _Erasing:
    """Take a reason out of the registration, and its words out of the letters that repeat them.

    A letter that nobody waits for any more stays one: its reason has no words then.
    """
    known, case_id = told_by_dialogue(opened), opened.case.id
    overrides = tuple(one for one in known.enquiry.overrides if one is not gone)
    known = replace(known, enquiry=replace(known.enquiry, overrides=overrides))
    digest = reason_digest(opened.items, gone)
    if gone.rule is not Rule.UNANSWERED:
        return _Erasing(known, lambda db: removal.remove_reason(db, case_id, digest))
    now, me = cases.here.clock.now().replace(microsecond=0), cases.keyring.member_id
    row_ids: list[bytes] = []
    rows: list[ItemRow] = []
    filed: list[KeptFiled] = []
    for one in opened.notebook.filed:
        told = _telling(one, gone.reason)
        row_ids += told
        if isinstance(one.content, Referral) and one.row_ids[-1] in told:
            rest = replace(one.content, unanswered=WORDLESS)
            version = Filed(one.filed_id, one.newest.version + 1, me, now, rest)
            rows.append(seal_filed(opened.items, version, secrets.token_bytes(ID_BYTES)))
            filed.append(KeptFiled([version], [rows[-1].id]))
        else:
            filed.append(one)

    def write(db: Connection) -> None:
        removal.remove_reason(db, case_id, digest)
        queries.delete_items(db, case_id, row_ids)
        ItemRow.insert_all(db, rows)

    return _Erasing(known, write, filed)


def _telling(kept: KeptFiled, reason: str) -> list[bytes]:
    """Give the rows of a letter's versions that say why its reply is not waited for."""
    return [
        row_id
        for one, row_id in zip(kept.versions, kept.row_ids, strict=True)
        if isinstance(one.content, Referral) and one.content.unanswered == reason
    ]


def _rewriting(opened: OpenedCase, row_id: bytes, before: Message, rest: Message) -> _Erasing:
    """Put what is left of a message in its place, under another id."""
    case_id = opened.case.id
    line = opened.items.message(rest, item_id=secrets.token_bytes(ID_BYTES))
    kept = {one.attachment_id for one in rest.files}
    gone = {one.attachment_id for one in before.files} - kept

    def write(db: Connection) -> None:
        queries.delete_items(db, case_id, [row_id])
        erasing.erase_files(db, case_id, gone)
        queries.insert_message(db, line)

    rows = opened.items.dialogue_rows(opened.stored.items)
    left = [rest if known == row_id else message for known, message in rows]
    registration = told_by_dialogue(opened)
    registration = replace(registration, due=dues_with_texts(registration.due, left))
    return _Erasing(registration, write)


def _without(message: Message, target: Target, erased: Erased) -> Message:
    """Give a message without a file, or without all that it said.

    What it did stays: that a case was closed, or that somebody told who they are. Its digest goes,
    as it tells the content to whoever can guess it. A version of a text says by its fingerprint of
    before which one it was, so that what was sent stays sent: without the digest it tells nothing.
    """
    which = About(message.fingerprint) if message.put and not message.about else message.about
    gone = replace(message, digest=b"", erased=(*message.erased, erased), about=which)
    if target.kind is Kind.FILE:
        rest = tuple(one for one in message.files if one.attachment_id != target.item)
        return replace(gone, files=rest)
    put = replace(message.put, recipient="") if message.put else None
    about = replace(which, how="") if which else None
    return replace(gone, text="", files=(), answers={}, put=put, about=about)


# -- a whole case ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page showed when it was decided: the registration's version, and how many messages.

    Whatever came since is not erased unread.
    """

    version: int
    messages: int


def erase_case(cases: Cases, case_id: bytes, seen: Seen, early: Early | None = None) -> Done:
    """Erase a closed case with all its rows, in one transaction.

    `Done.TOO_LATE` where it is open; `Done.CHANGED` where something happened since ``seen``. The
    anonymised record stays, and so does the used lookup of the receipt. Raises `KeptError`:
    ``early`` is why it goes before its day.
    """

    def step(opened: OpenedCase) -> Done:
        if opened.case.is_open:
            return Done.TOO_LATE
        if Seen(opened.version, len(opened.messages)) != seen:
            return Done.CHANGED
        why = check_case(cases, opened, early)
        about = {"case": case_id} | ({"reason": why} if why else {})
        done = deed(Logged.CASE_ERASED, opened.inbox, **about)
        with cases.log.write(done) as db:
            queries.hold(db, opened.stored.keys)
            _check_unchanged(db, opened)
            erasing.erase_case(db, opened.stored.keys)
        return Done.YES

    done = cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    if done is Done.YES:
        erasing.empty_log(cases.here.store)
    return done


def _check_unchanged(db: Connection, opened: OpenedCase) -> None:
    """Raise `ConflictError` when the case is no longer what was read; nobody else writes now."""
    now = queries.get_case(db, opened.case.id)
    if now is None or now.case.is_open:
        raise ConflictError("the case was erased, or opened again")
    if held.count_messages(db, opened.case.id) != len(opened.messages):
        raise ConflictError("something was written meanwhile")
    if queries.registration_version(db, opened.case.id) != opened.version:
        raise ConflictError("somebody else changed the registration first")
