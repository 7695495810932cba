"""Queries for who looks through thousands of cases: sealed rows as the driver has them.

SQLAlchemy takes twice as long for a row of these as the database does. Where many cases are wanted
the whole table is read, in the order in which it is stored: SQLite needs half the time that it
takes to find them one by one, and nothing is kept of a row that is not wanted.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Select, func, select, tuple_

from whistle.storage import tables
from whistle.storage.rows import InboxKeysRow

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement

CASES, ROWS = 500, 1000  # that are asked for at a time
_SPARSE = 3  # of so many cases, one is found by its id

Stand: TypeAlias = tuple[bytes, int, int]  # case, generation, version
Standing: TypeAlias = tuple[bytes, int, bool, Stand]
Version: TypeAlias = tuple[bytes, int]
Count: TypeAlias = tuple[bytes, int]
Registration: TypeAlias = tuple[bytes, int, bytes]
Item: TypeAlias = tuple[bytes, bytes, str, int, int, bytes]


def standings(db: Connection, inbox_ids: Collection[bytes]) -> Iterator[Standing]:
    """Give how every case of some inboxes stands: told by indexes, no row is read.

    Of each its inbox and the epoch of its keys; whether they lie in the vault, as they do once
    somebody has opened it; and its id, the generation of its keys, its registration's version.
    """
    column, keys = tables.registrations.c, tables.inbox_keys.c
    version = dict(_raw(db, select(column.case_id, column.version))).get
    query = select(keys.inbox_id, keys.epoch, keys.in_vault, keys.case_id, keys.generation)
    for inbox_id, epoch, in_vault, case_id, generation in _raw(db, query):
        if inbox_id in inbox_ids:
            yield inbox_id, epoch, in_vault, (case_id, generation, version(case_id, 0))


def sealed_keys(db: Connection, case_ids: Sequence[bytes]) -> Iterator[InboxKeysRow]:
    """Give the sealed keys of cases."""
    keys = tables.inbox_keys.c
    query = select(
        keys.case_id, keys.inbox_id, keys.epoch, keys.generation, keys.in_vault, keys.body
    )
    return (InboxKeysRow(*row) for row in _stored(db, query, case_ids, keys.case_id))


def versions(db: Connection, case_ids: Sequence[bytes]) -> Iterator[Version]:
    """Give cases and the versions of their registrations; one that was never opened has none."""
    column = tables.registrations.c
    query = select(column.case_id, column.version)
    return _stored(db, query, case_ids, column.case_id)


def registrations(db: Connection, case_ids: Sequence[bytes]) -> Iterator[Registration]:
    """Give the sealed registrations of cases: the case, the version, the body."""
    column = tables.registrations.c
    query = select(column.case_id, column.version, column.body)
    return _stored(db, query, case_ids, column.case_id)


def item_counts(
    db: Connection, case_ids: Sequence[bytes], compartments: Sequence[str]
) -> Iterator[Count]:
    """Give cases and how many items of some compartments they have; no case that has none."""
    column = tables.items.c
    query = select(column.case_id, func.count()).where(column.compartment.in_(compartments))
    return _stored(db, query.group_by(column.case_id), case_ids, column.case_id)


def items(db: Connection, case_ids: Sequence[bytes], compartments: Sequence[str]) -> Iterator[Item]:
    """Give the items of some compartments, in the order of their cases and ids.

    Of each the case; its id; its compartment, generation and version; its body.
    """
    column = tables.items.c
    query = select(
        column.case_id,
        column.id,
        column.compartment,
        column.generation,
        column.version,
        column.body,
    ).where(column.compartment.in_(compartments))
    return _stored(db, query, case_ids, column.case_id, column.id)


def _stored(
    db: Connection, query: Select[Any], case_ids: Sequence[bytes], *key: "ColumnElement[bytes]"
) -> Iterator[Any]:
    """Give the rows of cases in the order in which they are stored: by ``key``.

    These are their first columns. No row is found by where its cases end: to compare it, SQLite
    reads it whole.
    """
    ordered, query = sorted(case_ids), query.order_by(*key)
    read = _between if _are_most(db, ordered) else _one_by_one
    return chain.from_iterable(read(db, query, ordered, key))


def _are_most(db: Connection, ordered: Sequence[bytes]) -> bool:
    """Say whether it pays to read all between the first case and the last."""
    if not ordered:
        return False
    there = tables.cases.c.id.between(ordered[0], ordered[-1])
    between: int = db.execute(select(func.count()).where(there)).scalar_one()
    return len(ordered) * _SPARSE > between


def _one_by_one(
    db: Connection,
    query: Select[Any],
    ordered: Sequence[bytes],
    key: Sequence["ColumnElement[bytes]"],
) -> Iterator[Sequence[Any]]:
    """Give the rows of cases, those of some cases at a time."""
    for first in range(0, len(ordered), CASES):
        yield _raw(db, query.where(key[0].in_(ordered[first : first + CASES])))


def _between(
    db: Connection,
    query: Select[Any],
    ordered: Sequence[bytes],
    key: Sequence["ColumnElement[bytes]"],
) -> Iterator[Sequence[Any]]:
    """Give the rows of cases, some at a time, without those that stand between."""
    wanted, last = set(ordered), ordered[-1]
    part = query.where(key[0] >= ordered[0]).limit(ROWS)
    while True:
        rows = _raw(db, part)
        yield [row for row in rows if row[0] in wanted]
        if len(rows) < ROWS or rows[-1][0] > last:
            return
        part = query.where(tuple_(*key) > rows[-1][: len(key)]).limit(ROWS)


def _raw(db: Connection, query: Select[Any]) -> Sequence[Any]:
    """Give rows as the driver has them."""
    with db.execute(query) as result:
        rows: Sequence[Any] = result.cursor.fetchall()
    return rows
