"""Proofs about the log that need little of it, and entries that are shown to whom they concern."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from whistle.audit.checkpoints import read_checkpoint
from whistle.audit.entries import Details, commitment_to
from whistle.audit.written import leaf_of, read_entry, write_entry
from whistle.crypto.errors import ContentError, NoteShapeError, ProofError
from whistle.crypto.merkle import (
    HASH_BYTES,
    Node,
    consistency_proof,
    includes,
    inclusion_proof,
    root_of,
)
from whistle.crypto.notes import Checkpoint, Note, NoteKey
from whistle.keys.canonical import as_object, as_string, check_fields, dump
from whistle.storage.log import SUBTREE_LEVELS, CheckpointRow, EntryRow
from whistle.storage.log_tables import log_entries, log_subtrees

FORMAT = "whistle-log-entry/1"
LONGEST = 1024 * 1024  # bytes of a disclosed entry
_MOST_HASHES = 64  # in a proof


def inclusion(db: Connection, number: int, size: int) -> list[bytes]:
    """Prove from the database that an entry is in the tree of ``size``.

    Of each eight levels no more than 255 hashes are read, however long the log is. Raises
    `ProofError` where there is no such entry, or the database lacks what it should have.
    """
    return inclusion_proof(_nodes_in(db), number, size)


def consistency(db: Connection, first: int, size: int) -> list[bytes]:
    """Prove from the database that the tree of ``size`` begins with that of ``first``.

    As `inclusion`.
    """
    return consistency_proof(_nodes_in(db), first, size)


def _nodes_in(db: Connection) -> Node:
    def node(level: int, number: int) -> bytes:
        above = level % SUBTREE_LEVELS
        first, count = number << above, 1 << above
        hashes = _hashes(db, level - above, first, first + count)
        if len(hashes) != count:
            raise ProofError("the log lacks what it should have")
        return root_of(hashes)

    return node


def _hashes(db: Connection, level: int, first: int, last: int) -> Sequence[bytes]:
    column = log_subtrees.c
    if level:
        query = select(column.root).where(column.level == level)
        number = column.number
    else:
        query = select(log_entries.c.leaf)
        number = log_entries.c.number
    found = db.execute(query.where(number >= first, number < last).order_by(number))
    return found.scalars().all()


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An entry that was shown to be in the log at a checkpoint, and what it says was done."""

    entry: EntryRow
    details: Details
    checkpoint: Checkpoint


def disclose(
    db: Connection, row: EntryRow, opening: tuple[bytes, bytes], checkpoint: CheckpointRow
) -> bytes:
    """Write an entry down so that anybody can check it, with the log's public key alone: JSON.

    ``opening``: of `entries.opening_of`. Raises `ProofError` where the checkpoint is older than the
    entry, so that it proves nothing of it yet.
    """
    salt, details = opening
    record = {
        "format": FORMAT,
        "entry": write_entry(row),
        "salt": salt.hex(),
        "details": details.decode(),
        "proof": [one.hex() for one in inclusion(db, row.number, checkpoint.size)],
        "checkpoint": checkpoint.note.decode(),
    }
    return dump(record) + b"\n"


def read_disclosed(encoded: bytes, key: NoteKey) -> Disclosed:
    """Check what `disclose` wrote.

    Raises `ContentError` where it is no disclosed entry, `NoteError` where its checkpoint is not
    signed by ``key``, and `ProofError` where the entry is not the one that is in the log.
    """
    record = _record(encoded)
    checkpoint = read_checkpoint(as_string(record["checkpoint"]).encode(), key)
    raw = read_entry(record["entry"])
    row = EntryRow(*raw)
    leaf = leaf_of(raw)
    if not includes(leaf, row.number, checkpoint.size, _proof(record["proof"]), checkpoint.root):
        raise ProofError("the checkpoint's log does not hold this entry")
    details = as_string(record["details"]).encode()
    if commitment_to(_unhex(record["salt"]), details) != row.commitment:
        raise ProofError("these are not the details that the entry was made with")
    return Disclosed(row, Details.decode(details), checkpoint)


def origin_of(encoded: bytes) -> str:
    """Say which log a disclosed entry claims to be of; raise as `read_disclosed`."""
    note = as_string(_record(encoded)["checkpoint"]).encode()
    try:
        return Checkpoint.parse(Note.parse(note).text).origin
    except NoteShapeError as error:
        raise ContentError("not a checkpoint") from error


def _record(encoded: bytes) -> dict[str, object]:
    if len(encoded) > LONGEST:
        raise ContentError("too long for an entry")
    try:
        record = dict(as_object(json.loads(encoded)))
    except (ValueError, RecursionError) as error:
        raise ContentError("not a disclosed entry") from error
    check_fields(record, "format", "entry", "salt", "details", "proof", "checkpoint")
    if record["format"] != FORMAT:
        raise ContentError("not a disclosed entry of this version")
    return record


def _proof(value: object) -> list[bytes]:
    if not isinstance(value, list) or len(value) > _MOST_HASHES:
        raise ContentError("not a proof")
    return [_unhex(one) for one in value]


def _unhex(value: object) -> bytes:
    try:
        found = bytes.fromhex(as_string(value))
    except ValueError as error:
        raise ContentError("not a hash") from error
    if len(found) != HASH_BYTES:
        raise ContentError("not a hash")
    return found
