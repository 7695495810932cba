"""What a log is checked by: an export of it, or its database, which is only read."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from whistle.audit.findings import Fault, Finding, counted
from whistle.audit.sealed_state import SealedState
from whistle.audit.written import Raw
from whistle.crypto.errors import ContentError, ProofError
from whistle.crypto.merkle import Frontier
from whistle.crypto.notes import LONGEST_NOTE, NoteKey
from whistle.keys.canonical import as_day
from whistle.storage.engine import is_sqlite
from whistle.storage.log_tables import log_entries

Subtrees: TypeAlias = Mapping[tuple[int, int], bytes]
_A_FEW = 2048  # rows that are fetched at once
_STREAMED = {"stream_results": True, "yield_per": _A_FEW}
_COLUMNS = ", ".join(column.name for column in log_entries.c)
_ENTRIES = f"SELECT {_COLUMNS} FROM log_entry ORDER BY number"  # noqa: S608  (our names)
_CHECKPOINTS = "SELECT day, note FROM log_checkpoint ORDER BY day"
_HEAD = "SELECT size, roots FROM log_head"
_SUBTREES = "SELECT level, number, root FROM log_subtree"


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as it was kept: ``name`` says where. ``outside``: not with the log itself."""

    name: str
    note: bytes
    outside: bool = False

    @classmethod
    def beside(cls, day: object, note: object, place: int) -> "Kept":
        """Take one that stands with the log: an empty note for what is none, or of no day.

        It is called by its day, or by its ``place`` where it tells none.
        """
        try:
            told = day if isinstance(day, date) else as_day(day)
        except ContentError:
            told = None
        if told is None:
            return cls(f"checkpoint {place}", b"")
        if not isinstance(note, bytes) or len(note) > LONGEST_NOTE:
            note = b""
        return cls(f"the checkpoint of {told}", note)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a log says of itself.

    ``checkpoints``: to be read once, before the entries. ``head``: none where it cannot be read.
    ``subtrees``: by level and number; none where nobody kept them. ``entries``: to be asked once;
    `UNREADABLE` stands for one that cannot be read. ``odd``: what else could not be read.
    ``compare``: holds sealed rows against the state that the log tells of, where they are at hand.
    """

    key: NoteKey
    checkpoints: Iterable[Kept]
    head: Frontier | None
    entries: Callable[[], Iterator[Raw]]
    subtrees: Subtrees | None = None
    odd: Sequence[Finding] = ()
    compare: Callable[[SealedState], Sequence[Finding]] | None = field(default=None, repr=False)


def database(db: Connection, key: NoteKey) -> Evidence:
    """Read a database, in one snapshot. ``key``: as its settings tell."""
    subtrees, odd = _subtrees(db)
    return Evidence(
        key,
        _checkpoints(db),
        _head(db),
        lambda: _rows(db, _ENTRIES),
        subtrees,
        odd,
        lambda state: state.compare(db),
    )


def _checkpoints(db: Connection) -> Iterator[Kept]:
    for place, (day, note) in enumerate(_rows(db, _CHECKPOINTS)):
        yield Kept.beside(day, note, place)


def _head(db: Connection) -> Frontier | None:
    rows = list(_rows(db, _HEAD))
    size, roots = rows[0] if len(rows) == 1 else (None, None)
    if type(size) is not int or not isinstance(roots, bytes):
        return None
    try:
        return Frontier.decode(size, roots)
    except ProofError:
        return None


def _subtrees(db: Connection) -> tuple[Subtrees, list[Finding]]:
    roots, odd = {}, 0
    for level, number, root in _rows(db, _SUBTREES):
        if type(level) is type(number) is int and level >= 0 <= number:
            roots[level, number] = root  # whatever it is: it is only compared
        else:
            odd += 1
    told = f"{counted(odd, 'root', 'roots')} that are kept are of no entries at all."
    return roots, [Finding(Fault.SUBTREE, told)] if odd else []


def _rows(db: Connection, statement: str) -> Iterator[Any]:
    """Give rows with values as they are, whatever their type.

    SQLite takes anything anywhere, so nothing may convert it to what it should be; and asking its
    driver itself is the faster way. What that raises is told as SQLAlchemy tells it.
    """
    if not is_sqlite(db.engine):
        for some in db.execute(text(statement), execution_options=_STREAMED).partitions():
            yield from some
        return
    with db.execute(text(statement)) as result:
        try:
            while some := result.cursor.fetchmany(_A_FEW):
                yield from some
        except sqlite3.Error as error:
            raise DBAPIError(statement, None, error) from error
