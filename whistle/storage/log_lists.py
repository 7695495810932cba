"""Queries for reading the log: from a moment on, one member's, one inbox's; a part at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from whistle.storage.log import EntryRow, head
from whistle.storage.log_tables import log_entries

_COLUMN = log_entries.c
_TOGETHER = 512  # rows fetched at once
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the log: numbers from ``first`` up to before ``last``.

    ``since`` and ``until``: Unix seconds, the first that counts and the first that does not.
    ``inboxes``: ids of those whose entries count, 16 zero bytes for open ones; none for all.
    ``actor_kind``, ``actor``: whose entries; none for everybody's.
    """

    first: int
    last: int
    since: int | None = None
    until: int | None = None
    inboxes: Sequence[bytes] | None = None
    actor_kind: int | None = None
    actor: bytes | None = None


def size(db: Connection) -> int:
    """Give how many entries there are."""
    return head(db).size


def first_since(db: Connection, time: int) -> int:
    """Give the number of the first entry that was written at a moment or later.

    That is `size` where there is none. Every entry from there on is looked at by whoever asks: a
    clock may have been wrong for a while, so later numbers can have earlier times.
    """
    query = select(_COLUMN.number).where(_COLUMN.time >= time).order_by(_COLUMN.number).limit(1)
    found = db.execute(query).scalar()
    return size(db) if found is None else int(found)


def end_before(db: Connection, time: int) -> int:
    """Give the number after the last entry that was written before a moment; 0 without one."""
    query = select(_COLUMN.number).where(_COLUMN.time < time).order_by(_COLUMN.number.desc())
    found = db.execute(query.limit(1)).scalar()
    return 0 if found is None else int(found) + 1


def newest_first(db: Connection, part: Part) -> Iterator[EntryRow]:
    """Give the entries of a part, the newest first."""
    query = EntryRow.select(_COLUMN.number >= part.first, _COLUMN.number < min(part.last, _MOST))
    if part.since is not None:
        query = query.where(_COLUMN.time >= part.since)
    if part.until is not None:
        query = query.where(_COLUMN.time < part.until)
    if part.inboxes is not None:
        query = query.where(_COLUMN.inbox_id.in_(part.inboxes))
    if part.actor_kind is not None:
        query = query.where(_COLUMN.actor_kind == part.actor_kind)
    if part.actor is not None:
        query = query.where(_COLUMN.actor == part.actor)
    yield from _streamed(db, query.order_by(_COLUMN.number.desc()))


def of_inbox(db: Connection, inbox_id: bytes, first: int) -> Iterator[EntryRow]:
    """Give the entries that are sealed to an inbox, from a number on, the oldest first."""
    query = EntryRow.select(_COLUMN.inbox_id == inbox_id, _COLUMN.number >= first)
    yield from _streamed(db, query.order_by(_COLUMN.number))


def numbered(db: Connection, numbers: Sequence[int]) -> Sequence[EntryRow]:
    """Give single entries by their numbers, in order; those that are missing are left out."""
    query = EntryRow.select(_COLUMN.number.in_(numbers)).order_by(_COLUMN.number)
    return EntryRow.all(db, query)


def _streamed(db: Connection, query: Select[Any]) -> Iterator[EntryRow]:
    for row in db.execute(query.execution_options(stream_results=True, yield_per=_TOGETHER)):
        yield EntryRow(*row)
