"""The rows of a day written anew, in the order of their keys, so that nothing tells their hours.

PostgreSQL numbers transactions, and SQLite hands out pages, in the order in which things happen.
Beside entries of the log, which have a time, that order would tell when in a day a report came.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, bindparam, text, update
from sqlalchemy.sql.functions import func

from whistle.storage import log_tables, tables
from whistle.storage.engine import BUSY_SECONDS, Store, is_sqlite
from whistle.storage.errors import StorageError

LARGEST = 2 << 30  # bytes of a file of SQLite's that is written anew: it takes a minute
_ROWS: tuple[tuple[Table, str], ...] = (  # with the column that is written as it was
    (tables.inboxes, "id"),  # every report holds the row of its inbox for a moment
    (tables.cases, "id"),
    (tables.receipts, "case_id"),
    (tables.inbox_keys, "body"),
    (tables.reporter_keys, "sealed"),
    (tables.registrations, "body"),
    (tables.inbox_records, "body"),  # beside its case's, until the night
    (tables.satisfaction_used, "nullifier"),  # beside its answer's, until the night
    (tables.satisfaction_answers, "sealed"),
    (tables.items, "body"),
    (tables.attachments, "id"),
    (tables.chunks, "body"),
    (log_tables.removed_rows, "day"),
)
_EMPTY = bindparam("empty", b"", LargeBinary)
_TWO_NIGHTS = text(
    "SELECT age(xmin) FROM job_done WHERE job = :job ORDER BY age(xmin) OFFSET 1 LIMIT 1"
)
_OLDEST = 2**31 - 1


class RoomError(StorageError):
    """A file of SQLite's cannot be written anew: it is too large, or the disk too full."""


def settle(db: Connection, job: str) -> None:
    """Have PostgreSQL take the rows of the last days for rows of this transaction.

    ``job``: under which each night notes that it did so. Rows since the night before the last one
    are taken: a transaction may have begun before a night and ended after it.
    """
    age = db.execute(_TWO_NIGHTS, {"job": job}).scalar()
    for table, column in _ROWS:
        keys = list(table.primary_key.columns)
        late = text(f"age({table.name}.xmin) <= :age OR {table.name}.xmax <> '0'::xid")
        found = table.select().with_only_columns(*keys).where(late).order_by(*keys)
        rows = db.execute(found, {"age": _OLDEST if age is None else age}).all()
        if rows:
            db.execute(_again(table, table.c[column]), list(_named(keys, rows)))


def _named(keys: list[Column[Any]], rows: Any) -> Iterator[dict[str, object]]:
    for row in rows:
        yield {f"of_{key.name}": value for key, value in zip(keys, row, strict=True)}


def _again(table: Table, column: Column[Any]) -> Any:
    """Write a column as it is. A body as if it were another: else its parts stay where they lie."""
    same: Any = column
    if column.name in {"body", "sealed"}:
        same = func.byteacat(column, text("''::bytea"))
    where = [key == bindparam(f"of_{key.name}") for key in table.primary_key.columns]
    return update(table).where(*where).values({column.name: same})


def write_file_anew(store: Store) -> None:
    """Have SQLite write its file anew, each table in the order of its keys; outside a transaction.

    Others who write wait meanwhile. Raises `RoomError`, and `sqlite3.OperationalError` where
    somebody is writing.
    """
    name = store.engine.url.database
    if not is_sqlite(store.engine) or not name or name == ":memory:":
        return
    path = Path(name)
    size = path.stat().st_size
    if size > LARGEST:
        raise RoomError(f"the file has more than {LARGEST >> 30} GiB")
    if shutil.disk_usage(path.parent).free < 2 * size:
        raise RoomError("the disk has no room for two more of the database's file")
    files = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        files.execute("PRAGMA secure_delete = ON")
        files.execute("VACUUM")
        files.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        files.close()
