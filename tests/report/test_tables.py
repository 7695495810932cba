"""Tables add up, whatever was registered; and say a clear thing of odd years."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whistle.domain.anonymised import Anonymised, Reply, first_day_of_term
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.office import Centre, Choice, Unit
from whistle.domain.profile import Profile, load_profile
from whistle.domain.registration import Issue
from whistle.report.building import Wanted, build
from whistle.report.model import TOTAL, LineKind, Report, Table
from whistle.report.periods import days_label

STEVNS, AALBORG = load_profile("stevns"), load_profile("aalborg")
YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
SUMS = ("3.1", "3.2", "3.3", "3.4", "divisions", "ways", "handlings", "outcomes", "themes")
OFFICE = STEVNS.on(YEAR.last).office


def issues_of(profile: Profile) -> st.SearchStrategy[Issue]:
    office = profile.on(YEAR.last).office
    centres = st.sampled_from([*(one.id for one in office.centres), "closed-long-ago", ""])
    subs = {one.id: [sub.id for sub in one.subcategories] or [""] for one in office.categories}
    pairs = [(category, sub) for category, below in subs.items() for sub in below]
    return st.builds(
        lambda pair, centre, theme: Issue(pair[0], pair[1], centre, theme=theme),
        st.sampled_from([*pairs, ("renamed", ""), ("", "")]),
        centres,
        st.sampled_from([*(one.id for one in office.themes), ""]),
    )


def facts(profile: Profile) -> st.SearchStrategy[list[Anonymised]]:
    one = st.builds(
        Anonymised,
        st.just(Channel.CITIZEN),
        st.dates(date(2021, 12, 1), date(2023, 1, 31)),
        casework=st.sampled_from([True, True, False, None]),
        issues=st.lists(issues_of(profile), max_size=3).map(tuple),
        way_in=st.sampled_from(["phone", "letter", "", "by-carrier-pigeon"]),
        outcome=st.sampled_from(["guided", "pointed", ""]),
    )
    return st.lists(one, max_size=40)


def counted(profile: Profile, given_facts: list[Anonymised], unit: Unit) -> Report:
    versions = [
        replace(one, office=replace(one.office, unit=unit), earlier=()) for one in profile.versions
    ]
    return build(replace(versions[0], earlier=tuple(versions[1:])), given_facts, Wanted(YEAR))


def check_sums(table: Table) -> None:
    inner = [place for place, row in enumerate(table.rows) if row.kind is LineKind.INNER]
    total = [place for place, row in enumerate(table.rows) if row.kind is LineKind.TOTAL]
    across = [place for place, one in enumerate(table.columns) if one.kind is LineKind.INNER]
    for cells in table.cells:
        if across and table.columns[0].kind is LineKind.TOTAL:
            assert sum(cells[place] or 0 for place in across) == cells[0]
    for last in total:
        for column in range(len(table.columns)):
            column_sum = sum(table.cells[row][column] or 0 for row in inner)
            assert column_sum == table.cells[last][column]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([STEVNS, AALBORG]), st.sampled_from(Unit))
def test_every_table_adds_up(data: st.DataObject, profile: Profile, unit: Unit) -> None:
    report = counted(profile, data.draw(facts(profile)), unit)
    for table in report.tables:
        if table.id in SUMS:
            check_sums(table)
    with_casework = report.table("3.1").cell(TOTAL, "with_casework")
    if unit is Unit.ENQUIRIES:
        assert report.table("3.2").cell(TOTAL, TOTAL) == with_casework
    assert report.table("3.3").cell(TOTAL, TOTAL) == report.table("3.2").cell(TOTAL, TOTAL)
    assert report.table("3.2").cells[-1] == report.table("3.3").cells[-1]


def test_a_year_without_an_enquiry_is_a_table_of_noughts() -> None:
    report = build(STEVNS, [], Wanted(YEAR))
    assert {cell for table in report.tables for row in table.cells for cell in row} == {0}
    assert len(report.table("3.2").rows) == 5
    assert not report.partial


def test_what_nobody_registered_is_in_no_table_and_is_told() -> None:
    report = build(STEVNS, [Anonymised(Channel.CITIZEN, YEAR.first)], Wanted(YEAR))
    assert report.left_out == 1
    assert "1 henvendelse fra perioden er endnu ikke registreret" in report.notes[0]
    assert report.table("3.1").cell(TOTAL, TOTAL) == 0


def test_two_versions_of_the_profile_in_one_period_give_the_lines_of_both() -> None:
    """A category that was renamed has its newest name; a centre that was closed stays."""
    new = STEVNS.on(YEAR.last)
    closed = Centre("old", {"da": "Det gamle center", "en": "The old one"}, "GL")
    old = replace(
        new,
        office=replace(
            new.office,
            centres=(*new.office.centres, closed),
            categories=tuple(
                replace(one, label={"da": "Gammelt navn", "en": "Old"})
                for one in new.office.categories
            ),
        ),
        valid_from=date(2020, 1, 1),
        earlier=(),
    )
    profile = replace(new, valid_from=date(2022, 7, 1), earlier=(old,))
    fact = Anonymised(
        Channel.CITIZEN, date(2022, 2, 1), casework=True, issues=(Issue("1", centre="old"),)
    )
    report = build(profile, [fact], Wanted(YEAR))
    assert report.table("3.3").cell("1", "old") == 1
    assert [one.label for one in report.table("3.2").columns][-1] == "GL"
    assert report.table("3.3").rows[0].label == "1. Vejvisning i organisationen"


def test_the_council_is_one_total_a_term_or_nothing() -> None:
    term = first_day_of_term(date(2022, 5, 1))
    many = [Anonymised(Channel.COUNCIL, term)] * 5
    told = Period(term, date(2025, 12, 31))
    ids = {one.id for one in build(STEVNS, many, Wanted(YEAR)).tables}
    assert "council" not in ids  # the term is not over
    assert "council" not in {one.id for one in build(STEVNS, many[:1], Wanted(told)).tables}
    assert build(STEVNS, many, Wanted(told)).table("council").cells == [[5]]


def test_section_27_is_exact_and_its_themes_have_no_numbers() -> None:
    def report_of(**told: object) -> Anonymised:
        return Anonymised(Channel.WHISTLEBLOWER, YEAR.first, **told)  # type: ignore[arg-type]

    reports = [
        report_of(result="rejected"),
        report_of(result="on_merits", police=True, issues=(Issue(theme="finance"),)),
        report_of(),
    ]
    assert not build(STEVNS, [*reports, report_of()], Wanted(YEAR)).notes, "four are too few"
    report = build(STEVNS, [*reports, report_of(), report_of()], Wanted(YEAR))
    table = report.table("statutory")
    assert {row.id: cells[0] for row, cells in zip(table.rows, table.cells, strict=True)} == {
        "received": 5, "rejected": 1, "on_merits": 1, "police": 1, "pending": 3,
    }  # fmt: skip
    assert table.notes == [f"Indberetninger, der er modtaget i dagene: {days_label(YEAR, 'da')}."]
    assert report.notes[-1] == "Whistleblowerordningen: overordnede temaer: Økonomi og kasse."
    assert report.table("3.1").cell(TOTAL, TOTAL) == 0


def test_replies_are_counted_by_centre_with_their_median() -> None:
    def passed_on(*replies: Reply) -> Anonymised:
        return Anonymised(Channel.CITIZEN, YEAR.first, casework=True, replies=replies)

    facts_ = [
        passed_on(Reply("bl", days=4), Reply("bl", unanswered=True)),
        passed_on(Reply("bl", days=9), Reply("so")),
    ]
    table = build(STEVNS, facts_, Wanted(YEAR)).table("replies")
    rows = {row.id: list(cells) for row, cells in zip(table.rows, table.cells, strict=True)}
    assert rows["bl"] == [3, 2, 1, 0]
    assert rows["so"] == [1, 0, 0, 1]
    assert rows["pb"] == [0, 0, 0, 0]
    assert table.notes == ["Dage til svar (median): Børn & Læring: 7"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_both_languages_have_a_word_for_everything(language: str) -> None:
    divided = Choice("x", {"da": "x", "en": "x"})
    assert divided.label[language]
    report = build(AALBORG, [], Wanted(YEAR, language))
    assert all(table.title and "{" not in table.title for table in report.tables)
    assert OFFICE.centres


def test_gentoftes_158_are_49_and_94_and_15() -> None:
    """1 May to 31 December 2023, as in its report."""
    gentofte = load_profile("gentofte")
    days = Period(date(2023, 5, 1), date(2023, 12, 31))
    types = {"advice": 49, "complaints": 94, "others": 15}
    facts_ = [
        Anonymised(Channel.CITIZEN, date(2023, 9, 1), casework=True, issues=(Issue(one),))
        for one, number in types.items()
        for _ in range(number)
    ]
    report = build(gentofte, facts_, Wanted(days))
    table = report.table("3.3")
    assert {one: table.cell(one, TOTAL) for one in types} == types
    assert [row.label for row in table.rows] == ["Råd og vejledning", "Klager", "Øvrige", "I alt"]
    assert table.cell(TOTAL, TOTAL) == 158
    assert report.partial
