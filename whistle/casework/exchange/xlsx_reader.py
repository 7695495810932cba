"""Reads a workbook that somebody sends, in a process of its own: begun by `xlsx`, not imported.

An XLSX file is a ZIP of XML, which may claim to be small and unpack to gigabytes; one cell far out,
or one long text in many cells, is enough to need them. So the process limits itself first. Then all
parts are unpacked, counted and looked through, and the reader of workbooks is given a new ZIP with
what was looked at and nothing else: it finds no other kind of workbook in it, and no sheet in a
part that is called a picture. A cell with a formula is refused: what it shows is only what Excel
once counted.
"""

import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from whistle.casework.exchange.columns import MOST_BYTES
from whistle.casework.exchange.xlsx import WorkbookError
from whistle.casework.exchange.xlsx_look import MOST_COLUMNS, Look

MEMORY = 640_000_000  # bytes of addresses; 100,000 full rows take half of it
SECONDS = 90  # of the processor
MOST_UNPACKED = 200_000_000
MOST_PARTS = 1_000
_READ_BYTES = 1 << 20
_LIMITS = {
    resource.RLIMIT_AS: MEMORY,
    resource.RLIMIT_CPU: SECONDS,
    resource.RLIMIT_FSIZE: 0,  # nothing of it comes to lie on a disk
    resource.RLIMIT_CORE: 0,
}
_TYPES = "[content_types].xml"
_WORKBOOK = "xl/workbook.xml"
_OTHER_KINDS = {"mimetype", "content.xml", "xl/workbook.bin"}  # OpenDocument, binary workbooks


def main() -> None:
    """Read a workbook from standard input; write its rows as JSON, one a line, to standard output.

    The last line is an object: empty, or what is wrong.
    """
    _limit()
    last: Mapping[str, object] = {}
    try:
        for row in rows(sys.stdin.buffer.read()):
            sys.stdout.write(json.dumps(row) + "\n")
    except WorkbookError as error:
        last = {"code": error.code, "row": error.row, "details": error.details}
    except MemoryError:
        last = {"code": "bomb", "row": None, "details": {}}
    sys.stdout.write(json.dumps(last) + "\n")


def _limit() -> None:
    """Take no more than this process may; raises `OSError` or `ValueError` where that is refused.

    The C library asks by prlimit64, which the units' SystemCallFilter leaves (``deploy/systemd``).
    """
    for which, most in _LIMITS.items():
        _, hardest = resource.getrlimit(which)
        limit = most if hardest == resource.RLIM_INFINITY else min(most, hardest)
        resource.setrlimit(which, (limit, limit))


def rows(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Give the rows of the first sheet, each with its number; raises `WorkbookError`."""
    room = MOST_BYTES
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(looked_at(content))).get_sheet_by_index(0)
        if sheet.total_width > MOST_COLUMNS:
            raise WorkbookError("too_many_columns", most=str(MOST_COLUMNS))
        start = sheet.start
        # Rows above the first used one are skipped: their number still counts.
        for row, values in enumerate(sheet.iter_rows(), start=1 + (start[0] if start else 0)):
            cells = [_text(value) for value in values]
            room -= sum(map(len, cells))
            if room < 0:
                raise WorkbookError("bomb")
            yield row, cells
    except (CalamineError, PasswordError, ValueError, IndexError):
        raise WorkbookError("not_a_workbook") from None


def looked_at(content: bytes) -> bytes:
    """Give a workbook with nothing in it but what was looked at; raises `WorkbookError`."""
    made, look = BytesIO(), Look()
    try:
        with (
            zipfile.ZipFile(BytesIO(content)) as given,
            zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
        ):
            room = MOST_UNPACKED
            for part in _parts(given):
                room -= _copy(given, part, new, look, room)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise WorkbookError("not_a_workbook") from None
    look.judge()
    return made.getvalue()


def _parts(given: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Give the parts of a workbook that a sheet is made of; no pictures, printers or macros."""
    parts = {part.filename.lower(): part for part in given.infolist()}
    if len(given.infolist()) > MOST_PARTS:
        raise WorkbookError("bomb")
    if len(parts) < len(given.infolist()):  # two of one name: each reader may take another
        raise WorkbookError("not_a_workbook")
    if not {_TYPES, _WORKBOOK} <= parts.keys() or _OTHER_KINDS & parts.keys():
        raise WorkbookError("not_a_workbook")
    return [
        part
        for name, part in parts.items()
        if name == _TYPES
        or (name.startswith(("xl/", "_rels/")) and name.endswith((".xml", ".rels")))
    ]


def _copy(
    given: zipfile.ZipFile, part: zipfile.ZipInfo, new: zipfile.ZipFile, look: Look, room: int
) -> int:
    """Copy a part, looking through it; count its bytes, whatever it says of itself."""
    length = 0
    look.begin()
    with given.open(part) as opened, new.open(part.filename, "w") as copy:
        while piece := opened.read(_READ_BYTES):
            length += len(piece)
            if length > room:
                raise WorkbookError("bomb")
            look.feed(piece)
            copy.write(piece)
    look.end()
    return length


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


if __name__ == "__main__":
    main()
