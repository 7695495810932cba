"""Who makes hashes, tree and signatures anew is found by what was signed, and bracketed by it."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.audit.logs import (
    INBOX,
    OTHER_KEY,
    SEED,
    STOLEN,
    Copy,
    check,
    check_database,
    check_export,
    entry,
    grown,
    hashed,
    kept_elsewhere,
    made,
    put,
    restored,
)
from tests.support.stores import Ground
from whistle.audit.entries import Details, Who
from whistle.audit.evidence import Kept
from whistle.audit.findings import Fault, Finding, Report
from whistle.crypto.merkle import Frontier
from whistle.crypto.notes import Checkpoint, NoteSigner
from whistle.domain.logged import Logged
from whistle.storage.engine import Store
from whistle.storage.log import CheckpointRow

SIZE, A_DAY = 10_000, 900
FORGER = Who.member(b"f" * 16)
Attack = Callable[[Copy, int], Copy]


@pytest.fixture(scope="module")
def whole() -> Copy:
    return made(SIZE, A_DAY)


def change(copy: Copy, n: int) -> Copy:
    row = replace(copy.rows[n], time=copy.rows[n].time + 1, leaf=b"")
    return replace(copy, rows=(*copy.rows[:n], row, *copy.rows[n + 1 :])).rehashed()


def delete(copy: Copy, n: int) -> Copy:
    return replace(copy, rows=(*copy.rows[:n], *copy.rows[n + 1 :])).rehashed()


def swap(copy: Copy, n: int) -> Copy:
    one, other = copy.rows[n], copy.rows[n + 1]
    return replace(copy, rows=(*copy.rows[:n], other, one, *copy.rows[n + 2 :])).rehashed()


def insert(copy: Copy, n: int) -> Copy:
    forged = entry(n, Details(Logged.CASE_OPENED, {"case": "00" * 16}), FORGER, INBOX)
    return replace(copy, rows=(*copy.rows[:n], forged, *copy.rows[n:])).rehashed()


ATTACKS: dict[str, tuple[Attack, Fault]] = {
    "change": (change, Fault.REWRITTEN),
    "delete": (delete, Fault.REMOVED),
    "swap": (swap, Fault.REWRITTEN),
    "insert": (insert, Fault.INSERTED),
}
PLACES = [0, 899, 4711, 9725]


def only(report: Report) -> Finding:
    """Give the first thing that was found, when it is bracketed."""
    found = report.findings[0]
    assert found.after is not None
    assert found.before is not None
    return found


def brackets(found: Finding, n: int) -> bool:
    """Say whether the fault is said to lie where it lies."""
    assert found.after is not None
    assert found.before is not None
    return found.after.size <= n < found.before.size


def width(found: Finding) -> int:
    assert found.after is not None
    assert found.before is not None
    return found.before.size - found.after.size


@pytest.mark.parametrize("name", ATTACKS)
def test_entries_that_fit_their_hashes_do_not_fit_the_tree(whole: Copy, name: str) -> None:
    attack, fault = ATTACKS[name]
    for n in PLACES:
        found = only(check(attack(whole, n)))
        assert found.fault is fault
        assert brackets(found, n)
        assert width(found) <= A_DAY
        if "points to entry" in found.message:  # the subtrees were left as they were
            told = int(found.message.split("points to entry ")[1].split()[0])
            assert told <= n < told + 256


def test_what_is_missing_behind_all_that_was_kept_is_bracketed_too(whole: Copy) -> None:
    found = check(delete(whole, 9990)).findings[0]
    assert (found.fault, found.first) == (Fault.TRUNCATED, 9999)
    assert "none before entry 9984" in found.message


@pytest.mark.parametrize("name", ATTACKS)
def test_a_tree_made_anew_does_not_fit_what_was_signed(whole: Copy, name: str) -> None:
    for n in (0, 899, 4711):
        found = only(check(ATTACKS[name][0](whole, n).regrown()))
        assert found.fault is Fault.REWRITTEN
        assert brackets(found, n)
        assert width(found) <= A_DAY


@pytest.mark.parametrize("name", ATTACKS)
def test_checkpoints_that_are_kept_elsewhere_tell_what_the_database_hides(
    whole: Copy, name: str
) -> None:
    outside = kept_elsewhere(whole, 2, 7)  # over 2700 and over 7200 entries
    hidden = replace(ATTACKS[name][0](whole, 4711).regrown(), checkpoints=whole.checkpoints[:1])
    report = check(hidden, outside=outside)
    found = only(report)
    assert found.fault is Fault.REWRITTEN
    assert (found.after and found.after.size, found.before and found.before.size) == (2700, 7200)
    assert report.outside == 1


def test_a_log_signed_anew_with_another_key_is_named(whole: Copy) -> None:
    forged = change(whole, 4711).regrown().signed(STOLEN)
    report = check(forged, outside=kept_elsewhere(whole, 7))
    faults = [one.fault for one in report.findings]
    assert faults.count(Fault.OTHER_KEY) == len(forged.checkpoints)
    assert Fault.REWRITTEN in faults


def test_a_key_that_stands_with_the_log_is_not_the_one_that_is_known(whole: Copy) -> None:
    report = check(whole, key=OTHER_KEY)
    assert report.findings[0].fault is Fault.OTHER_KEY
    assert OTHER_KEY.show() not in report.findings[0].message


def test_who_has_the_signing_key_still_contradicts_what_was_kept_elsewhere(whole: Copy) -> None:
    forged = change(whole, 4711).regrown().signed(SEED)
    assert check(forged).is_fine  # from within, nobody can see it: the report says so
    found = only(check(forged, outside=kept_elsewhere(whole, 2, 7)))
    assert found.fault is Fault.SPLIT_VIEW
    assert brackets(found, 4711)


def test_two_checkpoints_of_one_size_and_two_roots_are_two_histories(whole: Copy) -> None:
    other = change(whole, 4711).regrown().signed(SEED)
    outside = [*kept_elsewhere(whole, 7), *kept_elsewhere(other, 7)]
    faults = {one.fault for one in check(whole, outside=outside).findings}
    assert faults == {Fault.SPLIT_VIEW}


def older(copy: Copy, size: int) -> Copy:
    """Give the copy that was made when the log had ``size`` entries."""
    rows = copy.rows[:size]
    kept = tuple(row for row in copy.checkpoints if row.size <= size)
    return replace(copy, rows=rows, checkpoints=kept).regrown()


@pytest.mark.parametrize("size", [0, 1, 900, 5000, 7199])
def test_an_older_copy_of_everything_is_older_than_what_was_kept_elsewhere(
    whole: Copy, size: int
) -> None:
    back = older(whole, size)
    assert check(back).is_fine  # it is as it was: the report says what that does not prove
    found = only(check(back, outside=kept_elsewhere(whole, 0, 7)))
    assert (found.fault, found.first) == (Fault.ROLLED_BACK, size)
    assert found.before is not None
    assert found.before.size == 7200


def test_a_restored_copy_says_so_and_is_not_excused(whole: Copy) -> None:
    back = older(whole, 5000)
    rows = [*back.rows, restored(5000)]
    rows += [hashed(replace(row, number=row.number + 1)) for row in whole.rows[5000:8000]]
    again = replace(back, rows=tuple(rows)).regrown()
    report = check(again, outside=kept_elsewhere(whole, 3, 7))
    found = only(report)
    assert found.fault is Fault.ROLLED_BACK
    assert "Entry 5000" in found.message
    assert found.after is not None
    assert found.after.size == 4500  # of those that came back with the copy
    assert any("Entry 5000" in remark for remark in report.remarks)


def test_a_restored_copy_that_is_still_shorter_says_so(whole: Copy) -> None:
    back = older(whole, 5000)
    again = replace(back, rows=(*back.rows, restored(5000))).regrown()
    found = only(check(again, outside=kept_elsewhere(whole, 7)))
    assert (found.fault, found.first) == (Fault.ROLLED_BACK, 5001)
    assert "Entry 5000 says so" in found.message


def test_a_head_that_was_changed_is_told_from_entries_that_were(whole: Copy) -> None:
    roots = (bytes(32), *whole.head.roots[1:])  # over entries that were signed
    report = check(replace(whole, head=replace(whole.head, roots=roots)))
    assert [one.fault for one in report.findings] == [Fault.HEAD]
    lower, _ = grown([row.leaf for row in whole.rows[:9000]])
    assert Fault.HEAD in {one.fault for one in check(replace(whole, head=lower)).findings}
    last = (*whole.head.roots[:-1], bytes(32))  # over entries that nobody has signed
    found = only(check(replace(whole, head=replace(whole.head, roots=last))))
    assert found.fault is Fault.REWRITTEN
    assert "the head of the log" in found.message


def test_a_subtree_that_was_changed_is_told_from_entries_that_were(whole: Copy) -> None:
    spoiled = whole.subtrees | {(8, 17): bytes(32)}
    (found,) = check(replace(whole, subtrees=spoiled)).findings
    assert found.fault is Fault.SUBTREE
    assert f"entries {17 * 256} to {18 * 256 - 1}" in found.message
    lacking = {place: root for place, root in whole.subtrees.items() if place != (8, 17)}
    (found,) = check(replace(whole, subtrees=lacking)).findings
    assert found.fault is Fault.SUBTREE
    beyond = whole.subtrees | {(8, 10**6): bytes(32)}
    (found,) = check(replace(whole, subtrees=beyond)).findings
    assert found.fault is Fault.TRUNCATED


@pytest.mark.parametrize("place", [0, 5, 10])
def test_a_checkpoint_of_which_a_bit_was_changed_is_named(whole: Copy, place: int) -> None:
    chance, row = random.Random(place), whole.checkpoints[place]
    for _ in range(40):
        note = bytearray(row.note)
        note[chance.randrange(len(note))] ^= 1 << chance.randrange(8)
        found = check(short(whole, replace(row, note=bytes(note)))).findings[0]
        assert found.fault in {Fault.BAD_CHECKPOINT, Fault.OTHER_KEY}, bytes(note)


def short(whole: Copy, row: CheckpointRow) -> Copy:
    """Give a log without entries: it is the checkpoint that is looked at."""
    return replace(whole, rows=(), checkpoints=(row,), subtrees={}, head=Frontier())


def test_a_checkpoint_of_another_log_is_none_of_this_one(whole: Copy) -> None:
    foreign = Checkpoint("whistle/another", 900, bytes(32)).encode()
    note = NoteSigner("whistle/another", SEED).sign(foreign)
    (found,) = check(whole, outside=[Kept("it", note, outside=True)]).findings
    assert found.fault is Fault.OTHER_KEY


@pytest.fixture(scope="module")
def sqlite(sqlite_ground: Ground) -> Store:
    return sqlite_ground.empty()


@pytest.mark.parametrize("name", ATTACKS)
def test_the_same_is_told_of_the_database_and_of_its_export(
    whole: Copy, sqlite: Store, name: str
) -> None:
    put(sqlite, ATTACKS[name][0](whole, 4711).regrown())
    for found in (only(check_database(sqlite)), only(check_export(sqlite))):
        assert found.fault is Fault.REWRITTEN
        assert brackets(found, 4711)
        assert width(found) <= A_DAY


def test_a_plain_fault_does_not_hide_a_careful_one_before_it(whole: Copy) -> None:
    forged = change(whole, 1000).regrown()
    row = forged.rows[4711]
    plain = (*forged.rows[:4711], replace(row, leaf=bytes(32)), *forged.rows[4712:])
    report = check(replace(forged, rows=plain))
    first, second = report.findings
    assert first.fault is Fault.REWRITTEN
    assert brackets(first, 1000)
    assert (second.fault, second.first) == (Fault.CHANGED, 4711)


def test_a_hash_that_was_changed_does_not_hide_what_comes_after(whole: Copy) -> None:
    forged = change(whole, 4711).regrown()
    row = forged.rows[7]
    plain = (*forged.rows[:7], replace(row, leaf=bytes(32)), *forged.rows[8:])
    report = check(replace(forged, rows=plain))
    assert {one.fault for one in report.findings} == {Fault.REWRITTEN, Fault.CHANGED}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_happened_is_told_on_both_databases(store: Store, name: str) -> None:
    small = made(600, 250)
    put(store, ATTACKS[name][0](small, 300))
    assert only(check_database(store)).fault is ATTACKS[name][1]
    put(store, ATTACKS[name][0](small, 300).regrown().signed(STOLEN))
    report = check_database(store, outside=kept_elsewhere(small, 0, 1))
    assert {one.fault for one in report.findings} == {Fault.OTHER_KEY, Fault.REWRITTEN}
    put(store, older(small, 300))
    report = check_database(store, outside=kept_elsewhere(small, 1))
    assert [(one.fault, one.first) for one in report.findings] == [(Fault.ROLLED_BACK, 300)]
