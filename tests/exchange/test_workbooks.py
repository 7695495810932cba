"""Workbooks that want to be read by something else, or to need more memory than there is."""

import sys
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest

from tests.exchange.tables import RIGHT, a_workbook
from tests.support.office import Office, a_file, hidden_fields
from whistle.casework.exchange import xlsx, xlsx_look, xlsx_reader
from whistle.casework.exchange.columns import COLUMNS
from whistle.casework.exchange.xlsx import WorkbookError

SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FORMULA = '<row r="2"><c r="A2"><f>1+1</f><v>41</v></c></row>'


def parts() -> dict[str, bytes]:
    """Give the parts of a workbook that is right."""
    with zipfile.ZipFile(BytesIO(a_workbook({}))) as right:
        return {name: right.read(name) for name in right.namelist()}


def packed(content: Mapping[str, bytes | str]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in content.items():
            book.writestr(name, part)
    return made.getvalue()


def a_sheet(cells: str) -> str:
    return f'<worksheet xmlns="{SPACE}"><sheetData><row r="1"/>{cells}</sheetData></worksheet>'


def elsewhere(cells: str, part: str) -> bytes:
    """Make a workbook whose sheet lies in a part of another name."""
    relations = parts()[RELATIONS].replace(b"worksheets/sheet1.xml", part.encode())
    changed: dict[str, bytes | str] = {**parts(), RELATIONS: relations}
    changed[f"xl/{part}"] = a_sheet(cells)
    del changed[SHEET]
    return packed(changed)


def shared(length: int, cells: int) -> bytes:
    """Make a workbook with one text that many cells show."""
    text = f'<sst xmlns="{SPACE}"><si><t>{"a" * length}</t></si></sst>'
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, cells + 2)
    )
    return packed({**parts(), SHARED: text, SHEET: a_sheet(rows)})


def open_document(more: Mapping[str, bytes | str] = {}) -> bytes:
    """Make a spreadsheet of the other kind, with a formula in it."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = (
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="41">'
        "<text:p>41</text:p></table:table-cell>"
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="a"><table:table-row>{cell}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": content, **more})


def a_macro_book() -> bytes:
    types = parts()["[Content_Types].xml"].replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"ms-excel.sheet.macroEnabled.main",
    )
    return packed({**parts(), "[Content_Types].xml": types})


def two_of_one_name() -> bytes:
    return packed({**parts(), SHEET.upper(): a_sheet(FORMULA)})


REFUSED = [
    ("a far cell in a part that is no .xml", elsewhere(FAR, "a.dat"), "not_a_workbook"),
    ("a far cell in a picture", elsewhere(FAR, "media/a.png"), "not_a_workbook"),
    ("a far cell in a sheet of another name", elsewhere(FAR, "a.XML"), "too_many_columns"),
    ("a formula in a part that is no .xml", elsewhere(FORMULA, "a.dat"), "not_a_workbook"),
    ("a formula in a binary sheet", elsewhere(FORMULA, "sheet1.bin"), "not_a_workbook"),
    ("a megabyte that 20,000 cells share", shared(1_000_000, 20_000), "bomb"),
    ("OpenDocument", open_document(), "not_a_workbook"),
    ("OpenDocument beside a workbook", open_document(parts()), "not_a_workbook"),
    ("a binary workbook", packed({**parts(), "xl/workbook.bin": b""}), "not_a_workbook"),
    ("a workbook with macros", a_macro_book(), "not_a_workbook"),
    ("two sheets of one name", two_of_one_name(), "not_a_workbook"),
    ("a sheet that breaks off", packed({**parts(), SHEET: a_sheet("")[:-9]}), "not_a_workbook"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_only_a_workbook_without_formulas_that_fits_is_read(content: bytes, code: str) -> None:
    with pytest.raises(WorkbookError) as refused:
        list(xlsx.read(content))
    assert refused.value.code == code


@pytest.mark.parametrize("places", ["A1 GS1", "A1 B1 A1 GS1", "A1 A", "A1 A100002", "A1 a1"])
def test_a_place_is_looked_at_whatever_was_looked_at_before(places: str) -> None:
    cells = "".join(f'<c r="{place}"/>' for place in places.split())
    look = xlsx_look.Look()
    with pytest.raises(WorkbookError):
        look.feed(f'<sheet><row r="1">{cells}</row>'.encode())
    at_the_edge = xlsx_look.Look()
    at_the_edge.feed(b'<sheet><c r="GR1"/><c r="GR100001"/></sheet>')


def test_a_text_that_is_not_too_long_may_be_shared() -> None:
    assert sum(len(cells[0]) for _, cells in xlsx.read(shared(1_000, 20_000))) == 20_000_000


def test_as_many_full_rows_as_are_taken_need_less_memory_than_there_is() -> None:
    rows = [RIGHT | dict.fromkeys(COLUMNS, "x" * 30)] * 20_000
    read = list(xlsx.read(a_workbook(*rows)))
    assert len(read) == 20_001
    assert read[-1] == (20_001, ["x" * 30] * len(COLUMNS))


def test_a_reader_that_asks_for_more_memory_than_it_may_have_ends_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit holds even where looking finds nothing: so this reader does not look."""
    blind = (
        f"import {xlsx_reader.__name__} as reader, {xlsx_look.__name__} as look\n"
        "reader.Look.judge = look.Look._check_place = look._check_row = lambda *_: None\n"
        "reader.main()\n"
    )
    far = packed({**parts(), SHEET: a_sheet(FAR)})
    monkeypatch.setattr(xlsx, "COMMAND", [sys.executable, "-P", "-B", "-c", blind])
    with pytest.raises(WorkbookError) as refused:
        list(xlsx.read(far))
    assert refused.value.code == "bomb"


def test_the_reader_is_told_no_setting_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = "import json, os; print(json.dumps([1, sorted(os.environ)])); print('{}')"
    monkeypatch.setenv("WHISTLE_LOG_KEY", "secret")
    monkeypatch.setattr(xlsx, "COMMAND", [sys.executable, "-P", "-B", "-c", tell])
    [(_, names)] = xlsx.read(b"PK")
    assert set(names) <= {"PYTHONPATH", "LC_CTYPE"}  # Python sets the last one itself


def test_the_page_refuses_the_workbook_that_killed_it_and_goes_on(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get("/casework/exchange").text)
    bomb = a_file(elsewhere(FAR, "worksheets/sheet1.dat"), "tabel.xlsx")
    assert desk.post("/casework/exchange", {**form, "files": [bomb]}).status_code == 422
    right = a_file(a_workbook({}), "tabel.xlsx")
    assert desk.post("/casework/exchange", {**form, "files": [right]}).status_code == 200
