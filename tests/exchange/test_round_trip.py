"""What goes out comes in again: a table written is the table read, an export an import."""

import json
import string
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.casework.records import counted
from tests.exchange.tables import RIGHT, a_table, a_workbook
from tests.support.office import Office
from whistle.audit.log import deed
from whistle.casework.exchange.columns import COLUMNS, REQUIRED, Cells
from whistle.casework.exchange.importing import Files, Report, import_files, try_import
from whistle.casework.exchange.registrations import export_table
from whistle.casework.exchange.sheet import read_sheet
from whistle.casework.exchange.writing import as_csv, as_json, as_xlsx
from whistle.casework.service import CaseworkService
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.keyring import Keyring

_LETTERS = string.ascii_letters + string.digits + "æøåÆØÅß中 .,;:!?\"'()/_%&#*"
CELLS = st.text(_LETTERS, max_size=20).map(str.strip)
ROW = st.fixed_dictionaries(
    {name: CELLS.filter(bool) if name == "enquiry_id" else CELLS for name in COLUMNS}
)

TWO_ISSUES = a_table(
    {"category": "4", "subcategory": "4.1", "closed": "2025-04-01", "outcome": "guided"},
    {"category": "1", "closed": "2025-04-01", "outcome": "guided"},
    {"enquiry_id": "2025-002", "casework": "no", "category": "", "centre": ""},
)


def bring(office: Office, content: bytes, totals: bytes | None = None) -> Report:
    return import_files(office.work_of(office.adviser), Files(content, totals))


def codes(report: Report) -> set[str]:
    return {one.code for one in report.faults}


@given(st.lists(ROW, min_size=1, max_size=8))
def test_a_table_that_is_written_is_read_as_it_was(rows: list[Cells]) -> None:
    for written in (as_csv(rows), as_xlsx(rows)):
        sheet = read_sheet(written, COLUMNS, REQUIRED)
        assert not sheet.faults
        assert [line.cells for line in sheet.lines] == rows


def test_what_is_exported_can_be_imported_and_is_exported_alike(
    office: Office, another_office: Office
) -> None:
    assert bring(office, TWO_ISSUES).written == 3
    table = export_table(office.work_of(office.adviser))
    for content in (as_csv(table.rows), as_xlsx(table.rows)):
        assert try_import(another_office.work_of(another_office.adviser), Files(content)).rows == 3
    assert bring(another_office, as_csv(table.rows)).written == 3
    again = export_table(another_office.work_of(another_office.adviser))
    assert as_csv(again.rows) == as_csv(table.rows)


def test_a_case_that_came_by_the_form_goes_out_by_its_id_and_comes_in_once(
    office: Office, another_office: Office
) -> None:
    work = office.work_of(office.adviser)
    case_id = office.case_of(office.reporter().report())
    register(work, case_id)
    content = as_csv(export_table(work).rows)
    assert case_id.hex().encode() in content
    assert codes(bring(office, content)) == {"already_there"}
    assert not bring(another_office, content).faults
    came = export_table(another_office.work_of(another_office.adviser))
    assert as_csv(came.rows) == content


def register(work: CaseworkService, case_id: bytes) -> None:
    opened = work.open(case_id)
    assert opened is not None
    enquiry = Enquiry(casework=True, issues=(Issue("1", centre="pb"),))
    registration = replace(opened.registration, enquiry=enquiry)
    done = deed(Logged.CASE_REGISTERED, opened.inbox, case=case_id)
    with work.writing(opened, registration, done):
        pass


def test_the_same_file_is_not_imported_twice(office: Office) -> None:
    assert bring(office, TWO_ISSUES).written == 3
    report = bring(office, TWO_ISSUES)
    assert codes(report) == {"already_there"}
    assert {one.details["value"] for one in report.faults} == {"2025-001", "2025-002"}


def test_two_who_import_one_file_at_once_bring_it_in_once(office: Office) -> None:
    work = office.work_of(office.adviser)
    told: list[Report] = []

    def somebody_else(done: int, _all: int) -> None:
        if done == 1 and not told:
            told.append(bring(office, TWO_ISSUES))

    report = import_files(work, Files(TWO_ISSUES), somebody_else)
    assert told[0].written == 3
    assert codes(report) == {"already_there"}
    assert len(export_table(work).registered) == 2


def test_a_dry_run_writes_nothing_and_says_what_would_come(office: Office) -> None:
    report = try_import(office.work_of(office.adviser), Files(TWO_ISSUES))
    assert (report.rows, report.written, report.faults) == (3, 0, [])
    assert [len(one.issues) for one in report.enquiries] == [2, 0]
    assert not export_table(office.work_of(office.adviser)).registered


def test_an_imported_enquiry_is_a_case_of_its_door(office: Office) -> None:
    bring(office, TWO_ISSUES)
    work = office.work_of(office.adviser)
    closed, still_open = export_table(work).registered
    assert (closed.case.received, closed.case.is_open) == (date(2025, 3, 3), False)
    assert still_open.case.is_open
    opened = work.open(closed.case.id)
    assert opened is not None
    assert opened.registration.closed == date(2025, 4, 1)
    assert opened.registration.source == "2025-001"
    assert opened.registration.record, "a closed case has its anonymised record"


def test_semicolons_a_byte_order_mark_and_windows_lines_are_read(office: Office) -> None:
    content = a_table({}, delimiter=";").replace(b"\n", b"\r\n")
    assert not bring(office, b"\xef\xbb\xbf" + content).faults


def test_a_workbook_is_read_with_its_days_and_numbers(office: Office) -> None:
    content = a_workbook(
        {"received": date(2025, 3, 3), "enquiry_id": 17, "category": 4, "subcategory": 4.1}
    )
    report = bring(office, content)
    assert not report.faults
    assert report.enquiries[0].enquiry_id == "17"
    assert report.enquiries[0].issues[0].subcategory == "4.1"


def test_identifiers_are_those_of_the_profile_on_the_day(office: Office) -> None:
    early = a_table({"received": "2020-03-03", "outcome": "mediated"})
    late = a_table({"outcome": "mediated"})
    assert codes(bring(office, early)) == {"unknown_outcome"}
    assert not bring(office, late).faults


def test_a_member_without_the_inbox_is_told_so(office: Office, stranger: Keyring) -> None:
    report = import_files(office.work_of(stranger), Files(a_table({})))
    assert codes(report) == {"closed_to_you"}


def test_what_begins_as_a_formula_is_text_wherever_it_goes_out() -> None:
    rows = [{**RIGHT, "theme": '=HYPERLINK("http://x")'}]
    assert b"'=HYPERLINK" in as_csv(rows)
    sheet = zipfile.ZipFile(BytesIO(as_xlsx(rows))).read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet.lower()
    book = CalamineWorkbook.from_filelike(BytesIO(as_xlsx(rows)))
    assert '=HYPERLINK("http://x")' in book.get_sheet_by_index(0).to_python()[1]


def test_what_nobody_has_registered_is_left_out_and_counted(office: Office) -> None:
    office.reporter().report()
    bring(office, TWO_ISSUES)
    table = export_table(office.work_of(office.adviser))
    assert (len(table.registered), table.unregistered, table.damaged) == (2, 1, 0)


def test_json_tells_the_same(office: Office) -> None:
    bring(office, TWO_ISSUES)
    told = json.loads(
        as_json(export_table(office.work_of(office.adviser)), office.installation.profile)
    )
    assert told["format"] == "whistle-registrations/1"
    first, second = told["enquiries"]
    assert first["enquiry_id"] == "2025-001"
    assert [one["category"] for one in first["issues"]] == ["4", "1"]
    assert second["casework"] == "no"


WRITTEN = {"channel": "whistleblower", "category": "", "centre": "", "closed": "2025-03-10"}
CALLED = {"way_in": "phone", "handling": "phone", "outcome": "guided"}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (WRITTEN, (None, None)),
        ({"closed": "2025-03-10", "outcome": "guided"}, (None, None)),
        ({"closed": "2025-03-10", **CALLED}, (True, True)),
        ({"closed": "2026-03-10", **CALLED}, (True, False)),
    ],
)
def test_an_import_says_that_somebody_was_told_in_time_only_where_they_were_spoken_to(
    office: Office, cells: Cells, told: tuple[bool | None, bool | None]
) -> None:
    assert bring(office, a_table(cells)).written == 1
    [record] = counted(office)
    assert (record.acknowledged, record.feedback) == told
