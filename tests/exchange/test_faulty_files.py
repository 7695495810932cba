"""Faulty files: each ends in a report that a clerk can act on, and nothing is written."""

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

import pytest

from tests.exchange.tables import RIGHT, a_table, a_workbook
from tests.support.office import Office
from whistle.casework.exchange.columns import COLUMNS
from whistle.casework.exchange.importing import Files, Report, import_files

Rows = Callable[[], Mapping[str, object]]
NEXT_YEAR = "2027-01-01"
HEADER = ",".join(COLUMNS)
GOOD = a_table({})


def with_header(change: Callable[[str], str]) -> bytes:
    header, rest = GOOD.decode().split("\n", 1)
    return f"{change(header)}\n{rest}".encode()


def a_bomb() -> bytes:
    """Make a workbook of a few hundred kilobytes that unpacks to 201 MB."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        with zipfile.ZipFile(BytesIO(a_workbook({}))) as right:
            for name in right.namelist():
                if name != "xl/worksheets/sheet1.xml":
                    book.writestr(name, right.read(name))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(201):
                sheet.write(b" " * 1_000_000)
    return packed.getvalue()


def with_sheet(sheet: str) -> bytes:
    """Make a workbook with another sheet's XML."""
    packed = BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book,
        zipfile.ZipFile(BytesIO(a_workbook({}))) as right,
    ):
        for name in right.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            book.writestr(name, sheet if is_sheet else right.read(name))
    return packed.getvalue()


def far_out(place: str) -> bytes:
    """Make a workbook with one cell far out, for which a careless reader makes room."""
    number = re.sub(r"\D", "", place)
    cells = f'<row r="1"/><row r="{number}"><c r="{place}"><v>1</v></c></row>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_sheet(f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>')


def half_a_row() -> bytes:
    return GOOD + b"2025-002,2025-03-04,citizen,pho"


FAULTY = [
    # The whole file.
    ("Latin-1", GOOD.replace(b"pb", "pø".encode("latin-1")), [(2, None, "not_utf8")]),
    ("UTF-16", GOOD.decode().encode("utf-16"), [(None, None, "utf_16")]),
    ("no bytes", b"", [(None, None, "empty_file")]),
    ("a header alone", HEADER.encode(), [(None, None, "empty_file")]),
    ("NUL", GOOD.replace(b"pb", b"p\0b"), [(2, None, "nul")]),
    ("an old workbook", b"\xd0\xcf\x11\xe0" + bytes(512), [(None, None, "old_excel")]),
    ("half a workbook", a_workbook({})[:900], [(None, None, "not_a_workbook")]),
    ("a bomb", a_bomb(), [(None, None, "bomb")]),
    ("a cell in row 1048576", far_out("A1048576"), [(None, None, "too_many_rows")]),
    ("a cell in column XFD", far_out("XFD2"), [(None, None, "too_many_columns")]),
    ("51 MB", b"x" * 51_000_000, [(None, None, "too_large")]),
    # The header.
    ("a missing column", with_header(lambda h: h.replace("casework", "theme2")),
     [(1, "theme2", "unknown_column"), (1, "casework", "missing_column")]),
    ("a column twice", with_header(lambda h: h.replace("theme", "centre")),
     [(1, "centre", "duplicate_column")]),
    ("an unknown column", with_header(lambda h: h.replace("centre", "center")),
     [(1, "center", "unknown_column")]),
    # Rows.
    ("half a row", half_a_row(), [(3, None, "half_row"), (3, "casework", "missing"),
                                  (3, "way_in", "unknown_way_in")]),
    ("a quote that never ends", a_table({"centre": '"pb'}, {}), [(2, None, "quote_open")]),
    ("a quote in the middle", a_table({"centre": '"p"b'}), [(2, None, "quote_wrong")]),
    ("a line break in a cell", a_table({"enquiry_id": '"2025\n001"'}),
     [(2, "enquiry_id", "control_character")]),
    # Cells.
    ("Excel's number of a day", a_table({"received": "45719"}), [(2, "received", "excel_date")]),
    ("a day as in the USA", a_table({"received": "3/15/2025"}), [(2, "received", "not_iso_date")]),
    ("a day that never was", a_table({"received": "2025-02-30"}),
     [(2, "received", "not_iso_date")]),
    ("an enquiry in the future", a_table({"received": NEXT_YEAR}), [(2, "received", "in_future")]),
    ("a council member's enquiry of the year 1",
     a_table({"received": "0001-01-01", "channel": "council", "casework": "no", "category": "",
              "centre": "", "closed": "2025-01-01"}), [(2, "received", "too_early")]),
    ("an enquiry of 1969", a_table({"received": "1969-12-31"}), [(2, "received", "too_early")]),
    ("closed before received", a_table({"closed": "2025-03-02"}),
     [(2, "closed", "closed_before_received")]),
    ("it happened after it was received", a_table({"matter_date": "2025-03-04"}),
     [(2, "matter_date", "after_received")]),
    ("neither yes nor no", a_table({"casework": "ja"}), [(2, "casework", "not_yes_no")]),
    ("an unknown centre", a_table({"centre": "xx"}), [(2, "centre", "unknown_centre")]),
    ("a sub-category of another category", a_table({"category": "5", "subcategory": "4.1"}),
     [(2, "subcategory", "subcategory_not_of_category")]),
    ("no sub-category", a_table({"category": "4"}), [(2, "subcategory", "subcategory_missing")]),
    ("no centre", a_table({"centre": ""}), [(2, "centre", "missing")]),
    ("an unknown door", a_table({"channel": "press"}), [(2, "channel", "unknown_channel")]),
    ("rows that disagree", a_table({}, {"received": "2025-03-04", "centre": "am"}),
     [(3, "received", "rows_disagree")]),
    ("an issue twice", a_table({}, {}), [(3, "enquiry_id", "issue_twice")]),
    ("a formula", a_table({"enquiry_id": "=cmd|' /C calc'!A0"}), [(2, "enquiry_id", "formula")]),
    ("a formula in a workbook", a_workbook({"centre": "=A1"}),
     [(2, None, "formula_in_workbook")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "told"), [one[1:] for one in FAULTY], ids=[one[0] for one in FAULTY]
)
def test_a_faulty_file_is_told_by_row_and_column_and_nothing_is_written(
    office: Office, rows: Rows, content: bytes, told: list[tuple[int | None, str | None, str]]
) -> None:
    before = rows()
    report = import_files(office.work_of(office.adviser), Files(content))
    assert {(one.row, one.column, one.code) for one in report.faults} == set(told)
    assert report.written == 0
    assert rows() == before
    assert_a_clerk_can_act(report)


def assert_a_clerk_can_act(report: Report) -> None:
    """Every fault says in both languages what is wrong, and is filled in."""
    for fault in report.faults:
        for language in ("da", "en"):
            said = fault.said(language)
            assert len(said) > 20, fault
            assert "{" not in said, fault
            assert said[-1] == ".", fault


def test_two_hundred_thousand_rows_are_too_many(office: Office, rows: Rows) -> None:
    line = ",".join(RIGHT.values()).encode() + b"\n"
    content = ",".join(RIGHT).encode() + b"\n" + line * 200_000
    before = rows()
    report = import_files(office.work_of(office.adviser), Files(content))
    assert (100_002, None, "too_many_rows") in {
        (one.row, one.column, one.code) for one in report.faults
    }
    assert rows() == before


def test_every_fault_of_a_row_is_told_at_once(office: Office) -> None:
    content = a_table({"received": "i går", "centre": "xx", "way_in": "pigeon", "closed": "1/2/25"})
    report = import_files(office.work_of(office.adviser), Files(content))
    assert {one.column for one in report.faults} == {"received", "centre", "way_in", "closed"}


def test_a_number_of_excel_is_told_with_the_day_it_means(office: Office) -> None:
    report = import_files(office.work_of(office.adviser), Files(a_table({"received": "45719"})))
    assert "2025-03-03" in report.faults[0].said("da")


TOTALS = b"table,row,column,value\n"


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (b"3.1,2025-Q1,total,2", "value", "total_differs"),
        (b"3.2,2025-01-01/2025-03-31,pb,0", "value", "total_differs"),
        (b"3.3,1,am,1", "value", "total_differs"),
        (b"3.4,total,total,1", "value", "total_differs"),
        (b"3.9,total,total,1", "table", "unknown_table"),
        (b"3.1,spring,total,1", "row", "unknown_row"),
        (b"3.3,2025-Q1,total,1", "row", "unknown_row"),
        (b"3.2,total,without_casework,1", "column", "unknown_total_column"),
        (b"3.2,total,total,many", "value", "not_a_number"),
        (b"3.1,total,total," + b"9" * 5000, "value", "not_a_number"),
    ],
)
def test_a_total_that_does_not_add_up_is_told_by_its_own_row(
    office: Office, rows: Rows, line: bytes, column: str, code: str
) -> None:
    before = rows()
    report = import_files(
        office.work_of(office.adviser), Files(a_table({}), TOTALS + b"3.1,total,total,1\n" + line)
    )
    assert [(one.row, one.column, one.code) for one in report.faults] == [(3, column, code)]
    assert rows() == before
    assert_a_clerk_can_act(report)


def test_a_total_names_table_row_column_what_is_stated_and_what_is_counted(office: Office) -> None:
    totals = TOTALS + b"3.2,2025-Q1,pb,7"
    report = import_files(office.work_of(office.adviser), Files(a_table({}), totals))
    said = report.faults[0].said("en")
    assert all(word in said for word in ("3.2", "2025-Q1", "pb", "7", "1")), said
