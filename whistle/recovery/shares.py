"""SLIP-39: a recovery seed as the words of n trustees, of whom any k can put it together.

The shares are of the standard's plainest kind, which every implementation since 2019 can read: one
group, no passphrase, not "extendable", the smallest iteration exponent (it slows the guessing of
passphrases down, and there is none: the seed has 256 random bits). They can be put together without
Whistle. No message here holds a word that somebody typed.
"""

import itertools
import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic import Share as Slip39Share

from whistle.domain.errors import RefusedError
from whistle.keys.recovery import RecoverySeed
from whistle.recovery.words import read_words

MOST = 16  # SLIP-39 counts shares in four bits
CHECKED_SUBSETS = 120  # each takes a few milliseconds


class ShareError(RefusedError):
    """Something is wrong with a share, or with several together. The base of these."""


class StrangeShareError(ShareError):
    """The words are a share, but not one that Whistle has made."""


class OtherSetError(ShareError):
    """Shares of different recovery keys."""


class RepeatedShareError(ShareError):
    """One share twice."""


class TooFewSharesError(ShareError):
    """Not yet as many shares as are needed."""


class WrongSharesError(ShareError):
    """Each share is whole by itself, but together they make no key: one of them is forged."""


@dataclass(frozen=True, slots=True, repr=False)
class Share:
    """One trustee's share.

    ``number``: from 1, as on the sheet. ``needed``: how many open the key. ``value``: 32 bytes.
    ``set_number``: 15 bits that all shares of one key have in common.
    """

    words: tuple[str, ...]
    number: int
    needed: int
    set_number: int
    value: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what a trustee typed, as `read_words` does.

        Raises `WordsError` or `StrangeShareError`, which say what is wrong.
        """
        words = read_words(text)
        try:
            share = Slip39Share.from_mnemonic(" ".join(words))
        except MnemonicError as error:  # the checksum fits, and what it covers makes no sense
            raise StrangeShareError("these words are no share of a recovery key") from error
        if (share.group_count, share.iteration_exponent, share.extendable) != (1, 0, False):
            raise StrangeShareError("these words are a share of something else than Whistle makes")
        return cls(words, share.index + 1, share.member_threshold, share.identifier, share.value)

    @property
    def text(self) -> str:
        """The words, with spaces between them."""
        return " ".join(self.words)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Share>"


def split(seed: RecoverySeed, needed: int, count: int) -> list[Share]:
    """Make ``count`` shares, any ``needed`` of which make ``seed`` again; and try that they do.

    Raises `RefusedError` for numbers that make no sense.
    """
    check_numbers(needed, count)
    (mnemonics,) = generate_mnemonics(
        1, [(needed, count)], seed.reveal(), extendable=False, iteration_exponent=0
    )
    shares = [Share.read(mnemonic) for mnemonic in mnemonics]
    for subset in _subsets(shares, needed):
        if combine(subset) != seed:
            raise RuntimeError("the shares do not make what was split; nothing may be printed")
    return shares


def check_numbers(needed: int, count: int) -> None:
    """Refuse numbers of shares that would protect nothing, or that nobody could put together."""
    if not 1 <= needed <= count:
        raise RefusedError(f"{needed} of {count}: no more can be needed than there are")
    if count > MOST:
        raise RefusedError(f"{needed} of {count}: SLIP-39 makes {MOST} shares at most")
    if needed == 1 and count > 1:
        raise RefusedError(
            f"1 of {count}: every trustee could open everything alone. Take 2 of {count} or more"
        )


def combine(shares: Sequence[Share]) -> RecoverySeed:
    """Put shares together; more than are needed are all held against each other.

    Raises `TooFewSharesError`, `RepeatedShareError`, `OtherSetError` or `WrongSharesError`.
    """
    check_together(shares)
    if not shares or len(shares) < shares[0].needed:
        raise TooFewSharesError(missing(shares))
    needed = shares[0].needed
    seed = _combine(shares[:needed])
    for extra in shares[needed:]:
        if _combine([extra, *shares[1:needed]]) != seed:
            raise WrongSharesError("these shares do not belong together: one of them is forged")
    return seed


def missing(shares: Sequence[Share]) -> str:
    """Say how many shares are still needed."""
    if not shares:
        return "no share was given"
    return f"{len(shares)} of the {shares[0].needed} shares that are needed"


def check_together(shares: Sequence[Share]) -> None:
    """Refuse shares that cannot be of one key, and one that is there twice."""
    if len({(share.set_number, share.needed) for share in shares}) > 1:
        raise OtherSetError(
            "these shares are of different recovery keys: somebody has a sheet that was replaced, "
            "or one for other inboxes. The first two words tell which belong together"
        )
    numbers = [share.number for share in shares]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise RepeatedShareError(f"share {twice} was given twice")


def _combine(shares: Sequence[Share]) -> RecoverySeed:
    try:
        return RecoverySeed(combine_mnemonics([share.text for share in shares]))
    except MnemonicError as error:
        raise WrongSharesError(
            "each of these shares is whole, but together they make no key: one of them is forged"
        ) from error


def _subsets(shares: Sequence[Share], needed: int) -> Iterator[Sequence[Share]]:
    """Give every subset of the size that is needed; where there are many, some with each share."""
    if math.comb(len(shares), needed) <= CHECKED_SUBSETS:
        yield from itertools.combinations(shares, needed)
        return
    around = [*shares, *shares]
    yield from (around[start : start + needed] for start in range(len(shares)))
    draw = secrets.SystemRandom()
    yield from (draw.sample(shares, needed) for _ in range(CHECKED_SUBSETS))
