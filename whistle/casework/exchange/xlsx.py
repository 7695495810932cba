"""Excel workbooks (XLSX): the first sheet as rows of text. Looked at before it is unpacked.

An XLSX file is a ZIP of XML, which may claim to be small and unpack to gigabytes. So its sizes are
counted by unpacking, and stopped, before a reader of workbooks is given anything. A cell with a
formula is refused: what it shows is only what Excel once counted.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from whistle.casework.exchange.columns import MOST_ROWS

MOST_UNPACKED = 200_000_000
MOST_PARTS = 1_000
MOST_COLUMNS = 200
_READ_BYTES = 1 << 20
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)


class WorkbookError(Exception):
    """A workbook that is not read; ``code`` and ``details`` as in a fault."""

    def __init__(self, code: str, row: int | None = None, **details: str) -> None:
        super().__init__(code)
        self.code, self.row = code, row
        self.details: Mapping[str, str] = details


def read(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of the first sheet, each with its number; raises `WorkbookError`."""
    _look_inside(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_width > MOST_COLUMNS:
            raise WorkbookError("too_many_columns", most=str(MOST_COLUMNS))
        start = sheet.start
        # Rows above the first used one are skipped: their number still counts.
        for row, cells in enumerate(sheet.iter_rows(), start=1 + (start[0] if start else 0)):
            yield row, [_text(cell) for cell in cells]
    except (CalamineError, PasswordError, ValueError, IndexError):
        raise WorkbookError("not_a_workbook") from None


def _look_inside(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise WorkbookError("bomb")
            room = MOST_UNPACKED
            for part in parts:
                room -= _unpacked(packed, part, room)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise WorkbookError("not_a_workbook") from None


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> int:
    """Count a part's bytes by unpacking it, whatever it says of itself; look at its cells."""
    if part.file_size > room:
        raise WorkbookError("bomb")
    look, length = _Look(), 0
    is_xml = part.filename.lower().endswith(".xml")
    with packed.open(part) as opened:
        while piece := opened.read(_READ_BYTES):
            length += len(piece)
            if length > room:
                raise WorkbookError("bomb")
            if is_xml:
                look.feed(piece)
    return length


class _Look:
    """Looks through XML for cells far out, for which a reader would make room, and formulas."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._declared
        self._row = self._in_cell = 0

    def feed(self, piece: bytes) -> None:
        try:
            self._parser.Parse(piece, False)  # noqa: FBT003  (not the last piece)
        except expat.ExpatError:
            raise WorkbookError("not_a_workbook") from None

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "c" and "r" in attributes:
            self._in_cell += 1
            _check_place(attributes["r"])
        elif kind == "c":  # its place is counted, not told
            self._in_cell += 1
            _check_row(self._row)
        elif kind == "row":
            told = attributes.get("r", "")
            self._row = int(told) if told.isdecimal() else self._row + 1
        elif kind == "f" and self._in_cell:
            raise WorkbookError("formula_in_workbook", self._row or None)

    def _end(self, name: str) -> None:
        self._in_cell -= name.rpartition(":")[2] == "c"

    def _declared(self, *_about: object) -> None:
        raise WorkbookError("not_a_workbook")


def _check_place(told: str) -> None:
    place = _CELL.fullmatch(told)
    if place is None:
        raise WorkbookError("not_a_workbook")
    number = 0
    for letter in place[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    if number > MOST_COLUMNS:
        raise WorkbookError("too_many_columns", most=str(MOST_COLUMNS))
    _check_row(int(place[2]))


def _check_row(row: int) -> None:
    if row > MOST_ROWS + 1:
        raise WorkbookError("too_many_rows", most=str(MOST_ROWS))


def _text(value: object) -> str:
    """Write a cell as it would stand in a CSV file. A date that is formatted as one is one."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
