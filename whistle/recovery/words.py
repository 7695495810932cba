"""Thirty-three words of SLIP-39 as people type them: what is wrong with them, and where.

The checksum finds every one to three wrong words. It also tells which single word must be wrong;
which word would be right is not said, as the standard advises: the paper has to be read again.
"""

import difflib
import itertools
import re
from collections.abc import Sequence
from functools import cache

from shamir_mnemonic import rs1024
from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

from whistle.domain.errors import RefusedError

WORDS = 33  # of a share of 256 bits
PREFIX = 4  # letters that tell every word of the list from every other
CUSTOMISATION = b"shamir"
_BITS, _CHECKSUM_WORDS = 10, 3


class WordsError(RefusedError):
    """What was typed are not the words of a share. The base of the ways in which that happens."""


class UnknownWordError(WordsError):
    """A word is not in the list. ``position``: from 1; ``closest``: words that look like it."""

    def __init__(self, position: int, closest: Sequence[str]) -> None:
        """Say which word, and never what was typed."""
        super().__init__(f"word {position} is not in the list of words")
        self.position = position
        self.closest = tuple(closest)


class WordCountError(WordsError):
    """There are more or fewer words than a share has."""

    def __init__(self, count: int) -> None:
        """Say how many there are."""
        super().__init__(f"a share has {WORDS} words; these are {count}")


class ChecksumError(WordsError):
    """All words are of the list, but not those of a share.

    ``positions``: from 1, where the mistake must be if there is only one: a wrong word, or two that
    changed places; none where there are more.
    """

    def __init__(self, positions: Sequence[int]) -> None:
        """Say where to look."""
        where = {0: "two words or more are wrong", 1: "word {} is wrong"}.get(
            len(positions), "words {} and {} have changed places"
        )
        super().__init__(
            f"{where.format(*positions)}: compare with the paper, word for word, with the numbers"
        )
        self.positions = tuple(positions)


def read_words(text: str) -> tuple[str, ...]:
    """Give the words of a share, spelt out; raise a `WordsError` that says where to look.

    Case, line breaks, numbers and full stops are forgiven; four letters of a word are enough.
    """
    words = tuple(read_word(position, one) for position, one in enumerate(typed_in(text), start=1))
    check_words(words)
    return words


def typed_in(text: str) -> list[str]:
    """Take a text apart into what may be words."""
    return re.findall(r"[^\W\d_]+", text.casefold())


def read_word(position: int, typed: str) -> str:
    """Give the word that was meant, or raise `UnknownWordError`. ``position``: from 1."""
    if typed in WORD_INDEX_MAP:
        return typed
    meant = [word for word in WORDLIST if word.startswith(typed)]
    if len(typed) >= PREFIX and meant:
        return str(meant[0])
    raise UnknownWordError(position, difflib.get_close_matches(typed, WORDLIST, 3, 0.5))


def check_words(words: Sequence[str]) -> None:
    """Hold words of the list against their checksum: `WordCountError` or `ChecksumError`."""
    if len(words) != WORDS:
        raise WordCountError(len(words))
    indices = [WORD_INDEX_MAP[word] for word in words]
    if _residue(indices):
        raise ChecksumError(_wrong_word(indices) or _changed_places(indices))


def _residue(indices: Sequence[int]) -> int:
    """Give how far the last three words are from the checksum of the others: 30 bits, 0 if none."""
    made = rs1024.create_checksum(indices[:-_CHECKSUM_WORDS], CUSTOMISATION)
    residue = 0
    for is_there, should_be in zip(indices[-_CHECKSUM_WORDS:], made, strict=True):
        residue = residue << _BITS | is_there ^ should_be
    return residue


@cache
def _residues(position: int) -> frozenset[int]:
    """Give the residue of each wrong word at ``position``, whatever the other words are.

    The checksum is linear over GF(2): ten bits of a word give ten residues, and every wrong word
    has a sum of some of them.
    """
    blank = [0] * WORDS
    of_nothing = _residue(blank)
    sums = [0]
    for bit in range(_BITS):
        blank[position] = 1 << bit
        of_bit = _residue(blank) ^ of_nothing
        sums += [one ^ of_bit for one in sums]
    return frozenset(sums[1:])


def _wrong_word(indices: Sequence[int]) -> list[int]:
    residue = _residue(indices)
    return [at + 1 for at in range(WORDS) if residue in _residues(at)]


def _changed_places(indices: Sequence[int]) -> list[int]:
    for one, other in itertools.combinations(range(WORDS), 2):
        changed = list(indices)
        changed[one], changed[other] = changed[other], changed[one]
        if not _residue(changed):
            return [one + 1, other + 1]
    return []
