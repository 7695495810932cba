"""A table read from a file: CSV or XLSX, into rows of plain text. Nothing is guessed.

What cannot be read without guessing is a fault: another encoding, half a row, a quote that is never
closed, a date that Excel has turned into a number.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from whistle.casework.exchange import xlsx
from whistle.casework.exchange.columns import MOST_BYTES, MOST_ROWS, TOTALS, Cells
from whistle.casework.exchange.faults import Fault, fault

HEADER_ROW = 1
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@")
_QUOTE = "unexpected end of data"  # as Python's csv says it


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One row by its columns. ``row``: its number in the file, the header being 1."""

    row: int
    cells: Cells


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """What was read; with faults the lines are those that could be read."""

    columns: Sequence[str]
    lines: Sequence[Line]
    faults: Sequence[Fault]


class UnreadableError(Exception):
    """The file cannot be read any further; ``fault`` says why."""

    def __init__(self, found: Fault) -> None:
        super().__init__(found.code)
        self.fault = found


def read_sheet(
    content: bytes, known: Sequence[str], required: Sequence[str], most_rows: int = MOST_ROWS
) -> Sheet:
    """Read a file with a header; ``known``: the columns that there are."""
    lines: list[Line] = []
    faults: list[Fault] = []
    header: list[str] = []
    try:
        for row, cells in _rows(content):
            if not header:
                header = [cell.strip() for cell in cells]
                faults += _header_faults(header, known, required)
                if faults:
                    break
                continue
            if len(lines) == most_rows:
                faults.append(fault("too_many_rows", row, most=str(most_rows)))
                break
            line, wrong = _line(row, header, cells)
            lines.append(line)
            faults += wrong
    except UnreadableError as error:
        faults.append(error.fault)
    if not lines and not faults:
        faults.append(fault("empty_file"))
    return Sheet(header, lines, faults)


def is_totals(content: bytes) -> bool:
    """Say whether a file is one of stated totals, by its header."""
    try:
        _, cells = next(_rows(content), (0, []))
    except UnreadableError:
        return False
    return {cell.strip() for cell in cells} == set(TOTALS)


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not empty with its number."""
    if len(content) > MOST_BYTES:
        raise UnreadableError(fault("too_large", most=f"{MOST_BYTES // 1_000_000}"))
    if content.startswith(_OLD_EXCEL):
        raise UnreadableError(fault("old_excel"))
    try:
        rows = xlsx.read(content) if content.startswith(_ZIP) else _csv(content)
        for row, cells in rows:
            if any(cell.strip() for cell in cells):
                yield row, cells
    except xlsx.WorkbookError as error:
        raise UnreadableError(fault(error.code, error.row, **error.details)) from None


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True
    )
    row = 0
    while True:
        row += 1
        try:
            yield row, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "quote_open" if _QUOTE in str(error) else "quote_wrong"
            raise UnreadableError(fault(code, row)) from None


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        raise UnreadableError(fault("utf_16"))
    if b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        raise UnreadableError(fault("nul", row))
    try:
        return content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UnreadableError(fault("not_utf8", row)) from None


def _header_faults(
    header: Sequence[str], known: Sequence[str], required: Sequence[str]
) -> Iterator[Fault]:
    for place, name in enumerate(header, start=1):
        if name not in known:
            yield fault(
                "unknown_column", HEADER_ROW, name or None, name=name or f"({place})",
                known=", ".join(known),
            )  # fmt: skip
        elif name in header[: place - 1]:
            yield fault("duplicate_column", HEADER_ROW, name, name=name)
    for name in required:
        if name not in header:
            yield fault("missing_column", HEADER_ROW, name, name=name)


def _line(row: int, header: Sequence[str], given: Sequence[str]) -> tuple[Line, list[Fault]]:
    faults = []
    extra = [cell for cell in given[len(header) :] if cell.strip()]
    if len(given) < len(header) or extra:
        counted = str(len(header) + len(extra) if extra else len(given))
        faults.append(fault("half_row", row, None, cells=counted, columns=str(len(header))))
    cells = {name: cell.strip() for name, cell in zip(header, given, strict=False)}
    for name, cell in cells.items():
        if cell.startswith(_FORMULA):
            faults.append(fault("formula", row, name, value=cell))
        elif not cell.isprintable():
            faults.append(fault("control_character", row, name, value=cell))
    return Line(row, cells), faults
