"""By when a request for access is answered."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.access import answer_by, latest_extension, may_extend, told_in_time
from whistle.domain.danish_calendar import is_working_day
from whistle.domain.filed import AccessLaw

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
seven_days = pytest.mark.parametrize("law", [AccessLaw.OPENNESS, AccessLaw.PARTY])


@seven_days
def test_documents_are_given_within_seven_working_days(law: AccessLaw) -> None:
    assert answer_by(law, date(2026, 11, 23)) == date(2026, 12, 2)


@seven_days
def test_easter_does_not_count(law: AccessLaw) -> None:
    assert answer_by(law, date(2026, 3, 30)) == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("received", "by"),
    [
        (date(2026, 10, 22), date(2026, 11, 23)),  # the 22nd is a Sunday
        (date(2026, 10, 23), date(2026, 11, 23)),
        (date(2026, 10, 24), date(2026, 11, 24)),
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas and a weekend
    ],
)
def test_data_are_given_within_a_month(received: date, by: date) -> None:
    assert answer_by(AccessLaw.GDPR, received) == by


@given(st.sampled_from(AccessLaw), days)
def test_an_answer_is_due_on_a_working_day_after_the_receipt(law: AccessLaw, day: date) -> None:
    by = answer_by(law, day)
    assert by > day
    assert is_working_day(by)


@given(st.sampled_from(AccessLaw), days, days)
def test_who_asks_later_is_never_answered_earlier(law: AccessLaw, one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert answer_by(law, first) <= answer_by(law, second)


def test_the_month_can_become_three_and_no_more() -> None:
    received = date(2026, 9, 1)
    assert latest_extension(AccessLaw.GDPR, received) == date(2026, 12, 1)
    assert may_extend(AccessLaw.GDPR, received, date(2026, 12, 1))
    assert not may_extend(AccessLaw.GDPR, received, date(2026, 12, 2))


@seven_days
def test_the_seven_days_can_be_put_off_as_the_matter_needs(law: AccessLaw) -> None:
    assert latest_extension(law, date(2026, 9, 1)) is None
    assert may_extend(law, date(2026, 9, 1), date(2027, 9, 1))


@pytest.mark.parametrize("law", AccessLaw)
def test_an_answer_is_not_put_off_to_the_day_it_is_due_anyway(law: AccessLaw) -> None:
    received = date(2026, 9, 1)
    assert not may_extend(law, received, answer_by(law, received))


@pytest.mark.parametrize("law", AccessLaw)
def test_who_asked_is_told_before_the_answer_was_due(law: AccessLaw) -> None:
    received = date(2026, 9, 1)
    by = answer_by(law, received)
    assert told_in_time(law, received, by)
    assert not told_in_time(law, received, by.replace(day=by.day + 1))
    assert not told_in_time(law, received, date(2026, 8, 31))
