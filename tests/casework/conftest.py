"""What the tests of casework share."""

import secrets
from collections.abc import Callable

import pytest
from sqlalchemy import update

from tests.support.office import Desk, Office
from whistle.casework.cases import OpenedCase
from whistle.crypto.secret import Seed
from whistle.keys.keyring import Keyring
from whistle.keys.steps import admit
from whistle.storage import directory
from whistle.storage.rows import MemberRow


@pytest.fixture
def case_id(office: Office) -> bytes:
    """A citizen's case that nobody has opened."""
    return office.case_of(office.reporter().report())


@pytest.fixture
def desk(office: Office) -> Desk:
    """The adviser's browser."""
    return office.desk_of(office.adviser)


@pytest.fixture
def opened(office: Office, case_id: bytes) -> Callable[[], OpenedCase]:
    """Open the case as the adviser."""

    def open_it() -> OpenedCase:
        found = office.work_of(office.adviser).open(case_id)
        assert found is not None
        return found

    return open_it


@pytest.fixture
def deputy(office: Office) -> Keyring:
    """A second member with the adviser's inboxes."""
    keyring = Keyring(office.installation.id, secrets.token_bytes(16), Seed.random())
    with office.installation.store.write() as db:
        MemberRow(keyring.member_id, "vikar", "Vera Vikar", "adviser", "da", b"", b"").insert(db)
        grants = directory.grants_of(db, office.adviser.member_id)
        for inbox in office.installation.directory.inboxes:
            mine = [grant for grant in grants if grant.inbox_id == inbox.inbox_id]
            if mine:
                directory.add_step(db, admit(office.adviser, inbox, mine, keyring.public))
    office.installation.directory.refresh()
    return keyring


@pytest.fixture
def english(office: Office) -> Callable[[Keyring], Desk]:
    """Give a member's browser, with pages in English."""

    def desk_of(member: Keyring) -> Desk:
        with office.installation.store.write() as db:
            db.execute(
                update(MemberRow.table)
                .where(MemberRow.table.c.id == member.member_id)
                .values(language="en")
            )
        return office.desk_of(member)

    return desk_of
