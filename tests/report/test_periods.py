"""Periods of a report: every day in one row, rows named and called as the seeds do."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.counting import Period, period_of
from whistle.report.periods import Step, days_label, is_whole_year, label, split

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
BEGINS = st.sampled_from([(1, 1), (8, 1), (5, 1), (7, 15)])


@given(DAYS, st.integers(0, 900), st.sampled_from(Step), BEGINS)
def test_every_day_lies_in_one_row(
    first: date, length: int, step: Step, begins: tuple[int, int]
) -> None:
    whole = Period(first, first + timedelta(days=length))
    spans = split(whole, step, begins)
    assert spans[0].days.first == whole.first
    assert spans[-1].days.last == whole.last
    for one, after in itertools.pairwise(spans):
        assert after.days.first == one.days.last + timedelta(days=1)
    assert len({one.id for one in spans}) == len(spans)
    for one in spans:
        assert period_of(one.id) == one.days  # as a totals' file names it


def test_the_seeds_periods_are_called_as_in_the_seed() -> None:
    spans = split(Period(date(2020, 1, 1), date(2021, 3, 15)), Step.QUARTER)
    assert [label(one, "da") for one in spans][3:] == ["4. kvt. 20", "Jan. – midt marts 2021"]
    assert [one.partial for one in spans] == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("first", "last", "danish"),
    [
        ("2023-05-01", "2023-12-31", "maj – dec. 2023"),
        ("2019-08-01", "2020-07-31", "aug. 2019 – juli 2020"),
        ("2021-02-01", "2021-02-28", "feb. 2021"),
        ("2021-01-01", "2021-12-31", "2021"),
        ("2021-04-20", "2021-04-20", "20. april 2021"),
        ("2021-02-01", "2021-02-15", "feb. – midt feb. 2021"),
        ("2021-02-03", "2021-03-15", "3. feb. 2021 – 15. marts 2021"),
        ("2020-02-01", "2020-02-28", "1. feb. 2020 – 28. feb. 2020"),
    ],
)
def test_days_are_called_by_months_where_they_are_whole(first: str, last: str, danish: str) -> None:
    days = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert days_label(days, "da") == danish


@pytest.mark.parametrize(
    ("first", "last", "begins", "whole"),
    [
        ("2023-01-01", "2023-12-31", (1, 1), True),
        ("2022-01-01", "2023-12-31", (1, 1), True),
        ("2023-01-01", "2023-12-30", (1, 1), False),
        ("2023-01-02", "2023-12-31", (1, 1), False),
        ("2019-08-01", "2020-07-31", (8, 1), True),
        ("2019-08-01", "2020-07-31", (1, 1), False),
    ],
)
def test_a_year_is_whole_as_the_profile_counts_it(
    first: str, last: str, begins: tuple[int, int], *, whole: bool
) -> None:
    days = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert is_whole_year(days, begins) is whole


def test_ringsteds_quarters_begin_in_august() -> None:
    spans = split(Period(date(2019, 8, 1), date(2020, 7, 31)), Step.QUARTER, (8, 1))
    assert [label(one, "da") for one in spans] == [
        "Aug. – okt. 2019", "Nov. 2019 – jan. 2020", "Feb. – april 2020", "Maj – juli 2020",
    ]  # fmt: skip
    assert not any(one.partial for one in spans)
