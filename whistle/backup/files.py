"""The file of a copy: an SQLite database with our own schema, whatever the engine it is of."""

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from whistle.storage.engine import Store

# The file counts for nothing before it is whole and on the disk, so nothing is waited for.
_QUICKLY = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")
_CAREFULLY = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)


def new_file(path: Path) -> Store:
    """Make an empty database that its owner alone can read; raise `FileExistsError` for another."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return _store(path, "rw", (*_QUICKLY, *_CAREFULLY))


def opened(path: Path) -> Store:
    """Open a copy to read it. Nothing is written, neither to it nor beside it."""
    return _store(path, "ro&immutable=1", _CAREFULLY)


def changeable(path: Path) -> Store:
    """Open a copy of a copy, to bring it up to date."""
    return _store(path, "rw", (*_QUICKLY, *_CAREFULLY))


def _store(path: Path, mode: str, pragmas: tuple[str, ...]) -> Store:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.isolation_level = None  # transactions begin and end where we say so
        for pragma in pragmas:
            connection.execute(pragma).close()
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return Store(engine)


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
