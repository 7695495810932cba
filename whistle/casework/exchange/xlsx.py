"""Excel workbooks (XLSX): the first sheet as rows of text, read by a process of its own.

A workbook of a kilobyte can make its reader ask for more memory than there is, and a reader that
gets none ends its process, with everybody's requests in it. So that process is one with nothing in
it but the workbook: it comes by a pipe, its rows go by a pipe, and it has no settings, keys,
connections or files. See `whistle.casework.exchange.xlsx_reader`.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping

from whistle.casework.exchange.columns import MOST_BYTES

PATIENCE = 300  # seconds for one workbook
COMMAND = [sys.executable, "-P", "-B", "-m", "whistle.casework.exchange.xlsx_reader"]
_TURN = threading.Lock()  # each may take what memory `xlsx_reader.MEMORY` says


class WorkbookError(Exception):
    """A workbook that is not read; ``code`` and ``details`` as in a fault."""

    def __init__(self, code: str, row: int | None = None, **details: str) -> None:
        super().__init__(code)
        self.code, self.row = code, row
        self.details: Mapping[str, str] = details


def read(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of the first sheet, each with its number; raises `WorkbookError`."""
    for line in _lines(content):
        told = json.loads(line)
        if isinstance(told, dict):
            if told:
                raise WorkbookError(told["code"], told["row"], **told["details"])
            return
        row, cells = told
        yield row, cells
    raise WorkbookError("not_a_workbook")  # it ended without a last word


def _lines(content: bytes) -> list[bytes]:
    """Have a workbook read; give what the reader says, one JSON value a line."""
    if len(content) > MOST_BYTES:
        raise WorkbookError("bomb")
    # It finds its modules where this process found them, and is told nothing else of it.
    where = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with _TURN:
        try:
            reader = subprocess.run(  # noqa: S603  (a command of ours, in which nothing is filled)
                COMMAND,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=where,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise WorkbookError("bomb") from None
    if reader.returncode < 0:  # it was ended, as it wanted too much
        raise WorkbookError("bomb")
    return reader.stdout.splitlines()
