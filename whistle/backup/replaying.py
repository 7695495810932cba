"""Deleting again what was deleted after a copy was made: a restore brings nothing of it back.

Only what is gone for good is deleted again. A registration is in the deletion log when its case was
handed over; what took its place is not in the copy, and without it and its keys nobody could work
on the case. So these cases are told, for people to hand over again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, select

from whistle.backup.deletions import Removed
from whistle.storage import removal, tables
from whistle.storage.digests import Kind, item_digest
from whistle.storage.log_tables import removed_rows
from whistle.storage.removal import RemovedRow
from whistle.storage.rows import ItemRow
from whistle.storage.sealed_rows import SealedRow
from whistle.storage.tables import ID_BYTES

AGAIN = frozenset({Kind.ITEM, Kind.ATTACHMENT})
REPLACED = frozenset({Kind.REGISTRATION, Kind.KEYS, Kind.REPORTER_KEYS})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did. ``moved``: ids of cases that had been handed over since the copy."""

    deleted: int
    moved: tuple[bytes, ...]


def replay(db: Connection, removed: Sequence[Removed]) -> Replayed:
    """Delete the rows that are there again, and announce it for the log's next batch."""
    before = _rows(db)
    for row in removed:
        if row.kind == Kind.ITEM:
            _remove_item(db, row)
        elif row.kind == Kind.ATTACHMENT:
            _remove_file(db, row)
    return Replayed(before - _rows(db), _moved(db, removed))


def _remove_item(db: Connection, item: Removed) -> None:
    """Delete an item; not another one that was written under its id later."""
    column = tables.items.c
    this_one = (column.case_id == item.key[:ID_BYTES], column.id == item.key[ID_BYTES:])
    row = ItemRow.first(db, ItemRow.select(*this_one))
    if row and item_digest(row) == item.digest:
        removal.remove_items(db, *this_one)


def _remove_file(db: Connection, file: Removed) -> None:
    """Delete a file with its chunks; what the log does not know of it needs no announcing."""
    state, column = SealedRow.table.c, tables.attachments.c
    query = SealedRow.select(state.kind == file.kind, state.key == file.key)
    known = SealedRow.first(db, query)
    gone = db.execute(delete(tables.attachments).where(column.id == file.key)).rowcount
    if gone and known:
        RemovedRow(known.kind, known.key, known.progress, known.digest, file.day).insert(db)


def _rows(db: Connection) -> int:
    return sum(
        db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (tables.items, tables.attachments)
    )


def _moved(db: Connection, removed: Sequence[Removed]) -> tuple[bytes, ...]:
    column, case_id = removed_rows.c, tables.cases.c.id
    query = select(column.key, func.max(column.day)).where(column.kind == Kind.REGISTRATION)
    known: dict[bytes, date] = dict(db.execute(query.group_by(column.key)).all())
    later = {
        row.key
        for row in removed
        if row.kind == Kind.REGISTRATION and (row.key not in known or known[row.key] < row.day)
    }
    return tuple(sorted(later & set(db.execute(select(case_id)).scalars())))
