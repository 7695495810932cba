"""One database, SQLite or PostgreSQL, and the only two ways to talk to it: read and write."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url

BUSY_SECONDS = 30
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
)


class Store:
    """Short transactions on one engine. On SQLite one writer at a time queues in the process."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine made by `open_store`."""
        self.engine = engine
        self.swept: date | None = None  # when this process last removed abandoned files
        self._writer: Any = threading.Lock() if is_sqlite(engine) else nullcontext()
        self._reads = (
            engine
            if is_sqlite(engine)
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all that is read inside belongs together."""
        with self._reads.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction: durable when the block ends, undone when it raises."""
        with self._writer, self.engine.connect() as connection:
            connection.execution_options(whistle_write=True)
            with connection.begin():
                yield connection

    def is_alive(self) -> bool:
        """Say whether the database answers and can be written to."""
        with self.write() as connection:
            connection.execute(text("SELECT 1"))
        return True

    def dispose(self) -> None:
        """Close every connection; before a fork, and at the end."""
        self.engine.dispose()


def open_store(url: str | URL) -> Store:
    """Open the database at an SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``."""
    parsed = make_url(url)
    if _sqlite_url(parsed) and parsed.database:
        _make_private(Path(parsed.database))
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=not _sqlite_url(parsed))
    if _sqlite_url(parsed):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return Store(engine)


def _make_private(path: Path) -> None:
    """Make a new database its owner's alone; SQLite gives its log the same permissions."""
    if path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)


def is_sqlite(engine: Engine) -> bool:
    """Say whether the engine is SQLite."""
    return engine.dialect.name == "sqlite"


def _sqlite_url(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # begin explicitly: the driver would begin too late
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("whistle_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
