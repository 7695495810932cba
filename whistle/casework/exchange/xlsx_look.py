"""Looks through the XML of a workbook for what a reader would make too much room for.

That is cells far out, a long text that thousands of cells share, and formulas, which are refused.
"""

import re
from collections import Counter
from collections.abc import Mapping
from xml.parsers import expat

from whistle.casework.exchange.columns import MOST_BYTES, MOST_ROWS
from whistle.casework.exchange.xlsx import WorkbookError

MOST_COLUMNS = 200
_CELL = re.compile(r"[A-Z]{1,3}\d{1,7}", re.ASCII)
_DIGITS = "0123456789"
_ROW = re.compile(r"\d{1,7}", re.ASCII)
_A_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SHARED = "s"  # a cell's type: its value is the number of a text that others may show as well


class Look:
    """Looks through the parts of one workbook, each fed between `begin` and `end`."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._is_workbook = False
        self._lengths: dict[int, int] = {}  # of the shared texts, by number
        self._shown: Counter[str] = Counter()  # how many cells show a shared text, by number
        self._columns: set[str] = set()  # those looked at: at most as many as there may be
        self.begin()

    def begin(self) -> None:
        """Begin with another part."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._told
        parser.StartDoctypeDeclHandler = self._declared
        self._parser = parser
        self._row = self._in_cell = self._texts = 0
        self._length: int | None = None  # of the shared text that is being told
        self._value: str | None = None  # of the cell that shows one
        self._shows = False
        self._number: str | None = None  # of the row whose cells are told, once it was looked at

    def feed(self, piece: bytes) -> None:
        """Look at a piece of the part; raises `WorkbookError`."""
        self._parse(piece)

    def end(self) -> None:
        """Look whether the part was whole; raises `WorkbookError`."""
        self._parse(b"", is_last=True)

    def judge(self) -> None:
        """Raise `WorkbookError` where all that was seen is no workbook, or shows too much text."""
        if not self._is_workbook:
            raise WorkbookError("not_a_workbook")
        numbers = (number for number in self._shown if _ROW.fullmatch(number))
        if sum(self._lengths.get(int(one), 0) * self._shown[one] for one in numbers) > MOST_BYTES:
            raise WorkbookError("bomb")

    def _parse(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError:
            raise WorkbookError("not_a_workbook") from None

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(":")[2] if ":" in name else name
        if kind == "c":
            self._in_cell += 1
            self._shows = attributes.get("t") == _SHARED
            if "r" in attributes:
                self._check_place(attributes["r"])
            else:  # its place is counted, not told
                _check_row(self._row)
        elif kind == "row":
            told = attributes.get("r", "")
            self._row = int(told) if _ROW.fullmatch(told) else self._row + 1
        elif kind == "v" and self._shows:
            self._value = ""
        elif kind == "si":
            self._length = 0
        elif kind == "f" and self._in_cell:
            raise WorkbookError("formula_in_workbook", self._row or None)
        elif kind == "Override" and attributes.get("PartName", "").lower() == "/xl/workbook.xml":
            self._is_workbook = attributes.get("ContentType") == _A_WORKBOOK

    def _end(self, name: str) -> None:
        kind = name.rpartition(":")[2] if ":" in name else name
        if kind == "c":
            self._in_cell -= 1
            self._shows = False
        elif kind == "v" and self._value is not None:
            self._shown[self._value.strip()] += 1
            self._value = None
        elif kind == "si" and self._length is not None:
            known = self._lengths.get(self._texts, 0)
            self._lengths[self._texts] = max(known, self._length)
            self._texts += 1
            self._length = None

    def _told(self, text: str) -> None:
        if self._value is not None:
            self._value += text
        elif self._length is not None:
            self._length += len(text)

    def _declared(self, *_about: object) -> None:
        raise WorkbookError("not_a_workbook")

    def _check_place(self, told: str) -> None:
        letters = told.rstrip(_DIGITS)
        number = told[len(letters) :]
        if number == self._number and letters in self._columns:
            return  # as of nearly every cell: there may be millions
        if not _CELL.fullmatch(told):
            raise WorkbookError("not_a_workbook")
        _check_column(letters)
        _check_row(int(number))
        self._number = number
        self._columns.add(letters)


def _check_column(letters: str) -> None:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    if number > MOST_COLUMNS:
        raise WorkbookError("too_many_columns", most=str(MOST_COLUMNS))


def _check_row(row: int) -> None:
    if row > MOST_ROWS + 1:
        raise WorkbookError("too_many_rows", most=str(MOST_ROWS))
