"""What the log knows of sealed rows is what there is; what is done to them in silence shows.

Legitimate acts of any kind, in any order, with batches in between, at any hour.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, insert, select, update

from tests.housekeeping.life import ACTS, Life, batches, faults_of
from tests.support.office import Founding, Office, open_office
from tests.support.stores import Ground
from whistle.storage import tables
from whistle.storage.digests import Kind
from whistle.storage.row_faults import Fault
from whistle.storage.sealed_rows import SealedRow, current, known

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
HISTORIES = st.lists(st.sampled_from([*ACTS, "keep_house", "hours_pass"]), max_size=20)


@pytest.fixture(scope="module", params=BOTH)
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found


def rows(office: Office, which: Callable[[Connection, Kind], Iterator[Any]]) -> set[SealedRow]:
    with office.installation.store.read() as db:
        found = (row for kind in Kind for row in which(db, kind))
        return {row if isinstance(row, SealedRow) else row.sealed() for row in found}


def lived(office: Office, history: list[str], seed: int) -> Life:
    """Have a history happen."""
    life = Life(office, seed)
    for act in history:
        getattr(life, act)()
    return life


def settle(life: Life) -> None:
    """Let days pass until the log has told of everything."""
    for _ in range(2):
        life.a_day_passes()
        life.office.clock.moment = life.office.clock.moment.replace(hour=12)
        assert life.keep_house().day
    assert faults_of(life.office) == []


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORIES, seed=st.integers(0, 2**16))
def test_the_log_knows_the_rows_as_they_are_whatever_happened(
    ground: Ground, founding: Founding, history: list[str], seed: int
) -> None:
    office = open_office(ground.empty(), founding)
    life = Life(office, seed)
    for act in history:
        getattr(life, act)()
        assert faults_of(office) == [], act
    settle(life)
    there = rows(office, current)
    assert rows(office, known) == there
    assert batches(office).there == {row.digest for row in there}


BUSY = [
    *("report", "report", "message", "read", "note", "answer", "give_identity"),
    *("a_day_passes", "keep_house", "title", "message_with_a_name", "new_receipt", "recuse"),
    *(
        "a_day_passes",
        "keep_house",
        "edit",
        "close",
        "undo",
        "withdraw_identity",
        "rotate",
        "delete",
    ),
    *("hand_back", "read", "a_day_passes", "keep_house", "note", "reopen", "unread"),
]


@pytest.fixture
def life(office: Office) -> Life:
    """A busy office whose log knows everything."""
    life = lived(office, BUSY, seed=3)
    settle(life)
    return life


WHERE = {
    "a message": (tables.items, Kind.ITEM),
    "a registration": (tables.registrations, Kind.REGISTRATION),
}


@pytest.mark.parametrize("what", WHERE)
def test_a_row_that_is_deleted_in_silence_is_missing_for_ever(life: Life, what: str) -> None:
    table, kind = WHERE[what]
    with life.office.installation.store.write() as db:
        one = db.execute(select(table)).mappings().first()
        assert one is not None
        db.execute(delete(table).where(*_is(table, dict(one))))
    for _ in range(3):
        assert [(one.fault, one.kind) for one in faults_of(life.office)] == [(Fault.MISSING, kind)]
        life.a_day_passes()
        life.keep_house()


@pytest.mark.parametrize("what", WHERE)
def test_a_row_that_is_altered_in_silence_is_not_what_it_was(life: Life, what: str) -> None:
    table, kind = WHERE[what]
    with life.office.installation.store.write() as db:
        one = db.execute(select(table)).mappings().first()
        assert one is not None
        db.execute(update(table).where(*_is(table, dict(one))).values(body=one["body"][:-1] + b"?"))
    for _ in range(3):
        assert [(one.fault, one.kind) for one in faults_of(life.office)] == [(Fault.CHANGED, kind)]
        life.a_day_passes()
        life.keep_house()


def test_an_older_registration_that_is_put_back_is_told(life: Life) -> None:
    table = tables.registrations
    work, opened = life.opened()
    case_id = opened.case.id
    settle(life)
    with life.office.installation.store.read() as db:
        older = dict(db.execute(select(table).where(table.c.case_id == case_id)).mappings().one())
    while work.version(case_id) <= older["version"]:
        life.title()
    settle(life)
    with life.office.installation.store.write() as db:
        db.execute(update(table).where(table.c.case_id == case_id).values(**older))
    for _ in range(3):
        assert {one.fault for one in faults_of(life.office)} == {Fault.OLDER, Fault.BACK}
        life.a_day_passes()
        life.keep_house()


def test_an_identity_that_was_withdrawn_and_is_put_back_is_told(life: Life) -> None:
    item = tables.items.c
    with life.office.installation.store.read() as db:
        query = select(tables.items).where(item.compartment == "identity")
        before = [dict(row) for row in db.execute(query).mappings()]
    for receipt in life.receipts:
        life.intake.withdraw_identity(receipt, receipt.show().encode())
    with life.office.installation.store.write() as db:
        db.execute(insert(tables.items), before)
    for _ in range(3):
        told = [one.fault for one in faults_of(life.office)]
        assert told == [Fault.BACK] * len(before)
        life.a_day_passes()
        life.keep_house()


def test_a_file_of_which_a_piece_is_altered_or_missing_is_not_what_it_was(office: Office) -> None:
    life = lived(office, [], seed=1)
    life.chance.random = lambda: 0.0  # type: ignore[method-assign]  # every report has a file
    life.report()
    settle(life)
    with office.installation.store.write() as db:
        db.execute(update(tables.chunks).values(body=b"?"))
    assert [(one.fault, one.kind) for one in faults_of(office)] == [
        (Fault.CHANGED, Kind.ATTACHMENT)
    ]
    with office.installation.store.write() as db:
        db.execute(delete(tables.attachments))
    assert [(one.fault, one.kind) for one in faults_of(office)] == [
        (Fault.MISSING, Kind.ATTACHMENT)
    ]


def test_a_case_that_is_deleted_in_silence_is_missing_with_all_its_rows(life: Life) -> None:
    with life.office.installation.store.write() as db:
        db.execute(update(tables.receipts).values(case_id=None))
        db.execute(delete(tables.attachments))
        db.execute(delete(tables.cases))
    assert {one.kind for one in faults_of(life.office) if one.fault is Fault.MISSING} >= {
        Kind.ITEM, Kind.REGISTRATION, Kind.KEYS, Kind.REPORTER_KEYS,
    }  # fmt: skip


def test_what_the_log_says_counts_and_not_what_the_database_says_the_log_says(life: Life) -> None:
    """Who deletes a row deletes what is kept about it as well: the log itself still has it."""
    with life.office.installation.store.write() as db:
        one, *_ = known(db, Kind.ITEM)
        column = tables.items.c
        db.execute(delete(tables.items).where(column.case_id == one.key[:16]))
        db.execute(delete(SealedRow.table).where(SealedRow.table.c.kind == Kind.ITEM))
    assert one.digest in {each.digest for each in faults_of(life.office)}


def _is(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]
