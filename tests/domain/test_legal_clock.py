"""The dates by which something is due (whistleblowerloven § 12)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.legal_clock import Deadlines, acknowledge_by, add_months, feedback_by

LAW = Deadlines()
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_a_report_is_acknowledged_within_seven_days() -> None:
    assert acknowledge_by(date(2026, 11, 20), LAW) == date(2026, 11, 27)


def test_feedback_comes_within_three_months_of_the_acknowledgement() -> None:
    assert feedback_by(date(2026, 11, 20), date(2026, 11, 23), LAW) == date(2027, 2, 23)


def test_without_an_acknowledgement_the_three_months_run_from_the_seventh_day() -> None:
    assert feedback_by(date(2026, 11, 20), None, LAW) == date(2027, 2, 27)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(days, st.integers(0, 120))
def test_months_are_counted_as_months_whatever_the_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (
        later.day < day.day and (later + timedelta(days=1)).month != later.month
    )


@given(days, days, st.integers(1, 12))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)
