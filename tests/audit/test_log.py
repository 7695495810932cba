"""Entries are appended with their act, in one tree, and nothing takes them away again."""

import hashlib
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from tests.support.office import Office
from whistle.audit.entries import NO_ID, Who, leaf_content, open_details
from whistle.audit.log import Log, deed, log_key
from whistle.crypto.errors import SealingError
from whistle.crypto.merkle import leaf_hash, root_of
from whistle.domain.logged import Logged
from whistle.storage import log as queries
from whistle.storage.engine import Store, open_store
from whistle.storage.log import EntryRow
from whistle.storage.log_guard import ONLY_GROWS, guard, unguard
from whistle.storage.log_tables import log_checkpoints, log_entries, log_heads, log_subtrees
from whistle.storage.migrations import upgrade


@pytest.fixture
def log(office: Office) -> Log:
    here = office.installation
    return Log(here.store, here.id, here.clock, Who.member(office.adviser.member_id), "adviser")


def entries(log: Log) -> list[EntryRow]:
    with log.store.read() as db:
        return list(queries.entries(db))


def test_an_act_and_its_entry_are_stored_together(log: Log) -> None:
    before = len(entries(log))
    with log.write(deed(Logged.SIGNED_IN)):
        pass
    (entry,) = entries(log)[before:]
    assert entry.actor == log.who.member_id
    assert entry.inbox_id == NO_ID
    details = open_details(log.installation, entry)
    assert (details.act, details.about) == (Logged.SIGNED_IN, {"role": "adviser"})


def test_what_fails_leaves_no_entry(log: Log) -> None:
    before = entries(log)
    with pytest.raises(RuntimeError), log.write(deed(Logged.SIGNED_IN)):
        raise RuntimeError("the act fails")
    assert entries(log) == before


def test_sealed_details_open_for_the_inbox_alone(office: Office, log: Log) -> None:
    (mine, *_), (theirs, *_) = (
        office.work_of(member).inboxes_opened() for member in (office.adviser, office.reserve)
    )
    log.note(deed(Logged.CASE_OPENED, mine, case=bytes(range(16))))
    entry = entries(log)[-1]
    assert entry.inbox_id == mine.inbox.inbox_id
    details = open_details(log.installation, entry, log_key(log.installation, mine))
    assert details.about == {"case": bytes(range(16)).hex(), "role": "adviser"}
    with pytest.raises(SealingError):
        open_details(log.installation, entry, log_key(log.installation, theirs))
    with pytest.raises(SealingError):
        open_details(log.installation, entry)


def test_sealed_entries_have_one_length_whatever_they_tell(office: Office, log: Log) -> None:
    mine = office.work_of(office.adviser).inboxes_opened()[0]
    log.note(deed(Logged.CASE_OPENED, mine, case=bytes(16)), deed(Logged.INBOX_LISTED, mine))
    one, other = entries(log)[-2:]
    assert len(one.body) == len(other.body)


def test_the_head_is_the_tree_over_all_entries(log: Log) -> None:
    log.note(*(deed(Logged.SIGNED_IN) for _ in range(300)))
    rows = entries(log)
    with log.store.read() as db:
        head, subtrees = queries.head(db), db.execute(queries.SubtreeRow.select()).all()
    assert {len(leaf_content(row)) for row in rows} == {138}
    assert [row.number for row in rows] == list(range(head.size))
    assert head.root() == root_of(leaf_hash(leaf_content(row)) for row in rows)
    assert subtrees == [(8, 0, root_of(row.leaf for row in rows[:256]))]


def test_a_subtree_is_written_with_the_leaf_that_completes_it_and_not_before(log: Log) -> None:
    forged = insert(log_subtrees).values(level=8, number=0, root=bytes(32))
    with log.store.read() as db:
        missing = 255 - queries.head(db).size
    for _ in range(2):
        with pytest.raises(DBAPIError, match=ONLY_GROWS), log.store.write() as db:
            db.execute(forged)
        log.note(*(deed(Logged.SIGNED_IN) for _ in range(missing)))
        missing = 0
    log.note(deed(Logged.SIGNED_IN))
    with log.store.read() as db:
        assert len(db.execute(queries.SubtreeRow.select()).all()) == 1


@pytest.fixture
def guarded(database_url: str) -> Iterator[Store]:
    """A database with one entry, as its owner has it."""
    store = open_store(database_url)
    upgrade(store)
    leaf = hashlib.sha256(b"leaf").digest()
    row = EntryRow(0, 1, 0, bytes(16), bytes(16), 0, bytes(32), b"body", leaf)
    with store.write() as db:
        queries.append(db, queries.hold_head(db), row)
        queries.CheckpointRow(day=DAY, size=1, note=b"signed").insert(db)
        unguard(db)
        queries.SubtreeRow(8, 0, leaf).insert(db)
        guard(db)
    yield store
    store.dispose()


DAY = date(2026, 11, 20)
NEXT = {
    "number": 5,
    "time": 1,
    "actor_kind": 0,
    "actor": bytes(16),
    "inbox_id": bytes(16),
    "epoch": 0,
    "commitment": bytes(32),
    "body": b"",
    "leaf": bytes(32),
}


@pytest.mark.parametrize(
    "statement",
    [
        update(log_entries).values(time=2),
        update(log_entries).values(number=7),
        delete(log_entries),
        insert(log_entries).values(NEXT),
        update(log_heads).values(size=0),
        update(log_heads).values(size=2),
        update(log_heads).values(roots=b""),
        delete(log_heads),
        update(log_subtrees).values(root=bytes(32)),
        delete(log_subtrees),
        insert(log_subtrees).values(level=8, number=1, root=bytes(32)),
        insert(log_subtrees).values(level=0, number=1, root=bytes(32)),
        update(log_checkpoints).values(note=b"other"),
        delete(log_checkpoints),
        insert(log_checkpoints).values(day=date(2026, 11, 21), size=7, note=b"ahead"),
    ],
    ids=[
        "the-time",
        "the-number",
        "gone",
        "a-gap",
        "back",
        "ahead",
        "other-roots",
        "no-head",
        "other-subtree",
        "no-subtree",
        "a-subtree-of-leaves-to-come",
        "a-subtree-that-is-a-leaf",
        "other-note",
        "no-checkpoint",
        "a-checkpoint-of-entries-to-come",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(guarded: Store, statement: object) -> None:
    with pytest.raises(DBAPIError, match=ONLY_GROWS), guarded.write() as db:
        db.execute(statement)  # type: ignore[call-overload]
    with guarded.read() as db:
        assert [row.time for row in queries.entries(db)] == [1]


def test_postgresql_refuses_to_empty_the_log(guarded: Store) -> None:
    if guarded.engine.dialect.name == "sqlite":
        return  # has no TRUNCATE
    for table in ("log_entry", "log_head", "log_subtree", "log_checkpoint"):
        with pytest.raises(DBAPIError, match=ONLY_GROWS), guarded.write() as db:
            db.execute(text(f"TRUNCATE {table}"))
