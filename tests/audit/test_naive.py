"""Who edits the log's table, and nothing else of it, is found and told the entry they touched."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.audit.logs import (
    INBOX,
    Copy,
    check,
    check_database,
    check_export,
    entry,
    grown,
    kept_elsewhere,
    made,
    put,
)
from tests.support.stores import Ground
from whistle.audit.entries import Details, Who
from whistle.audit.findings import Fault, Report
from whistle.domain.logged import Logged
from whistle.storage.engine import Store
from whistle.storage.log import EntryRow
from whistle.storage.log_guard import guard, unguard

SIZE, A_DAY = 10_000, 900  # so that some entries are after the last checkpoint
FORGER = Who.member(b"f" * 16)
Attack = Callable[[Copy, int], Copy]


@pytest.fixture(scope="module")
def whole() -> Copy:
    return made(SIZE, A_DAY)


def positions() -> list[int]:
    """Give places at the edges of everything, and others by chance, the same in every run."""
    chance = random.Random(6)
    edges = [0, 255, 256, 900, 3599, 9898, 9899, 9984, 9997]
    return sorted([*edges, *chance.sample(range(SIZE - 3), 3 * len(MOVES) - len(edges))])


def with_row(copy: Copy, number: int, row: EntryRow) -> Copy:
    return replace(copy, rows=(*copy.rows[:number], row, *copy.rows[number + 1 :]))


def flipped(value: bytes, place: int) -> bytes:
    changed = bytearray(value)
    changed[place % len(changed)] ^= 1 << place % 8
    return bytes(changed)


FLIPS: dict[str, Callable[[EntryRow, int], EntryRow]] = {
    "time": lambda row, _: replace(row, time=row.time ^ 1),
    "actor-kind": lambda row, _: replace(row, actor_kind=row.actor_kind ^ 1),
    "actor": lambda row, n: replace(row, actor=flipped(row.actor, n)),
    "inbox": lambda row, n: replace(row, inbox_id=flipped(row.inbox_id, n)),
    "epoch": lambda row, _: replace(row, epoch=row.epoch ^ 1),
    "commitment": lambda row, n: replace(row, commitment=flipped(row.commitment, n)),
    "body": lambda row, n: replace(row, body=flipped(row.body, n)),
    "leaf": lambda row, n: replace(row, leaf=flipped(row.leaf, n)),
    "moved-byte": lambda row, _: replace(
        row, actor=row.actor[:-1], inbox_id=row.actor[-1:] + row.inbox_id
    ),
    "no-id": lambda row, _: replace(row, actor=b""),
    "impossible-time": lambda row, _: replace(row, time=-1),
    "long-body": lambda row, _: replace(row, body=row.body + b"\0"),
}


def flip(name: str) -> Attack:
    return lambda copy, n: with_row(copy, n, FLIPS[name](copy.rows[n], n))


def delete(copy: Copy, n: int) -> Copy:
    return replace(copy, rows=(*copy.rows[:n], *copy.rows[n + 1 :]))


def delete_and_number_anew(copy: Copy, n: int) -> Copy:
    return delete(copy, n).renumbered()


def delete_two_and_number_anew(copy: Copy, n: int) -> Copy:
    return delete_and_number_anew(delete_and_number_anew(copy, n), n)


def swap(copy: Copy, n: int) -> Copy:
    """Change places with another entry, hash and all."""
    m = partner(n)
    one, other = copy.rows[n], copy.rows[m]
    there = with_row(copy, m, replace(one, number=m))
    return with_row(there, n, replace(other, number=n))


def swap_contents(copy: Copy, n: int) -> Copy:
    """Change places with another entry, but leave each hash where it was."""
    m = partner(n)
    one, other = copy.rows[n], copy.rows[m]
    there = with_row(copy, m, replace(one, number=m, leaf=other.leaf))
    return with_row(there, n, replace(other, number=n, leaf=one.leaf))


def swap_neighbours(copy: Copy, n: int) -> Copy:
    one, other = copy.rows[n], copy.rows[n + 1]
    there = with_row(copy, n + 1, replace(one, number=n + 1))
    return with_row(there, n, replace(other, number=n))


def partner(n: int) -> int:
    return random.Random(n).randrange(n + 1, SIZE)


def forged(n: int) -> EntryRow:
    return entry(n, Details(Logged.CASE_OPENED, {"case": "00" * 16}), FORGER, INBOX)


def insert(copy: Copy, n: int) -> Copy:
    """Put in an entry that fits its hash, and number the rest anew."""
    rows = (*copy.rows[:n], forged(n), *copy.rows[n:])
    return replace(copy, rows=rows).renumbered()


def insert_without_hash(copy: Copy, n: int) -> Copy:
    there = insert(copy, n)
    return with_row(there, n, replace(there.rows[n], leaf=bytes(32)))


def insert_a_copy(copy: Copy, n: int) -> Copy:
    """Put in another entry once more, with the hash it had where it was."""
    rows = (*copy.rows[:n], copy.rows[partner(n)], *copy.rows[n:])
    return replace(copy, rows=rows).renumbered()


def first_is(number: int, fault: Fault, report: Report) -> bool:
    """Say whether the first fault that names an entry is this one."""
    named = [one for one in report.findings if one.first is not None]
    return bool(named) and (named[0].fault, named[0].first) == (fault, number)


MOVES: dict[str, tuple[Attack, Fault]] = {
    "delete": (delete, Fault.REMOVED),
    "delete-renumber": (delete_and_number_anew, Fault.REMOVED),
    "delete-two-renumber": (delete_two_and_number_anew, Fault.REMOVED),
    "swap": (swap, Fault.REORDERED),
    "swap-contents": (swap_contents, Fault.REORDERED),
    "swap-neighbours": (swap_neighbours, Fault.REORDERED),
    "insert": (insert, Fault.INSERTED),
    "insert-without-hash": (insert_without_hash, Fault.INSERTED),
}
ATTACKS = MOVES | {f"flip-{name}": (flip(name), Fault.CHANGED) for name in FLIPS}


def test_a_log_that_nobody_touched_is_fine(whole: Copy) -> None:
    report = check(whole, outside=kept_elsewhere(whole, 0, 7))
    assert report.is_fine
    assert len(report.fitting) == 11 + 2
    assert report.outside == 2


@pytest.mark.parametrize("name", FLIPS)
def test_every_entry_that_was_changed_is_named(whole: Copy, name: str) -> None:
    changed = whole
    for n in positions():
        changed = flip(name)(changed, n)
    found = check(changed).findings
    assert [(one.fault, one.first) for one in found] == [(Fault.CHANGED, n) for n in positions()]


@pytest.mark.parametrize("place", range(len(MOVES)))
def test_each_move_is_named_with_the_first_entry_at_fault(whole: Copy, place: int) -> None:
    attack, fault = MOVES[list(MOVES)[place]]
    for n in positions()[place :: len(MOVES)]:
        report = check(attack(whole, n))
        assert first_is(n, fault, report), (n, report.findings)


@pytest.mark.parametrize("n", [0, 256, 899, 5001])
def test_an_entry_that_stands_twice_is_found(whole: Copy, n: int) -> None:
    report = check(insert_a_copy(whole, n))
    assert {one.fault for one in report.findings} & {Fault.INSERTED, Fault.REORDERED}
    assert min(one.first for one in report.findings if one.first is not None) <= n + 1


@pytest.mark.parametrize("size", [0, 1, 255, 900, 9900, 9999])
def test_a_log_cut_short_is_named_with_the_first_entry_that_is_missing(
    whole: Copy, size: int
) -> None:
    cut = replace(whole, rows=whole.rows[:size])
    assert first_is(size, Fault.TRUNCATED, check(cut))
    tree, subtrees = grown([row.leaf for row in cut.rows])
    for same in (replace(cut, head=tree), replace(cut, head=tree, subtrees=subtrees)):
        checked = check(same)
        if size < 9900:  # else no checkpoint, nor anything else, tells of what is gone
            assert first_is(size, Fault.TRUNCATED, checked)


def test_entries_behind_the_head_are_told(whole: Copy) -> None:
    longer = replace(whole, rows=(*whole.rows, forged(SIZE)))
    assert first_is(SIZE, Fault.INSERTED, check(longer))


def test_of_an_entry_that_was_signed_it_is_told_which_half_was_changed(whole: Copy) -> None:
    assert "the kept hash that was changed" in check(flip("leaf")(whole, 77)).findings[0].message
    assert (
        "the kept hash" not in check(flip("body")(whole, 77)).findings[0].message.split("with")[0]
    )


@pytest.fixture(scope="module")
def sqlite(sqlite_ground: Ground) -> Store:
    return sqlite_ground.empty()


@pytest.mark.parametrize("name", ["delete", "swap", "insert", "flip-body", "flip-no-id"])
def test_the_same_is_told_of_the_database_and_of_its_export(
    whole: Copy, sqlite: Store, name: str
) -> None:
    attack, fault = ATTACKS[name]
    n = random.Random(name).randrange(SIZE - 3)
    put(sqlite, attack(whole, n))
    assert first_is(n, fault, check_database(sqlite))
    assert first_is(n, fault, check_export(sqlite))


def test_values_of_another_type_are_the_entrys_fault(whole: Copy, sqlite: Store) -> None:
    put(sqlite, replace(whole, rows=whole.rows[:600], checkpoints=(), subtrees={}))
    with sqlite.write() as db:
        unguard(db)
        db.exec_driver_sql("UPDATE log_entry SET body = 'text', actor = 7 WHERE number = 300")
        db.exec_driver_sql("UPDATE log_entry SET leaf = 'text' WHERE number = 400")
        guard(db)
    named = [(one.fault, one.first) for one in check_database(sqlite).findings]
    assert (Fault.CHANGED, 300) in named
    assert (Fault.CHANGED, 400) in named
