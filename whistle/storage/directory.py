"""Queries: inboxes, statements and grants."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from whistle.storage import tables
from whistle.storage.rows import GrantRow, InboxRow, StatementRow

_NEWEST_EPOCH = select(func.max(tables.statements.c.epoch)).where(
    tables.statements.c.inbox_id == bindparam("inbox_id")
)


def statements(db: Connection, inbox_id: bytes) -> Sequence[StatementRow]:
    """Give an inbox's statements, oldest first."""
    column = tables.statements.c
    query = StatementRow.select(column.inbox_id == inbox_id).order_by(column.epoch)
    return StatementRow.all(db, query)


def newest_epoch(db: Connection, inbox_id: bytes) -> int:
    """Give an inbox's newest epoch, 0 where it has none."""
    return db.execute(_NEWEST_EPOCH, {"inbox_id": inbox_id}).scalar() or 0


def grants_of(db: Connection, member_id: bytes) -> Sequence[GrantRow]:
    """Give every grant of a member."""
    return GrantRow.all(db, GrantRow.select(tables.grants.c.member_id == member_id))


def inboxes(db: Connection) -> Sequence[InboxRow]:
    """Give every inbox that was founded, confirmed or not."""
    column = tables.inboxes.c
    return InboxRow.all(db, InboxRow.select().order_by(column.channel, column.kind))
