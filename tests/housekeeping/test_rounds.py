"""A round of housekeeping: once a day, by one, whenever it runs; and never twice."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.audit.test_sealed_state import check
from tests.housekeeping.life import Batches, Life, batches, house_of
from tests.support.office import NOON, Office
from whistle.audit.checkpoints import note_key, read_checkpoint
from whistle.domain.chores import Chores
from whistle.housekeeping import day
from whistle.housekeeping.house import House
from whistle.housekeeping.service import TURN, keep_house
from whistle.keys.sessions import ABSOLUTE
from whistle.storage import jobs, log, log_tables, tables
from whistle.storage.jobs import LeaseRow
from whistle.storage.log import CheckpointRow
from whistle.storage.restoring import UnfinishedRestoreError, mark, unmark
from whistle.storage.rows import AttachmentRow, ChunkRow, SessionRow

YESTERDAY = date(2026, 11, 19)  # of the day on which an office stands still


def checkpoints(office: Office) -> list[CheckpointRow]:
    with office.installation.store.read() as db:
        return list(log.checkpoints(db))


def rows_of(office: Office, table: object) -> list[object]:
    with office.installation.store.read() as db:
        return list(db.execute(select(table)))  # type: ignore[call-overload]


def test_a_day_on_which_nothing_came_is_told_of_as_well(office: Office) -> None:
    assert keep_house(house_of(office)).day == YESTERDAY
    assert batches(office) == Batches(days=[YESTERDAY])


def test_the_checkpoint_stands_on_the_batch(office: Office) -> None:
    keep_house(house_of(office))
    (row,) = checkpoints(office)
    key = note_key(office.installation.id, office.installation.log_public)
    checkpoint = read_checkpoint(row.note, key)
    with office.installation.store.read() as db:
        tree = log.head(db)
    assert (row.day, row.size, row.mailed) == (YESTERDAY, tree.size, None)
    assert (checkpoint.size, checkpoint.root) == (tree.size, tree.root())


def test_a_finished_day_is_told_of_once_however_often_housekeeping_runs(office: Office) -> None:
    house = house_of(office)
    office.reporter().report()
    office.later(days=1)
    assert [keep_house(house).day for _ in range(3)] == [date(2026, 11, 20), None, None]
    office.later(hours=2)
    assert keep_house(house).day is None
    assert batches(office).days == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("utc", "hour", "told"),
    [(0, 3, False), (1, 3, False), (2, 3, True), (22, 3, True), (22, 23, True), (21, 23, False)],
)
def test_it_is_time_from_the_hour_in_denmark(
    office: Office, utc: int, hour: int, *, told: bool
) -> None:
    office.clock.moment = NOON.replace(hour=utc)
    here = office.installation
    house = House(here.store, here.id, office.log_key, Chores(hour), clock=here.clock)
    assert (keep_house(house).day is not None) is told


def test_missed_days_are_made_up_for_in_one_entry(office: Office) -> None:
    house = house_of(office)
    keep_house(house)
    for _ in range(4):
        office.reporter().report()
        office.later(days=1)
    assert keep_house(house).day == YESTERDAY + timedelta(days=4)
    told = batches(office)
    assert len(told.days) == 2
    assert len(told.there) == 4 * 4  # message, identity, and keys for both sides


def test_a_batch_of_many_rows_is_several_entries_of_one_night(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "DIGESTS", 3)
    life = Life(office, 1)
    for _ in range(2):
        life.report()
    office.later(days=1)
    life.withdraw_identity()
    office.later(days=1)
    assert keep_house(life.house).day
    told = batches(office)
    assert (len(told.days), len(set(told.days)), len(told.there)) == (
        4,
        1,
        2 * 4 + 2,
    )  # a file, too, and what withdrew
    assert len(checkpoints(office)) == 1
    found = check(office)
    assert found.is_fine, found.findings


def test_what_came_and_went_today_waits_for_a_later_day(office: Office) -> None:
    life = Life(office, 2)
    life.report()
    keep_house(life.house)
    assert not batches(office).there
    office.later(days=1)
    life.message()
    life.withdraw_identity()
    keep_house(life.house)
    first = batches(office)
    assert (len(first.there), len(first.gone)) == (4, 0)
    office.later(days=1)
    keep_house(life.house)
    second = batches(office)
    assert (len(second.there), len(second.gone)) == (6, 1)  # two messages more, another identity


def test_of_three_at_once_one_works(office: Office) -> None:
    office.reporter().report()
    office.later(days=1)
    houses = [house_of(office) for _ in range(3)]
    begin, rounds = threading.Barrier(3), []

    def work(house: House) -> None:
        begin.wait()
        rounds.append(keep_house(house))

    threads = [threading.Thread(target=work, args=(house,)) for house in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.day for one in rounds if one.day] == [date(2026, 11, 20)]
    assert len(batches(office).days) == len(checkpoints(office)) == 1
    assert not rows_of(office, log_tables.job_leases)


def test_who_has_the_lease_is_left_alone_until_it_is_over(office: Office) -> None:
    store, now = office.installation.store, 1_000_000
    mine, theirs = (LeaseRow("house", bytes([n]) * 16, now + 10) for n in (1, 2))
    assert jobs.take(store, mine, now)
    assert not jobs.take(store, theirs, now)
    assert jobs.take(store, mine, now)  # for longer
    jobs.give_back(store, theirs)  # is nobody's but mine to give back
    assert not jobs.take(store, theirs, now + 9)
    assert jobs.take(store, theirs, now + 10)
    jobs.give_back(store, mine)
    assert not jobs.take(store, mine, now + 1)


def test_who_died_at_it_holds_nobody_up_for_longer_than_a_turn(office: Office) -> None:
    house = house_of(office)
    now = int((NOON - NOON.replace(year=1970, month=1, day=1, hour=0)).total_seconds())
    jobs.take(house.store, LeaseRow("house", b"x" * 16, now + int(TURN.total_seconds())), now)
    assert not keep_house(house).mine
    office.clock.moment += TURN
    assert keep_house(house).mine


def test_a_round_that_fails_leaves_nothing_and_the_next_one_does_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_of(office)
    with monkeypatch.context() as patch:
        patch.setattr(day, "make_checkpoint", _no_room)
        with pytest.raises(OSError, match="no room"):
            keep_house(house)
    assert not batches(office).days
    assert not rows_of(office, log_tables.jobs_done)
    assert not rows_of(office, log_tables.job_leases)
    assert keep_house(house).day == YESTERDAY


def _no_room(*_: object) -> None:
    raise OSError("no room on the disk")


def test_abandoned_files_and_sessions_that_are_over_go_once_a_day(office: Office) -> None:
    here, today = office.installation, office.installation.clock.today()
    with here.store.write() as db:
        for number, age in enumerate((0, 1, 2)):
            started = today - timedelta(days=age)
            AttachmentRow(bytes([number]) * 16, None, started).insert(db)
            ChunkRow(bytes([number]) * 16, 0, b"sealed").insert(db)
        for number, long in enumerate((ABSOLUTE * 2, ABSOLUTE / 2)):
            began = NOON - long
            token = bytes([number]) * 32
            SessionRow(token, office.adviser.member_id, b"", began, began).insert(db)
    keep_house(house_of(office))
    with here.store.read() as db:
        files = set(db.execute(select(tables.attachments.c.id)).scalars())
        sessions = set(db.execute(select(tables.member_sessions.c.token_hash)).scalars())
    assert files == {bytes(16), b"\1" * 16}
    assert sessions == {b"\1" * 32}


def test_what_was_removed_is_remembered_as_long_as_copies_live(office: Office) -> None:
    life = Life(office, 1)
    life.report()
    office.later(days=1)
    life.withdraw_identity()
    for days in (1, 30):
        office.later(days=days)
        keep_house(life.house)
        assert len(rows_of(office, log_tables.removed_rows)) == 1
        assert not rows_of(office, log_tables.fresh_rows)
    office.later(days=1)
    keep_house(life.house)
    assert not rows_of(office, log_tables.removed_rows)
    assert not batches(office).there & batches(office).gone


def test_while_a_copy_is_put_back_nothing_is_done(office: Office) -> None:
    store = office.installation.store
    with store.write() as db:
        mark(db)
    try:
        with pytest.raises(UnfinishedRestoreError):
            keep_house(house_of(office))
    finally:
        with store.write() as db:
            unmark(db)
    assert not checkpoints(office)
