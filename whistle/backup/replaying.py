"""Deleting again what was deleted after a copy was made: a restore brings nothing of it back.

Only what is gone for good is deleted again. Keys and registrations that are in the deletion log
were replaced when a case was handed over; what took their place is not in the copy, and without
them nobody could open the case. So these cases are counted, for people to hand over again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Delete, delete, insert, select

from whistle.backup.deletions import Removed
from whistle.storage import tables
from whistle.storage.log_tables import removed_rows
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did. ``moved``: ids of cases that had been handed over since the copy."""

    deleted: int
    moved: tuple[bytes, ...]


def replay(db: Connection, removed: tuple[Removed, ...]) -> Replayed:
    """Delete the rows that are there again, and announce it for the log's next batch."""
    column = removed_rows.c
    announced = {(row.kind, row.key) for row in db.execute(select(column.kind, column.key))}
    deleted, moved = 0, set()
    for row in removed:
        if (row.kind, row.key) in announced:
            continue
        if row.kind in _AGAIN:
            if db.execute(_AGAIN[row.kind](row.key)).rowcount:
                deleted += 1
            db.execute(insert(removed_rows).values(kind=row.kind, key=row.key, day=row.day))
        elif row.kind in _REPLACED:
            moved.add(row.key[:ID_BYTES])
    known = select(tables.cases.c.id)
    return Replayed(deleted, tuple(sorted(moved & set(db.execute(known).scalars()))))


def _item(key: bytes) -> Delete:
    column = tables.items.c
    return delete(tables.items).where(column.case_id == key[:ID_BYTES], column.id == key[ID_BYTES:])


def _attachment(key: bytes) -> Delete:
    return delete(tables.attachments).where(tables.attachments.c.id == key)


_AGAIN: Mapping[str, Callable[[bytes], Delete]] = {"item": _item, "attachment": _attachment}
_REPLACED = frozenset({"keys", "registration"})
