"""A migrated database for each test without the wait: one a worker, wiped before every test.

The migrations have tests of their own (tests/migrations), and so has what a crash leaves behind
(tests/faults). Here nothing waits for a disk: the databases lie in memory, where there is room.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine, delete

from tests.support.postgres import Cluster
from whistle.storage.engine import Store, open_store
from whistle.storage.migrations import upgrade
from whistle.storage.tables import metadata


class Ground(Protocol):
    """A database that can be had empty again and again."""

    def empty(self) -> Store:
        """Give the migrated database without a row, and a store that remembers nothing.

        The engine stays: what it has compiled and connected need not be done again.
        """


@dataclass
class SqliteGround:
    """A file. ``migrated``: what is in it after the migrations."""

    engine: Engine
    path: Path
    migrated: bytes

    def empty(self) -> Store:
        """Put a new file in the old one's place; whoever still has that open keeps it."""
        self.engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_bytes(self.migrated)
        return Store(self.engine)


# As a superuser may: the log's triggers let nobody else empty it.
UNGUARDED = "SET LOCAL session_replication_role = replica"
NEW_HEAD = "INSERT INTO log_head (id, size, roots) VALUES (1, 0, '')"


@dataclass
class PostgresGround:
    """A database of the run's server. ``wipe``: what deletes every row, in one round trip."""

    engine: Engine
    cluster: Cluster
    name: str
    wipe: str

    def empty(self) -> Store:
        """Delete every row; whoever still holds any is thrown out first."""
        if self.engine.pool.checkedout():  # type: ignore[attr-defined]  # a QueuePool has it
            self.cluster.disconnect(self.name)
            self.engine.dispose()
        with self.engine.begin() as db:
            db.exec_driver_sql(self.wipe)
        return Store(self.engine)


@pytest.fixture(scope="session")
def sqlite_ground(run_folder: Path) -> Iterator[Ground]:
    """The worker's SQLite database."""
    path = run_folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'only')}.db"
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    store.dispose()
    yield SqliteGround(store.engine, path, path.read_bytes())
    store.dispose()


@pytest.fixture(scope="session")
def postgresql_ground(postgres: Cluster) -> Iterator[Ground]:
    """The worker's PostgreSQL database."""
    name = postgres.create_database()
    store = open_store(postgres.url(name))
    upgrade(store)
    tables = reversed(metadata.sorted_tables)
    wipe = [str(delete(table).compile(store.engine)) for table in tables]
    wipe = [UNGUARDED, *wipe, NEW_HEAD]
    yield PostgresGround(store.engine, postgres, name, "; ".join(wipe))
    store.dispose()
    postgres.drop_database(name)


@pytest.fixture
def store(backend: str, request: pytest.FixtureRequest) -> Store:
    """Give a migrated, empty database: the test runs once on each of the two."""
    ground: Ground = request.getfixturevalue(f"{backend}_ground")
    return ground.empty()
