"""Fixed statements: what the driver is handed, and what it answers, mean what SQLAlchemy's mean."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from secrets import token_bytes

import pytest
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    insert,
    text,
)
from sqlalchemy.exc import DBAPIError

from whistle.storage import intake, tables
from whistle.storage.engine import Store, is_sqlite
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.fixed import Fixed, insert_rows
from whistle.storage.intake import NewReport
from whistle.storage.rows import (
    CaseRow,
    InboxKeysRow,
    InboxRow,
    ItemRow,
    ReceiptRow,
    ReporterKeysRow,
    StatementRow,
)

INBOX = InboxRow(b"i" * 16, "citizen", "main")
CASE = CaseRow(b"c" * 16, INBOX.id, date(2026, 11, 22), None, date(2027, 2, 22), True, None)
CASES = Fixed(CaseRow.select(tables.cases.c.id == bindparam("id")))


@pytest.fixture(autouse=True)
def _an_inbox(store: Store) -> None:
    with store.write() as db:
        INBOX.insert(db)
        StatementRow(INBOX.id, 1, b"body", b"signature").insert(db)


def a_report(receipt: ReceiptRow) -> NewReport:
    case = replace(CASE, id=receipt.case_id or b"")
    return NewReport(
        receipt,
        case,
        InboxKeysRow(case.id, INBOX.id, 1, 0, in_vault=False, body=b"sealed"),
        ReporterKeysRow(case.id, 0, b"sealed"),
        [ItemRow(case.id, token_bytes(16), "dialogue", 0, 1, b"boxed") for _ in range(3)],
        [],
    )


@pytest.mark.parametrize("write", [CaseRow.insert_all, insert_rows])
def test_a_row_comes_back_as_it_was_whoever_wrote_it(
    store: Store, write: Callable[[Connection, Sequence[CaseRow]], None]
) -> None:
    with store.write() as db:
        write(db, [CASE])
    with store.read() as db:
        assert [CaseRow(*row) for row in CASES.rows(db, {"id": CASE.id})] == [CASE]
        assert CaseRow.all(db, CaseRow.select()) == [CASE]


def test_a_key_that_is_taken_and_a_row_without_its_owner_are_told_apart(store: Store) -> None:
    with store.write() as db:
        insert_rows(db, [CASE])
    with pytest.raises(DuplicateError), store.write() as db:
        insert_rows(db, [CASE])
    with pytest.raises(ConflictError), store.write() as db:
        insert_rows(db, [replace(CASE, id=b"d" * 16, inbox_id=b"x" * 16)])


def test_what_is_read_in_one_block_belongs_together(store: Store) -> None:
    with store.read() as reading:
        assert CASES.rows(reading, {"id": CASE.id}) == []
        with store.write() as db:
            insert_rows(db, [CASE])
        assert CASES.rows(reading, {"id": CASE.id}) == []


def test_what_the_database_refuses_is_told_as_sqlalchemy_tells_it_without_the_values(
    store: Store,
) -> None:
    missing = Table("missing", MetaData(), Column("body", LargeBinary))
    with pytest.raises(DBAPIError) as told, store.write() as db:
        Fixed(insert(missing)).run(db, {"body": b"what somebody wrote"})
    assert "missing" in str(told.value)
    assert "somebody" not in str(told.value)
    with store.read() as db:
        assert CASES.rows(db, {"id": CASE.id}) == []


def test_a_connection_that_broke_is_not_used_again(store: Store) -> None:
    if is_sqlite(store.engine):
        return
    with ExitStack() as stack:
        db = stack.enter_context(store.read())
        process = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with store.read() as other:
            other.execute(text(f"SELECT pg_terminate_backend({process}, 5000)"))
        with pytest.raises(DBAPIError) as told:
            CASES.rows(db, {"id": CASE.id})
    assert told.value.connection_invalidated
    with store.read() as db:
        assert CASES.rows(db, {"id": CASE.id}) == []


def test_of_two_generations_of_keys_each_comes_once_and_a_case_without_any_is_still_a_case(
    store: Store,
) -> None:
    lookup = b"l" * 32
    report = a_report(ReceiptRow(lookup, b"c" * 16))
    newer = replace(report.reporter_keys, generation=1, sealed=b"sealed anew")
    with store.write() as db:
        intake.insert_report(db, report)
        newer.insert(db)
    with store.read() as db:
        found = intake.find(db, lookup)
    assert found is not None
    assert (found.case, found.reporter_keys) == (report.case, [report.reporter_keys, newer])
    assert sorted(found.items, key=lambda one: one.id) == sorted(
        report.items, key=lambda one: one.id
    )
    with store.write() as db:
        db.execute(delete(tables.reporter_keys))
    with store.read() as db:
        robbed = intake.find(db, lookup)
        assert intake.find(db, b"m" * 32) is None
    assert robbed is not None
    assert (robbed.case, robbed.reporter_keys) == (report.case, [])


def test_a_receipt_that_was_used_takes_nothing_more_and_is_no_error_to_the_database(
    store: Store,
) -> None:
    lookup = b"l" * 32
    with store.write() as db:
        intake.insert_report(db, a_report(ReceiptRow(lookup, b"c" * 16)))
    with store.write() as db:
        with pytest.raises(DuplicateError):
            intake.insert_report(db, a_report(ReceiptRow(lookup, b"d" * 16)))
        # After an error PostgreSQL would refuse to answer.
        assert db.execute(text("SELECT count(*) FROM item")).scalar_one() == 3
