"""The file of Stevns' 33 enquiries makes tables 3.1 to 3.4 of its report, digit for digit."""

import csv
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import pytest

from tests.support.office import Office
from whistle.casework.exchange.importing import Files, import_files, try_import
from whistle.casework.exchange.registrations import export_table
from whistle.domain import counting
from whistle.domain.counting import Counted, Period, period_of

DATA = Path(__file__).parents[1] / "data"
PERIODS = {
    "2020-K1": "2020-Q1",
    "2020-K2": "2020-Q2",
    "2020-K3": "2020-Q3",
    "2020-K4": "2020-Q4",
    "2021-jan_medio_mar": "2021-01-01/2021-03-15",
    "I alt": "total",
}


def of_demo(name: str) -> bytes:
    return resources.files("whistle.demo").joinpath(name).read_bytes()


STEVNS = Files(of_demo("stevns-2020-2021.csv"), of_demo("stevns-2020-2021-totals.csv"))


def golden(table: str) -> Iterator[list[str]]:
    """Give the rows of a table of the report, without its head."""
    with (DATA / f"stevns_{table.replace('.', '_')}.csv").open(encoding="utf-8") as file:
        yield from list(csv.reader(file))[1:]


@pytest.fixture
def counted(office: Office) -> list[Counted]:
    """What is registered once the file was imported."""
    work = office.work_of(office.adviser)
    assert import_files(work, STEVNS).written == 33
    return [
        Counted(
            one.case.received,
            bool(one.registration.enquiry.casework),
            one.registration.enquiry.issues,
        )
        for one in export_table(work).registered
    ]


def period(name: str) -> Period:
    found = period_of(PERIODS[name])
    assert found is not None
    return found


def test_table_3_1(counted: list[Counted]) -> None:
    made = [
        [row[0], *map(str, counting.count_enquiries(counted, period(row[0])).values())]
        for row in golden("3.1")
    ]
    assert made == list(golden("3.1"))


@pytest.mark.parametrize("table", ["3.2", "3.3", "3.4"])
def test_tables_by_centre(office: Office, counted: list[Counted], table: str) -> None:
    settings = office.installation.profile.office
    columns = counting.columns_of(table, settings)
    made = []
    cells: Mapping[str, int]
    for row in golden(table):
        of_period = table == "3.2"
        when = period(row[0]) if of_period else counting.EVER
        total = counting.SUBCATEGORIES if table == "3.4" else counting.TOTAL
        name = total if of_period or row[0] == "I alt" else row[0].split()[0]
        cells = counting.count_by_centre(counted, settings.unit, when).get(name, {})
        made.append([row[0], *(str(cells.get(column, 0)) for column in columns)])
    assert made == list(golden(table))


def test_the_totals_beside_it_are_all_cells_of_the_tables() -> None:
    stated = list(csv.DictReader(STEVNS.totals.decode().splitlines())) if STEVNS.totals else []
    cells = sum(len(row) - 1 for table in counting.TABLES for row in golden(table))
    assert len(stated) == cells


def test_one_enquiry_less_does_not_add_up(office: Office) -> None:
    less = STEVNS.table.rsplit(b"\n", 2)[0] + b"\n"
    report = try_import(office.work_of(office.adviser), Files(less, STEVNS.totals))
    assert {one.code for one in report.faults} == {"total_differs"}
    assert {one.details["table"] for one in report.faults} == {"3.1", "3.2", "3.3"}
