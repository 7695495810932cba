"""Opening in bulk: the bytes and the refusals of the plain path, and nothing else."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import example, given
from hypothesis import strategies as st

from whistle.crypto.bulk import Deriver, Memory, Opener, unpad
from whistle.crypto.envelope import box, derive, unbox
from whistle.crypto.errors import PaddingError, SealingError
from whistle.crypto.padding import pad_text, unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Secret, SymmetricKey

IDS = st.binary(min_size=16, max_size=16)
KEYS = st.binary(min_size=32, max_size=32).map(SymmetricKey)
U64 = st.integers(0, 2**64 - 1)


def outcome(act: Callable[[], bytes]) -> bytes | type[Exception]:
    """Give what an act gives, or what it raises."""
    try:
        return act()
    except SealingError as error:
        return type(error)


class ShortSecret(Secret):
    """The input of RFC 5869's third test case."""

    size = 22


def test_keys_are_derived_as_rfc_5869_does() -> None:
    deriver = Deriver(ShortSecret(b"\x0b" * 22), (b"", b""), (b"", b""))
    assert deriver.derive(b"").hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    )


@given(KEYS, IDS, IDS, st.sampled_from(["dialogue", "casework"]), U64, U64)
def test_items_open_as_they_do_one_by_one(
    key: SymmetricKey, owner: bytes, item: bytes, kind: str, generation: int, version: int
) -> None:
    of_key = Place(Purpose.ITEM_KEY, b"i" * 16, owner, item, kind, generation)
    place = Place(Purpose.ITEM, b"i" * 16, owner, item, kind, generation, version)
    item_key = SymmetricKey(derive(key, of_key))
    boxed = box(item_key, place, b"text")
    around = [
        (one.around_ids()[0] + owner + one.around_ids()[1], one.around_ids()[2])
        for one in (of_key, place)
    ]
    deriver = Deriver(key, *around)
    assert deriver.derive(item) == item_key.reveal()
    assert deriver.open(item, boxed) == unbox(item_key, place, boxed) == b"text"


@given(st.data())
def test_what_was_changed_is_refused_for_the_same_cause(data: st.DataObject) -> None:
    key, place = SymmetricKey(bytes(32)), Place(Purpose.ITEM, b"i" * 16)
    boxed = bytearray(box(key, place, b"text"))
    cut = data.draw(st.integers(0, len(boxed)))
    if cut < len(boxed):
        boxed[cut] ^= data.draw(st.integers(1, 255))
    changed = bytes(boxed[: data.draw(st.integers(0, len(boxed)))])
    opener = Opener(key)
    plain = outcome(lambda: unbox(key, place, changed))
    assert outcome(lambda: opener.open(place.encode(), changed)) == plain


ITEM, OWNER = b"m" * 16, b"o" * 16


def of_item(key: SymmetricKey, place: Place) -> tuple[Deriver, SymmetricKey]:
    """Give what opens items at a place, and the key of the one there."""
    first, between, last = place.around_ids()
    around = first + OWNER + between, last
    return Deriver(key, around, around), SymmetricKey(derive(key, place))


@pytest.mark.parametrize("text", [b"", b"text"])
def test_an_item_that_was_cut_or_changed_is_refused_for_the_same_cause(text: bytes) -> None:
    place = Place(Purpose.ITEM, b"i" * 16, OWNER, ITEM)
    deriver, key = of_item(SymmetricKey(bytes(32)), place)
    boxed = box(key, place, text)
    assert deriver.open(ITEM, boxed) == text
    every = [boxed[:end] for end in range(len(boxed))]
    every += [boxed[:at] + bytes([boxed[at] ^ 2]) + boxed[at + 1 :] for at in range(len(boxed))]
    every += [b"\2", b"\2" * 28, boxed + b"\0"]
    for changed in every:
        plain = outcome(partial(unbox, key, place, changed))
        assert isinstance(plain, type)
        assert outcome(partial(deriver.open, ITEM, changed)) == plain


@given(st.binary(max_size=9000), st.integers(0, 20_000), st.integers(0, 255))
@example(b"", 0, 0)
@example(b"x" * 4092, 4095, 1)
@example(b"x" * 4093, 4095, 0)
def test_padding_is_refused_where_it_always_was(content: bytes, at: int, byte: int) -> None:
    padded = bytearray(pad_text(content))
    assert unpad(bytes(padded)) == content
    padded[at % len(padded)] = byte
    for changed in (bytes(padded), bytes(padded[:at]), bytes(padded) + b"\0", bytes(padded) * 2):
        assert outcome(partial(unpad, changed)) == outcome(partial(unpad_text, changed))


@pytest.mark.parametrize("size", [4096, 8192, 16384])
def test_a_text_is_padded_to_the_first_size_that_it_fits_and_to_no_other(size: int) -> None:
    for length in (0, size // 4, size // 2 - 5, size // 2 - 4, size // 2 - 3, size - 5, size - 4):
        padded = (length.to_bytes(4, "big") + b"x" * length).ljust(size, b"\0")
        fits = padded == pad_text(b"x" * length)
        assert outcome(partial(unpad, padded)) == (b"x" * length if fits else PaddingError)
    for length in (size - 3, size, 2**32 - 1):
        padded = length.to_bytes(4, "big").ljust(size, b"x")
        assert outcome(partial(unpad, padded)) is PaddingError


@pytest.mark.parametrize(
    "thing", [Opener(SymmetricKey.random()), Deriver(SymmetricKey.random(), (b"", b""), (b"", b""))]
)
def test_no_key_is_shown(thing: object) -> None:
    assert "bytes" not in repr(thing)
    assert len(repr(thing)) < 12


def test_a_place_is_the_same_bytes_put_together_in_pieces() -> None:
    owner, item = secrets.token_bytes(16), secrets.token_bytes(16)
    place = Place(Purpose.ITEM, b"i" * 16, owner, item, "dialogue", 3, 7, "reporter")
    first, between, last = place.around_ids()
    assert first + owner + between + item + last == place.encode()


@given(KEYS, IDS, st.binary(max_size=100))
def test_what_is_remembered_opens_at_its_place_and_with_its_secret_alone(
    key: SymmetricKey, owner: bytes, content: bytes
) -> None:
    place = Place(Purpose.MEMORY, b"i" * 16, owner, owner, "texts", 1)
    memory, boxed = Memory(key, place.encode()), Memory(key, place.encode()).box(content)
    assert memory.open(boxed) == content
    other = SymmetricKey(bytes(one ^ 1 for one in key.reveal()))
    for elsewhere in (
        Memory(key, replace(place, generation=2).encode()),
        Memory(key, replace(place, kind="lists").encode()),
        Memory(other, place.encode()),
    ):
        assert issubclass(outcome(partial(elsewhere.open, boxed)), SealingError)  # type: ignore[arg-type]
    assert issubclass(outcome(lambda: unbox(key, place, boxed)), SealingError)  # type: ignore[arg-type]


def test_the_key_of_what_is_remembered_is_derived_as_rfc_5869_does() -> None:
    key, place = SymmetricKey.random(), Place(Purpose.MEMORY, b"i" * 16, OWNER, OWNER, "lists")
    expanded = HKDFExpand(SHA256(), 32, place.encode()).derive(key.reveal())
    boxed = Memory(key, place.encode()).box(b"facts")
    assert unbox(SymmetricKey(expanded), place, boxed) == b"facts"
