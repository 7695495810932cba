"""What a log is checked by: an export of it, or its database, which is only read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Connection, select, text

from whistle.audit.findings import Finding
from whistle.audit.sealed_state import SealedState
from whistle.audit.written import Raw
from whistle.crypto.errors import ProofError
from whistle.crypto.merkle import Frontier
from whistle.crypto.notes import NoteKey
from whistle.storage import log as queries
from whistle.storage.log_tables import log_entries, log_heads, log_subtrees

Subtrees: TypeAlias = Mapping[tuple[int, int], bytes]
_A_FEW = 2048  # entries that are fetched at once
# As text, so that values come as they are, whatever their type: what is odd is for the check.
_COLUMNS = ", ".join(column.name for column in log_entries.c)
_IN_ORDER = text(f"SELECT {_COLUMNS} FROM log_entry ORDER BY number")  # noqa: S608  (our names)


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as it was kept: ``name`` says where. ``outside``: not with the log itself."""

    name: str
    note: bytes
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a log says of itself.

    ``head``: none where it cannot be read. ``subtrees``: by level and number; none where nobody
    kept them. ``entries``: to be asked once; an entry that cannot be read is none. ``compare``:
    holds sealed rows against the state that the log tells of, where they are at hand.
    """

    key: NoteKey
    checkpoints: Sequence[Kept]
    head: Frontier | None
    entries: Callable[[], Iterator[Raw | None]]
    subtrees: Subtrees | None = None
    compare: Callable[[SealedState], Sequence[Finding]] | None = field(default=None, repr=False)


def database(db: Connection, key: NoteKey) -> Evidence:
    """Read a database, in one snapshot. ``key``: as its settings tell."""
    rows = queries.checkpoints(db)
    return Evidence(
        key,
        [Kept(f"the checkpoint of {row.day}", bytes(row.note)) for row in rows],
        _head(db),
        lambda: _entries(db),
        _subtrees(db),
        lambda state: state.compare(db),
    )


def _head(db: Connection) -> Frontier | None:
    row = db.execute(select(log_heads.c.size, log_heads.c.roots)).first()
    try:
        return None if row is None else Frontier.decode(row.size, bytes(row.roots))
    except (ProofError, TypeError):
        return None


def _subtrees(db: Connection) -> Subtrees:
    return {
        (level, number): root
        for level, number, root in db.execute(select(log_subtrees))
        if type(level) is type(number) is int and level >= 0 <= number  # SQLite takes anything
    }


def _entries(db: Connection) -> Iterator[Raw]:
    options = {"stream_results": True, "yield_per": _A_FEW}
    for some in db.execute(_IN_ORDER, execution_options=options).partitions():
        yield from some  # rows are tuples in the order of the columns
