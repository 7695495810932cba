"""Copies of a database that others write to, and backups and restores that are killed."""

import random
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from tests.backup.writers import (
    INBOX,
    INSTALLATION,
    MESSAGES,
    forked,
    kill,
    running,
    write_case,
    write_for_ever,
)
from whistle.audit.entries import open_details
from whistle.backup import files
from whistle.backup.errors import CopyError
from whistle.backup.folder import Copy
from whistle.backup.making import Made, back_up
from whistle.backup.restoring import Restored, checked, restore
from whistle.backup.sources import Sources, known_deletions
from whistle.backup.tree import rebuilt
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.domain.profile import load_profile
from whistle.settings import FormKey, LogKey, Settings
from whistle.storage import log, tables
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.restoring import UnfinishedRestoreError

WRITERS = 4
KILLS = 10


@pytest.fixture
def settings(database_url: str) -> Settings:
    """An installation without inboxes to trust; enough to write to."""
    store = open_store(database_url)
    upgrade(store)
    with store.write() as db:
        INBOX.insert(db)
    for _ in range(15):
        write_case(store, 200_000)
    store.dispose()
    return Settings(
        database_url, INSTALLATION, FormKey.random(), LogKey.random(), load_profile("stevns"), ()
    )


def made(settings: Settings, folder: Path) -> Made:
    return back_up(settings, Clock(), folder)


def put_back(copy: Copy, settings: Settings) -> Restored:
    known = known_deletions(copy, checked(copy, settings), Sources(), Clock().today())
    return restore(copy, settings, Clock(), known)


def test_a_copy_is_of_one_moment_while_four_write(settings: Settings, tmp_path: Path) -> None:
    sizes = []
    with running(lambda: write_for_ever(settings.database), WRITERS):
        for _ in range(2):
            time.sleep(0.3)
            copy = made(settings, tmp_path / "copies").copy
            with files.opened(copy.database).read() as db:
                sizes.append(of_one_moment(db))
    assert sizes == sorted(set(sizes)), "nobody wrote meanwhile"


def of_one_moment(db: Connection) -> int:
    """Assert that every case is whole and has its entry, and no entry lacks its case."""
    column = tables.items.c
    counted = select(column.case_id, func.count()).group_by(column.case_id)
    messages: dict[bytes, int] = dict(db.execute(counted).all())
    cases = set(db.execute(select(tables.cases.c.id)).scalars())
    assert messages == dict.fromkeys(cases, MESSAGES)
    assert set(db.execute(select(tables.receipts.c.case_id)).scalars()) == cases
    rebuilt(db)
    details = [open_details(INSTALLATION, row) for row in log.entries(db)]
    told = [str(one.about["case"]) for one in details if one.act is Logged.SIGNED_IN]
    assert sorted(told) == sorted(case.hex() for case in cases)
    assert Logged.BACKED_UP in {one.act for one in details[-WRITERS * 100 :]}
    return len(cases)


def test_a_killed_backup_leaves_nothing_that_looks_like_a_copy(
    settings: Settings, tmp_path: Path
) -> None:
    folder, chance, killed = tmp_path / "copies", random.Random(5), 0
    begun = time.monotonic()
    made(settings, folder)
    lasts = time.monotonic() - begun
    for _ in range(KILLS):
        process = forked(lambda: made(settings, folder))
        time.sleep(chance.uniform(0, 1.3 * lasts))
        killed += kill(process) is None
        for path in folder.glob("*.db"):
            checked(Copy.at(path), settings)
    assert killed, "every one was done in time"
    whole = list(folder.glob("*.db"))
    last = made(settings, folder).copy
    assert set(folder.glob("*.db")) == {*whole, last.database}
    assert not list(folder.glob(".*")), "what the killed ones left is cleared away"
    checked(last, settings)


def test_a_killed_restore_serves_nothing_and_can_be_done_again(
    settings: Settings, tmp_path: Path, elsewhere: str
) -> None:
    copy = made(settings, tmp_path / "copies").copy
    there = Settings(
        elsewhere, INSTALLATION, settings.form_key, settings.log_key, settings.profile, ()
    )
    chance, states = random.Random(6), set()
    for number in range(KILLS):
        process = forked(lambda: put_back(copy, there))
        time.sleep(chance.uniform(0, 0.02 + 2 * number / KILLS))
        ended = kill(process)
        states.add(state_of(there))
        if ended == 0 or "whole" in states:
            break
    assert states & {"nothing", "marked"}, states
    if "whole" not in states:
        assert put_back(copy, there).replayed.deleted == 0
    assert state_of(there) == "whole"
    with pytest.raises(CopyError, match="not empty"):
        put_back(copy, there)


def state_of(settings: Settings) -> str:
    """Say what a server would find; assert that it is nothing in between."""
    store = open_store(settings.database)
    try:
        upgrade(store)
        with store.read() as db:
            cases = len(db.execute(select(tables.cases.c.id)).all())
            if not cases:
                assert log.head(db).size == 0
                return "nothing"
            tree = rebuilt(db)
            (last,) = log.entries(db, tree.size - 1)
            assert open_details(INSTALLATION, last).act is Logged.RESTORED
            return "whole"
    except UnfinishedRestoreError:
        return "marked"
    finally:
        store.dispose()
