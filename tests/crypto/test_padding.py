import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whistle.crypto.errors import PaddingError
from whistle.crypto.padding import SMALLEST_TEXT, pad_text, padme, unpad_text


@given(st.binary(max_size=9000))
@example(bytes(4092))
@example(bytes(4093))
def test_a_text_comes_back_and_its_length_is_a_power_of_two(content: bytes) -> None:
    padded = pad_text(content)
    assert unpad_text(padded) == content
    assert len(padded) >= SMALLEST_TEXT
    assert len(padded).bit_count() == 1
    assert len(padded) == SMALLEST_TEXT or len(padded) < 2 * (len(content) + 4)


@given(st.binary(max_size=100), st.integers(0, SMALLEST_TEXT - 1), st.integers(1, 255))
def test_there_is_one_way_to_pad(content: bytes, position: int, change: int) -> None:
    padded = bytearray(pad_text(content))
    padded[position] ^= change
    try:
        other = unpad_text(bytes(padded))
    except PaddingError:
        return
    assert other != content
    assert pad_text(other) == bytes(padded)


@given(st.binary(max_size=5000))
def test_whatever_bytes_come_only_padding_errors_go(padded: bytes) -> None:
    try:
        content = unpad_text(padded)
    except PaddingError:
        return
    assert pad_text(content) == padded


@given(st.integers(0, 2**50))
def test_a_file_s_padded_length_is_at_most_12_percent_more(length: int) -> None:
    padded = padme(length)
    assert length <= padded
    assert 100 * (padded - length) <= 12 * length
    assert padme(padded) == padded


@pytest.mark.parametrize(("length", "padded"), [(0, 0), (1, 1), (9, 10), (1000, 1024), (99, 104)])
def test_padme_of_small_lengths(length: int, padded: int) -> None:
    assert padme(length) == padded
