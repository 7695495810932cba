"""Stevns' tables 3.1 to 3.4 from the file that is imported, digit for digit; and as files."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from importlib import resources
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from lxml.etree import fromstring  # type: ignore[import-untyped]
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.support.office import Founding, Office, open_office
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.reporting.gathering import gather
from whistle.domain.counting import Period
from whistle.report import live
from whistle.report.building import Wanted, build
from whistle.report.charts import chart_of
from whistle.report.model import Report
from whistle.report.writing import write
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

DATA = Path(__file__).parents[1] / "data"
PERIOD = Period(date(2020, 1, 1), date(2021, 3, 15))
ROWS = ["2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-01-01/2021-03-15", "total"]
CENTRES = ["total", "pb", "am", "bl", "so", "tm", "ohi"]
COLUMNS = {"3.1": ["total", "without_casework", "with_casework"]}
LINES = {
    "3.1": ROWS,
    "3.2": ROWS,
    "3.3": [*"1234567", "total"],
    "3.4": ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "total"],
}


def of_demo(name: str) -> bytes:
    return resources.files("whistle.demo").joinpath(name).read_bytes()


def golden(table: str) -> list[list[int]]:
    """Give the numbers of a table of the report, row by row."""
    with (DATA / f"stevns_{table.replace('.', '_')}.csv").open(encoding="utf-8") as file:
        return [[int(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]


def reported(office: Office) -> Report:
    """Give the closed report of an office into which the file was imported."""
    work = office.work_of(office.adviser)
    assert import_files(work, Files(of_demo("stevns-2020-2021.csv"))).written == 33
    gathered = gather(work)
    assert gathered.damaged == 0
    return build(office.installation.profile, gathered.facts, Wanted(PERIOD))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, founding: Founding) -> Iterator[Report]:
    """The report, to be read."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('golden')}/whistle.db")
    upgrade(store)
    yield reported(open_office(store, founding))
    store.dispose()


def test_both_databases_count_alike(office: Office) -> None:
    report = reported(office)
    for table in LINES:
        assert [list(row) for row in report.table(table).cells] == golden(table)


@pytest.mark.parametrize("table", LINES)
def test_each_table_is_the_seeds(report: Report, table: str) -> None:
    counted = report.table(table)
    assert [row.id for row in counted.rows] == LINES[table]
    assert [column.id for column in counted.columns] == COLUMNS.get(table, CENTRES)
    assert [list(row) for row in counted.cells] == golden(table)


def test_heads_are_the_seeds(report: Report) -> None:
    assert [row.label for row in report.table("3.1").rows] == [
        "1. kvt. 20", "2. kvt. 20", "3. kvt. 20", "4. kvt. 20", "Jan. – midt marts 2021", "I alt",
    ]  # fmt: skip
    columns = [column.label for column in report.table("3.2").columns]
    assert columns[1:] == ["P&B", "AM", "B&L", "S&O", "T&M", "ØH&I"]
    assert report.table("3.1").notes[0].startswith("*1 – Fejlhenvendelser")
    assert "ØH&I = Økonomi, HR & IT" in report.table("3.2").notes[0]
    assert report.partial


def test_nearly_every_third_is_a_sentence_with_a_live_number(report: Report) -> None:
    told = live.fill(
        "{{one-in 3.4/4.1/total of 3.2/total/total}} sagsbehandling vedrører "
        "sagsbehandlingstiden ({{3.4/4.1/total}} af {{3.2/total/total}}, "
        "{{share 3.4/4.1/total of 3.2/total/total}}).",
        report,
    )
    assert (
        told.text == "knap hver 3. sagsbehandling vedrører sagsbehandlingstiden (9 af 30, 30,0 %)."
    )
    assert not told.hidden


def test_the_published_form_is_the_contracts(report: Report) -> None:
    told = json.loads(write(report, "json"))
    assert (told["format"], told["from"], told["to"]) == (
        "whistle-report/1", "2020-01-01", "2021-03-15",
    )  # fmt: skip
    assert (told["partial"], told["version"], told["unit"]) == (True, "closed", "enquiries")
    (by_centre,) = (one for one in told["tables"] if one["id"] == "3.2")
    assert by_centre["columns"][1] == {"id": "pb", "label": "P&B", "kind": "inner"}
    assert by_centre["rows"][-1] == {"id": "total", "label": "I alt", "kind": "total"}
    assert by_centre["cells"][-1][:2] == [{"value": 30}, {"value": 1}]


def test_csv_has_a_line_for_each_cell(report: Report) -> None:
    rows = list(csv.DictReader(StringIO(write(report, "csv").decode("utf-8-sig"))))
    found = {(one["table"], one["row"], one["column"]): one["value"] for one in rows}
    assert found["3.4", "4.1", "bl"] == "5"
    cells = sum(len(table.rows) * len(table.columns) for table in report.tables)
    assert len(found) == len(rows) == cells


def test_the_workbooks_cells_are_the_seeds(report: Report) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(write(report, "xlsx")))
    for table in LINES:
        rows = book.get_sheet_by_name(table).to_python()[2:]
        assert _numbers(rows[: len(golden(table))]) == golden(table)


def _numbers(rows: Sequence[Sequence[object]]) -> list[list[int]]:
    return [[int(str(cell).removesuffix(".0")) for cell in row[1:] if cell != ""] for row in rows]


def test_the_pdf_says_the_seeds_tables(report: Report) -> None:
    text = " ".join(
        " ".join(
            page.extract_text() for page in PdfReader(BytesIO(write(report, "pdf"))).pages
        ).split()
    )
    for table in LINES:
        for row, numbers in zip(report.table(table).rows, golden(table), strict=True):
            assert " ".join(map(str, numbers)) in text, (table, row.label)


def test_charts_show_what_their_tables_say_and_nothing_that_a_page_refuses(report: Report) -> None:
    chart = chart_of(report.table("3.3"), "da")
    assert chart is not None
    assert "4. Klager over sagsbehandling: 13" in chart.says
    drawn = fromstring(chart.svg)
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == chart.says
    assert not [one for one in drawn.iter() if one.get("style") or str(one.tag).endswith("script")]
    numbers = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")][1::2]
    assert numbers == [str(row[0]) for row in golden("3.3")[:-1]]


def test_a_chart_of_noughts_is_none_and_a_hidden_number_is_not_drawn(report: Report) -> None:
    table = report.table("3.3")
    noughts = [[0] * len(row) for row in table.cells]
    assert chart_of(replace(table, cells=noughts), "da") is None
    hidden = [[None, *row[1:]] if place == 0 else row for place, row in enumerate(table.cells)]
    chart = chart_of(replace(table, cells=hidden), "da")
    assert chart is not None
    assert "1. Vejvisning i organisationen: skjult" in chart.says
    assert "7" not in [one.text for one in fromstring(chart.svg).iter()]


def test_what_a_label_says_is_never_markup(report: Report) -> None:
    table = report.table("3.3")
    rows = [replace(row, label='<script>"&') for row in table.rows]
    chart = chart_of(replace(table, rows=rows), "da")
    assert chart is not None
    assert "<script>" not in chart.svg
    fromstring(chart.svg)
