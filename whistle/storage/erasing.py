"""Queries that erase for good: files with their chunks, and whole cases with everything they have.

What goes is announced in the same transaction (`whistle.storage.removal`), or the log shows it as
missing. SQLite overwrites what it deletes (``secure_delete``); copies of it in the write-ahead log
go with `empty_log`, or in the night.
"""

from collections.abc import Collection
from contextlib import closing, suppress
from sqlite3 import OperationalError

from sqlalchemy import Connection, delete, select

from whistle.storage import removal, tables
from whistle.storage.digests import (
    Kind,
    attachment_digest,
    presence_digest,
    show_generation,
)
from whistle.storage.engine import Store, day_of, is_sqlite
from whistle.storage.errors import ConflictError
from whistle.storage.removal import RemovedRow
from whistle.storage.rows import AttachmentRow, InboxKeysRow

_file, _chunk = tables.attachments.c, tables.chunks.c


def erase_files(db: Connection, case_id: bytes, attachment_ids: Collection[bytes]) -> None:
    """Erase files of a case with all their chunks; those that are not there are none."""
    if not attachment_ids:
        return
    rows = AttachmentRow.all(
        db, AttachmentRow.select(_file.case_id == case_id, _file.id.in_(attachment_ids))
    )
    day = day_of(db)
    for row in rows:
        digest = _digest(db, row)
        db.execute(delete(tables.attachments).where(_file.id == row.id))
        removal.announce(db, [RemovedRow(Kind.ATTACHMENT, row.id, b"", digest, day)])


def erase_case(db: Connection, keys: InboxKeysRow) -> None:
    """Erase a case and all that hangs on it, but for the used lookup of its receipt.

    ``keys``: the case's, which must be held. Raises `ConflictError` when it is gone already.
    """
    case_id, day = keys.case_id, day_of(db)
    column = tables.reporter_keys.c
    generations = db.execute(select(column.generation).where(column.case_id == case_id)).scalars()
    present = [
        (Kind.KEYS, case_id),
        *((Kind.REPORTER_KEYS, show_generation(case_id, one)) for one in generations),
    ]
    erase_files(db, case_id, _files_of(db, case_id))
    removal.remove_items(db, tables.items.c.case_id == case_id)
    removal.remove_registration(db, keys)
    if db.execute(delete(tables.cases).where(tables.cases.c.id == case_id)).rowcount != 1:
        raise ConflictError("the case is gone")
    removal.announce(
        db,
        [RemovedRow(kind, key, b"", presence_digest(kind, key), day) for kind, key in present],
    )


def empty_log(store: Store) -> None:
    """Have SQLite empty its write-ahead log, where what was erased still stands.

    Outside a transaction. While somebody reads it is left to the next commits, and to the night.
    """
    if not is_sqlite(store.engine):
        return
    with closing(store.engine.raw_connection()) as connection, suppress(OperationalError):
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _files_of(db: Connection, case_id: bytes) -> list[bytes]:
    return list(db.execute(select(_file.id).where(_file.case_id == case_id)).scalars())


def _digest(db: Connection, row: AttachmentRow) -> bytes:
    query = select(_chunk.body).where(_chunk.attachment_id == row.id).order_by(_chunk.number)
    chunks = db.execute(query, execution_options={"stream_results": True, "yield_per": 8})
    return attachment_digest(row, chunks.scalars())
