"""Queries: files and their chunks."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, delete, func, select, update

from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.errors import ConflictError


def bind(db: Connection, attachment_ids: Sequence[bytes], case_id: bytes) -> None:
    """Give files to a case; raise `ConflictError` if one is gone or is another case's."""
    column = tables.attachments.c
    for attachment_id in attachment_ids:
        result = db.execute(
            update(tables.attachments)
            .where(column.id == attachment_id, column.case_id.is_(None))
            .values(case_id=case_id)
        )
        if result.rowcount != 1:
            raise ConflictError("a file is no longer there, or belongs to a case already")


def discard(db: Connection, attachment_id: bytes) -> None:
    """Remove a file that has no case."""
    column = tables.attachments.c
    db.execute(
        delete(tables.attachments).where(column.id == attachment_id, column.case_id.is_(None))
    )


def sweep(db: Connection, before: date) -> int:
    """Remove files that were started before a day and never got a case; give their number."""
    column = tables.attachments.c
    result = db.execute(
        delete(tables.attachments).where(column.case_id.is_(None), column.started < before)
    )
    return result.rowcount


def count_chunks(db: Connection, attachment_id: bytes) -> int:
    """Say how many chunks of a file are stored."""
    query = select(func.count()).where(tables.chunks.c.attachment_id == attachment_id)
    return db.execute(query).scalar_one()


def each_chunk(store: Store, attachment_id: bytes, count: int) -> Iterator[bytes]:
    """Give a file's chunks in their order, each in a short read of its own."""
    column = tables.chunks.c
    for number in range(count):
        query = select(column.body).where(
            column.attachment_id == attachment_id, column.number == number
        )
        with store.read() as db:
            body = db.execute(query).scalar()
        if body is None:
            return
        yield body
