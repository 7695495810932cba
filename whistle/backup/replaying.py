"""Deleting again what was deleted after a copy was made: a restore brings nothing of it back.

Only what is gone for good is deleted again: items, files, anonymised records and whole cases. A
registration is in the deletion log when its case was handed over; what took its place is not in the
copy, and without it and its keys nobody could work on the case. So these cases are told, for people
to hand over again. An identity is deleted, as it may have been withdrawn; where it was only
changed, the new one is lost, so that is told as well. A reason stands in its registration, which
nothing here opens: it is noted, told, and erased when somebody next opens the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from whistle.backup.deletions import Removed
from whistle.keys.cases import Compartment
from whistle.storage import erasing, removal, tables
from whistle.storage.digests import Kind, item_digest
from whistle.storage.log_tables import removed_rows
from whistle.storage.removal import RemovedRow
from whistle.storage.rows import InboxKeysRow, ItemRow
from whistle.storage.sealed_rows import SealedRow
from whistle.storage.tables import ID_BYTES

AGAIN = frozenset({Kind.ITEM, Kind.ATTACHMENT, Kind.RECORD})
REPLACED = frozenset({Kind.REGISTRATION, Kind.KEYS, Kind.REPORTER_KEYS})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did, with ids of cases.

    ``moved``: those that had been handed over since the copy; ``identities``: those whose reporter
    had changed or withdrawn who they are; ``reasons``: those that a reason was erased from.
    """

    deleted: int
    moved: tuple[bytes, ...] = ()
    identities: tuple[bytes, ...] = ()
    reasons: tuple[bytes, ...] = ()


def replay(db: Connection, removed: Sequence[Removed]) -> Replayed:
    """Delete the rows that are there again, and announce it for the log's next batch."""
    before, identities = _rows(db), set()
    for row in removed:
        if row.kind == Kind.ITEM:
            if _remove_item(db, row) == Compartment.IDENTITY:
                identities.add(row.key[:ID_BYTES])
        elif row.kind == Kind.ATTACHMENT:
            _remove_file(db, row)
        elif row.kind == Kind.RECORD:
            _remove_record(db, row)
        elif row.kind == Kind.KEYS:  # said of cases alone that were erased
            _remove_case(db, row)
    deleted, moved = before - _rows(db), _moved(db, removed)
    return Replayed(deleted, moved, tuple(sorted(identities)), _reasons(db, removed))


def _remove_item(db: Connection, item: Removed) -> str | None:
    """Delete an item; give its compartment. Not another one that was written under its id later."""
    column = tables.items.c
    this_one = (column.case_id == item.key[:ID_BYTES], column.id == item.key[ID_BYTES:])
    row = ItemRow.first(db, ItemRow.select(*this_one))
    if row is None or item_digest(row) != item.digest:
        return None
    removal.remove_items(db, *this_one)
    return row.compartment


def _remove_file(db: Connection, file: Removed) -> None:
    """Delete a file with its chunks; what the log does not know of it needs no announcing."""
    state, column = SealedRow.table.c, tables.attachments.c
    query = SealedRow.select(state.kind == file.kind, state.key == file.key)
    known = SealedRow.first(db, query)
    gone = db.execute(delete(tables.attachments).where(column.id == file.key)).rowcount
    if gone and known:
        RemovedRow(known.kind, known.key, known.progress, known.digest, file.day).insert(db)


def _remove_record(db: Connection, record: Removed) -> None:
    """Delete an anonymised record, whichever key it was under then.

    Its case, closed in the copy, is given another one when somebody opens it.
    """
    removal.remove_record(db, tables.inbox_records.c.id == record.key)


def _remove_case(db: Connection, keys: Removed) -> None:
    """Delete what is left of a case that was erased."""
    row = InboxKeysRow.first(db, InboxKeysRow.select(tables.inbox_keys.c.case_id == keys.key))
    if row is not None:
        erasing.erase_case(db, row)


def _rows(db: Connection) -> int:
    return sum(
        db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (tables.items, tables.attachments, tables.inbox_records)
    )


def _moved(db: Connection, removed: Sequence[Removed]) -> tuple[bytes, ...]:
    column, case_id = removed_rows.c, tables.cases.c.id
    query = select(column.key, column.digest).where(column.kind == Kind.REGISTRATION)
    known = {(key, digest) for key, digest in db.execute(query)}
    later = {
        row.key
        for row in removed
        if row.kind == Kind.REGISTRATION and (row.key, row.digest) not in known
    }
    return tuple(sorted(later & set(db.execute(select(case_id)).scalars())))


def _reasons(db: Connection, removed: Sequence[Removed]) -> tuple[bytes, ...]:
    """Note the reasons that are back, to be erased again; give their cases."""
    column = removed_rows.c
    query = select(column.key).where(column.kind == removal.REASON)
    known = set(db.execute(query).scalars())
    there = set(db.execute(select(tables.cases.c.id)).scalars())
    back = [
        row
        for row in removed
        if row.kind in {removal.REASON, removal.REASON_IS_BACK}
        and row.key not in known
        and row.key[:ID_BYTES] in there
    ]
    for row in back:
        removal.remove_reason(db, row.key[:ID_BYTES], row.digest, removal.REASON_IS_BACK)
    return tuple(sorted({row.key[:ID_BYTES] for row in back}))
