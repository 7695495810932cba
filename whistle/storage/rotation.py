"""Queries for bringing an inbox's cases under its new key, a batch at a time.

Its records come under it as well (`whistle.storage.inbox_records`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)

from whistle.storage import directory, inbox_records, tables
from whistle.storage.rows import InboxKeysRow, ItemRow, RegistrationRow, ReporterKeysRow

_GRANTS = (tables.grants, tables.recovery_grants)
_KEYS, _ITEM, _CASE = tables.inbox_keys.c, tables.items.c, tables.cases.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OLDEST = (
    select(tables.grants.c.inbox_id, func.min(tables.grants.c.epoch))
    .where(tables.grants.c.member_id == bindparam("member_id"))
    .group_by(tables.grants.c.inbox_id)
)
_NEXT = (
    InboxKeysRow.select(
        _KEYS.inbox_id == bindparam("inbox_id"),
        _KEYS.epoch == bindparam("epoch"),
        _KEYS.case_id > bindparam("after"),
        _KEYS.case_id <= bindparam("last"),
    )
    .order_by(_KEYS.case_id)
    .limit(bindparam("most"))
)
_REGISTRATIONS = RegistrationRow.select(tables.registrations.c.case_id.in_(_IDS))
_MESSAGES = ItemRow.select(_ITEM.case_id.in_(_IDS), _ITEM.compartment == "dialogue")
_COUNTS = (
    select(_ITEM.case_id, func.count())
    .where(_ITEM.case_id.in_(_IDS), _ITEM.compartment == "dialogue")
    .group_by(_ITEM.case_id)
)
_FOR_REPORTER = (
    select(tables.reporter_keys.c.case_id, func.max(tables.reporter_keys.c.generation))
    .where(tables.reporter_keys.c.case_id.in_(_IDS))
    .group_by(tables.reporter_keys.c.case_id)
)
_LOCK = (
    select(_CASE.id).where(_CASE.id.in_(_IDS)).order_by(_CASE.id).with_for_update(key_share=True)
)
_STATES = select(
    _KEYS.case_id, _KEYS.inbox_id, _KEYS.epoch, _KEYS.generation, _KEYS.in_vault
).where(_KEYS.case_id.in_(_IDS))
_VERSIONS = select(tables.registrations.c.case_id, tables.registrations.c.version).where(
    tables.registrations.c.case_id.in_(_IDS)
)
_NEW_KEYS = (
    update(tables.inbox_keys)
    .where(_KEYS.case_id == bindparam("of_case"))
    .values(
        epoch=bindparam("new_epoch"),
        generation=bindparam("new_generation"),
        body=bindparam("new_body"),
    )
)
_NEW_REGISTRATION = (
    update(tables.registrations)
    .where(tables.registrations.c.case_id == bindparam("of_case"))
    .values(body=bindparam("new_body"))
)


@dataclass(frozen=True, slots=True)
class OldCase:
    """What there is of a case under an older key; ``messages``: all of its dialogue.

    ``for_reporter``: the newest generation that is sealed to its reporter, if any is.
    """

    keys: InboxKeysRow
    registration: RegistrationRow | None
    messages: Sequence[ItemRow]
    for_reporter: int | None = None


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The rows that bring a case under the new key. ``registration`` keeps its version."""

    keys: InboxKeysRow
    registration: RegistrationRow | None
    reporter: ReporterKeysRow | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cases and records of an inbox are under its newest key, of how many."""

    done: int
    total: int


def oldest_grants(db: Connection, member_id: bytes) -> Mapping[bytes, int]:
    """Give the oldest epoch that a member holds a grant for, by inbox."""
    return _pairs(db, _OLDEST, member_id=member_id)


def progress(db: Connection, inbox_id: bytes, key_epoch: int) -> Progress:
    """Count an inbox's cases and records, and those sealed for its key of ``key_epoch``."""
    count = select(func.count()).where(_KEYS.inbox_id == inbox_id)
    total = db.execute(count).scalar_one()
    done = db.execute(count.where(_KEYS.epoch >= key_epoch)).scalar_one()
    return Progress(
        done + inbox_records.count(db, inbox_id, key_epoch),
        total + inbox_records.count(db, inbox_id),
    )


def old_epochs(db: Connection, inbox_id: bytes, key_epoch: int) -> list[int]:
    """Give the epochs of older keys for which an inbox has cases, the oldest first."""
    query = select(_KEYS.epoch).where(_KEYS.inbox_id == inbox_id, _KEYS.epoch < key_epoch)
    return list(db.execute(query.distinct().order_by(_KEYS.epoch)).scalars())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Cases of an inbox that are sealed for an epoch, by their ids.

    From ``after``, which is not among them, to ``last``, which is.
    """

    inbox_id: bytes
    epoch: int
    after: bytes
    last: bytes


def next_cases(db: Connection, wanted: Wanted, most: int) -> list[OldCase]:
    """Give the first cases that are wanted, in the order of their ids."""
    told = {name: getattr(wanted, name) for name in Wanted.__slots__}
    keys = InboxKeysRow.all(db, _NEXT, **told, most=most)
    ids = [row.case_id for row in keys]
    if not ids:
        return []
    registrations = {row.case_id: row for row in RegistrationRow.all(db, _REGISTRATIONS, ids=ids)}
    messages = defaultdict(list)
    for item in ItemRow.all(db, _MESSAGES, ids=ids):
        messages[item.case_id].append(item)
    newest = _pairs(db, _FOR_REPORTER, ids=ids)
    found = ((row, row.case_id) for row in keys)
    return [
        OldCase(row, registrations.get(case_id), messages[case_id], newest.get(case_id))
        for row, case_id in found
    ]


def renew(db: Connection, renewed: Sequence[tuple[OldCase, NewKeys]]) -> int:
    """Bring cases of one inbox under its new key; give how many.

    A case to which anything happened since it was read is left as it is: its message, answer or
    hand-over must not be lost. Raises `ConflictError` when the inbox has a newer epoch.
    """
    first = renewed[0][1].keys
    directory.hold_epoch(db, first.inbox_id, first.epoch)
    ids = [old.keys.case_id for old, _ in renewed]
    db.execute(_LOCK, {"ids": ids}).all()
    states = {tuple(row) for row in db.execute(_STATES, {"ids": ids})}
    counts = _pairs(db, _COUNTS, ids=ids)
    versions = _pairs(db, _VERSIONS, ids=ids)
    unchanged = [
        new
        for old, new in renewed
        if _state(old.keys) in states
        and counts.get(old.keys.case_id, 0) == len(old.messages)
        and versions.get(old.keys.case_id) == (old.registration and old.registration.version)
    ]
    if unchanged:
        _write(db, unchanged)
    return len(unchanged)


def _state(keys: InboxKeysRow) -> tuple[bytes, bytes, int, int, bool]:
    """Give what changes when a case is opened, moved or renewed.

    The body alone changes when a new receipt is noted. That tells nothing new: the message that
    brought it was read, or the number of messages tells that it was not.
    """
    return (keys.case_id, keys.inbox_id, keys.epoch, keys.generation, keys.in_vault)


def _write(db: Connection, renewed: Sequence[NewKeys]) -> None:
    keys = [
        {
            "of_case": new.keys.case_id,
            "new_epoch": new.keys.epoch,
            "new_generation": new.keys.generation,
            "new_body": new.keys.body,
        }
        for new in renewed
    ]
    db.execute(_NEW_KEYS, keys)
    rows = [new.registration for new in renewed if new.registration]
    if rows:
        bodies = [{"of_case": row.case_id, "new_body": row.body} for row in rows]
        db.execute(_NEW_REGISTRATION, bodies)
    ReporterKeysRow.insert_all(db, [new.reporter for new in renewed if new.reporter])


def has_spare_grants(db: Connection, inbox_id: bytes, key_epoch: int) -> bool:
    """Say whether there is anything to forget: see `forget_old_grants`."""
    for table in _GRANTS:
        query = select(table.c.epoch).where(*_spare(table, inbox_id, key_epoch)).limit(1)
        if db.execute(query).first():
            return True
    return False


def forget_old_grants(db: Connection, inbox_id: bytes, key_epoch: int) -> None:
    """Delete members' and trustees' grants of older keys' epochs that nothing needs any more."""
    db.execute(select(tables.inboxes.c.id).where(tables.inboxes.c.id == inbox_id).with_for_update())
    for table in _GRANTS:
        db.execute(delete(table).where(*_spare(table, inbox_id, key_epoch)))


def _spare(table: Table, inbox_id: bytes, key_epoch: int) -> tuple[ColumnElement[bool], ...]:
    column, record = table.c, tables.inbox_records.c
    answer = tables.satisfaction_answers.c
    return (
        column.inbox_id == inbox_id,
        column.epoch < key_epoch,
        column.epoch.not_in(select(_KEYS.epoch).where(_KEYS.inbox_id == inbox_id)),
        column.epoch.not_in(select(record.epoch).where(record.inbox_id == inbox_id)),
        column.epoch.not_in(select(answer.epoch).where(answer.inbox_id == inbox_id)),
    )


def _pairs(db: Connection, query: Select[bytes, int], **parameters: Any) -> dict[bytes, int]:
    return dict(db.execute(query, parameters).all())
