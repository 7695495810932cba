"""Every migration up and down, with data, on both databases."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from whistle.storage import migrations
from whistle.storage.engine import Store, open_store
from whistle.storage.errors import DuplicateError
from whistle.storage.log_tables import metadata
from whistle.storage.migrations import current, downgrade, newest, upgrade
from whistle.storage.public_documents import PublicDocumentRow
from whistle.storage.rows import InboxRow


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    upgrade(store)
    with store.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []


def test_migrating_again_changes_nothing_and_loses_nothing(store: Store) -> None:
    upgrade(store)
    row = InboxRow(bytes(16), "citizen", "main")
    with store.write() as db:
        row.insert(db)
    upgrade(store)
    with store.read() as db:
        assert InboxRow.all(db, InboxRow.select()) == [row]


def test_the_files_names_tell_what_the_newest_revision_is() -> None:
    heads = ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads()
    assert heads == [newest()]


def test_a_database_tells_its_revision(store: Store) -> None:
    assert current(store) is None
    upgrade(store, "0001")
    assert current(store) == "0001"
    upgrade(store)
    assert current(store) == newest()


def test_everything_can_be_taken_down_and_put_up_again(store: Store) -> None:
    upgrade(store)
    with store.write() as db:
        InboxRow(bytes(16), "citizen", "main").insert(db)
    downgrade(store, "base")
    with store.read() as db:
        assert inspect(db).get_table_names() == ["alembic_version"]
    upgrade(store)
    with store.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []


def test_a_migration_that_fails_leaves_nothing_half_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Operations.create_table

    def failing(self: Operations, name: str, *columns: object, **options: object) -> object:
        if name == "item":
            raise OSError("power cut")
        return real(self, name, *columns, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_table", failing)
        with pytest.raises(OSError, match="power cut"):
            upgrade(store)
    with store.read() as db:
        assert inspect(db).get_table_names() == []
    upgrade(store)


def test_published_reports_get_their_turn_and_no_two_the_same(store: Store) -> None:
    upgrade(store, "0006")
    told = [{"order": 1}, {"order": 2}, {"order": 2}, {}, {"order": "3"}]
    bodies = [json.dumps(one).encode() for one in told] + [b"no JSON", b"\xff"]
    with store.write() as db:
        for number, body in enumerate(bodies):
            db.execute(
                text(
                    "INSERT INTO public_document (id, kind, title, day, name, media_type, body) "
                    "VALUES (:id, 'report-record', '', '2026-11-20', '', '', :body)"
                ),
                {"id": number.to_bytes(16, "big"), "body": body},
            )
    upgrade(store)
    with store.read() as db:
        rows = sorted(PublicDocumentRow.all(db, PublicDocumentRow.select()), key=lambda one: one.id)
    assert [one.turn for one in rows] == [1, None, None, None, None, None, None]
    assert [one.body for one in rows] == bodies
    with pytest.raises(DuplicateError), store.write() as db:
        replace(rows[0], id=b"\xff" * 16).insert(db)
    downgrade(store, "0006")
    upgrade(store)
    with store.read() as db:
        again = PublicDocumentRow.all(db, PublicDocumentRow.select())
    assert sorted(again, key=lambda one: one.id) == rows
