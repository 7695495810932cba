"""Sentences with live numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.report import live
from whistle.report.model import TOTAL, Line, Report, Table, Version

COLUMNS = [Line(TOTAL, "I alt"), Line("bl", "B&L")]
TABLE = Table("3.1", "Tabel", COLUMNS, [Line("2021-01-01/2021-03-15", "Jan.")], [[9, None]])
REPORT = Report(
    "stevns", "Stevns", date(2021, 1, 1), date(2021, 3, 15), True, Version.CLOSED, "enquiries",
    [TABLE],
)  # fmt: skip


def test_a_rows_name_may_have_a_slash_in_it() -> None:
    told = live.fill("Der kom {{3.1/2021-01-01/2021-03-15/total}}.", REPORT)
    assert told.text == "Der kom 9."
    assert told.used == [("3.1", "2021-01-01/2021-03-15", "total")]


def test_a_hidden_number_is_told_as_hidden() -> None:
    told = live.fill("{{3.1/2021-01-01/2021-03-15/bl}}", REPORT)
    assert told.text == "–"
    assert told.hidden == ["3.1/2021-01-01/2021-03-15/bl"]


@pytest.mark.parametrize("place", [" ", "3.9/total/total", "3.1/total", "share 3.1/a/total", "x y"])
def test_a_number_that_there_is_not_is_named(place: str) -> None:
    with pytest.raises(live.LiveError) as told:
        live.fill(f"Der kom {{{{{place}}}}}.", REPORT)
    assert told.value.place == place


@pytest.mark.parametrize(
    ("part", "whole", "danish"),
    [
        (9, 30, "knap hver 3."),
        (10, 30, "hver 3."),
        (11, 30, "godt hver 3."),
        (15, 30, "hver anden"),
        (13, 30, "43,3 %"),
        (29, 30, "96,7 %"),
        (0, 30, "0,0 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_one_in_so_many_where_it_is_near(part: int, whole: int, danish: str) -> None:
    assert live.one_in(part, whole, "da") == danish


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_rounded_to_a_tenth(part: int, whole: int) -> None:
    said = live.percent(part, whole, "en").removesuffix(" %")
    assert abs(float(said) - 100 * part / whole) <= 0.05 + 1e-9
