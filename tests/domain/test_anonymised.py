"""What is kept of a closed case, and what is not."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.anonymised import (
    Anonymised,
    Course,
    Reply,
    anonymise,
    first_day_of_term,
)
from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.legal_clock import Deadlines
from whistle.domain.registration import Enquiry, Issue, Override, Rule

DAY = date(2026, 3, 2)
COURSE = Course(Channel.CITIZEN, DAY, date(2026, 6, 1), acknowledged=DAY, feedback=DAY)
ENQUIRY = Enquiry(
    "hemmeligt",
    way_in="letter",
    handling="written",
    casework=True,
    enquirer="relative",
    approached=False,
    matter_date=date(2025, 1, 1),
    outcome="guided",
    rejection="competence",
    issues=(Issue("4", "4.1", "BL", "dagtilbud", "t"),),
    scope="within",
    result="handled",
    police=True,
    behaviours=("touch",),
    reported_role="mayor",
    wish="talk",
    overrides=(Override(Rule.HALF_YEAR, "hemmeligt", DAY),),
)
PROMISES = Deadlines(acknowledge_days=7, feedback_months=3)


def record(course: Course = COURSE, *referrals: Referral, enquiry: Enquiry = ENQUIRY) -> Anonymised:
    return anonymise(course, enquiry, referrals, PROMISES)


def test_what_statistics_need_is_kept() -> None:
    made = record()
    for name in (
        "way_in", "handling", "casework", "enquirer", "approached", "outcome", "rejection",
        "issues", "scope", "result", "police",
    ):  # fmt: skip
        assert getattr(made, name) == getattr(ENQUIRY, name), name
    assert (made.channel, made.received, made.closed) == (Channel.CITIZEN, DAY, COURSE.closed)


def test_nothing_else_is() -> None:
    letter = Referral("BL", DAY, DAY, subject="hemmeligt", text="hemmeligt", unanswered="hemmeligt")
    told = repr(record(COURSE, letter))
    for hidden in ("hemmeligt", "2025", "touch", "mayor", "talk", "half-year"):
        assert hidden not in told, hidden
    assert not {one.name for one in fields(Anonymised)} & {
        "purpose", "title", "matter_date", "overrides", "source", "behaviours", "reported_role",
        "wish", "case", "links",
    }  # fmt: skip


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (7, True), (8, False), (None, False)])
def test_an_acknowledgement_is_in_time_until_its_last_day(
    days: int | None, *, in_time: bool
) -> None:
    day = None if days is None else DAY + timedelta(days=days)
    assert record(replace(COURSE, acknowledged=day)).acknowledged is in_time


@pytest.mark.parametrize(
    ("day", "in_time"), [(date(2026, 6, 2), True), (date(2026, 6, 3), False), (None, False)]
)
def test_feedback_is_in_time_until_three_months_after_the_acknowledgement(
    day: date | None, *, in_time: bool
) -> None:
    assert record(replace(COURSE, feedback=day)).feedback is in_time


def test_where_there_is_nobody_to_tell_no_duty_was_missed() -> None:
    entered = replace(COURSE, acknowledged=None, feedback=None, reporter=False)
    assert (record(entered).acknowledged, record(entered).feedback) == (None, None)
    called_back = replace(entered, acknowledged=DAY)
    assert record(called_back).acknowledged is True


def test_replies_tell_days_and_silence_by_centre() -> None:
    sent = date(2026, 3, 3)
    letters = [
        Referral("SO", sent, sent, unanswered="Intet hørt."),
        Referral("BL", sent, sent, "dagtilbud", replied=sent + timedelta(days=12)),
        Referral("AM", sent, sent),
        Referral("TM", sent, sent, replied=sent - timedelta(days=1)),
    ]
    replies = record(COURSE, *letters).replies
    assert set(replies) == {
        Reply("SO", unanswered=True),
        Reply("BL", "dagtilbud", 12),
        Reply("AM"),
        Reply("TM", days=0),
    }
    assert record(COURSE, *reversed(letters)).replies == replies


@given(day=st.dates(date(2022, 1, 1), date(2080, 1, 1)), renewed=st.booleans())
def test_a_council_member_s_record_is_the_same_for_all_of_a_term(
    day: date, *, renewed: bool
) -> None:
    course = replace(COURSE, channel=Channel.COUNCIL, received=day, renewed=renewed)
    made = record(course, Referral("BL", day, day))
    assert made == Anonymised(Channel.COUNCIL, first_day_of_term(day))
    assert (made.received.month, made.received.day) == (1, 1)
    assert 0 <= day.year - made.received.year < 4


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2021, 12, 31), date(2018, 1, 1)),
        (date(2022, 1, 1), date(2022, 1, 1)),
        (date(2025, 12, 31), date(2022, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1)),
    ],
)
def test_a_term_is_four_years_from_the_january_after_an_election(day: date, first: date) -> None:
    assert first_day_of_term(day) == first


@pytest.mark.parametrize(
    "told",
    [
        {"received": date(2026, 3, 2)},
        {"received": date(2027, 1, 1)},
        {"closed": date(2026, 1, 1)},
        {"issues": (Issue(),)},
        {"police": False},
        {"renewed": True},
    ],
)
def test_a_council_member_s_record_that_tells_more_cannot_be_made(told: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="term and nothing else"):
        replace(Anonymised(Channel.COUNCIL, date(2026, 1, 1)), **told)  # type: ignore[arg-type]
