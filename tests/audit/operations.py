"""What the vectors of the log ask for, done by the code."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from whistle.audit.checkpoints import read_checkpoint
from whistle.audit.entries import NO_ID, InboxLogKey, leaf_content, open_details
from whistle.crypto.merkle import (
    Frontier,
    consistency_proof,
    grew,
    includes,
    inclusion_proof,
    leaf_hash,
    nodes_over,
    root_of,
)
from whistle.crypto.notes import NoteKey, NoteSigner
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.storage.log import EntryRow

Input = Mapping[str, Any]


def log_leaf(given: Input) -> str:
    """Hash an entry into its leaf."""
    return leaf_hash(leaf_content(_row(given))).hex()


def log_details(given: Input) -> dict[str, object]:
    """Open an entry's details; ``key``: the inbox's log key, or null for an open entry."""
    row, key = _row(given), None
    if given["key"] is not None:
        opened = SymmetricKey(bytes.fromhex(given["key"]))
        key = InboxLogKey(row.inbox_id, row.epoch, opened)
    details = open_details(bytes.fromhex(given["installation"]), row, key)
    return {"act": details.act, **details.about}


def tree_root(given: Input) -> str:
    """Give the root over leaf hashes."""
    return root_of(_hashes(given["leaves"])).hex()


def tree_inclusion(given: Input) -> list[str]:
    """Prove that a leaf is in the tree over all leaves; and check the proof."""
    leaves, index = _hashes(given["leaves"]), given["index"]
    proof = inclusion_proof(nodes_over(leaves), index, len(leaves))
    assert includes(leaves[index], index, len(leaves), proof, root_of(leaves))
    return [one.hex() for one in proof]


def tree_consistency(given: Input) -> list[str]:
    """Prove that the tree over all leaves begins with that over ``first``; and check the proof."""
    leaves, first = _hashes(given["leaves"]), given["first"]
    proof = consistency_proof(nodes_over(leaves), first, len(leaves))
    assert grew(first, root_of(leaves[:first]), len(leaves), root_of(leaves), proof)
    return [one.hex() for one in proof]


def tree_frontier(given: Input) -> str:
    """Give the root of the tree that a frontier stands for."""
    return Frontier.decode(given["size"], bytes.fromhex(given["roots"])).root().hex()


def checkpoint_sign(given: Input) -> str:
    """Sign a checkpoint's text with the log's key."""
    signer = NoteSigner(given["key_name"], Seed(bytes.fromhex(given["seed"])))
    return signer.sign(given["text"]).decode()


def checkpoint_read(given: Input) -> dict[str, object]:
    """Read a checkpoint that the log's key has signed."""
    read = read_checkpoint(given["note"].encode(), NoteKey.parse(given["vkey"]))
    return {"origin": read.origin, "size": read.size, "root": read.root.hex()}


def _row(given: Input) -> EntryRow:
    told: dict[str, Any] = {
        name: bytes.fromhex(value) if isinstance(value, str) else value
        for name, value in given["entry"].items()
    }
    row = EntryRow(0, 0, 0, NO_ID, NO_ID, 0, b"", b"", b"")
    return replace(row, **told)


def _hashes(leaves: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in leaves]
