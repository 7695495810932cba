from collections.abc import Iterator, Sequence

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.primitives import content, sealed_file
from whistle.crypto.errors import (
    PaddingError,
    SealingError,
    StreamLengthError,
    UnreadableError,
)
from whistle.crypto.padding import padme
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.crypto.stream import CHUNK_BYTES, StreamSealer, chunk_count, open_stream

KEY = SymmetricKey(b"k" * 32)
PLACE = Place(Purpose.FILE_CHUNK, b"I" * 16, item=b"f" * 16)
SIZES = [0, 1, 17, *(CHUNK_BYTES * many + more for many in (1, 2) for more in (-1, 0, 1))]
LONG = 3 * CHUNK_BYTES + 5


def opened(chunks: Sequence[bytes], length: int, count: int | None = None) -> bytes:
    many = len(chunks) if count is None else count
    return b"".join(open_stream(KEY, PLACE, chunks, length=length, count=many))


@pytest.mark.parametrize("length", SIZES)
def test_a_file_of_any_size_comes_back(length: int) -> None:
    chunks = sealed_file(KEY.reveal(), PLACE, length)
    assert len(chunks) == chunk_count(length)
    assert sum(len(chunk) - 17 for chunk in chunks) == padme(length)
    assert opened(chunks, length) == content(length)


def test_a_file_whose_chunks_are_gone_is_not_an_empty_file() -> None:
    with pytest.raises(StreamLengthError):
        opened([], 0, count=1)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 2 * CHUNK_BYTES), max_size=5))
def test_it_does_not_matter_in_what_pieces_a_file_arrives(pieces: list[int]) -> None:
    whole = content(sum(pieces))
    sealer = StreamSealer(KEY, PLACE)
    chunks: list[bytes] = []
    position = 0
    for piece in pieces:
        chunks += sealer.update(whole[position : position + piece])
        position += piece
    chunks += sealer.finish()
    assert chunks == sealed_file(KEY.reveal(), PLACE, len(whole))
    assert (sealer.length, sealer.chunks) == (len(whole), len(chunks))


@settings(max_examples=30)
@given(st.data())
def test_no_change_to_the_chunks_goes_unseen(data: st.DataObject) -> None:
    good = sealed_file(KEY.reveal(), PLACE, LONG)
    chunks = list(good)
    match data.draw(st.sampled_from(["drop", "swap", "repeat", "flip"])):
        case "drop":
            del chunks[data.draw(st.integers(0, 3))]
        case "swap":
            one, other = data.draw(st.permutations(range(4)))[:2]
            chunks[one], chunks[other] = chunks[other], chunks[one]
        case "repeat":
            chunks.insert(data.draw(st.integers(0, 4)), data.draw(st.sampled_from(good)))
        case _:
            number = data.draw(st.integers(0, 3))
            position = data.draw(st.integers(0, len(good[number]) - 1))
            changed = bytearray(good[number])
            changed[position] ^= 0x80
            chunks[number] = bytes(changed)
    for count in {len(chunks), 4}:
        with pytest.raises(SealingError):
            opened(chunks, LONG, count)


def test_the_count_is_held_against_the_length_before_any_byte() -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        read.append("a chunk")
        yield b""

    with pytest.raises(StreamLengthError):
        open_stream(KEY, PLACE, chunks(), length=LONG, count=3)
    assert not read


def test_only_authenticated_bytes_are_released() -> None:
    chunks = sealed_file(KEY.reveal(), PLACE, LONG)
    chunks[2] = chunks[2][:-1] + bytes([chunks[2][-1] ^ 1])
    released = b""
    with pytest.raises(UnreadableError):  # noqa: PT012  (what came before the error is the claim)
        for part in open_stream(KEY, PLACE, chunks, length=LONG, count=4):
            released += part
    assert released == content(LONG)[: 2 * CHUNK_BYTES]


def test_a_chunk_that_is_all_padding_gives_nothing() -> None:
    length = 20 * CHUNK_BYTES + 1
    parts = list(
        open_stream(
            KEY,
            PLACE,
            sealed_file(KEY.reveal(), PLACE, length),
            length=length,
            count=chunk_count(length),
        )
    )
    assert len(parts) == 21
    assert b"".join(parts) == content(length)
    length = 4 * CHUNK_BYTES * 16 + 1
    assert chunk_count(length) > -(-length // CHUNK_BYTES), "no chunk is all padding"
    chunks = sealed_file(KEY.reveal(), PLACE, length)
    assert len(opened(chunks, length)) == length


def by_hand(plain: Sequence[bytes]) -> list[bytes]:
    """Seal chunks of lengths that a `StreamSealer` never makes."""
    cipher = AESGCM(KEY.reveal())
    return [
        b"\x01"
        + cipher.encrypt(
            number.to_bytes(11, "big") + bytes([number == len(plain) - 1]), chunk, PLACE.encode()
        )
        for number, chunk in enumerate(plain)
    ]


def test_chunks_of_other_lengths_are_refused_though_authentic() -> None:
    length = CHUNK_BYTES + 2**13
    halves = by_hand([bytes(2**13), bytes(CHUNK_BYTES)])
    assert len(halves) == chunk_count(length)
    with pytest.raises(StreamLengthError):
        opened(halves, length)


def test_padding_that_says_something_is_refused() -> None:
    with pytest.raises(PaddingError):
        opened(by_hand([b"x" * 1000 + b"y" * 24]), 1000)


def test_a_length_below_0_is_no_file() -> None:
    with pytest.raises(SealingError):
        opened(by_hand([b""]), -1)
