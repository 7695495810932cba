"""What the tests of copies share: an archive on each engine, and an empty database of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup.copying import Archive, live, settings_of
from tests.support.office import Doors, Founding, Office, open_office
from tests.support.postgres import Cluster
from tests.support.stores import Ground


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
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLAlchemy's URL of an empty database, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        name = cluster.create_database()
        yield cluster.url(name)
        cluster.drop_database(name)
