import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.errors import ContentError
from whistle.keys.fields import join_fields, split_fields


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_fields_come_apart_as_they_were_joined(fields: list[bytes]) -> None:
    assert split_fields(join_fields(fields)) == fields


@given(st.binary(max_size=60))
def test_there_is_one_way_to_write_fields(encoded: bytes) -> None:
    try:
        fields = split_fields(encoded)
    except ContentError:
        return
    assert join_fields(fields) == encoded


@pytest.mark.parametrize("encoded", [b"\0", b"\0\0\0", b"\0\0\0\x02x", b"\xff\xff\xff\xff"])
def test_what_is_cut_short_is_no_field(encoded: bytes) -> None:
    with pytest.raises(ContentError):
        split_fields(encoded)
