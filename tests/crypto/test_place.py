from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.errors import PlaceError
from whistle.crypto.place import Place, Purpose

U64 = st.integers(0, 2**64 - 1)
PLACES = st.builds(
    Place,
    st.sampled_from(Purpose),
    st.binary(max_size=20),
    st.binary(max_size=20),
    st.binary(max_size=40),
    st.text(max_size=5),
    U64,
    U64,
    st.text(max_size=5),
)


@given(PLACES, PLACES)
def test_different_places_have_different_bytes(one: Place, other: Place) -> None:
    assert (one == other) == (one.encode() == other.encode())


@given(PLACES)
def test_bytes_never_slip_from_one_field_into_the_next(place: Place) -> None:
    shifted = replace(place, owner=place.owner + place.item, item=b"")
    assert (shifted == place) == (shifted.encode() == place.encode())


def test_the_bytes_are_those_of_the_specification() -> None:
    place = Place(Purpose.ITEM, b"I" * 16, b"C" * 16, b"i" * 16, "note", 1, 2, "x")
    assert place.encode() == (
        b"\0\0\0\x17whistle/v1/item/content"
        b"\0\0\0\x10IIIIIIIIIIIIIIII"
        b"\0\0\0\x10CCCCCCCCCCCCCCCC"
        b"\0\0\0\x04note"
        b"\0\0\0\x10iiiiiiiiiiiiiiii"
        b"\0\0\0\x08\0\0\0\0\0\0\0\x01"
        b"\0\0\0\x08\0\0\0\0\0\0\0\x02"
        b"\0\0\0\x01x"
    )


@pytest.mark.parametrize("purpose", Purpose)
def test_a_place_begins_with_the_length_and_the_name_of_its_purpose(purpose: Purpose) -> None:
    name = f"whistle/v1/{purpose}".encode()
    assert Place(purpose, b"").encode().startswith(bytes([0, 0, 0, len(name)]) + name)


def test_every_purpose_stands_in_the_specification() -> None:
    told = (Path(__file__).parents[2] / "docs" / "sealing.md").read_text("utf-8")
    missing = [purpose for purpose in Purpose if f"`{purpose}`" not in told]
    assert not missing


def test_no_two_purposes_read_alike() -> None:
    assert len({str(purpose) for purpose in Purpose}) == len(Purpose)


@pytest.mark.parametrize("field", ["generation", "version"])
@pytest.mark.parametrize("number", [-1, 2**64, "1", b"", 1.0, 0.5, None])
def test_a_number_that_no_row_can_have_is_refused(field: str, number: object) -> None:
    """Not even what is none: a column of numbers on SQLite holds whatever is written there."""
    place = Place(Purpose.ITEM, bytes(16))
    with pytest.raises(PlaceError):
        replace(place, **{field: number})  # type: ignore[arg-type]
