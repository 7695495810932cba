"""Files to import, made in the test: a line of a table, and what the database holds."""

from collections.abc import Mapping
from io import BytesIO

import xlsxwriter
from sqlalchemy import select

from whistle.casework.exchange.columns import COLUMNS
from whistle.storage import tables
from whistle.storage.engine import Store

RIGHT = {
    "enquiry_id": "2025-001",
    "received": "2025-03-03",
    "casework": "yes",
    "category": "1",
    "centre": "pb",
}


def a_table(*rows: Mapping[str, str], delimiter: str = ",") -> bytes:
    """Write a table; each row says what is different from one that is right."""
    lines = [delimiter.join(COLUMNS)]
    for row in rows:
        cells = {**RIGHT, **row}
        lines.append(delimiter.join(cells.get(name, "") for name in COLUMNS))
    return ("\n".join(lines) + "\n").encode()


def a_workbook(*rows: Mapping[str, object]) -> bytes:
    """Write a table as XLSX; texts as texts, numbers as numbers, formulas as formulas."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for place, name in enumerate(COLUMNS):
            sheet.write(0, place, name)
        for number, row in enumerate(rows, start=1):
            cells: dict[str, object] = {**RIGHT, **row}
            for place, name in enumerate(COLUMNS):
                if hasattr(cells.get(name), "isoformat"):
                    sheet.write_datetime(number, place, cells[name], day)
                elif name in cells:
                    sheet.write(number, place, cells[name])
    return made.getvalue()


def all_rows(store: Store) -> Mapping[str, object]:
    """Give everything the database holds, but for the log."""
    kept = [one for one in tables.metadata.sorted_tables if not one.name.startswith("log")]
    with store.read() as db:
        return {one.name: sorted(map(repr, db.execute(select(one)).all())) for one in kept}
