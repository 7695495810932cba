"""What was reckoned once is not reckoned again: the same going in has the same coming out.

A passphrase that is stretched takes a tenth of a second and 64 MiB: a third of what tests of
signing in took. Each page of a member's makes the same keys of the same seeds and opens the same
grants: a tenth of what tests of casework took. Each worker remembers; servers of their own do not.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest
from argon2.low_level import hash_secret_raw

from whistle.crypto import envelope
from whistle.crypto.envelope import KeyPair
from whistle.crypto.secret import Seed

REMEMBERED = 4096  # keys, and as many things sealed, of a kilobyte or two each


class Suite:
    """`envelope`'s own, by which what was opened with a key stays open to that key."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.encrypt = envelope._SUITE.encrypt
        self.decrypt = lru_cache(REMEMBERED)(envelope._SUITE.decrypt)


def made_once() -> Callable[[KeyPair, Seed], None]:
    """Give how a pair becomes the one that its seed made before, both its halves with it."""
    expand = KeyPair.__init__

    @lru_cache(REMEMBERED)
    def made(seed: bytes) -> KeyPair:
        pair = object.__new__(KeyPair)
        expand(pair, Seed(seed))
        return pair

    def begin(pair: KeyPair, seed: Seed) -> None:
        pair.__dict__ = made(seed.reveal()).__dict__

    return begin


@pytest.fixture(scope="session", autouse=True)
def _reckoned_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remembered = lru_cache(hash_secret_raw)
        patch.setattr("whistle.crypto.passphrase.hash_secret_raw", remembered)
        patch.setattr("whistle.crypto.envelope._SUITE", Suite())
        patch.setattr(KeyPair, "__init__", made_once())
        yield
