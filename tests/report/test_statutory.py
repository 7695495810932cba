"""Section 27 in the public version: exact, so of whole years alone; and no theme of few."""

from dataclasses import replace
from datetime import date

import pytest

from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import Profile, load_profile
from whistle.domain.registration import Issue
from whistle.report.building import Wanted, build
from whistle.report.model import Report
from whistle.report.public import make_public

STEVNS, RINGSTED = load_profile("stevns"), load_profile("ringsted")
DAY = date(2022, 3, 3)
ONE = Anonymised(Channel.WHISTLEBLOWER, DAY, issues=(Issue(theme="finance"),))
THEME, OF_YEARS = "overordnede temaer", "offentliggøres kun for hele år"


def of_days(profile: Profile, first: date, last: date, *, number: int = 6) -> Report:
    return make_public(profile, [ONE] * number, Wanted(Period(first, last))).report


def is_told(report: Report) -> bool:
    """Say whether its numbers stand there; hold that otherwise it is said where they do."""
    told = any(one.id == "statutory" for one in report.tables)
    assert told != any(OF_YEARS in note for note in report.notes)
    return told


@pytest.mark.parametrize(
    ("profile", "first", "last"),
    [
        (STEVNS, date(2022, 1, 1), date(2022, 12, 31)),
        (STEVNS, date(2021, 1, 1), date(2022, 12, 31)),
        (RINGSTED, date(2021, 8, 1), date(2022, 7, 31)),
        (RINGSTED, date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_of_whole_years_it_is_told_with_its_themes(
    profile: Profile, first: date, last: date
) -> None:
    report = of_days(profile, first, last)
    assert is_told(report)
    assert report.table("statutory").cell("received", "number") == 6
    assert any(THEME in note for note in report.notes)


@pytest.mark.parametrize(
    ("profile", "first", "last"),
    [
        (STEVNS, DAY, DAY),
        (STEVNS, date(2022, 1, 1), date(2022, 6, 30)),
        (STEVNS, date(2022, 1, 1), date(2022, 12, 30)),
        (STEVNS, date(2022, 1, 2), date(2023, 1, 1)),
        (STEVNS, date(2021, 8, 1), date(2022, 7, 31)),
        (RINGSTED, date(2022, 1, 1), date(2022, 7, 31)),
    ],
)
def test_of_other_days_neither_a_number_nor_a_theme_is_told(
    profile: Profile, first: date, last: date
) -> None:
    report = of_days(profile, first, last)
    assert not is_told(report)
    assert not any(THEME in note for note in report.notes)


def test_a_theme_of_fewer_than_the_doors_threshold_is_not_named() -> None:
    year = Period(date(2022, 1, 1), date(2022, 12, 31))
    for number, named in ((4, False), (5, True)):
        for report in (
            of_days(STEVNS, year.first, year.last, number=number),
            build(STEVNS, [ONE] * number, Wanted(year)),
        ):
            assert report.table("statutory").cell("received", "number") == number
            assert any(THEME in note for note in report.notes) is named


def test_the_closed_version_counts_any_days_and_says_which() -> None:
    other = replace(ONE, received=date(2022, 3, 4))
    table = build(STEVNS, [ONE, other], Wanted(Period(DAY, DAY))).table("statutory")
    assert table.cell("received", "number") == 1
    assert table.notes == ["Indberetninger, der er modtaget i dagene: 3. marts 2022."]


def test_of_a_door_that_is_not_opened_no_theme_is_told() -> None:
    wanted = Wanted(Period(date(2022, 1, 1), date(2022, 12, 31)), doors=frozenset())
    assert not any(THEME in note for note in build(STEVNS, [ONE] * 6, wanted).notes)
