"""A report as plain text, for a terminal."""

from collections.abc import Iterator, Sequence

from whistle.report.document import HIDDEN, Document
from whistle.report.model import Report, Table

_WIDEST = 60


def to_text(report: Report) -> str:
    """Write title, tables and notes; columns are as wide as what stands in them."""
    document = Document.of(report)
    lines = [document.title, ""]
    for table in report.tables:
        lines += [*_table(table), ""]
    lines += report.notes
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"{table.id}  {table.title}"
    heads = ["", *(str(place) for place in range(1, len(table.columns) + 1))]
    body = [
        [row.label[:_WIDEST], *(HIDDEN if cell is None else str(cell) for cell in cells)]
        for row, cells in zip(table.rows, table.cells, strict=True)
    ]
    if all(len(column.label) <= len("0000000") for column in table.columns[1:]):
        heads = ["", *(column.label for column in table.columns)]
        if len(heads[1]) > _WIDEST // 4:
            heads[1] = ""
    else:
        for place, column in enumerate(table.columns, start=1):
            yield f"  {place}: {column.label}"
    widths = [max(map(len, column)) for column in zip(heads, *body, strict=True)]
    for row in [heads, *body]:
        yield _line(row, widths)
    yield from table.notes


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
