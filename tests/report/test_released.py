"""What an inbox tells for a report: all that is counted, and nothing else of it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whistle.casework.reporting.released import rows_of
from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.office import Unit
from whistle.domain.profile import Profile, load_profile
from whistle.domain.registration import Issue
from whistle.domain.released import Release, choose, release
from whistle.keys.shapes import from_json, to_json
from whistle.report.building import Wanted, build
from whistle.report.periods import Step
from whistle.report.public import make_public

STEVNS = load_profile("stevns")
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
YEAR = Period(FIRST, LAST)
SOURCE = b"s" * 16
ONE = Anonymised(
    Channel.CITIZEN,
    date(2024, 5, 17),
    date(2024, 6, 1),
    "phone",
    "phone",
    casework=True,
    enquirer="self",
    approached=True,
    outcome="guided",
    issues=(Issue("4", "4.1", "bl", "", "wait"),),
    replies=(Reply("bl", "", 12),),
)


def by_issues() -> Profile:
    return replace(STEVNS, office=replace(STEVNS.office, unit=Unit.ISSUES))


DAYS = st.dates(FIRST - timedelta(days=40), LAST + timedelta(days=40))
MAYBE = st.sampled_from([None, False, True])
ISSUES = st.builds(
    Issue,
    st.sampled_from(["", "1", "4"]),
    st.sampled_from(["", "4.1", "4.2"]),
    st.sampled_from(["", "pb", "bl"]),
    st.sampled_from(["", "x"]),
    st.sampled_from(["", "a", "b"]),
)
REPLIES = st.builds(
    Reply, st.sampled_from(["pb", "bl"]), st.just(""), st.sampled_from([None, 3, 9]), st.booleans()
)
CITIZENS = st.builds(
    Anonymised,
    st.just(Channel.CITIZEN),
    DAYS,
    st.none(),
    st.sampled_from(["", "phone", "mail"]),
    st.sampled_from(["", "phone"]),
    MAYBE,
    st.sampled_from(["", "self", "relative"]),
    MAYBE,
    st.sampled_from(["", "guided", "pointed"]),
    issues=st.lists(ISSUES, max_size=3).map(tuple),
    acknowledged=MAYBE,
    feedback=MAYBE,
    replies=st.lists(REPLIES, max_size=2).map(tuple),
    renewed=st.booleans(),
)
REPORTS = st.builds(
    Anonymised,
    st.just(Channel.WHISTLEBLOWER),
    DAYS,
    casework=MAYBE,
    issues=st.lists(st.builds(Issue, theme=st.sampled_from(["", "a", "b"])), max_size=2).map(tuple),
    result=st.sampled_from(["", "rejected", "on_merits"]),
    police=MAYBE,
    acknowledged=MAYBE,
    feedback=MAYBE,
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(CITIZENS, max_size=8),
    st.lists(REPORTS, max_size=5),
    st.lists(CITIZENS, max_size=3),
    st.sampled_from(Step),
    st.sampled_from([STEVNS, by_issues()]),
)
def test_every_table_counts_a_release_as_the_cases_themselves(
    citizens: list[Anonymised],
    reports: list[Anonymised],
    own: list[Anonymised],
    step: Step,
    profile: Profile,
) -> None:
    rows = rows_of(profile, YEAR, step)
    wanted = Wanted(YEAR, step=step)
    told = [
        *release(SOURCE, Channel.CITIZEN, rows, citizens).facts,
        *release(SOURCE, Channel.WHISTLEBLOWER, rows, reports).facts,
    ]
    counted = build(profile, [*own, *told], wanted)
    exact = build(profile, [*own, *citizens, *reports], wanted)
    assert counted == exact


def test_the_public_version_counts_it_as_well() -> None:
    cases = [replace(ONE, received=FIRST + timedelta(days=20 * number)) for number in range(18)]
    told = release(SOURCE, Channel.CITIZEN, rows_of(STEVNS, YEAR, Step.QUARTER), cases)
    wanted = Wanted(YEAR)
    assert make_public(STEVNS, told.facts, wanted).report == (
        make_public(STEVNS, cases, wanted).report
    )


def test_a_release_tells_of_nothing_that_is_not_counted() -> None:
    told = release(SOURCE, Channel.CITIZEN, rows_of(STEVNS, YEAR, Step.QUARTER), [ONE]).facts[0]
    assert told.received == date(2024, 4, 1)
    counted = {
        *("channel", "received", "casework", "issues", "renewed", "way_in", "handling"),
        *("enquirer", "outcome", "acknowledged", "feedback", "replies"),
    }
    for one in fields(Anonymised):
        assert one.name in counted or getattr(told, one.name) == one.default, one.name
    without = release(SOURCE, Channel.CITIZEN, [YEAR], [replace(ONE, casework=False)]).facts[0]
    assert not (*without.issues, *without.replies)


def test_what_is_counted_by_itself_is_tied_to_no_enquiry() -> None:
    """Whose way in, outcome, theme or reply it was: swapped, the release is the same."""
    other = replace(
        ONE,
        received=date(2024, 11, 3),
        way_in="mail",
        outcome="pointed",
        issues=(Issue("1", "", "pb", "", "other"),),
        replies=(),
        acknowledged=True,
    )
    swapped = [
        replace(
            one,
            way_in=with_.way_in,
            outcome=with_.outcome,
            issues=(replace(one.issues[0], theme=with_.issues[0].theme),),
            replies=with_.replies,
            acknowledged=with_.acknowledged,
        )
        for one, with_ in ((ONE, other), (other, ONE))
    ]
    rows = rows_of(STEVNS, YEAR, Step.QUARTER)
    assert release(SOURCE, Channel.CITIZEN, rows, [ONE, other]) == (
        release(SOURCE, Channel.CITIZEN, rows, swapped[::-1])
    )


def test_of_a_whistleblowers_report_it_tells_the_year_and_of_a_council_members_the_term() -> None:
    reports = [Anonymised(Channel.WHISTLEBLOWER, date(2024, 2, 3), date(2024, 4, 1))]
    rows = rows_of(STEVNS, YEAR, Step.MONTH)
    told = release(SOURCE, Channel.WHISTLEBLOWER, rows, reports)
    assert (told.begins, [one.received for one in told.facts]) == ((FIRST,), [FIRST])
    members = [Anonymised(Channel.COUNCIL, date(2022, 1, 1))]
    assert release(SOURCE, Channel.COUNCIL, rows, members).facts == ()
    ends = [Period(date(2025, 1, 1), date(2025, 12, 31))]
    assert release(SOURCE, Channel.COUNCIL, ends, members).facts == (members[0],)


@settings(max_examples=25, deadline=None)
@given(st.lists(CITIZENS, max_size=4), st.sampled_from(Step))
def test_a_release_reads_as_it_was_written(citizens: list[Anonymised], step: Step) -> None:
    told = release(SOURCE, Channel.CITIZEN, rows_of(STEVNS, YEAR, step), citizens)
    assert from_json(Release, to_json(told)) == told


def of(first: str, last: str, *begins: str) -> Release:
    days = tuple(date.fromisoformat(one) for one in (first, *begins))
    return Release(SOURCE, days, date.fromisoformat(last))


WHOLE = of("2024-01-01", "2024-12-31")
QUARTERS = of("2024-01-01", "2024-12-31", "2024-04-01", "2024-07-01", "2024-10-01")
HALVES = [of("2024-01-01", "2024-06-30"), of("2024-07-01", "2024-12-31")]
ACROSS = of("2023-07-01", "2024-06-30", "2023-10-01", "2024-01-01", "2024-04-01")


@pytest.mark.parametrize(
    ("released", "step", "used", "apart"),
    [
        ([QUARTERS], Step.QUARTER, [QUARTERS], []),
        ([QUARTERS], Step.YEAR, [QUARTERS], []),
        ([QUARTERS], Step.MONTH, [], [QUARTERS]),  # nothing says in which month
        ([WHOLE], Step.QUARTER, [], [WHOLE]),
        ([WHOLE, QUARTERS], Step.YEAR, [WHOLE], []),  # of the same days the newer one
        (HALVES, Step.HALF_YEAR, HALVES, []),
        ([HALVES[1], QUARTERS], Step.HALF_YEAR, [QUARTERS], []),  # each day once
        ([HALVES[0]], Step.HALF_YEAR, [HALVES[0]], []),
        ([ACROSS], Step.QUARTER, [], [ACROSS]),  # no part of one counts
        ([of("2023-01-01", "2023-12-31")], Step.YEAR, [], []),
    ],
)
def test_a_release_counts_whole_and_each_day_once(
    released: Sequence[Release], step: Step, used: Sequence[Release], apart: Sequence[Release]
) -> None:
    chosen = choose(released, rows_of(STEVNS, YEAR, step))
    assert list(chosen.used) == list(used)
    assert list(chosen.apart) == list(apart)
    assert chosen.covers(YEAR) == (sum(len(one.rows) for one in used) > 1 or used == [WHOLE])


@pytest.mark.parametrize("begins", [(), (date(2024, 5, 1), date(2024, 4, 1)), (date(2025, 1, 1),)])
def test_days_in_no_order_are_no_release(begins: tuple[date, ...]) -> None:
    with pytest.raises(ValueError, match="order"):
        Release(SOURCE, begins, LAST)
    with pytest.raises(ValueError, match="row"):
        Release(SOURCE, (FIRST,), LAST, (ONE,))
