"""The Merkle tree of RFC 9162, section 2.1, with SHA-256: roots, and proofs of them.

A tree over ``n`` leaves is the largest complete tree that fits, and a tree over the rest beside it.
Hashes are 32 bytes. Nothing here is secret.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from whistle.crypto.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
Node = Callable[[int, int], bytes]  # level and number of a complete subtree: its root


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


def nodes_over(leaves: Sequence[bytes]) -> Node:
    """Give the complete subtrees over leaf hashes that are at hand."""

    @cache
    def node(level: int, number: int) -> bytes:
        if level == 0:
            return leaves[number]
        return node_hash(node(level - 1, 2 * number), node(level - 1, 2 * number + 1))

    return node


def root_at(node: Node, size: int) -> bytes:
    """Give the root of the tree over the first ``size`` leaves."""
    return _root(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is in the tree of ``size`` (RFC 9162, 2.1.3.1).

    Raises `ProofError` where that tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError("no such leaf")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(_root(node, middle, end))
            end = middle
        else:
            path.append(_root(node, start, middle))
            start = middle
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether ``proof`` shows a leaf hash in the tree of ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, *proof):
        return False
    last, found = size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node_hash(one, found)
            index, last = _climb(index, last)
        else:
            found = node_hash(found, one)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(node: Node, first: int, size: int) -> list[bytes]:
    """Prove that the tree of ``size`` begins with the tree of ``first`` (RFC 9162, 2.1.4.1).

    Raises `ProofError` for a tree without a leaf, and for one that is larger than the other.
    """
    if not 0 < first <= size:
        raise ProofError("no such trees")
    start, end, path = 0, size, []
    while first != end:
        middle = start + _left(end - start)
        if first <= middle:
            path.append(_root(node, middle, end))
            end = middle
        else:
            path.append(_root(node, start, middle))
            start = middle
    if start:  # or else it is the first tree itself, whose root is known
        path.append(_root(node, start, end))
    return path[::-1]


def grew(first: int, root: bytes, size: int, later: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether ``proof`` shows that the tree of ``first`` grew into that of ``size``.

    ``root``, ``later``: the two trees' roots (RFC 9162, 2.1.4.2).
    """
    if not 0 < first <= size or not _are_hashes(root, *proof):
        return False
    if first == size:
        return root == later and not proof
    path = [root, *proof] if first.bit_count() == 1 else list(proof)
    if not path:
        return False
    index, last = first - 1, size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    older = newer = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            older, newer = node_hash(one, older), node_hash(one, newer)
            index, last = _climb(index, last)
        else:
            newer = node_hash(newer, one)
        index, last = index >> 1, last >> 1
    return last == 0 and older == root and newer == later


def _left(size: int) -> int:
    """Give the largest power of two below ``size``: the leaves of the left subtree."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(node: Node, start: int, end: int) -> bytes:
    """Give the root over the leaves from ``start`` to before ``end``, where a subtree begins."""
    size = end - start
    if size.bit_count() == 1:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _left(size)
    return node_hash(_root(node, start, middle), _root(node, middle, end))


def _climb(index: int, last: int) -> tuple[int, int]:
    """Go up along the right edge, past levels at which a node has no sibling."""
    while index and not index & 1:
        index, last = index >> 1, last >> 1
    return index, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
