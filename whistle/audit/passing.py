"""One pass over a log's entries, a million in seconds: each against its hash, all into one tree."""

from collections.abc import Callable, Iterable
from hashlib import sha256

from whistle.audit.findings import Fault
from whistle.audit.suspects import Suspects
from whistle.audit.written import UNREADABLE, Raw, leaf_at, leaf_of, tail_of
from whistle.crypto.errors import ContentError
from whistle.crypto.merkle import HASH_BYTES, Frontier
from whistle.domain.logged import Actor
from whistle.storage.log import SUBTREE_LEVELS

TILE = 1 << SUBTREE_LEVELS
_MEMBER = int(Actor.MEMBER)


class Tiles:
    """A tree that grows fast. ``roots``: of each 256 leaves; ``leaves``: those behind them."""

    def __init__(self) -> None:
        """Begin without a leaf."""
        self.roots: list[bytes] = []
        self._whole = Frontier()
        self.leaves: list[bytes] = []

    @property
    def size(self) -> int:
        """Count the leaves."""
        return len(self.roots) * TILE + len(self.leaves)

    def add(self, leaf: bytes) -> None:
        """Add a leaf."""
        self.leaves.append(leaf)
        if len(self.leaves) == TILE:
            root = _tile_root(self.leaves)
            self.roots.append(root)
            self._whole, _ = self._whole.add(root)
            self.leaves = []

    def frontier(self) -> Frontier:
        """Give the tree as it is."""
        rest = Frontier()
        for leaf in self.leaves:
            rest, _ = rest.add(leaf)
        return Frontier(self.size, (*self._whole.roots, *rest.roots))


def _tile_root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


class Passing:
    """What is known when all entries have passed. ``at``: the tree at each size asked for."""

    def __init__(self, sizes: Iterable[int], told: Callable[[Raw], None], about: int) -> None:
        """Ask for the tree at ``sizes``, and be told of each entry that no member made.

        ``about``: how many entries there should be.
        """
        self.tiles = Tiles()
        self.suspects = Suspects(about)
        self.at: dict[int, Frontier] = {}
        self._sizes = set(sizes)
        self._told = told

    @property
    def size(self) -> int:
        """Count the entries that passed."""
        return self.tiles.size

    def run(self, entries: Iterable[Raw]) -> None:
        """Let entries pass, in a loop that calls little: there may be a million."""
        tiles, sizes, suspects, told = self.tiles, self._sizes, self.suspects, self._told
        expected, size = 0, 0
        self.at[0] = Frontier()
        for raw in entries:
            try:
                leaf = leaf_of(raw)
            except ContentError:
                number, leaf = expected, self._none(raw, expected)
            else:
                number = raw[0] if leaf == raw[8] else self._misfit(raw, expected)
                if raw[2] != _MEMBER:
                    told(raw)
            if number != expected:
                suspects.out_of_order(number, expected)
            if number >= expected:
                expected = number + 1
            tiles.add(leaf)
            size += 1
            if size in sizes:
                self.at[size] = tiles.frontier()
        self.at[size] = tiles.frontier()

    def _none(self, raw: Raw, expected: int) -> bytes:
        """Tell of what is no entry; give a hash to stand for it."""
        if raw is UNREADABLE:
            told = f"Entry {expected}, or what stands there, is unreadable."
            self.suspects.unreadable(Fault.UNREADABLE, told, expected)
        else:
            told = f"Entry {expected} has values that no entry has."
            self.suspects.unreadable(Fault.CHANGED, told, expected)
        return bytes(HASH_BYTES)

    def _misfit(self, raw: Raw, expected: int) -> int:
        """Look closer at an entry that does not fit its hash; give the number it stands for."""
        number, tail = raw[0], tail_of(raw)
        if number != expected and leaf_at(expected, tail) == raw[8]:
            told = f"Entry {expected} says that it is entry {number}."
            self.suspects.unreadable(Fault.CHANGED, told, expected)
            return expected
        self.suspects.misfit(number, tail, raw[8])
        return number
