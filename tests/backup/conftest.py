"""What the tests of copies share: an archive on each engine, and an empty database of each."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from tests.backup.copying import Archive, live, settings_of
from tests.support.office import Doors, Founding, Office, open_office
from tests.support.postgres import Cluster
from tests.support.stores import Ground, SqliteGround


@pytest.fixture(scope="session")
def script(sqlite_ground: SqliteGround, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The statements that make an empty SQLite database what the migrations make of it."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    path.write_bytes(sqlite_ground.migrated)
    with closing(sqlite3.connect(path)) as db:
        lines = list(db.iterdump())
    return [line for line in lines if line not in {"BEGIN TRANSACTION;", "COMMIT;"}]


@pytest.fixture(autouse=True)
def quick_beginnings(script: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin empty SQLite files by that script: each copy is one, and migrating took half the time.

    The migrations have tests of their own; any other database is migrated as ever.
    """
    migrated = command.upgrade

    def upgrade(config: Config, revision: str) -> None:
        db: Connection = config.attributes["connection"]
        known = revision == "head" and db.dialect.name == "sqlite"
        if not known or inspect(db).get_table_names():
            migrated(config, revision)
            return
        for statement in script:
            db.exec_driver_sql(statement)

    monkeypatch.setattr(command, "upgrade", upgrade)


@pytest.fixture
def archive(office: Office, founding: Founding, tmp_path: Path) -> Archive:
    """An office in which nobody has done anything yet."""
    return Archive(office, settings_of(office, founding), tmp_path / "copies")


@pytest.fixture
def lived_in(archive: Archive) -> Archive:
    """An office with something in every table."""
    live(archive.office)
    return archive


@pytest.fixture
def sqlite_lived_in(
    sqlite_ground: Ground, founding: Founding, doors: Doors, tmp_path: Path
) -> Archive:
    """As `lived_in`, on SQLite alone: for what has nothing to do with the engine."""
    made = open_office(sqlite_ground.empty(), founding)
    made.intake, made.casework = doors.intake(made.installation), doors.casework(made.installation)
    live(made)
    return Archive(made, settings_of(made, founding), tmp_path / "copies")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> str:
    """Where a copy is restored to: for the tests that go from each engine to each."""
    name: str = request.param
    return name


@pytest.fixture
def anywhere(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLAlchemy's URL of an empty database, on each engine whatever the copy came from."""
    yield from _empty(engine, request, tmp_path)


@pytest.fixture
def elsewhere(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLAlchemy's URL of an empty database, on the engine that the copy came from."""
    yield from _empty(backend, request, tmp_path)


def _empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        name = cluster.create_database()
        yield cluster.url(name)
        cluster.drop_database(name)
