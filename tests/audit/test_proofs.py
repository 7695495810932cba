"""Proofs from the database are the pure ones; one entry is shown with proof, and no other."""

import json
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import event

from tests.support.office import Office
from whistle.audit.checkpoints import make_checkpoint, note_key, read_checkpoint
from whistle.audit.entries import Who, leaf_content, opening_of
from whistle.audit.log import Log, deed, log_key
from whistle.audit.proofs import consistency, disclose, inclusion, origin_of, read_disclosed
from whistle.audit.written import leaf_at, leaf_of, read_entry, tail_of, write_entry
from whistle.crypto.errors import ContentError, LogError, NoteError, ProofError, SealingError
from whistle.crypto.merkle import (
    Frontier,
    consistency_proof,
    grew,
    includes,
    inclusion_proof,
    leaf_hash,
    nodes_over,
    root_at,
)
from whistle.crypto.notes import NoteKey
from whistle.crypto.secret import Seed
from whistle.crypto.signing import SigningKey
from whistle.domain.logged import Logged
from whistle.storage import log as queries
from whistle.storage.engine import Store
from whistle.storage.errors import DuplicateError
from whistle.storage.log import EntryRow

SEED = Seed(bytes(range(32)))
DAY = date(2026, 11, 20)
SIZE = 1100


def fill(store: Store, size: int) -> Sequence[bytes]:
    """Put leaves into the log, in one transaction."""
    leaves = [leaf_hash(number.to_bytes(8, "big")) for number in range(size)]
    with store.write() as db:
        tree = queries.hold_head(db)
        for number, leaf in enumerate(leaves):
            row = EntryRow(number, 1, 0, bytes(16), bytes(16), 0, bytes(32), b"", leaf)
            tree = queries.append(db, tree, row)
    return leaves


def test_proofs_from_the_database_are_those_over_its_leaves(store: Store) -> None:
    leaves = fill(store, SIZE)
    node = nodes_over(leaves)
    with store.read() as db:
        for size in (1, 2, 255, 256, 257, 512, 700, 1023, 1024, SIZE):
            root = root_at(node, size)
            for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
                proof = inclusion(db, index, size)
                assert proof == inclusion_proof(node, index, size)
                assert includes(leaves[index], index, size, proof, root)
            for first in {1, size // 3, size // 2, size - 1, size} - {0}:
                proof = consistency(db, first, size)
                assert proof == consistency_proof(node, first, size)
                assert grew(first, root_at(node, first), size, root, proof)


def test_a_proof_reads_no_more_than_a_tile_of_each_level(store: Store) -> None:
    fill(store, SIZE)
    read = []
    with store.read() as db:
        event.listen(
            db,
            "after_execute",
            lambda _db, statement, *_: read.append(str(statement)),
        )
        inclusion(db, 700, SIZE)
    leaves = [one for one in read if "log_entry" in one]
    assert len(leaves) <= 8 + 7  # one query for each level of the tile, and of the last tile
    assert len(read) <= 24


@pytest.mark.parametrize(("index", "size"), [(SIZE, SIZE), (-1, 10), (0, SIZE + 1), (5, 2000)])
def test_what_the_database_does_not_have_it_does_not_prove(
    store: Store, index: int, size: int
) -> None:
    fill(store, SIZE)
    with store.read() as db, pytest.raises(ProofError):
        inclusion(db, index, size)


@pytest.fixture
def log(office: Office) -> Log:
    here = office.installation
    log = Log(here.store, here.id, here.clock, Who.member(office.adviser.member_id), "adviser")
    mine = office.work_of(office.adviser).inboxes_opened()[0]
    log.note(*(deed(Logged.CASE_OPENED, mine, case=bytes([n] * 16)) for n in range(5)))
    log.note(deed(Logged.SIGNED_IN))
    return log


def key_of(log: Log) -> NoteKey:
    return note_key(log.installation, SigningKey(SEED).verifying)


def disclosed(office: Office, log: Log, number: int) -> bytes:
    """Give what the person concerned is given of an entry."""
    inbox = office.work_of(office.adviser).inboxes_opened()[0]
    with log.store.write() as db:
        checkpoint = make_checkpoint(db, log.installation, SEED, DAY)
    with log.store.read() as db:
        row = list(queries.entries(db))[number]
        key = log_key(log.installation, inbox) if any(row.inbox_id) else None
        return disclose(db, row, opening_of(log.installation, row, key), checkpoint)


def test_the_checkpoint_is_the_head_and_a_day_has_one(log: Log) -> None:
    with log.store.write() as db:
        row = make_checkpoint(db, log.installation, SEED, DAY)
    with log.store.read() as db:
        head = queries.head(db)
        assert queries.newest_checkpoint(db) == row
    checkpoint = read_checkpoint(row.note, key_of(log))
    assert (checkpoint.size, checkpoint.root) == (head.size, head.root())
    with pytest.raises(DuplicateError), log.store.write() as db:
        make_checkpoint(db, log.installation, SEED, DAY)


def test_a_checkpoint_of_another_log_is_not_this_ones(log: Log) -> None:
    with log.store.write() as db:
        row = make_checkpoint(db, b"other installati", SEED, DAY)
    with pytest.raises(NoteError):
        read_checkpoint(row.note, key_of(log))


def test_a_checkpoint_of_an_empty_log_is_one_too(store: Store) -> None:
    with store.write() as db:
        row = make_checkpoint(db, b"i" * 16, SEED, DAY)
    key = note_key(b"i" * 16, SigningKey(SEED).verifying)
    assert read_checkpoint(row.note, key).root == Frontier().root()


@pytest.mark.parametrize("number", [0, 3, 5])
def test_an_entry_is_shown_without_any_key_to_the_inbox(
    office: Office, log: Log, number: int
) -> None:
    encoded = disclosed(office, log, number)
    shown = read_disclosed(encoded, key_of(log))
    assert origin_of(encoded) == key_of(log).name
    assert shown.entry.number == number
    assert shown.details.act is (Logged.CASE_OPENED if number < 5 else Logged.SIGNED_IN)
    assert shown.details.about["role"] == "adviser"
    if number < 5:
        assert shown.details.about["case"] == f"{number:02x}" * 16


def test_nothing_in_a_disclosed_entry_can_be_changed(office: Office, log: Log) -> None:
    encoded = disclosed(office, log, 3)
    told = json.loads(encoded)
    other = json.loads(disclosed_again(office, log, 2))
    spoiled = [
        told | {name: other[name]}
        for name in ("entry", "salt", "details", "proof")
        if told[name] != other[name]
    ]
    spoiled += [
        told | {"details": told["details"].replace("adviser", "nobody")},
        told | {"proof": told["proof"][:-1]},
        told | {"proof": [*told["proof"], "00" * 32]},
        told | {"checkpoint": told["checkpoint"].replace("\n6\n", "\n5\n")},
    ]
    spoiled += [
        told | {"entry": told["entry"] | {name: value}}
        for name, value in {
            "number": 2,
            "time": 1,
            "actor_kind": 1,
            "actor": "00" * 16,
            "inbox": "00" * 16,
            "epoch": 9,
            "commitment": "00" * 32,
            "body": "",
        }.items()
    ]
    for record in spoiled:
        with pytest.raises(LogError):
            read_disclosed(json.dumps(record).encode(), key_of(log))


def disclosed_again(office: Office, log: Log, number: int) -> bytes:
    with log.store.read() as db:
        row, checkpoint = list(queries.entries(db))[number], queries.newest_checkpoint(db)
        inbox = office.work_of(office.adviser).inboxes_opened()[0]
        assert checkpoint is not None
        opening = opening_of(log.installation, row, log_key(log.installation, inbox))
        return disclose(db, row, opening, checkpoint)


def test_an_entry_that_no_checkpoint_holds_yet_is_not_disclosed(office: Office, log: Log) -> None:
    disclosed(office, log, 3)
    log.note(deed(Logged.SIGNED_OUT))
    with log.store.read() as db:
        row, checkpoint = list(queries.entries(db))[-1], queries.newest_checkpoint(db)
        assert checkpoint is not None
        with pytest.raises(ProofError):
            disclose(db, row, opening_of(log.installation, row), checkpoint)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"format":"whistle-log-entry/2"}',
        b" " * 2_000_000,
    ],
)
def test_what_is_no_disclosed_entry_is_refused(encoded: bytes) -> None:
    with pytest.raises(ContentError):
        read_disclosed(encoded, note_key(bytes(16), SigningKey(SEED).verifying))


def test_an_entry_comes_back_from_json_with_the_same_leaf(log: Log) -> None:
    with log.store.read() as db:
        for row in queries.entries(db):
            raw = read_entry(json.loads(json.dumps(write_entry(row))))
            assert EntryRow(*raw) == row
            assert leaf_of(raw) == leaf_hash(leaf_content(row)) == row.leaf
            assert leaf_at(row.number, tail_of(raw)) == row.leaf


def test_nothing_can_be_moved_from_one_field_into_the_next(log: Log) -> None:
    with log.store.read() as db:
        row, *_ = queries.entries(db)
    raw = read_entry(write_entry(row))
    moved = (*raw[:3], raw[3][:-1], raw[3][-1:] + raw[4], *raw[5:])
    with pytest.raises(SealingError):
        leaf_of(moved)
