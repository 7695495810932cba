"""After a night, neither transactions nor pages tell at what time of a day a report came."""

import sqlite3
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Text, func, literal_column, select

from tests.housekeeping.life import Life, faults_of, house_of
from tests.support.office import Office, a_file
from whistle.crypto.receipt import Receipt
from whistle.housekeeping.service import keep_house
from whistle.storage import settling
from whistle.storage.log_tables import log_entries

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
FULL = "the database's file was not written anew: the file has more than 0 GiB"


@pytest.fixture
def busy(office: Office) -> Office:
    """An office after a day on which reports came between acts of members, and a night."""
    life = Life(office, 5)
    work = office.work_of(office.adviser)
    keep_house(life.house)
    for hour in range(10):
        for _ in range(8):
            work.inboxes()
            office.later(minutes=2)
        if hour in {2, 5, 8}:
            life.receipts.append(_report(office))
            life.message_with_a_name()
            life.answer()
    office.later(days=1)
    return office


def _report(office: Office) -> Receipt:
    return Receipt.parse(office.reporter().report(files=[a_file(b"x" * 300_000)]))


def between_entries(office: Office) -> set[str]:
    """Name the tables with rows that were written before a member's last act, or held since."""
    found = set()
    xmin = literal_column("xmin::text::bigint", BigInteger)
    xmax = literal_column("xmax::text", Text)
    with office.installation.store.read() as db:
        acts = select(func.max(xmin)).select_from(log_entries).where(log_entries.c.actor_kind > 0)
        last = db.execute(acts).scalar_one()
        for table, _ in settling._ROWS:
            rows = db.execute(select(xmin, xmax).select_from(table))
            if any(number < last or held != "0" for number, held in rows):
                found.add(table.name)
    return found


def pages(path: Path) -> dict[str, list[int]]:
    """Give the pages of each table, in the order of its tree: leaves and what they overflow to."""
    found = defaultdict(list)
    with sqlite3.connect(path) as db:
        query = "SELECT name, pageno FROM dbstat WHERE pagetype <> 'internal' ORDER BY name, path"
        for name, page in db.execute(query):
            found[name].append(page)
    return found


@pytest.mark.parametrize("backend", [POSTGRESQL], indirect=True)  # SQLite numbers none; see below
def test_after_a_night_no_transaction_of_a_report_lies_between_those_of_two_entries(
    busy: Office,
) -> None:
    assert between_entries(busy) >= {"inbox", "enquiry_case", "receipt", "item", "chunk"}
    assert keep_house(house_of(busy)).trouble == []
    assert not between_entries(busy)
    assert not faults_of(busy)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # PostgreSQL has a file for each
def test_after_a_night_every_table_lies_in_the_file_by_itself(busy: Office) -> None:
    path = Path(busy.installation.store.engine.url.database or "")
    before = pages(path)
    assert _is_mixed(before["item"], before["log_entry"])
    assert keep_house(house_of(busy)).trouble == []
    after = pages(path)
    assert len(after["item"]) > 5
    assert not _is_mixed(after["item"], after["log_entry"])
    assert not _is_mixed(after["chunk"], after["log_entry"])
    assert not faults_of(busy)


def _is_mixed(rows: list[int], entries: list[int]) -> bool:
    return any(min(entries) < page < max(entries) for page in rows)


def test_a_file_that_is_too_large_is_left_and_told_of_once_a_day(
    office: Office, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "LARGEST", 1)
    told = [] if backend == "postgresql" else [FULL]
    for trouble in (told, []):
        assert keep_house(house_of(office)).trouble == trouble
    office.clock.moment += timedelta(days=1)
    assert keep_house(house_of(office)).trouble == told


def test_while_somebody_writes_it_is_tried_again_in_the_next_round(
    office: Office, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "postgresql":
        return  # nobody waits there
    monkeypatch.setattr(settling, "BUSY_SECONDS", 0.1)
    house = house_of(office)
    path = office.installation.store.engine.url.database or ""
    write_anew = settling.write_file_anew

    def meanwhile(store: object) -> None:
        with sqlite3.connect(path, isolation_level=None) as db:
            db.execute("BEGIN IMMEDIATE")
            write_anew(store)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("whistle.housekeeping.settling.write_file_anew", meanwhile)
        (line,) = keep_house(house).trouble
    assert "yet" in line
    assert keep_house(house).trouble == []
