import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.primitives import SMALL_ORDER_ED25519
from whistle.crypto.errors import KeyShapeError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed
from whistle.crypto.signing import SigningKey, VerifyingKey

PLACE = Place(Purpose.STATEMENT, b"I" * 16)
KEY = SigningKey(Seed(bytes(32)))


@given(st.binary(max_size=100))
def test_a_signature_verifies(message: bytes) -> None:
    assert KEY.verifying.verifies(PLACE, message, KEY.sign(PLACE, message))


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_whatever_bytes_come_no_signature_verifies(signature: bytes, key: bytes) -> None:
    assert not KEY.verifying.verifies(PLACE, b"indhold", signature)
    if key.hex() not in SMALL_ORDER_ED25519:
        assert not VerifyingKey(key).verifies(PLACE, b"indhold", signature)


def test_a_signature_holds_at_its_place_alone() -> None:
    signature = KEY.sign(PLACE, b"indhold")
    elsewhere = Place(Purpose.STATEMENT, b"J" * 16)
    assert not KEY.verifying.verifies(elsewhere, b"indhold", signature)


@pytest.mark.parametrize("point", SMALL_ORDER_ED25519)
def test_a_key_under_which_anybody_can_sign_is_refused(point: str) -> None:
    with pytest.raises(KeyShapeError):
        VerifyingKey(bytes.fromhex(point))
