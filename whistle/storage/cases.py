"""Queries that hold a case still while something is done to it; for both doors."""

from sqlalchemy import Connection, func, select

from whistle.storage import tables
from whistle.storage.errors import ConflictError


def lock(db: Connection, case_id: bytes) -> None:
    """Let nobody else change a case until this transaction ends; `ConflictError` if it is gone.

    What is read after it is what others have left, not what they are about to undo. (On SQLite
    there is one writer at a time anyway.)
    """
    query = (
        select(tables.cases.c.id)
        .where(tables.cases.c.id == case_id)
        .with_for_update(key_share=True)  # rows that refer to the case may still be inserted
    )
    if db.execute(query).first() is None:
        raise ConflictError("the case is gone")


def count_messages(db: Connection, case_id: bytes) -> int:
    """Say how many messages a case's dialogue has."""
    item = tables.items.c
    query = select(func.count()).where(item.case_id == case_id, item.compartment == "dialogue")
    return db.execute(query).scalar_one()
