"""Odd periods and odd years: each gives a sensible report, or a clear word."""

from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.exchange.test_commands import command
from tests.support.office import Office
from whistle.casework.reporting.gathering import gather
from whistle.cli import main
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.office import Centre
from whistle.domain.profile import Profile, load_profile
from whistle.domain.registration import Issue
from whistle.report.building import Wanted, build
from whistle.report.model import TOTAL, Report, Version
from whistle.report.periods import Step, days_label
from whistle.report.plain import to_text
from whistle.report.public import make_public
from whistle.report.writing import write

STEVNS, RINGSTED = load_profile("stevns"), load_profile("ringsted")
LEAP_DAY = date(2024, 2, 29)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
FORMATS = ("json", "csv", "xlsx", "docx", "pdf")
TOO_FEW = "Der kan ikke fortælles tal om borgernes henvendelser i perioden"


def one_on(day: date, category: str = "4", centre: str = "bl") -> Anonymised:
    issue = Issue(category, f"{category}.1" if category == "4" else "", centre)
    return Anonymised(Channel.CITIZEN, day, casework=True, issues=(issue,))


def both(profile: Profile, facts: list[Anonymised], wanted: Wanted) -> tuple[Report, Report]:
    """Give the closed report and the public one."""
    return build(profile, facts, wanted), make_public(profile, facts, wanted).report


def readable(report: Report) -> None:
    """Hold that a report can be written, and says which days it is of; as PDF, see below."""
    days = days_label(Period(report.first, report.last), report.language)
    assert days in to_text(report)
    sheets = CalamineWorkbook.from_filelike(BytesIO(write(report, "xlsx"))).sheet_names
    assert {one.id for one in report.tables} <= {*sheets}
    assert report.first.isoformat().encode() in write(report, "json")


def test_a_year_without_an_enquiry_is_noughts_in_both_versions() -> None:
    for report in both(STEVNS, [], Wanted(YEAR)):
        assert {cell for table in report.tables for row in table.cells for cell in row} == {0}
        assert {"3.1", "3.2", "3.3", "3.4", "statutory"} <= {one.id for one in report.tables}
        readable(report)


def test_a_single_enquiry_is_counted_for_the_council_and_published_for_nobody() -> None:
    closed, public = both(STEVNS, [one_on(LEAP_DAY)], Wanted(YEAR))
    assert closed.table("3.1").cell("2024-Q1", "with_casework") == 1
    assert closed.table("3.4").cell("4.1", "bl") == 1
    assert [one.id for one in public.tables] == ["statutory"]
    assert public.notes[-1].startswith(TOO_FEW)
    readable(public)


def test_of_one_that_is_not_registered_it_is_said_that_there_is_one() -> None:
    waiting = Anonymised(Channel.CITIZEN, LEAP_DAY)
    closed, public = both(STEVNS, [waiting], Wanted(YEAR))
    assert closed.notes[0].startswith("1 henvendelse fra perioden er endnu ikke registreret")
    assert public.left_out == 0, "how many wait is nobody's"


@pytest.mark.parametrize(
    ("days", "step", "rows"),
    [
        (Period(LEAP_DAY, LEAP_DAY), Step.QUARTER, ["29. feb. 2024"]),
        (Period(date(2024, 2, 1), LEAP_DAY), Step.MONTH, ["Feb. 2024"]),
        (YEAR, Step.YEAR, ["2024"]),
        (Period(LEAP_DAY, date(2025, 2, 28)), Step.YEAR, ["29. feb. 2024 – 31. dec. 2024", ""]),
    ],
)
def test_the_leap_day_is_counted_in_the_row_it_lies_in(
    days: Period, step: Step, rows: list[str]
) -> None:
    table = build(STEVNS, [one_on(LEAP_DAY)], Wanted(days, step=step)).table("3.1")
    assert table.rows[0].label == rows[0]
    assert len(table.rows) == len(rows) + 1
    assert table.cells[0][0] == 1
    assert table.cells[-1][0] == 1


def test_a_period_of_one_day_is_called_by_its_day() -> None:
    day = Period(LEAP_DAY, LEAP_DAY)
    report = build(STEVNS, [one_on(LEAP_DAY)], Wanted(day))
    assert to_text(report).startswith(
        "Borgerrådgiverens beretning: Stevns Kommune, 29. feb. 2024\n"
    )
    assert report.partial
    readable(report)


def test_ringsteds_year_begins_in_august_and_has_a_leap_day_in_its_third_quarter() -> None:
    year = Period(date(2023, 8, 1), date(2024, 7, 31))
    before, after = date(2023, 7, 31), date(2024, 8, 1)
    facts = [one_on(day, "", "") for day in (before, year.first, LEAP_DAY, year.last, after)]
    closed, public = both(RINGSTED, facts, Wanted(year))
    assert not closed.partial
    assert [row[0] for row in closed.table("3.1").cells] == [1, 0, 1, 1, 3]
    assert [row.label for row in closed.table("3.1").rows][2] == "Feb. – april 2024"
    assert (public.first, public.last) == (year.first, year.last)
    readable(closed)


def renamed_and_closed() -> Profile:
    """Stevns, where on 1 July a category got another name, and a centre was closed."""
    new = replace(STEVNS.on(YEAR.last), earlier=(), valid_from=date(2024, 7, 1))
    office = new.office
    gone = Centre("gone", {"da": "Nedlagt Center", "en": "Closed Centre"}, "NC")
    called = {"da": "4. Gammelt navn", "en": "4. Old name"}
    before = replace(
        new,
        office=replace(
            office,
            centres=(*office.centres, gone),
            categories=tuple(
                replace(one, label=called) if one.id == "4" else one for one in office.categories
            ),
        ),
        valid_from=date(2020, 1, 1),
    )
    return replace(new, earlier=(before,))


def test_a_period_across_two_versions_of_the_profile_has_the_lines_of_both() -> None:
    """The category has its newest name, once; the centre that was closed in mid-year stays."""
    profile = renamed_and_closed()
    spring, autumn = date(2024, 3, 1), date(2024, 10, 1)
    facts = [one_on(spring, "4", "gone")] * 12 + [one_on(autumn, "4", "bl")] * 14
    closed, public = both(profile, facts, Wanted(YEAR))
    table = closed.table("3.3")
    [row] = [one for one in table.rows if one.id == "4"]
    assert row.label == "4. Klager over sagsbehandling"
    assert (table.cell("4", "gone"), table.cell("4", "bl"), table.cell("4", TOTAL)) == (12, 14, 26)
    assert table.columns[-1].label == "NC"
    assert any("NC = Nedlagt Center" in note for note in table.notes)
    assert public.table("3.3").cell(TOTAL, TOTAL) == 26
    readable(closed)
    only_spring = Period(YEAR.first, date(2024, 6, 30))
    old = build(profile, facts, Wanted(only_spring)).table("3.3")
    assert [one.label for one in old.rows if one.id == "4"] == ["4. Gammelt navn"]
    only_autumn = build(profile, facts, Wanted(Period(date(2024, 7, 1), YEAR.last)))
    assert "gone" not in {one.id for one in only_autumn.table("3.3").columns}


def test_what_is_counted_under_a_closed_centre_after_its_last_day_is_shown() -> None:
    late = one_on(date(2024, 9, 1), "4", "gone")
    after = Period(date(2024, 7, 1), YEAR.last)
    table = build(renamed_and_closed(), [late], Wanted(after)).table("3.3")
    assert table.cell("4", "gone") == 1


def test_days_before_the_oldest_version_of_the_profile_have_its_lines() -> None:
    """And the report says that there was nothing to count."""
    early = Period(date(1990, 1, 1), date(1990, 12, 31))
    for report in both(renamed_and_closed(), [one_on(LEAP_DAY)], Wanted(early)):
        assert report.table("3.1").cell(TOTAL, TOTAL) == 0
        assert report.version in set(Version)
        readable(report)


def test_a_year_that_is_not_over_says_so_and_so_does_an_empty_one(office: Office) -> None:
    told = partial(_told, office)
    assert "Perioden er ikke slut. Tallene er fra den 20. nov. 2026." in told(2026)
    assert "Perioden er ikke slut. Tallene er fra den 20. nov. 2026." in told(2027)
    assert told(2025)[0] == "Der er ikke registreret henvendelser fra borgere i perioden."


def _told(office: Office, year: int) -> list[str]:
    days = Period(date(year, 1, 1), date(year, 12, 31))
    found = gather(office.work_of(office.adviser))
    return [*found.for_report(office.installation.profiles, days, Step.QUARTER).wanted("da").told]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of an office to which nobody has come."""
    folder = tmp_path_factory.mktemp("edges") / "data"
    assert main(["demo", "--data", str(folder), "--empty", "--no-serve"]) == 0
    return folder


@pytest.mark.parametrize("version", Version)
def test_the_command_reports_of_nothing_in_every_format(
    data: Path, version: Version, tmp_path: Path
) -> None:
    days = ("--from", "2024-02-29", "--to", "2024-02-29", "--version", version, "--language", "da")
    begins = {"json": b"{", "csv": b"\xef\xbb\xbf", "xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF"}
    for wanted in ("text", *FORMATS):
        out = tmp_path / wanted
        asked = (*days, "--format", wanted, "--out", str(out))
        assert main(command("report", data, *asked)) == 0, wanted
        assert out.read_bytes().startswith(begins.get(wanted, b"Borger")), wanted
    assert "Der er ikke registreret henvendelser" in (tmp_path / "text").read_text()
    first_page = PdfReader(tmp_path / "pdf").pages[0].extract_text()
    assert "29. feb. 2024" in " ".join(first_page.split())


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        ("2024-12-31", "2024-01-01", "--from is after --to"),
        ("1990-01-01", "2024-01-01", "more than twenty years"),
        ("9999-01-01", "9999-12-31", "should be a day"),
        ("2023-02-29", "2023-12-31", "should be a day"),
    ],
)
def test_the_command_says_which_days_cannot_be(
    data: Path, first: str, last: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(command("report", data, "--from", first, "--to", last))
    except SystemExit as error:  # argparse's own
        status = int(str(error.code))
    assert status == 2
    assert word in capsys.readouterr().err
