"""One database, SQLite or PostgreSQL, and the only two ways to talk to it: read and write."""

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from whistle.domain.clock import Clock
from whistle.storage.errors import BusyError, UncertainError

BUSY_SECONDS = 10  # that somebody waits for others to write, before being told to try again
CONNECTIONS = 64  # SQLite's, one for every thread: kept open, as opening takes 1.4 ms, each 100 kB
RESTED = 5.0  # seconds: a connection to PostgreSQL that was not used for longer may have been lost
STATEMENT_SECONDS = 60  # for PostgreSQL: nothing here takes as long
_USED = "used"  # when, by the process's clock, in what the pool remembers of a connection
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
)


Change: TypeAlias = tuple[str, str]  # what was done to rows of which table


class Store:
    """Short transactions on one engine. On SQLite one writer at a time queues in the process."""

    def __init__(self, engine: Engine, patience: float = BUSY_SECONDS) -> None:
        """Wrap an engine made by `open_store`; ``patience`` in seconds."""
        self.engine = engine
        self._patience = patience
        self.first: Callable[[Connection], None] = lambda _db: None
        self.last: Callable[[set[Change]], None] = lambda _changes: None  # see `answerable`
        self.clock = Clock()  # by which the days of its rows are told
        self.swept: date | None = None  # when this process last removed abandoned files
        self._writer = threading.Lock() if is_sqlite(engine) else None
        self._reads = (
            engine
            if is_sqlite(engine)
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )

    def beginning_with(self, first: Callable[[Connection], None]) -> "Store":
        """Give this store, but each of its writes begins with ``first``; when that raises, ends."""
        same = copy(self)
        same.first = first
        return same

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all that is read inside belongs together."""
        with self._reads.connect() as connection:
            yield connection
            if not connection.invalidated:
                connection.commit()  # a rollback has the driver forget every statement it prepared

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction: durable when the block ends, undone when it raises.

        Raises `BusyError`, and `UncertainError` when nobody can know how the commit ended.
        """
        with self._turn(), self.engine.connect() as connection:
            changes: set[Change] = set()
            connection.execution_options(whistle_write=True, whistle_changes=changes)
            connection.execution_options(whistle_clock=self.clock)
            with connection.begin() as transaction:
                self.first(connection)
                yield connection
                self.last(changes)
                try:
                    transaction.commit()
                except DBAPIError as error:
                    if error.connection_invalidated:
                        raise UncertainError("the connection broke during the commit") from error
                    raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait to be the one writer of this process, where there can only be one."""
        if self._writer is None:
            yield
        elif self._writer.acquire(timeout=self._patience):
            try:
                yield
            finally:
                self._writer.release()
        else:
            raise BusyError("others write")

    def is_alive(self) -> bool:
        """Say whether the database answers and can be written to."""
        with self.write() as connection:
            connection.execute(text("SELECT 1"))
        return True

    def dispose(self) -> None:
        """Close every connection; before a fork, and at the end."""
        self.engine.dispose()


def open_store(url: str | URL, patience: float = BUSY_SECONDS) -> Store:
    """Open the database at an SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.

    ``patience``: the seconds that a write waits for others', and a connection for the server.
    """
    parsed = make_url(url)
    if _sqlite_url(parsed):
        pool: dict[str, Any] = {}
        if parsed.database:
            _make_private(Path(parsed.database))
            pool = {"pool_size": CONNECTIONS, "pool_timeout": patience}
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": patience}, **pool
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_timeout=patience,
            pool_use_lifo=True,  # the one used last is the one that needs no question
            connect_args={
                "connect_timeout": max(2, round(patience)),  # libpq takes whole seconds, from 2
                "options": f"-c lock_timeout={round(patience * 1000)} "
                f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
            },
        )
        _replace_broken(engine)
    return Store(engine, patience)


def day_of(db: Connection) -> date:
    """Give the day of a transaction of `Store.write`."""
    clock: Clock = db.get_execution_options()["whistle_clock"]
    return clock.today()


def _make_private(path: Path) -> None:
    """Make a new database its owner's alone; SQLite gives its log the same permissions."""
    if path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)


def is_sqlite(engine: Engine) -> bool:
    """Say whether the engine is SQLite."""
    return engine.dialect.name == "sqlite"


def _replace_broken(engine: Engine) -> None:
    """Have a connection replaced before use where the server has hung up on it.

    One that was used a moment ago is not asked, unless something lies on its line: asking takes
    half as long as what most come for, and a server that stops says so before it hangs up.
    """

    def laid_down(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    def taken_up(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        used = record.info.get(_USED)
        try:
            if used is None or (time.monotonic() - used < RESTED and not _has_news(connection)):
                return
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", laid_down)
    event.listen(engine, "checkout", taken_up)


def _has_news(connection: Any) -> bool:
    """Say whether a connection that waits for nothing has something to read: its end, mostly."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return bool(line.poll(0))


def _sqlite_url(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # begin explicitly: the driver would begin too late
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("whistle_write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may fail, as SQLAlchemy's own errors do
    else:
        connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]
