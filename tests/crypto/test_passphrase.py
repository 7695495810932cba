from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.errors import StretchParametersError
from whistle.crypto.passphrase import LIST_LENGTH, SALT_BYTES, Passphrase, Stretch, words

STRETCH = Stretch(bytes(range(SALT_BYTES)))


def test_the_list_has_as_many_different_words_as_the_entropy_needs() -> None:
    assert len(set(words())) == len(words()) == LIST_LENGTH == 6**5


def test_a_generated_passphrase_has_six_words_and_none_comes_twice() -> None:
    def folded(word: str) -> str:
        return Passphrase(word).show()

    known = {folded(word) for word in words()}
    assert len(known) == LIST_LENGTH
    shown = Passphrase.generate().show()
    assert shown != Passphrase.generate().show()
    parts = shown.split()
    assert len(parts) >= 6
    assert all(any(part in word.split() for word in known) for part in parts)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = Passphrase(text).show()
    assert "  " not in once
    assert once == once.strip()
    assert Passphrase(f"  {once.upper()}  ").show() == Passphrase(once.upper()).show()


@pytest.mark.parametrize("typed", ["Anna Bo", "anna-bo", " ANNA\t bo\n", "anna_bo", "anna. bo."])
def test_case_spaces_and_hyphens_are_forgiven(typed: str) -> None:
    assert Passphrase(typed).show() == "anna bo"


def test_stretching_depends_on_passphrase_and_salt() -> None:
    key = STRETCH.key(Passphrase("anna bo"))
    assert key == STRETCH.key(Passphrase("Anna Bo"))
    assert key != STRETCH.key(Passphrase("anna bob"))
    assert key != replace(STRETCH, salt=bytes(SALT_BYTES)).key(Passphrase("anna bo"))


def test_parameters_come_back_as_they_were_stored() -> None:
    stretch = Stretch.random()
    assert Stretch.decode(stretch.encode()) == stretch
    assert stretch.salt != Stretch.random().salt


def test_the_protocol_s_own_parameters_are_the_least() -> None:
    assert (STRETCH.memory_kib, STRETCH.passes, STRETCH.lanes) == (65536, 3, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": bytes(15)},
        {"memory_kib": 65535},
        {"memory_kib": 262145},
        {"passes": 2},
        {"passes": 11},
        {"lanes": 0},
        {"lanes": 5},
    ],
)
def test_a_changed_row_is_neither_a_downgrade_nor_a_flood(changes: dict[str, int]) -> None:
    with pytest.raises(StretchParametersError):
        replace(STRETCH, **changes)  # type: ignore[arg-type]


@given(st.binary(max_size=40))
def test_whatever_bytes_come_as_parameters_only_their_error_goes(encoded: bytes) -> None:
    try:
        stretch = Stretch.decode(encoded)
    except StretchParametersError:
        return
    assert stretch.encode() == encoded


def test_the_dearest_parameters_of_the_protocol_are_still_taken() -> None:
    dearest = Stretch(bytes(SALT_BYTES), memory_kib=256 * 1024, passes=10, lanes=4)
    assert Stretch.decode(dearest.encode()) == dearest
