"""The Merkle tree of RFC 9162, section 2.1, with SHA-256: roots, and proofs of them.

A tree over ``n`` leaves is the largest complete tree that fits, and a tree over the rest beside it.
Hashes are 32 bytes. Nothing here is secret.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from whistle.crypto.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash a leaf's content (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into the one above them (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Grown:
    """A complete subtree that a leaf has finished: ``2 ** level`` leaves, the ``number``-th."""

    level: int
    number: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All of a tree that its next leaves and its root depend on: at most 64 hashes.

    ``size``: how many leaves. ``roots``: of the complete subtrees, the largest first, one for each
    bit that is set in ``size``.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Raise `ProofError` for what cannot be a tree's."""
        whole = all(len(root) == HASH_BYTES for root in self.roots)
        if self.size < 0 or not whole or self.size.bit_count() != len(self.roots):
            raise ProofError("not the frontier of a tree")

    def root(self) -> bytes:
        """Give the tree's root."""
        if not self.roots:
            return EMPTY_ROOT
        *left, root = self.roots
        for one in reversed(left):
            root = node_hash(one, root)
        return root

    def add(self, leaf: bytes) -> tuple["Frontier", list[Grown]]:
        """Give the tree with one more leaf hash, and each subtree that it completes."""
        roots, level, number = list(self.roots), 0, self.size
        grown = []
        while number & 1:
            leaf = node_hash(roots.pop(), leaf)
            level, number = level + 1, number >> 1
            grown.append(Grown(level, number, leaf))
        return Frontier(self.size + 1, (*roots, leaf)), grown

    def encode(self) -> bytes:
        """Give the roots, one after the other."""
        return b"".join(self.roots)

    @classmethod
    def decode(cls, size: int, encoded: bytes) -> "Frontier":
        """Read what `encode` wrote; raise `ProofError` for anything else."""
        starts = range(0, len(encoded), HASH_BYTES)
        return cls(size, tuple(encoded[start : start + HASH_BYTES] for start in starts))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Give the root of a tree over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier, _ = frontier.add(leaf)
    return frontier.root()
