"""What the authenticated door changes without an entry of the log is undone."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from tests.support.office import Office
from whistle.app import create_casework, create_intake
from whistle.audit.entries import COMMAND
from whistle.audit.log import Log, deed
from whistle.domain.logged import Logged
from whistle.storage import attachments, log, tables
from whistle.storage.answerable import answerable
from whistle.storage.engine import Store
from whistle.storage.errors import UnloggedError
from whistle.storage.rows import AttachmentRow, ChunkRow

TODAY = date(2026, 11, 20)
CHANGES: dict[str, Any] = {
    "update": update(tables.members).values(language="en"),
    "delete": delete(tables.grants),
    "words": text("UPDATE member SET language = 'en'"),
    "more-words": text("  update \"member\" SET language = 'en'"),
    "schema": text("CREATE TABLE other (id INTEGER)"),
}


@pytest.fixture
def guarded(office: Office) -> Store:
    return answerable(office.installation.store)


def language_of_the_adviser(office: Office) -> str:
    return office.member(office.adviser).language


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_without_an_entry_is_undone(office: Office, guarded: Store, change: Any) -> None:
    with pytest.raises(UnloggedError), guarded.write() as db:
        db.execute(change)
    assert language_of_the_adviser(office) == "da"
    with office.installation.store.read() as db:
        assert db.execute(select(tables.grants)).first()


def test_a_change_with_an_entry_is_done(office: Office, guarded: Store) -> None:
    here = office.installation
    kept = Log(guarded, here.id, here.clock, COMMAND)
    with kept.write(deed(Logged.LANGUAGE_CHOSEN)) as db:
        db.execute(CHANGES["update"])
    assert language_of_the_adviser(office) == "en"


def test_what_changes_no_row_needs_no_entry(guarded: Store) -> None:
    with guarded.write() as db:
        db.execute(select(tables.members).with_for_update())
        db.execute(CHANGES["update"].where(tables.members.c.username == "nobody"))


def test_files_that_arrive_need_no_entry_and_those_given_to_a_case_do(
    office: Office, guarded: Store
) -> None:
    case_id = office.case_of(office.reporter().report())
    with guarded.write() as db:
        AttachmentRow(b"a" * 16, None, TODAY).insert(db)
        ChunkRow(b"a" * 16, 0, b"sealed").insert(db)
    with pytest.raises(UnloggedError, match="attachment"), guarded.write() as db:
        attachments.bind(db, [b"a" * 16], case_id)
    with guarded.write() as db:
        attachments.discard(db, b"a" * 16)


def test_other_stores_on_the_same_database_are_not_guarded(office: Office, guarded: Store) -> None:
    with office.installation.store.write() as db:
        db.execute(CHANGES["update"])
    with office.installation.store.read() as db:
        assert log.head(db).size == 0
    assert guarded.is_alive()


def test_a_store_that_begins_with_a_check_is_guarded_as_well(guarded: Store) -> None:
    begun = guarded.beginning_with(lambda _db: None)
    with pytest.raises(UnloggedError), begun.write() as db:
        db.execute(CHANGES["update"])


def test_the_authenticated_door_is_guarded_and_the_anonymous_one_is_not(office: Office) -> None:
    here = office.installation
    doors = create_casework(here), create_intake(here)
    casework, intake = (door.extensions["whistle"].store for door in doors)
    with pytest.raises(UnloggedError), casework.write() as db:
        db.execute(CHANGES["update"])
    with intake.write() as db:
        db.execute(CHANGES["update"])
    assert language_of_the_adviser(office) == "en"
