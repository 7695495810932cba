import copy
import pickle

import pytest

from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import KeyShapeError
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Secret, Seed, SymmetricKey
from whistle.crypto.signing import SigningKey

SECRET = b"\xaa" * 32


@pytest.mark.parametrize(
    "holder",
    [
        Seed(SECRET),
        SymmetricKey(SECRET),
        Receipt(SECRET[:15]),
        KeyPair(Seed(SECRET)),
        SigningKey(Seed(SECRET)),
        Passphrase("hemmelig"),
    ],
)
def test_nothing_prints_a_secret(holder: object) -> None:
    for text in (repr(holder), str(holder), f"{holder}"):
        assert text == f"<{type(holder).__name__}>"


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_neither_pickled_nor_copied(copied: object) -> None:
    assert callable(copied)
    with pytest.raises(TypeError, match="cannot be pickled"):
        copied(Seed(SECRET))


def test_a_secret_has_one_length() -> None:
    for length in (0, 31, 33):
        with pytest.raises(KeyShapeError):
            Seed(bytes(length))


def test_secrets_are_equal_only_within_their_type() -> None:
    assert Seed(SECRET) == Seed(SECRET)
    assert Seed(SECRET) != Seed(bytes(32))
    assert Seed(SECRET) != SymmetricKey(SECRET)
    assert Seed(SECRET) != SECRET


def test_a_secret_is_no_dictionary_key() -> None:
    with pytest.raises(TypeError):
        hash(Seed(SECRET))


def test_a_secret_keeps_its_own_copy() -> None:
    given = bytearray(32)
    secret = Secret(memoryview(given))  # type: ignore[arg-type]
    given[0] = 1
    assert secret.reveal() == bytes(32)


def test_random_secrets_differ() -> None:
    assert Seed.random() != Seed.random()
