"""Queries: how much is stored. Nothing here tells of a case more than that there is one."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, func, select, text

from whistle.storage import tables


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of rows and bytes, all channels and inboxes together."""

    database_bytes: int
    cases: int
    files: int
    file_bytes: int


def figures(db: Connection) -> Figures:
    """Count what is stored; files with their padding."""
    bytes_of_files = select(func.coalesce(func.sum(func.length(tables.chunks.c.body)), 0))
    return Figures(
        database_bytes(db),
        _count(db, tables.cases.c.id),
        _count(db, tables.attachments.c.id),
        int(db.execute(bytes_of_files).scalar_one()),
    )


def _count(db: Connection, column: Column[bytes]) -> int:
    return db.execute(select(func.count(column))).scalar_one()


def database_bytes(db: Connection) -> int:
    """Say how large the database is; on SQLite without its log of writes."""
    if db.dialect.name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    else:
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    return int(db.execute(text(query)).scalar_one())
