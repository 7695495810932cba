"""A passphrase that was stretched once is not stretched again with the same salt.

The same words and salt give the same key, and Argon2id takes a tenth of a second and 64 MiB for it:
a third of what tests of signing in took. Each worker remembers; servers of their own do not.
"""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from argon2.low_level import hash_secret_raw


@pytest.fixture(scope="session", autouse=True)
def _stretched_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remembered = lru_cache(hash_secret_raw)
        patch.setattr("whistle.crypto.passphrase.hash_secret_raw", remembered)
        yield
