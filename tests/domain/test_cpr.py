"""Finding what looks like a CPR number: every number, and little else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.cpr import contains_cpr

days = st.dates(date(1900, 1, 1), date(2050, 12, 31))
serials = st.integers(0, 9999)
separators = st.sampled_from(["", "-", " ", " - ", "–", "\N{NON-BREAKING HYPHEN}"])
around = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20)


@given(days, serials, separators, around, around)
def test_every_number_is_found_wherever_it_stands(
    day: date, serial: int, separator: str, before: str, after: str
) -> None:
    assert contains_cpr(f"{before}{day:%d%m%y}{separator}{serial:04}{after}")


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), serials, separators)
def test_a_day_that_does_not_exist_is_no_number(
    day: int, month: int, year: int, serial: int, separator: str
) -> None:
    exists = any(_exists(century + year, month, day) for century in (1800, 1900, 2000))
    assert contains_cpr(f"{day:02}{month:02}{year:02}{separator}{serial:04}") == exists


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@given(days, serials, st.integers(0, 9))
def test_a_longer_row_of_digits_is_another_number(day: date, serial: int, digit: int) -> None:
    assert not contains_cpr(f"{digit}{day:%d%m%y}{serial:04}")
    assert not contains_cpr(f"{day:%d%m%y}{serial:04}{digit}")


@given(st.text(st.characters(exclude_categories=["Nd"])))
def test_a_text_without_digits_has_none(text: str) -> None:
    assert not contains_cpr(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ring 56 57 57 57",
        "+45 56575757",
        "sag 21/021768",
        "310290-123",
        "den 01-01-1990 kl. 12.30",
        "310299 1234".replace("0299", "0499"),
        "290299-1234",
    ],
)
def test_other_numbers_are_let_be(text: str) -> None:
    assert not contains_cpr(text)


def test_a_leap_day_may_be_of_the_year_2000() -> None:
    assert contains_cpr("290200-1234")
