"""Names that strangers give their files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.file_name import LONGEST, clean_file_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("brev.pdf", "brev.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\bo\\løn.xlsx", "løn.xlsx"),
        ("fakt\u202exslx.exe", "faktxslx.exe"),
        ("a\x00b\nc\td.txt", "abcd.txt"),
        (" ..  ", ""),
        (".bashrc", "bashrc"),
        ("", ""),
        ('a<b>:"|?*c', "a b c"),
        ("æ" * 400 + ".docx", "æ" * 145 + ".docx"),
        ("x" * 400, "x" * LONGEST),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_a_name_is_one_part_that_can_be_seen(given_name: str, kept: str) -> None:
    assert clean_file_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_hides_anything(name: str) -> None:
    clean = clean_file_name(name)
    assert len(clean) <= LONGEST
    assert not set(clean) & set('/\\<>:"|?*')
    assert all(
        unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"} for character in clean
    )
    assert clean_file_name(clean) == clean
