"""Queries of an inbox's records that belong to no case: of closed cases, and the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select, update

from whistle.storage import directory, removal, tables
from whistle.storage.rows import InboxRecordRow, RecordKind

_RECORD = tables.inbox_records.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ONE = InboxRecordRow.select(_RECORD.id == bindparam("id"))
_OF_KIND = InboxRecordRow.select(
    _RECORD.inbox_id == bindparam("inbox_id"), _RECORD.kind == bindparam("kind")
).order_by(_RECORD.id)
_NEXT = (
    InboxRecordRow.select(
        _RECORD.inbox_id == bindparam("inbox_id"),
        _RECORD.epoch < bindparam("key_epoch"),
        _RECORD.id > bindparam("after"),
    )
    .order_by(_RECORD.id)
    .limit(bindparam("most"))
)
_LOCK = (
    select(_RECORD.id, _RECORD.epoch)
    .where(_RECORD.id.in_(_IDS))
    .order_by(_RECORD.id)
    .with_for_update()
)
_RENEW = (
    update(tables.inbox_records)
    .where(_RECORD.id == bindparam("of"))
    .values(epoch=bindparam("new_epoch"), body=bindparam("new_body"))
)


def get(db: Connection, record_id: bytes) -> InboxRecordRow | None:
    """Give a record, if it is there."""
    return InboxRecordRow.first(db, _ONE, id=record_id)


def of_kind(db: Connection, inbox_id: bytes, kind: RecordKind) -> Sequence[InboxRecordRow]:
    """Give an inbox's records of a kind, in the order of their ids."""
    return InboxRecordRow.all(db, _OF_KIND, inbox_id=inbox_id, kind=kind)


def ids_of_kind(db: Connection, inbox_id: bytes, kind: RecordKind) -> Sequence[bytes]:
    """Give the ids of an inbox's records of a kind, in no order."""
    query = select(_RECORD.id).where(_RECORD.inbox_id == inbox_id, _RECORD.kind == kind)
    return db.execute(query).scalars().all()


def hold_kind(db: Connection, inbox_id: bytes, kind: RecordKind) -> set[bytes]:
    """Give the ids of an inbox's records of a kind; none is removed until this transaction ends."""
    query = select(_RECORD.id).where(_RECORD.inbox_id == inbox_id, _RECORD.kind == kind)
    return {*db.execute(query.order_by(_RECORD.id).with_for_update()).scalars()}


def insert(db: Connection, rows: Sequence[InboxRecordRow], epoch: int) -> None:
    """Store records of one inbox.

    Raises `DuplicateError` where an id is taken, `ConflictError` when ``epoch`` is not the inbox's
    newest any more.
    """
    if rows:
        directory.hold_epoch(db, rows[0].inbox_id, epoch)
        InboxRecordRow.insert_all(db, rows)


def remove(db: Connection, inbox_id: bytes, record_id: bytes) -> None:
    """Erase a record of an inbox, if it is there, and announce it."""
    removal.remove_record(db, _RECORD.id == record_id, _RECORD.inbox_id == inbox_id)


# -- under an inbox's new key ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Records of an inbox that are under a key before ``key_epoch``; from ``after`` on."""

    inbox_id: bytes
    key_epoch: int
    after: bytes = b""


def next_old(db: Connection, wanted: Wanted, most: int) -> Sequence[InboxRecordRow]:
    """Give the first records that are wanted, in the order of their ids."""
    told = {name: getattr(wanted, name) for name in Wanted.__slots__}
    return InboxRecordRow.all(db, _NEXT, **told, most=most)


def renew(
    db: Connection, renewed: Sequence[tuple[InboxRecordRow, InboxRecordRow]], epoch: int
) -> int:
    """Bring records of one inbox, old and new, under its new key; give how many.

    What was removed or renewed since it was read is left as it is. Raises `ConflictError` when
    ``epoch`` is not the inbox's newest any more.
    """
    directory.hold_epoch(db, renewed[0][0].inbox_id, epoch)
    there = {tuple(row) for row in db.execute(_LOCK, {"ids": [old.id for old, _ in renewed]})}
    values = [
        {"of": new.id, "new_epoch": new.epoch, "new_body": new.body}
        for old, new in renewed
        if (old.id, old.epoch) in there
    ]
    if values:
        db.execute(_RENEW, values)
    return len(values)


def count(db: Connection, inbox_id: bytes, key_epoch: int = 0) -> int:
    """Count an inbox's records that are under its key of an epoch, or under any."""
    query = select(func.count()).where(_RECORD.inbox_id == inbox_id, _RECORD.epoch >= key_epoch)
    return db.execute(query).scalar_one()
