"""What the public pages remember of published reports: these stay as they are, and anybody asks.

By the id of the document, in the memory of one process, so that nobody can make a server work by
asking again. Everybody may read it, so it lies there in the clear. What is taken down is gone from
here with the next page.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import Connection

from whistle.domain.published import REPORT_RECORD
from whistle.report.printed import Which
from whistle.report.published import Published
from whistle.storage import public_documents
from whistle.storage.public_documents import ListedDocument

MOST_BYTES = 64 * 2**20  # of a process: the files of about five hundred reports
_NAME = "whistle.statistics"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Head:
    """What lists tell of a report. ``turn``: as of `Published`."""

    id: bytes
    which: Which
    title: str
    language: str
    day: date
    changes: str
    turn: tuple[int, date, int]

    @property
    def number(self) -> int:
        """Give which version it is of its days."""
        return self.which.number

    @property
    def name(self) -> str:
        """Give what a report is called in its address: its days, and which version."""
        first, last, _unit, number = self.which
        return f"{first.isoformat()}_{last.isoformat()}_{number}"


class Shelf:
    """Heads, files and drawn pages of the reports that are published. For all threads.

    One thread at a time makes what is not there yet; whatever is there is handed out at once.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Remember at most so many bytes of files: when it is full, what is there stays."""
        self._heads: dict[ListedDocument, Head | None] = {}
        self._files: dict[tuple[bytes, str], bytes] = {}
        self._drawn: dict[str, tuple[object, Any]] = {}
        self._most, self._size = most, 0
        self._turn = threading.Lock()

    def heads(self, db: Connection) -> list[Head]:
        """Give what is published, the newest period first; of each period every version.

        A report is read when it is met for the first time. What is no report is left out.
        """
        there = [one for one in public_documents.listed(db) if one.kind == REPORT_RECORD]
        if [*self._heads] != there:
            with self._turn:
                known = self._heads
                self._heads = {
                    one: known[one] if one in known else _head(db, one.id) for one in there
                }
                self._forget({one.id for one in there if one in known})
        found = [one for one in map(self._heads.get, there) if one]
        return sorted(found, key=lambda one: (one.which.last, one.number), reverse=True)

    def file(self, report: bytes, kind: str, write: Callable[[], bytes]) -> bytes:
        """Give a file of a report that is published; it is written once, while there is room."""
        name = report, kind
        if (known := self._files.get(name)) is not None:
            return known
        with self._turn:
            if name not in self._files:
                content = write()
                if self._size + len(content) > self._most or not self._has(report):
                    return content
                self._files[name] = content
                self._size += len(content)
            return self._files[name]

    def drawn(self, name: str, state: Sequence[object], draw: Callable[[], _T]) -> _T:
        """Give what was drawn of this very state, or draw it and forget that of any other."""
        known = self._drawn.get(name)
        if known and known[0] == state:
            return known[1]  # type: ignore[no-any-return]
        with self._turn:
            known = self._drawn.get(name)
            if not known or known[0] != state:
                known = self._drawn[name] = state, draw()
            return known[1]

    def _has(self, report: bytes) -> bool:
        return any(one.id == report for one in self._heads)

    def _forget(self, kept: set[bytes]) -> None:
        """Drop what belongs to a report that is not there any more, or not as it was."""
        for name in [one for one in self._files if one[0] not in kept]:
            self._size -= len(self._files.pop(name))
        self._drawn.clear()


def this_shelf() -> Shelf:
    """Give the shelf of the current application."""
    shelf: Shelf = current_app.extensions.setdefault(_NAME, Shelf())
    return shelf


def read(db: Connection, report: bytes) -> Published | None:
    """Read a report whole; none where it is not there, or is none."""
    row = public_documents.get(db, report)
    return Published.decode(row.body) if row and row.kind == REPORT_RECORD else None


def _head(db: Connection, report: bytes) -> Head | None:
    one = read(db, report)
    if one is None:
        return None
    said = (one.document.title, one.report.language, one.day, one.changes, one.turn)
    return Head(report, Which.of(one), *said)
