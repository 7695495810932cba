"""Years beside years: in the closed report all that is counted, for everybody what is printed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from whistle.domain.anonymised import Anonymised
from whistle.domain.book import Change, ChangeKind
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import load_profile
from whistle.domain.registration import Issue
from whistle.report.building import Wanted, basis_of, build
from whistle.report.charts import Bar, grouped
from whistle.report.comparing import compared, same_days
from whistle.report.model import Report
from whistle.report.periods import Step
from whistle.report.printed import Which, beside, together
from whistle.report.public import make_public
from whistle.report.published import Published, of_public

STEVNS = load_profile("stevns")


def fact(day: date, centre: str = "so", sub: str = "4.1") -> Anonymised:
    """Give an enquiry with casework."""
    return Anonymised(Channel.CITIZEN, day, casework=True, issues=(Issue("4", sub, centre),))


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


def closed(facts: Sequence[Anonymised], period: Period, changes: Sequence[Change] = ()) -> Report:
    wanted = Wanted(period)
    report = build(STEVNS, facts, wanted)
    return compared(report, basis_of(STEVNS, facts, wanted), changes)


@pytest.fixture(scope="module")
def published() -> list[Published]:
    """Two years' public reports: in the first some numbers are hidden, in the second all are 0."""
    facts = [
        *(fact(date(2022, 1 + place, 5)) for place in range(9)),
        *[fact(date(2022, 2, 5), "am", "4.2")] * 4,
        fact(date(2022, 2, 5), "bl", "4.3"),
        *[Anonymised(Channel.CITIZEN, date(2022, 3, 3), casework=False)] * 5,
    ]
    first = make_public(STEVNS, facts, Wanted(year(2022), step=Step.YEAR))
    then = make_public(STEVNS, facts, Wanted(year(2023), step=Step.YEAR), [first.publication])
    days = (date(2023, 3, 1), date(2024, 3, 1))
    return [
        of_public(one, day, 1, "", ((), ())) for one, day in zip((first, then), days, strict=True)
    ]


@pytest.mark.parametrize(
    ("first", "last", "years", "begins", "ends"),
    [
        ("2026-01-01", "2026-12-31", 1, "2025-01-01", "2025-12-31"),
        ("2026-01-01", "2026-03-15", 2, "2024-01-01", "2024-03-15"),
        ("2025-01-01", "2025-02-28", 1, "2024-01-01", "2024-02-29"),
        ("2024-01-01", "2024-02-29", 1, "2023-01-01", "2023-02-28"),
        ("2024-01-01", "2024-02-28", 1, "2023-01-01", "2023-02-28"),
        ("2024-02-29", "2024-02-29", 4, "2020-02-29", "2020-02-29"),
        ("2025-08-01", "2026-07-31", 1, "2024-08-01", "2025-07-31"),
    ],
)
def test_the_same_days_of_another_year(
    first: str, last: str, years: int, begins: str, ends: str
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    same = same_days(period, years)
    assert (same.first.isoformat(), same.last.isoformat()) == (begins, ends)


def test_a_year_stands_beside_at_most_four_and_none_before_the_first_enquiry() -> None:
    facts = [fact(date(number, 6, 1)) for number in range(2019, 2027)]
    labels = [row.label for row in closed(facts, year(2026)).table("years").rows]
    assert labels == ["2022", "2023", "2024", "2025", "2026"]
    labels = [row.label for row in closed(facts[5:], year(2026)).table("years").rows]
    assert labels == ["2024", "2025", "2026"]


def test_a_part_of_a_year_is_compared_with_the_same_days() -> None:
    facts = [fact(date(2025, 2, 1)), fact(date(2025, 4, 1)), fact(date(2026, 3, 15))]
    table = closed(facts, Period(date(2026, 1, 1), date(2026, 3, 15))).table("years")
    assert [list(row) for row in table.cells] == [[1, 0, 1], [1, 0, 1]]
    assert table.rows[0].label == "Jan. – midt marts 2025"


def test_days_of_more_than_a_year_are_compared_with_days_that_are_in_neither() -> None:
    period = Period(date(2020, 1, 1), date(2021, 3, 15))
    facts = [fact(date(2018, 2, 1)), fact(date(2019, 2, 1)), fact(date(2021, 2, 1))]
    rows = closed(facts, period).table("years").rows
    assert [row.id for row in rows] == ["2018-01-01/2019-03-15", "2020-01-01/2021-03-15"]


def test_the_first_year_has_nothing_to_be_compared_with() -> None:
    for facts in ([], [fact(date(2026, 6, 1))]):
        assert all(not one.id.startswith("years") for one in closed(facts, year(2026)).tables)
    oldest = closed([fact(date.min)], year(1))  # there is no year before it
    assert all(not one.id.startswith("years") for one in oldest.tables)


def test_each_column_of_the_years_adds_up_to_its_total() -> None:
    facts = [
        fact(date(2025, 6, 1)), fact(date(2025, 6, 1), "gone"), fact(date(2026, 6, 1), "am"),
        Anonymised(Channel.CITIZEN, date(2026, 1, 1), casework=True),
        Anonymised(Channel.WHISTLEBLOWER, date(2026, 1, 1), casework=True),
    ]  # fmt: skip
    report = closed(facts, year(2026))
    for name in ("years-centres", "years-categories"):
        *inner, total = report.table(name).cells
        assert [sum(values) for values in zip(*inner, strict=True)] == list(total) == [2, 2]
    assert report.table("years-centres").cell("gone", "2025-01-01") == 1


def test_gaps_of_earlier_years_stand_under_the_numbers_they_explain() -> None:
    gap = Change(ChangeKind.GAP, date(2025, 3, 1), "Ingen borgerrådgiver", last=date(2025, 5, 31))
    long_ago = Change(ChangeKind.METHOD, date(2010, 3, 1), "Talt i hånden", last=date(2010, 4, 1))
    facts = [fact(date(2025, 2, 3)), fact(date(2026, 6, 1))]
    notes = closed(facts, year(2026), [gap, long_ago]).table("years").notes
    assert "Marts – maj 2025: Ingen borgerrådgiver" in notes
    assert any("2025: De første" in note and "feb" in note for note in notes)
    assert not any("hånden" in note for note in notes)
    older = [fact(date(number, 6, 1)) for number in range(2019, 2027)]
    notes = closed(older, year(2026)).table("years").notes
    assert not any("første" in note for note in notes), "they were before the oldest year shown"


def test_every_number_of_the_compared_years_is_printed_in_the_report_of_that_year(
    published: list[Published],
) -> None:
    [both] = beside(published, (1, 1))
    assert [table.id for table in both.tables] == ["3.1", "3.2", "3.3", "3.4", "statutory"]
    for place, one in enumerate(both.reports):
        printed = {
            table.id: {"·" if cell is None else str(cell) for row in table.cells for cell in row}
            for table in one.report.tables
        }
        for table in both.tables:
            shown = {row.cells[place] for row in table.rows} - {"–"}
            assert shown
            assert shown <= printed[table.id]


def test_a_blank_stays_a_blank_and_a_line_that_was_merged_is_not_reckoned(
    published: list[Published],
) -> None:
    [both] = beside(published, (1, 1))
    tables = {table.id: {row.label: list(row.cells) for row in table.rows} for table in both.tables}
    assert tables["3.2"]["AM"] == ["·", "0"]
    assert tables["3.4"]["4.2 Diverse procesregler"] == ["–", "0"]
    chart = next(table.chart for table in both.tables if table.id == "3.2")
    assert chart is not None
    assert "AM: 2022 skjult, 2023 0" in chart.says


def test_only_the_newest_version_and_only_equal_lengths_are_compared(
    published: list[Published],
) -> None:
    first, then = published
    corrected = replace(first, number=2, changes="Ordene")
    [both] = beside([corrected, then, first], (1, 1))
    assert both.reports == [corrected, then]
    half = replace(then, report=replace(then.report, last=date(2023, 6, 30)))
    assert beside([first, half], (1, 1)) == []


def which(first: str, last: str, unit: str = "issues", number: int = 1) -> Which:
    return Which(date.fromisoformat(first), date.fromisoformat(last), unit, number)


def test_only_the_same_days_counted_alike_stand_beside_each_other() -> None:
    halves = [
        which(f"{year}-{days[0]}", f"{year}-{days[1]}")
        for year in (2022, 2023)
        for days in (("01-01", "06-30"), ("07-01", "12-31"))
    ]
    assert together(halves) == [halves[::2], halves[1::2]]
    assert together([halves[0], halves[2]._replace(unit="enquiries")]) == []
    leap = [which("2023-03-01", "2024-02-29"), which("2024-03-01", "2025-02-28")]
    assert together(leap) == [leap], "to the end of February"


def test_no_two_reports_beside_each_other_have_a_day_in_common() -> None:
    two_years = [which(f"{year}-01-01", f"{year + 1}-12-31") for year in range(2019, 2024)]
    more = [which(f"{year}-01-01", f"{year + 1}-01-05") for year in range(2019, 2024)]
    groups = together([*two_years, *more])
    assert sum(map(len, groups)) == len(two_years) + len(more)
    for group in groups:
        assert all(one.last < then.first for one, then in pairwise(group))


def test_a_table_that_counts_something_else_is_not_compared(published: list[Published]) -> None:
    first, then = published
    other = [
        replace(one, counts="enquiries" if one.counts == "issues" else "issues")
        if one.id == "3.2"
        else one
        for one in then.report.tables
    ]
    [both] = beside([first, replace(then, report=replace(then.report, tables=other))], (1, 1))
    assert [table.id for table in both.tables] == ["3.1", "3.3", "3.4", "statutory"]


def test_bars_of_a_group_are_told_apart_without_colour() -> None:
    chart = grouped("Titel", [("Center", [Bar("2025", 3), Bar("2026", 4)])], "da")
    assert chart is not None
    assert 'fill="#ffffff" stroke="#14505c"' in chart.svg
    assert ">2025</text>" in chart.svg
    assert grouped("Titel", [("Center", [Bar("2025", None), Bar("2026", 0)])], "da") is None


def test_an_older_year_is_not_drawn_as_the_newest_where_the_newest_has_no_such_row() -> None:
    groups = [
        ("Center", [Bar("2025", 3), Bar("2026", 4)]),
        ("Kun før", [Bar("2025", 5)]),
        ("Kun nu", [Bar("2026", 6)]),
    ]
    chart = grouped("Titel", groups, "da")
    assert chart is not None
    drawn = re.findall(r'<rect [^>]*fill="(#\w+)"', chart.svg)
    assert drawn == ["#ffffff", "#14505c", "#ffffff", "#14505c"]


def test_where_each_row_has_one_year_the_years_stand_there() -> None:
    chart = grouped("Titel", [("Før", [Bar("2025", 5)]), ("Nu", [Bar("2026", 6)])], "da")
    assert chart is not None
    assert ">2025</text>" in chart.svg
    assert ">2026</text>" in chart.svg
