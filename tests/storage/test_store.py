"""The store: durable, one writer at a time, and nothing that tells an order."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import URL, Integer, event, select, text

from whistle.gateway.gateway import THREADS
from whistle.storage import (
    attachments,
    engine,
    jobs,
    log,
    log_tables,
    public_documents,
    removal,
    rows,
    sealed_rows,
    tables,
)
from whistle.storage.engine import CONNECTIONS, Store, is_sqlite, open_store
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.migrations import upgrade
from whistle.storage.rows import AttachmentRow, ChunkRow, InboxRow, Row

WITH_ROWS = (rows, log, sealed_rows, removal, jobs, public_documents)
# One row, which nothing but `whistle.storage.log` reads; and rows that are added and never read.
WITHOUT = {log_tables.log_heads.name, tables.satisfaction_used.name}
DAY = date(2026, 11, 20)


def inbox(number: int) -> InboxRow:
    return InboxRow(number.to_bytes(16, "big"), f"channel {number}", "main")


def test_every_row_class_names_every_column_of_its_table() -> None:
    found = [one for module in WITH_ROWS for one in vars(module).values() if isinstance(one, type)]
    classes = [one for one in found if issubclass(one, Row) and one is not Row]
    described = {one.table.name: one for one in classes}
    assert set(described) == set(tables.metadata.tables) - WITHOUT
    for name, table in tables.metadata.tables.items():
        if name in WITHOUT:
            continue
        fields = [field.name for field in dataclasses.fields(described[name])]
        assert fields == [column.name for column in table.columns]


def test_no_table_counts_up_but_the_log() -> None:
    counting = set()
    for table in tables.metadata.tables.values():
        first, *_ = table.primary_key.columns
        if isinstance(first.type, Integer):
            counting.add(table.name)
        assert table.dialect_options["sqlite"]["with_rowid"] is False
    assert counting == {"log_entry", "log_head", "log_subtree"}


def test_sqlite_has_no_hidden_row_numbers(store: Store) -> None:
    if not is_sqlite(store.engine):
        return  # PostgreSQL has no row numbers; what its heap tells stands in docs/threats.md
    query = text("SELECT name, sql FROM sqlite_master WHERE type='table'")
    with store.read() as db:
        made: dict[str, str] = {row.name: row.sql for row in db.execute(query)}
    made.pop("alembic_version")
    assert set(made) == set(tables.metadata.tables)
    assert all("WITHOUT ROWID" in sql for sql in made.values())


def test_sqlite_is_fully_durable_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'w.db'}")
    with store.read() as db:
        found = {
            name: db.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    store.dispose()


def test_what_was_written_is_there_when_the_block_ends(store: Store) -> None:
    with store.write() as db:
        inbox(1).insert(db)
    with store.read() as db:
        assert InboxRow.all(db, InboxRow.select()) == [inbox(1)]


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    def write() -> None:
        with store.write() as db:
            inbox(1).insert(db)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with store.read() as db:
        assert InboxRow.first(db, InboxRow.select()) is None


def test_a_key_that_is_taken_is_told_and_the_first_row_stays(store: Store) -> None:
    with store.write() as db:
        inbox(1).insert(db)
    with pytest.raises(DuplicateError), store.write() as db:
        InboxRow.insert_all(db, [inbox(2), dataclasses.replace(inbox(1), channel="other")])
    with store.read() as db:
        assert InboxRow.all(db, InboxRow.select()) == [inbox(1)]


def test_an_error_of_the_database_shows_no_values(store: Store) -> None:
    with pytest.raises(DuplicateError) as caught, store.write() as db:
        InboxRow.insert_all(db, [inbox(1), dataclasses.replace(inbox(1), channel="hemmeligt")])
    assert "hemmeligt" not in repr(caught.value.__cause__)


def test_a_snapshot_does_not_change_while_it_is_read(store: Store) -> None:
    with store.read() as db:
        assert InboxRow.all(db, InboxRow.select()) == []
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_insert, store, 1).result()
        assert InboxRow.all(db, InboxRow.select()) == []


def _process_of(store: Store) -> int:
    """Give PostgreSQL's process behind the connection that the next who comes gets."""
    with store.read() as db:
        return int(db.execute(text("SELECT pg_backend_pid()")).scalar_one())


def _break_off(store: Store) -> None:
    with store.read() as db:
        InboxRow.all(db, InboxRow.select())
        raise ZeroDivisionError


def _end(process: int, url: URL) -> None:
    """Have the server hang up on a connection, as it does when it stops."""
    other = open_store(url)
    with other.read() as db:
        db.execute(text(f"SELECT pg_terminate_backend({process}, 5000)"))
    other.dispose()


@pytest.mark.parametrize("rested", [0.0, 3600.0])
def test_who_comes_after_the_server_hung_up_gets_a_connection_that_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch, rested: float
) -> None:
    if is_sqlite(store.engine):
        return
    monkeypatch.setattr(engine, "RESTED", rested)
    before = _process_of(store)
    assert _process_of(store) == before
    _end(before, store.engine.url)
    assert _process_of(store) != before


@pytest.mark.parametrize(("rested", "times"), [(0.0, 2), (3600.0, 0)])
def test_a_connection_is_asked_whether_it_stands_when_it_was_not_used_for_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch, rested: float, times: int
) -> None:
    if is_sqlite(store.engine):
        return
    _process_of(store)
    asked: list[object] = []
    monkeypatch.setattr(engine, "RESTED", rested)
    monkeypatch.setattr(store.engine.dialect, "do_ping", asked.append)
    _process_of(store)
    _process_of(store)
    assert len(asked) == times


def test_a_read_ends_without_a_rollback_that_would_have_the_driver_forget_its_statements(
    store: Store,
) -> None:
    ended = []
    event.listen(store.engine, "rollback", lambda _db: ended.append("rollback"))
    event.listen(store.engine, "commit", lambda _db: ended.append("commit"))
    with store.read() as db:
        InboxRow.all(db, InboxRow.select())
    assert ended == ["commit"]
    with pytest.raises(ZeroDivisionError):
        _break_off(store)
    assert ended == ["commit", "rollback"]


def test_many_writers_at_once_all_write(store: Store) -> None:
    gate = threading.Barrier(16)

    def write(number: int) -> None:
        gate.wait()
        _insert(store, number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    with store.read() as db:
        assert len(InboxRow.all(db, InboxRow.select())) == 16


def test_sqlite_has_a_connection_for_every_thread_of_a_server(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'w.db'}", patience=0.2)
    with ExitStack() as held:
        for _ in range(THREADS):
            held.enter_context(store.read())
    assert CONNECTIONS >= THREADS
    store.dispose()


def test_two_processes_worth_of_engines_share_one_database(database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(4)]
    upgrade(stores[0])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: _insert(stores[number % 4], number), range(40)))
    with stores[0].read() as db:
        assert len(InboxRow.all(db, InboxRow.select())) == 40
    for store in stores:
        store.dispose()


def test_a_file_is_bound_to_one_case_only_and_only_while_it_is_there(store: Store) -> None:
    attachment, case = bytes([1]) * 16, bytes([2]) * 16
    with pytest.raises(ConflictError), store.write() as db:
        attachments.bind(db, [attachment], case)


def test_files_that_no_case_wanted_are_swept_with_their_chunks(store: Store) -> None:
    with store.write() as db:
        for number, day in ((1, DAY), (2, DAY.replace(day=19))):
            AttachmentRow(bytes([number]) * 16, None, day).insert(db)
            ChunkRow(bytes([number]) * 16, 0, b"sealed").insert(db)
        assert attachments.sweep(db, DAY) == 1
    with store.read() as db:
        left = db.execute(select(tables.chunks.c.attachment_id)).scalars().all()
    assert left == [bytes([1]) * 16]


def test_the_health_check_needs_a_database_that_takes_writes(store: Store) -> None:
    assert store.is_alive()


def _insert(store: Store, number: int) -> None:
    with store.write() as db:
        inbox(number).insert(db)
