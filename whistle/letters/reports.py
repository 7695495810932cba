"""Reports as tagged PDF (PDF/UA-1) and Word, made in memory of what `whistle.report` tells."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from whistle.letters.pdf import STANDARD, compiled
from whistle.letters.word import blank, saved

if TYPE_CHECKING:
    from docx.document import Document

_Json: TypeAlias = Mapping[str, Any]


def report_pdf(data: _Json) -> bytes:
    """Give a report as PDF, or raise `PaperError`. ``data``: as the layout ``report.typ`` reads."""
    return compiled("report.typ", data, format="pdf", pdf_standards=[STANDARD])


def report_docx(data: _Json) -> bytes:
    """Give a report as a Word file; ``data`` as for the PDF."""
    document = blank(data["title"], data["language"])
    document.add_heading(data["title"], level=1)
    for fact in data["facts"]:
        document.add_paragraph(f"{fact['label']}: {' '.join(fact['lines'])}")
    for part in data["parts"]:
        document.add_heading(part["title"], level=2)
        for text in part["text"]:
            document.add_paragraph(text)
        for told in part["told"]:
            document.add_heading(told["title"], level=3)
            for text in filter(None, told["text"]):
                document.add_paragraph(text)
        for table in part["tables"]:
            document.add_heading(table["title"], level=3)
            _table(document, table)
            for note in table["notes"]:
                document.add_paragraph(note)
        for note in part["notes"]:
            document.add_paragraph(note)
    return saved(document)


def _table(document: "Document", table: _Json) -> None:
    made = document.add_table(rows=1, cols=1 + len(table["columns"]), style="Light Grid")
    _fill(made.rows[0].cells, ["", *table["columns"]], bold=True)
    _repeat(made.rows[0])
    for row in table["rows"]:
        _fill(made.add_row().cells, [row["label"], *row["cells"]], bold=row["total"])


def _fill(cells: Any, texts: list[str], *, bold: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).bold = bold
        if place:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """Say that a row is the head of its table: it is read so, and stands on every page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
