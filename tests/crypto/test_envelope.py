import hmac
from hashlib import sha3_256, shake_256

import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto import envelope
from whistle.crypto.envelope import (
    KeyPair,
    PublicKey,
    box,
    derive,
    derive_from,
    open_seal,
    seal,
    unbox,
)
from whistle.crypto.errors import (
    KeyShapeError,
    SealingError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey

PLACE = Place(Purpose.ITEM, b"I" * 16, owner=b"C" * 16, item=b"i" * 16)
ELSEWHERE = Place(Purpose.ITEM, b"I" * 16, owner=b"D" * 16, item=b"i" * 16)
SEED = Seed(bytes(range(32)))
PAIR = KeyPair(SEED)
KEY = SymmetricKey(bytes(32))


@given(st.binary(max_size=500))
def test_what_is_sealed_opens(message: bytes) -> None:
    sealed = seal(PAIR.public, PLACE, message)
    assert len(sealed) == len(message) + 1137
    assert open_seal(PAIR, PLACE, sealed) == message


@given(st.binary(max_size=500))
def test_what_is_boxed_opens(message: bytes) -> None:
    boxed = box(KEY, PLACE, message)
    assert len(boxed) == len(message) + 29
    assert unbox(KEY, PLACE, boxed) == message


def test_a_box_moved_to_another_case_does_not_open() -> None:
    with pytest.raises(UnreadableError):
        unbox(KEY, ELSEWHERE, box(KEY, PLACE, b"indhold"))


def test_a_seal_moved_to_another_case_does_not_open() -> None:
    with pytest.raises(UnreadableError):
        open_seal(PAIR, ELSEWHERE, seal(PAIR.public, PLACE, b"indhold"))


def test_the_same_message_never_looks_the_same() -> None:
    assert box(KEY, PLACE, b"ja") != box(KEY, PLACE, b"ja")
    assert seal(PAIR.public, PLACE, b"ja") != seal(PAIR.public, PLACE, b"ja")


@given(st.data())
def test_no_flipped_bit_goes_unseen(data: st.DataObject) -> None:
    def flipped(value: bytes, bit: int) -> bytes:
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    boxed, sealed = box(KEY, PLACE, b"indhold"), seal(PAIR.public, PLACE, b"indhold")
    bit = data.draw(st.integers(0, len(boxed) * 8 - 1))
    with pytest.raises(UnknownVersionError if bit < 8 else UnreadableError):
        unbox(KEY, PLACE, flipped(boxed, bit))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    with pytest.raises(UnknownVersionError if bit < 8 else UnreadableError):
        open_seal(PAIR, PLACE, flipped(sealed, bit))


@given(st.data())
def test_no_cut_goes_unseen(data: st.DataObject) -> None:
    boxed, sealed = box(KEY, PLACE, b"indhold"), seal(PAIR.public, PLACE, b"indhold")
    with pytest.raises((TruncatedError, UnreadableError)):
        unbox(KEY, PLACE, boxed[: data.draw(st.integers(0, len(boxed) - 1))])
    with pytest.raises((TruncatedError, UnreadableError)):
        open_seal(PAIR, PLACE, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(st.binary(max_size=1300))
def test_whatever_bytes_come_only_sealing_errors_go(value: bytes) -> None:
    for versioned in (value, b"\x01" + value):
        with pytest.raises(SealingError):
            unbox(KEY, PLACE, versioned)
        with pytest.raises(SealingError):
            open_seal(PAIR, PLACE, versioned)


@given(st.binary(max_size=1300))
def test_whatever_bytes_come_as_a_key_only_its_shape_is_wrong(value: bytes) -> None:
    for raw in (value, value.ljust(1216, b"\xff")):
        with pytest.raises(KeyShapeError):
            PublicKey(raw)


def test_a_key_that_nobody_could_seal_to_is_refused_when_it_is_read() -> None:
    with pytest.raises(KeyShapeError):
        PublicKey(PAIR.public.raw[:-32] + bytes(32))


def test_public_keys_are_compared_by_their_bytes_alone() -> None:
    again = PublicKey(PAIR.public.raw)
    assert again == PAIR.public
    assert hash(again) == hash(PAIR.public)
    assert "parsed" not in repr(again)


def test_random_key_pairs_differ() -> None:
    assert KeyPair.random().public != KeyPair.random().public


def test_derived_keys_depend_on_secret_and_place() -> None:
    assert derive(SEED, PLACE) == derive_from(SEED.reveal(), PLACE)
    assert len({derive(SEED, PLACE), derive(SEED, ELSEWHERE), derive(KEY, PLACE)}) == 3


# -- the same by hand, from the standards -------------------------------------------------------


def extract(salt: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), material, "sha256")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    output, block = b"", b""
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([len(output) // 32 + 1]), "sha256")
        output += block
    return output[:length]


def open_by_hand(seed: bytes, place: Place, sealed: bytes) -> bytes:
    """Open a seal with X-Wing and RFC 9180 written out, from primitives that HPKE is made of."""
    expanded = shake_256(seed).digest(96)
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    shared = lattice.decapsulate(sealed[1:1089])
    share = sealed[1089:1121]
    classical = curve.exchange(x25519.X25519PublicKey.from_public_bytes(share))
    own = curve.public_key().public_bytes_raw()
    secret = sha3_256(shared + classical + share + own + rb"\.//^\ "[:6]).digest()

    suite = b"HPKE" + bytes.fromhex("647a 0001 0002")

    def labelled(label: bytes, material: bytes, salt: bytes = b"") -> bytes:
        return extract(salt, b"HPKE-v1" + suite + label + material)

    context = b"\0" + labelled(b"psk_id_hash", b"") + labelled(b"info_hash", place.encode())
    scheduled = labelled(b"secret", b"", salt=secret)

    def expanded_to(label: bytes, length: int) -> bytes:
        info = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return expand(scheduled, info, length)

    cipher = AESGCM(expanded_to(b"key", 32))
    return cipher.decrypt(expanded_to(b"base_nonce", 12), sealed[1121:], b"")


def test_a_seal_is_hpke_with_x_wing_as_the_standards_write_it() -> None:
    sealed = seal(PAIR.public, PLACE, b"indhold")
    assert open_by_hand(SEED.reveal(), PLACE, sealed) == b"indhold"


def test_derivation_is_hkdf_as_rfc_5869_writes_it() -> None:
    by_hand = expand(extract(b"", SEED.reveal()), PLACE.encode(), 32)
    assert derive(SEED, PLACE) == by_hand


def test_a_box_is_aes_gcm_with_its_nonce_in_front() -> None:
    boxed = box(KEY, PLACE, b"indhold")
    assert boxed[:1] == envelope.VERSION
    assert AESGCM(bytes(32)).decrypt(boxed[1:13], boxed[13:], PLACE.encode()) == b"indhold"


def test_the_expansion_of_seeds_is_the_x_wing_draft_s() -> None:
    public = KeyPair(
        Seed(bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))
    ).public.raw
    assert public.hex().startswith(
        "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5"
    )
