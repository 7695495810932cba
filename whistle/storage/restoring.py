"""A mark in a database that a copy is being put into: until it is whole, nothing is served from it.

It is a table, since a door is handed no folder that it could look into, and it is gone in the very
transaction that makes the database whole.
"""

from sqlalchemy import Column, Connection, Date, MetaData, Table, inspect

from whistle.domain.errors import RefusedError

_MARK = Table("unfinished_restore", MetaData(), Column("day", Date))


class UnfinishedRestoreError(RefusedError):
    """A restore was begun and has not come to its end."""


def mark(db: Connection) -> None:
    """Say that a restore begins; once said, it stays so until `unmark`."""
    _MARK.create(db, checkfirst=True)


def unmark(db: Connection) -> None:
    """Say that the restore is whole."""
    _MARK.drop(db, checkfirst=True)


def check_whole(db: Connection) -> None:
    """Raise `UnfinishedRestoreError` where a restore did not come to its end."""
    if inspect(db).has_table(_MARK.name):
        raise UnfinishedRestoreError(
            "a restore was begun on this database and did not come to its end, so nothing is "
            "served from it. If none is running, do it again: whistle restore FILE --data DIR"
        )
