"""Copying rows between two databases of one schema, whichever engines they are.

What a copy leaves out never reaches its file: not what makes a session, nor what is over in
minutes or by tomorrow, nor files whose form nobody sent. Rows go in the order of their keys, which
are random, so that a copy does not tell in which order they came.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, Table, delete, func, insert, select

from whistle.storage import log_tables, tables
from whistle.storage.log_tables import metadata

LEFT_OUT = frozenset(
    {
        tables.member_sessions,
        tables.used_challenges,
        tables.sign_in_failures,
        log_tables.job_leases,
        log_tables.fresh_rows,  # what came today: it would be told for as long as the copy lives
        # Two copies would tell on which days somebody answered, and their keys which answers.
        tables.satisfaction_used,
        tables.satisfaction_answers,
    }
)
_LARGE = frozenset({tables.chunks, tables.items})  # rows of up to a megabyte
_FEW, _MANY = 16, 512  # rows in memory at a time


def copied() -> Sequence[Table]:
    """Give the tables that are copied; those that others refer to come first."""
    return [table for table in metadata.sorted_tables if table not in LEFT_OUT]


def copy(source: Connection, target: Connection) -> dict[str, int]:
    """Copy every row that is kept; give how many, by table. What is in the way is deleted.

    ``source``: a snapshot. A table is read as it is written, a few megabytes at a time.
    """
    for table in reversed(copied()):
        target.execute(delete(table))
    return {table.name: _copy(source, target, table) for table in copied()}


def count(db: Connection) -> dict[str, int]:
    """Give how many rows `copy` would copy, by table."""
    return {
        table.name: db.execute(
            select(func.count()).select_from(kept(table).order_by(None).subquery())
        ).scalar_one()
        for table in copied()
    }


def kept(table: Table) -> Select[tuple[object, ...]]:
    """Give the query for the rows of a table that are kept."""
    query = select(table).order_by(*table.primary_key)
    if table is tables.attachments:
        return query.where(table.c.case_id.is_not(None))
    if table is tables.chunks:
        bound = select(tables.attachments.c.id).where(tables.attachments.c.case_id.is_not(None))
        return query.where(table.c.attachment_id.in_(bound))
    return query


def _copy(source: Connection, target: Connection, table: Table) -> int:
    number = 0
    query = kept(table).execution_options(
        stream_results=True, yield_per=_FEW if table in _LARGE else _MANY
    )
    written = insert(table)
    for rows in source.execute(query).mappings().partitions():
        target.execute(written, [dict(row) for row in rows])
        number += len(rows)
    return number
