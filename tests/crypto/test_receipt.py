from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whistle.crypto.errors import ReceiptCheckError, ReceiptError, ReceiptShapeError
from whistle.crypto.receipt import ALPHABET, SYMBOLS, Receipt, check_digit

HERE, THERE = b"I" * 16, b"J" * 16
RECEIPTS = st.binary(min_size=15, max_size=15).map(Receipt)


@given(RECEIPTS)
def test_a_receipt_reads_as_it_was_written(receipt: Receipt) -> None:
    shown = receipt.show()
    assert [len(group) for group in shown.split("-")] == [5] * 5
    assert Receipt.parse(shown) == receipt


@settings(max_examples=30)
@given(RECEIPTS, st.data())
def test_case_spaces_hyphens_and_look_alikes_are_forgiven(
    receipt: Receipt, data: st.DataObject
) -> None:
    spellings = {"0": "0oO", "1": "1iIlL"}
    typed = ""
    for symbol in receipt.show().replace("-", ""):
        typed += data.draw(st.sampled_from(spellings.get(symbol, symbol + symbol.lower())))
        typed += data.draw(st.sampled_from(["", "-", " ", "\u00a0", "–", "\u2011", "\n", "\u200b"]))
    assert Receipt.parse(typed) == receipt


def test_every_wrong_symbol_is_noticed() -> None:
    # The check is linear: a slip goes unseen exactly when the difference checks to nothing.
    for position in range(SYMBOLS - 1):
        for difference in range(1, 32):
            digits = [0] * (SYMBOLS - 1)
            digits[position] = difference
            assert check_digit(digits) != 0


def test_every_two_symbols_that_change_places_are_noticed() -> None:
    for one, other in combinations(range(SYMBOLS), 2):
        for difference in range(1, 32):
            digits = [0] * SYMBOLS
            digits[one] = digits[other] = difference
            assert check_digit(digits[:-1]) != digits[-1]


@given(st.lists(st.integers(0, 31), min_size=24, max_size=24), st.data())
def test_the_check_is_linear(one: list[int], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.integers(0, 31), min_size=24, max_size=24))
    both = [left ^ right for left, right in zip(one, other, strict=True)]
    assert check_digit(both) == check_digit(one) ^ check_digit(other)


@given(RECEIPTS, st.integers(0, SYMBOLS - 1), st.sampled_from(ALPHABET))
def test_a_slip_is_told_at_once(receipt: Receipt, position: int, symbol: str) -> None:
    shown = receipt.show().replace("-", "")
    typed = shown[:position] + symbol + shown[position + 1 :]
    if typed != shown:
        with pytest.raises(ReceiptCheckError):
            Receipt.parse(typed)


@given(st.text(max_size=40))
def test_whatever_is_typed_only_receipt_errors_come(typed: str) -> None:
    try:
        receipt = Receipt.parse(typed)
    except ReceiptError:
        return
    assert receipt == Receipt.parse(receipt.show())


def test_an_error_does_not_repeat_what_was_typed() -> None:
    for typed in (Receipt(bytes(15)).show() + "Q", "U" * SYMBOLS, "1" * SYMBOLS):
        with pytest.raises(ReceiptError) as caught:
            Receipt.parse(typed)
        assert typed not in str(caught.value)


@pytest.mark.parametrize("letter", ["\ufb01", "\u0131", "\u017f", "\u0660", "\u00e9", "U"])
def test_letters_that_only_look_like_symbols_are_no_symbols(letter: str) -> None:
    with pytest.raises(ReceiptShapeError):
        Receipt.parse(letter + "0" * (SYMBOLS - 1))


def test_the_worked_example_of_the_specification() -> None:
    receipt = Receipt(bytes(range(1, 16)))
    assert receipt.show() == "04106-1050R-3GG28-A1C60-T3GFJ"


def test_what_is_derived_says_nothing_across_installations() -> None:
    receipt = Receipt.random()
    assert receipt.lookup(HERE) != receipt.lookup(THERE)
    assert receipt.key_pair(HERE).public != receipt.key_pair(THERE).public
    assert receipt.lookup(HERE) == Receipt.parse(receipt.show()).lookup(HERE)


def test_the_digest_key_is_the_receipts_and_the_installations_alone() -> None:
    receipt = Receipt.random()
    key = receipt.digest_key(b"i" * 16)
    assert len(key) == 32
    assert key == receipt.digest_key(b"i" * 16)
    assert key != receipt.digest_key(b"j" * 16)
    assert key != Receipt.random().digest_key(b"i" * 16)
    assert key != receipt.lookup(b"i" * 16)
