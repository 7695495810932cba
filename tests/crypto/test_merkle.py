"""Proofs about the tree are RFC 9162's: held against pymerkle, and against published vectors."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from whistle.crypto.errors import ProofError
from whistle.crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    grew,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_over,
    root_at,
    root_of,
)

SIZES = 256
ENTRIES = [number.to_bytes(2, "big") for number in range(SIZES)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
NODE = nodes_over(LEAVES)
ROOTS = [root_at(NODE, size) for size in range(SIZES + 1)]


@cache
def independent() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_every_root_is_what_others_make_it() -> None:
    assert ROOTS[0] == EMPTY_ROOT
    for size in range(1, SIZES + 1):
        assert ROOTS[size] == independent().get_root(size) == root_of(LEAVES[:size])


def test_every_leaf_of_every_tree_is_proved_to_be_in_it() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = inclusion_proof(NODE, index, size)
            assert [LEAVES[index], *proof] == independent().prove_inclusion(index + 1, size).path
            assert includes(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_tree_is_proved_to_begin_with_every_smaller_one() -> None:
    for size in range(1, SIZES + 1):
        for first in range(1, size + 1):
            proof = consistency_proof(NODE, first, size)
            assert proof == subproof(first, 0, size, known=True)
            assert grew(first, ROOTS[first], size, ROOTS[size], proof)


def subproof(first: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """RFC 9162, 2.1.4.1, word for word: pymerkle's proofs of growth have a form of their own."""
    if first == end - start:
        return [] if known else [independent_root(start, end)]
    k = max(2**power for power in range(9) if 2**power < end - start)
    if first <= k:
        shorter = subproof(first, start, start + k, known=known)
        return [*shorter, independent_root(start + k, end)]
    shorter = subproof(first - k, start + k, end, known=False)
    return [*shorter, independent_root(start, start + k)]


@cache
def independent_root(start: int, end: int) -> bytes:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[start:end]:
        tree.append_entry(entry)
    root: bytes = tree.get_root()
    return root


def test_a_leaf_is_in_no_other_place_and_no_other_tree() -> None:
    for size in range(1, 40):
        for index in range(size):
            proof = inclusion_proof(NODE, index, size)
            for other in range(-1, size + 2):
                if other != index:
                    assert not includes(LEAVES[index], other, size, proof, ROOTS[size])
            assert not includes(LEAVES[index], index, size, proof, ROOTS[size + 1])
            assert not includes(LEAVES[size], index, size, proof, ROOTS[size])


def test_others_find_that_the_same_trees_grew_out_of_each_other() -> None:
    for size in range(1, SIZES + 1, 5):
        for first in range(1, size + 1, 3):
            theirs = independent().prove_consistency(first, size)
            theirs.verify(ROOTS[first], ROOTS[size])


def test_a_tree_begins_with_no_other_tree() -> None:
    for size in range(1, 40):
        for first in range(1, size + 1):
            proof = consistency_proof(NODE, first, size)
            other = LEAVES[0]
            assert not grew(first, node_hash(other, other), size, ROOTS[size], proof)
            assert not grew(first, ROOTS[first], size, node_hash(other, other), proof)
            assert not grew(size, ROOTS[first], first, ROOTS[size], proof) or first == size


def tampered(proof: Sequence[bytes], where: int, bit: int) -> list[list[bytes]]:
    """Give proofs that differ in one place: a bit, one hash fewer, more or elsewhere."""
    at = where % len(proof)
    flipped = bytearray(proof[at])
    flipped[bit // 8] ^= 1 << bit % 8
    before, one, after = list(proof[:at]), proof[at], list(proof[at + 1 :])
    return [
        [*before, bytes(flipped), *after],
        [*before, *after],
        [*before, one, one, *after],
        [*before, one[:-1], *after],
        [*before, b"", *after],
        [*after, *before, one] if list(after) + before != before + list(after) else [],
        [*proof, LEAVES[0]],
        [one, *proof],
    ]


sizes = st.integers(2, SIZES)


@given(st.data(), sizes, st.integers(0, 255), st.integers(0, 63))
def test_no_tampered_proof_holds(data: st.DataObject, size: int, bit: int, where: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(NODE, index, size)
    for spoiled in tampered(proof, where, bit):
        if spoiled != proof:
            assert not includes(LEAVES[index], index, size, spoiled, ROOTS[size])
    first = data.draw(st.integers(1, size - 1))
    proof = consistency_proof(NODE, first, size)
    for spoiled in tampered(proof, where, bit):
        if spoiled != proof:
            assert not grew(first, ROOTS[first], size, ROOTS[size], spoiled)


@given(st.integers(), st.integers(), st.lists(st.binary(max_size=40), max_size=9))
def test_nonsense_proves_nothing(one: int, other: int, proof: list[bytes]) -> None:
    assert not includes(LEAVES[0], one, other, proof, bytes(32))
    assert not grew(one, bytes(32), other, bytes(31), proof)


def test_an_empty_proof_shows_that_no_tree_grew() -> None:
    for size in range(2, 40):
        for first in range(1, size):
            assert not grew(first, ROOTS[first], size, ROOTS[size], [])
        assert grew(size, ROOTS[size], size, ROOTS[size], [])
    assert not grew(0, EMPTY_ROOT, 4, ROOTS[4], [LEAVES[0]])


def test_bytes_that_move_from_a_proof_to_a_leaf_prove_nothing() -> None:
    """Two hashes are hashed one after the other: where the first one ends must be certain."""
    [beside] = inclusion_proof(NODE, 0, 2)
    assert includes(LEAVES[0], 0, 2, [beside], ROOTS[2])
    assert not includes(LEAVES[0] + beside[:1], 0, 2, [beside[1:]], ROOTS[2])
    assert not grew(1, ROOTS[1] + beside[:1], 2, ROOTS[2], [beside[1:]])


@pytest.mark.parametrize(("one", "other"), [(-1, 4), (4, 4), (5, 4), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(one: int, other: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(NODE, one, other)


@pytest.mark.parametrize(("one", "other"), [(-1, 4), (0, 4), (5, 4), (0, 0)])
def test_no_tree_is_proved_to_begin_with_what_is_none(one: int, other: int) -> None:
    with pytest.raises(ProofError):
        consistency_proof(NODE, one, other)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_tree_that_grows_leaf_by_leaf_is_the_tree_over_its_leaves(entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    node, frontier, complete = nodes_over(leaves), Frontier(), {}
    for leaf in leaves:
        frontier, grown = frontier.add(leaf)
        complete.update({(one.level, one.number): one.root for one in grown})
        assert Frontier.decode(frontier.size, frontier.encode()) == frontier
        assert frontier.root() == root_at(node, frontier.size)
    assert complete == {place: node(*place) for place in complete}
    assert len(complete) == len(leaves) - len(frontier.roots)


@pytest.mark.parametrize(
    ("size", "encoded"), [(1, b""), (0, bytes(32)), (3, bytes(32)), (1, bytes(31)), (-1, b"")]
)
def test_what_cannot_be_a_tree_is_refused(size: int, encoded: bytes) -> None:
    with pytest.raises(ProofError):
        Frontier.decode(size, encoded)


# The vectors of Certificate Transparency's reference implementation (RFC 6962).
CT_ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_NODE = nodes_over([leaf_hash(entry) for entry in CT_ENTRIES])
L1, N23, N47 = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
L4, N45, N67 = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)


def test_roots_are_those_of_certificate_transparency() -> None:
    assert [root_at(CT_NODE, size).hex() for size in range(9)] == CT_ROOTS


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(0, 1, []), (0, 8, [L1, N23, N47]), (5, 8, [L4, N67, CT_ROOTS[4]])],
)
def test_inclusion_is_proved_as_in_certificate_transparency(
    index: int, size: int, path: list[str]
) -> None:
    assert [one.hex() for one in inclusion_proof(CT_NODE, index, size)] == path


@pytest.mark.parametrize(
    ("first", "size", "path"),
    [
        (1, 1, []),
        (1, 8, [L1, N23, N47]),
        (6, 8, [N45, N67, CT_ROOTS[4]]),
        (2, 5, [N23, L4]),
    ],
)
def test_growth_is_proved_as_in_certificate_transparency(
    first: int, size: int, path: list[str]
) -> None:
    assert [one.hex() for one in consistency_proof(CT_NODE, first, size)] == path


def test_each_tree_of_the_vectors_begins_with_the_one_before() -> None:
    for size, (one, other) in enumerate(pairwise(CT_ROOTS[1:]), 1):
        proof = consistency_proof(CT_NODE, size, size + 1)
        assert grew(size, bytes.fromhex(one), size + 1, bytes.fromhex(other), proof)
