"""Working days in Denmark."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.danish_calendar import (
    add_working_days,
    easter,
    is_holiday,
    is_working_day,
    next_working_day,
)

days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
counts = st.integers(0, 60)


@pytest.mark.parametrize(
    "sunday",
    [
        *(date(1818, 3, 22), date(1943, 4, 25), date(2000, 4, 23), date(2024, 3, 31)),
        *(date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)),
    ],
)
def test_easter_is_when_it_is(sunday: date) -> None:
    assert easter(sunday.year) == sunday


@given(st.integers(1583, 9999))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


@pytest.mark.parametrize(
    ("month", "day"),
    [(1, 1), (4, 2), (4, 3), (4, 5), (4, 6), (5, 14), (5, 24), (5, 25), (12, 25), (12, 26)],
)
def test_the_holidays_of_2026(month: int, day: int) -> None:
    assert is_holiday(date(2026, month, day))


@pytest.mark.parametrize(
    ("month", "day"), [(1, 2), (4, 1), (4, 7), (5, 1), (5, 13), (5, 15), (5, 26), (12, 28)]
)
def test_the_days_beside_them_are_working_days(month: int, day: int) -> None:
    assert is_working_day(date(2026, month, day))


def test_great_prayer_day_was_a_holiday_until_2023() -> None:
    assert is_holiday(date(2023, 5, 5))
    assert is_working_day(date(2024, 4, 26))


@pytest.mark.parametrize("day", [date(2026, 6, 5), date(2026, 12, 24), date(2026, 12, 31)])
def test_days_off_that_the_law_does_not_name_are_counted(day: date) -> None:
    assert is_working_day(day)


def test_weekends_are_no_working_days() -> None:
    assert not is_working_day(date(2026, 11, 21))
    assert not is_working_day(date(2026, 11, 22))
    assert next_working_day(date(2026, 11, 21)) == date(2026, 11, 23)


def test_the_day_itself_is_not_counted() -> None:
    assert add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 24)
    assert add_working_days(date(2026, 11, 22), 1) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)


@given(days, st.integers(1, 60))
def test_what_is_counted_to_is_a_working_day(day: date, count: int) -> None:
    assert is_working_day(add_working_days(day, count))


@given(days, counts)
def test_there_are_as_many_working_days_between_as_were_counted(day: date, count: int) -> None:
    later = add_working_days(day, count)
    between = (day + timedelta(days=one) for one in range(1, (later - day).days + 1))
    assert sum(is_working_day(one) for one in between) == count


@given(days, days, counts)
def test_who_comes_later_is_never_due_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))
    assert add_working_days(first, count) <= add_working_days(second, count)
    assert next_working_day(first) <= next_working_day(second)
