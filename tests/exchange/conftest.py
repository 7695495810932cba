"""What the tests of import and export share."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.casework.journal import Journal
from tests.exchange.tables import all_rows
from tests.support.office import Founding, Office, open_office
from whistle.crypto.secret import Seed
from whistle.keys.keyring import Keyring
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import MemberRow


@pytest.fixture
def rows(office: Office) -> Callable[[], Mapping[str, object]]:
    """Everything the database holds now."""
    return lambda: all_rows(office.installation.store)


@pytest.fixture
def another_office(tmp_path: Path, founding: Founding) -> Iterator[Office]:
    """Another installation, with nothing in it."""
    store = open_store(f"sqlite:///{tmp_path / 'another.db'}")
    upgrade(store)
    yield open_office(store, founding)
    store.dispose()


@pytest.fixture
def stranger(office: Office) -> Keyring:
    """A member whom nobody has let into an inbox."""
    keyring = Keyring(office.installation.id, secrets.token_bytes(16), Seed.random())
    with office.installation.store.write() as db:
        MemberRow(keyring.member_id, "ny", "Nina Ny", "adviser", "da", b"", b"").insert(db)
    return keyring


@pytest.fixture
def journal(office: Office) -> Journal:
    """The log from now on."""
    return Journal(office)
