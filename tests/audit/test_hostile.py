"""What is odd in a log is named, whatever it is, and takes no longer than a good log."""

import io
import json
import random
import time
import tracemalloc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.audit.logs import (
    KEY,
    Copy,
    check_database,
    entry,
    hashed,
    kept_elsewhere,
    made,
    put,
)
from tests.support.stores import Ground
from whistle.audit.entries import COMMAND, Details, Who
from whistle.audit.export import read_export
from whistle.audit.findings import Fault, Report
from whistle.audit.suspects import MOST, MOST_GAPS, Suspects
from whistle.audit.verify import verify
from whistle.audit.written import write_entry
from whistle.crypto.merkle import Frontier
from whistle.crypto.notes import LONGEST_NOTE
from whistle.domain.logged import Logged
from whistle.storage.log_guard import guard, unguard

SIZE, A_DAY = 600, 250
MANY = 20_000
Record = Mapping[str, object]


@pytest.fixture(scope="module")
def whole() -> Copy:
    return made(SIZE, A_DAY)


def exported(
    entries: Iterable[Record], head: Frontier, checkpoints: Sequence[Record] = ()
) -> io.BytesIO:
    """Write an export of anything."""
    header = {
        "format": "whistle-log/1",
        "key": KEY.show(),
        "size": head.size,
        "roots": head.encode().hex(),
        "checkpoints": len(checkpoints),
    }
    file = io.BytesIO()
    for record in (header, *checkpoints, *entries):
        file.write(json.dumps(record).encode() + b"\n")
    file.seek(0)
    return file


def shuffled() -> list[int]:
    """Give odd numbers in no order, behind a number that is higher: each splits what is missing."""
    return [2 * MANY, *(2 * number + 1 for number in random.Random(1).sample(range(MANY), MANY))]


def seconds(numbers: Sequence[int]) -> tuple[float, Report]:
    """Check an export of entries that fit their hashes; give how long it took."""
    one = entry(0, Details(Logged.SIGNED_IN, {}), Who.member(b"m" * 16))
    rows = (write_entry(hashed(replace(one, number=number))) for number in numbers)
    file = exported(rows, Frontier())
    begun = time.process_time()
    report = verify(read_export(file), KEY)
    return time.process_time() - begun, report


def test_entries_in_no_order_take_about_as_long_as_entries_in_order() -> None:
    in_order, _ = seconds(range(MANY))
    in_none, report = seconds(shuffled())
    assert in_none < 3 * in_order
    assert len(report.findings) < MOST_GAPS + 2 * MOST
    assert (Fault.REORDERED, 1) in {(one.fault, one.first) for one in report.findings}


def test_what_is_said_to_be_missing_is_missing_however_much_stands_elsewhere() -> None:
    suspects, expected, there = Suspects(2 * MANY), 0, shuffled()
    for number in there:
        suspects.out_of_order(number, expected)
        expected = max(expected, number + 1)
    found = suspects.judge()
    gone = {one.first for one in found if one.fault is Fault.REMOVED}
    assert gone
    assert not gone & set(there)
    assert Fault.INSERTED not in {one.fault for one in found}  # none stands twice


SPOILED = {
    "a note of text": (
        "UPDATE log_checkpoint SET note = 'text' WHERE size = 250",
        "bad-checkpoint",
    ),
    "a note that is a number": (
        "UPDATE log_checkpoint SET note = 5000000000000 WHERE size = 250",
        "bad-checkpoint",
    ),
    "a note that is too long": (
        "UPDATE log_checkpoint SET note = zeroblob(1000000) WHERE size = 250",
        "bad-checkpoint",
    ),
    "a head of half an entry": ("UPDATE log_head SET size = 3.5", "head"),
    "a head of no number": ("UPDATE log_head SET size = 'many'", "head"),
    "roots that are a number": ("UPDATE log_head SET roots = 5000000000000000", "head"),
    "roots that are text": ("UPDATE log_head SET roots = 'roots'", "head"),
    "no head": ("DELETE FROM log_head", "head"),
    "a subtree that is a number": ("UPDATE log_subtree SET root = 5000000000000000", "subtree"),
    "a subtree of nothing": ("INSERT INTO log_subtree VALUES ('x', 3.5, 'y')", "subtree"),
    "an entry without a number": (
        "UPDATE log_entry SET number = 'x', actor_kind = 0, body = 5 WHERE number = 599",
        "changed",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_values_of_another_type_are_named_wherever_they_stand(
    whole: Copy, sqlite_ground: Ground, name: str
) -> None:
    statement, fault = SPOILED[name]
    report = spoiled(whole, sqlite_ground, statement)
    assert fault in {one.fault for one in report.findings}


def spoiled(whole: Copy, ground: Ground, statement: str) -> Report:
    store = ground.empty()
    put(store, whole)
    with store.write() as db:
        unguard(db)
        db.execute(text(statement))
        guard(db)
    return check_database(store, KEY, kept_elsewhere(whole, 0))


@pytest.mark.parametrize("day", ["5", "'\x1b[2J'", "''", "x'00'"])
def test_a_checkpoint_of_no_day_is_named_by_its_place(
    whole: Copy, sqlite_ground: Ground, day: str
) -> None:
    statement = f"UPDATE log_checkpoint SET day = {day} WHERE size = 250"  # noqa: S608  (ours)
    told = [one.message for one in spoiled(whole, sqlite_ground, statement).findings]
    place = 1 if day == "x'00'" else 0  # bytes stand behind every text
    assert told == [f"Checkpoint {place} is not a checkpoint of this log."]


def test_a_database_that_its_driver_cannot_read_is_told_as_one(
    whole: Copy, sqlite_ground: Ground
) -> None:
    with pytest.raises(DBAPIError):  # which the command tells of; its exit status is 2
        spoiled(whole, sqlite_ground, "UPDATE log_entry SET body = CAST(x'ff' AS TEXT)")


@pytest.mark.parametrize("number", [[], {}, None, 7.0, "7"], ids=repr)
def test_an_entry_of_no_number_is_not_listened_to(whole: Copy, number: object) -> None:
    records = [write_entry(row) for row in whole.rows]
    forged = write_entry(entry(7, Details(Logged.RESTORED, {}), COMMAND))
    for body in (forged["body"], "AAAA"):
        records[7] = {**forged, "number": number, "body": body}
        report = verify(read_export(exported(records, whole.head)), KEY)
        assert (Fault.UNREADABLE, 7) in {(one.fault, one.first) for one in report.findings}
        assert not report.remarks


def test_true_is_no_number(whole: Copy) -> None:
    records = [write_entry(row) for row in whole.rows]
    records[1] = {**records[1], "number": True}
    report = verify(read_export(exported(records, whole.head)), KEY)
    assert (Fault.UNREADABLE, 1) in {(one.fault, one.first) for one in report.findings}


def test_checkpoints_need_no_memory_however_many_and_however_long() -> None:
    for length, count in ((LONGEST_NOTE * 20, 40), (LONGEST_NOTE, 800)):
        file = exported([], Frontier(), [{"day": "2026-01-01", "note": "x" * length}] * count)
        tracemalloc.start()
        report = verify(read_export(file), KEY)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [one.fault for one in report.findings] == [Fault.BAD_CHECKPOINT] * count
        assert most < 10_000_000  # of 52 MB
