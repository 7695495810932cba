"""Recusal: a case goes to the reserve under new keys, and may be handed back.

Who may not deal with a case (forvaltningsloven § 3) is kept out by keys: whatever is written from
then on is sealed to the reserve and the reporter. What was opened before stays known.
"""

import secrets
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection

from whistle.audit.log import Deed
from whistle.casework.acts import Done
from whistle.casework.anonymising import leave
from whistle.casework.cases import Cases, OpenedCase, erase_deleted, told_by_dialogue
from whistle.crypto.errors import DirectoryInboxError
from whistle.domain.channel import Act, InboxKind, Side
from whistle.domain.logged import Logged
from whistle.domain.recusal import Ground
from whistle.keys.cases import hand_over
from whistle.keys.directory import TrustedInbox
from whistle.keys.records import Message
from whistle.keys.recusals import Recusal, seal_recusal
from whistle.storage import cases as held
from whistle.storage import casework as queries
from whistle.storage import directory
from whistle.storage.errors import ConflictError
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Declaration:
    """Who is left out of a case, and why.

    ``member``: 16 bytes. ``seen``: how many messages the page showed when it was decided.
    """

    member: bytes
    ground: Ground
    text: str
    seen: int


def recuse(cases: Cases, case_id: bytes, declared: Declaration) -> Done:
    """Pass a case to its door's reserve; `Done.CHANGED` when something is yet to be read.

    `Done.ALREADY` for a case that lies with the reserve, and for one whose door has none.
    """

    def step(opened: OpenedCase) -> Done:
        target = reserve_of(cases, opened)
        if target is None:
            return Done.ALREADY
        if len(opened.messages) != declared.seen:
            return Done.CHANGED
        now = cases.here.clock.now().replace(microsecond=0)
        recusal = Recusal(
            cases.keyring.member_id, declared.member, declared.ground, declared.text, now
        )
        _move(cases, opened, target, recusal)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def hand_back(cases: Cases, case_id: bytes, text: str, seen: int) -> Done:
    """Give a case back that was passed to the reserve; `Done.ALREADY` when it was not.

    A report that its reporter sent to the reserve never leaves it.
    """

    def step(opened: OpenedCase) -> Done:
        recusal = recusal_of(opened)
        if recusal is None:
            return Done.ALREADY
        if len(opened.messages) != seen:
            return Done.CHANGED
        target = cases.here.directory.inbox(opened.inbox.inbox.root.channel, InboxKind.MAIN)
        now = cases.here.clock.now().replace(microsecond=0)
        lifted = replace(
            recusal, author=cases.keyring.member_id, text=text, written=now, lifted=True
        )
        _move(cases, opened, target, lifted)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def recusal_of(opened: OpenedCase) -> Recusal | None:
    """Give the recusal that brought a case to the reserve; none where it came by itself."""
    if opened.inbox.inbox.root.kind is InboxKind.MAIN or not opened.notebook.recusals:
        return None
    newest = opened.notebook.recusals[-1]
    return None if newest.lifted else newest


def reserve_of(cases: Cases, opened: OpenedCase) -> TrustedInbox | None:
    """Give the inbox that a case can be passed to; none for one that lies there already."""
    root = opened.inbox.inbox.root
    if root.kind is InboxKind.RESERVE:
        return None
    try:
        return cases.here.directory.inbox(root.channel, InboxKind.RESERVE)
    except DirectoryInboxError:
        return None


class _Written(NamedTuple):
    """What is written with the keys that the case had: the reason, and a line for the reporter."""

    reason: ItemRow
    line: ItemRow


def _move(cases: Cases, opened: OpenedCase, target: TrustedInbox, recusal: Recusal) -> None:
    """Give a case to another inbox in one transaction. Whoever gets it has everything to read.

    The entry is sealed to the inbox that the case leaves.
    """
    left = leave(opened.inbox, replace(told_by_dialogue(opened), seen=0))
    moved = hand_over(target, opened.case.id, opened.items.keys, left.registration)
    written = _write(cases, opened, recusal)
    with cases.log.write(_passed_on(opened, target, recusal)) as db:
        opened.settle(db)
        queries.hold(db, opened.stored.keys)
        _check_unchanged(db, cases, opened, target)
        erase_deleted(db, opened)
        left.write(db)
        written.reason.insert(db)
        queries.insert_message(db, written.line)
        queries.hand_over(db, opened.stored.keys, moved.inbox_keys, moved.reporter_keys)


def _passed_on(opened: OpenedCase, target: TrustedInbox, recusal: Recusal) -> Deed:
    about = {"case": opened.case.id.hex(), "inbox": target.inbox_id.hex()}
    if recusal.lifted:
        return Deed(Logged.HANDED_BACK, about, opened.inbox)
    return Deed(Logged.RECUSED, {**about, "member": recusal.member.hex()}, opened.inbox)


def _write(cases: Cases, opened: OpenedCase, recusal: Recusal) -> _Written:
    act = Act.TO_MAIN if recusal.lifted else Act.TO_RESERVE
    today = cases.here.clock.today()
    line = Message(Side.CASEWORK, today, position=len(opened.messages), text="", act=act)
    return _Written(
        seal_recusal(opened.items, recusal, secrets.token_bytes(ID_BYTES)),
        opened.items.message(line, item_id=secrets.token_bytes(ID_BYTES)),
    )


def _check_unchanged(
    db: Connection, cases: Cases, opened: OpenedCase, target: TrustedInbox
) -> None:
    """Raise `ConflictError` when the case or the keys of ``target`` are no longer what was read."""
    if held.count_messages(db, opened.case.id) != len(opened.messages):
        raise ConflictError("something was written meanwhile")
    if queries.registration_version(db, opened.case.id) != opened.version:
        raise ConflictError("somebody else changed the registration first")
    if directory.newest_epoch(db, target.inbox_id) != target.epoch:
        cases.here.directory.refresh()
        raise ConflictError("the inbox has new keys")
