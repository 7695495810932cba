"""A report as files: JSON, CSV and XLSX of its tables, PDF and Word of the whole.

CSV is one line a cell, ``table,row,column,value`` as totals are stated for an import, with labels
beside them. No cell can become a formula. A hidden cell is empty in CSV and ``·`` elsewhere: one
marker, whatever the reason.
"""

import csv
import json
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from whistle.report.document import HIDDEN, Document
from whistle.report.model import LineKind, Report, Table, as_json

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_COLUMNS = ("table", "row", "column", "value", "table_label", "row_label", "column_label")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # or Excel takes it for another encoding
_SHEET = 31  # characters of a sheet's name
_WIDE, _NARROW = 48, 16


def to_json(report: Report) -> bytes:
    """Write the published form: UTF-8, indented."""
    return json.dumps(as_json(report), ensure_ascii=False, indent=1).encode() + b"\n"


def to_csv(report: Report) -> bytes:
    """Write every cell of every table: UTF-8 with a byte order mark, commas."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for table in report.tables:
        for row, cells in zip(table.rows, table.cells, strict=True):
            for column, cell in zip(table.columns, cells, strict=True):
                value = "" if cell is None else cell
                labels = map(_safe, (table.title, row.label, column.label))
                writer.writerow([table.id, row.id, column.id, value, *labels])
    return (_BOM + text.getvalue()).encode()


def to_xlsx(report: Report) -> bytes:
    """Write a workbook of a sheet a table, made in memory: numbers as numbers, no formulas."""
    import xlsxwriter  # noqa: PLC0415  (what most processes never need)

    made = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for table in report.tables:
        sheet = book.add_worksheet(table.id.replace("/", "-")[:_SHEET])
        _fill_sheet(sheet, table, bold)
    book.close()
    return made.getvalue()


def to_pdf(report: Report, document: Document | None = None) -> bytes:
    """Write the whole as tagged PDF (PDF/UA-1), or raise `PaperError`."""
    from whistle.letters.reports import report_pdf  # noqa: PLC0415

    return report_pdf((document or Document.of(report)).as_data())


def to_docx(report: Report, document: Document | None = None) -> bytes:
    """Write the whole as Word."""
    from whistle.letters.reports import report_docx  # noqa: PLC0415

    return report_docx((document or Document.of(report)).as_data())


TABLES: Mapping[str, Callable[[Report], bytes]] = {
    "json": to_json,
    "csv": to_csv,
    "xlsx": to_xlsx,
}
WHOLE: Mapping[str, Callable[[Report, Document | None], bytes]] = {"docx": to_docx, "pdf": to_pdf}


def write(report: Report, wanted: str, document: Document | None = None) -> bytes:
    """Write a report in a format of `TABLES` or `WHOLE`; ``document``: all of its sections."""
    if wanted in WHOLE:
        return WHOLE[wanted](report, document)
    return TABLES[wanted](report)


def _fill_sheet(sheet: "Worksheet", table: Table, bold: "Format") -> None:
    sheet.write_string(0, 0, table.title, bold)
    sheet.set_column(0, 0, _WIDE)
    sheet.set_column(1, len(table.columns), _NARROW)
    for place, column in enumerate(table.columns, start=1):
        sheet.write_string(1, place, column.label, bold)
    for number, (row, cells) in enumerate(zip(table.rows, table.cells, strict=True), start=2):
        how: Any = bold if row.kind is LineKind.TOTAL else None
        sheet.write_string(number, 0, row.label, how)
        for place, cell in enumerate(cells, start=1):
            if cell is None:
                sheet.write_string(number, place, HIDDEN, how)
            else:
                sheet.write_number(number, place, cell, how)
    for number, note in enumerate(table.notes, start=len(table.rows) + 3):
        sheet.write_string(number, 0, note)
    sheet.freeze_panes(2, 1)


def _safe(label: str) -> str:
    return f"'{label}" if label.startswith(_FORMULA) else label
