"""Queries of the audit log. Entries are appended at the end of a transaction, never changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select, update

from whistle.crypto.merkle import Frontier
from whistle.storage import log_tables
from whistle.storage.errors import UnloggedError
from whistle.storage.rows import Row

SUBTREE_LEVELS = 8  # every so many levels a subtree's root is kept: 256 leaves, 65,536 …
_HEAD = 1
_head = log_tables.log_heads.c
_READ_HEAD = select(_head.size, _head.roots).where(_head.id == _HEAD)
_HOLD_HEAD = _READ_HEAD.with_for_update()
_GROW = (
    update(log_tables.log_heads)
    .where(_head.id == _HEAD, _head.size == bindparam("before"))
    .values(size=bindparam("after"), roots=bindparam("all_roots"))
)


@dataclass(frozen=True, slots=True)
class EntryRow(Row):
    """An entry. ``time``: seconds since 1970, UTC; ids of 16 zero bytes mean that there is none.

    ``leaf``: the hash that stands in the tree, kept to tell which entry was touched.
    """

    table = log_tables.log_entries
    number: int
    time: int
    actor_kind: int
    actor: bytes
    inbox_id: bytes
    epoch: int
    commitment: bytes
    body: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class SubtreeRow(Row):
    """The root of a complete subtree, from level 8 up: proofs need no more than 256 leaves."""

    table = log_tables.log_subtrees
    level: int
    number: int
    root: bytes


@dataclass(frozen=True, slots=True)
class CheckpointRow(Row):
    """A signed checkpoint of a day. ``mailed``: the day it was sent to all who get it."""

    table = log_tables.log_checkpoints
    day: date
    size: int
    note: bytes
    mailed: date | None = None


@dataclass(frozen=True, slots=True)
class OldKeysRow(Row):
    """An inbox's log keys of earlier epochs, boxed in its vault of ``epoch``."""

    table = log_tables.log_old_keys
    inbox_id: bytes
    epoch: int
    body: bytes


def hold_head(db: Connection) -> Frontier:
    """Give the tree as it is, and let nobody else append until this transaction ends.

    Take it last: who holds it waits for nobody, and everybody else for them. Raises
    `UnloggedError` where there is no log.
    """
    row = db.execute(_HOLD_HEAD).first()
    if row is None:
        raise UnloggedError("the log has no head, so nothing was done")
    return Frontier.decode(row.size, row.roots)


def head(db: Connection) -> Frontier:
    """Give the tree as it is."""
    row = db.execute(_READ_HEAD).one()
    return Frontier.decode(row.size, row.roots)


def append(db: Connection, before: Frontier, row: EntryRow) -> Frontier:
    """Write the next entry; give the tree with it. ``before``: as `hold_head` gave it."""
    after, grown = before.add(row.leaf)
    row.insert(db)
    SubtreeRow.insert_all(
        db,
        [
            SubtreeRow(one.level, one.number, one.root)
            for one in grown
            if one.level % SUBTREE_LEVELS == 0
        ],
    )
    size = {"before": before.size, "after": after.size}
    result = db.execute(_GROW, {**size, "all_roots": after.encode()})
    if result.rowcount != 1:
        raise UnloggedError("somebody else wrote to the log first")
    return after


def entries(db: Connection, first: int = 0, last: int | None = None) -> Iterator[EntryRow]:
    """Give entries in order, from ``first`` up to before ``last``, a few hundred at a time."""
    column = log_tables.log_entries.c
    query = EntryRow.select(column.number >= first).order_by(column.number)
    if last is not None:
        query = query.where(column.number < last)
    # Of the query: options of the connection would stay, and stream whatever it is asked next.
    for row in db.execute(query.execution_options(stream_results=True, yield_per=512)):
        yield EntryRow(*row)


def checkpoints(db: Connection) -> Sequence[CheckpointRow]:
    """Give every checkpoint, the oldest first."""
    return CheckpointRow.all(db, CheckpointRow.select().order_by(log_tables.log_checkpoints.c.day))


def newest_checkpoint(db: Connection) -> CheckpointRow | None:
    """Give the checkpoint over the most entries: of a day that a wrong clock told, or a right one.

    None where there is none.
    """
    column = log_tables.log_checkpoints.c
    newest_first = CheckpointRow.select().order_by(column.size.desc(), column.day.desc())
    return CheckpointRow.first(db, newest_first.limit(1))


def old_keys(db: Connection, inbox_id: bytes) -> Sequence[OldKeysRow]:
    """Give an inbox's boxes of earlier log keys, the newest first."""
    column = log_tables.log_old_keys.c
    query = OldKeysRow.select(column.inbox_id == inbox_id).order_by(column.epoch.desc())
    return OldKeysRow.all(db, query)
