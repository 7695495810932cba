"""What is said of sealed rows by who writes and removes them, in the transaction that does it.

A row that goes without having been announced here is missing, and the log shows it. What came or
went today waits for a later batch, so that no batch tells at what time of a day it was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from sqlalchemy import Connection, Insert, Table, delete, select

from whistle.storage import log_tables, tables
from whistle.storage.digests import (
    Kind,
    item_digest,
    record_digest,
    registration_digest,
    show_epoch,
    show_progress,
)
from whistle.storage.engine import day_of
from whistle.storage.rows import InboxKeysRow, InboxRecordRow, ItemRow, RegistrationRow, Row
from whistle.storage.sealed_rows import SealedRow
from whistle.storage.tables import HASH_BYTES, ID_BYTES

# Of ``removed_row``, besides the kinds of rows: a reason that was erased from a registration, which
# stays; and one that a restore brought back, until it is erased again. Key: the case, the digest.
REASON, REASON_IS_BACK = "reason", "reason-is-back"
_fresh, _removed = log_tables.fresh_rows.c, log_tables.removed_rows.c


@dataclass(frozen=True, slots=True)
class FreshRow(Row):
    """A sealed row that was written on ``day``; forgotten when that day is over."""

    table = log_tables.fresh_rows
    kind: str
    key: bytes
    day: date


@dataclass(frozen=True, slots=True)
class RemovedRow(Row):
    """A sealed row that was removed on purpose, on ``day``.

    ``progress`` and ``digest``: the row's, as in `SealedRow`. Another row that takes its place was
    not removed by this.
    """

    table = log_tables.removed_rows
    kind: str
    key: bytes
    progress: bytes
    digest: bytes
    day: date


Announced: TypeAlias = Mapping[tuple[str, bytes], Sequence[RemovedRow]]  # by kind and key


def written(db: Connection, item: ItemRow, attachment_ids: Sequence[bytes] = ()) -> None:
    """Say that a message or an identity was written today, with its files."""
    keys = [(Kind.ITEM, item.case_id + item.id)]
    keys += [(Kind.ATTACHMENT, attachment_id) for attachment_id in attachment_ids]
    day = day_of(db)
    announce(db, [FreshRow(kind, key, day) for kind, key in keys])


def remove_items(db: Connection, *conditions: Any) -> None:
    """Erase the items that meet all ``conditions``, and announce them."""
    query = delete(tables.items).where(*conditions).returning(*tables.items.c)
    day = day_of(db)
    gone = [ItemRow(*row) for row in db.execute(query).all()]
    announce(
        db,
        [RemovedRow(Kind.ITEM, one.case_id + one.id, b"", item_digest(one), day) for one in gone],
    )


def remove_registration(db: Connection, keys: InboxKeysRow) -> None:
    """Erase a case's registration, if it has one, and announce it. ``keys``: the case's then."""
    column = tables.registrations.c
    query = delete(tables.registrations).where(column.case_id == keys.case_id)
    gone = [RegistrationRow(*row) for row in db.execute(query.returning(*column)).all()]
    day = day_of(db)
    announce(
        db,
        [
            RemovedRow(
                Kind.REGISTRATION,
                one.case_id,
                show_progress(keys.generation, keys.epoch, one.version),
                registration_digest(one),
                day,
            )
            for one in gone
        ],
    )


def remove_record(db: Connection, *conditions: Any) -> None:
    """Erase the anonymised record that meets all ``conditions``, if it is there; announce it."""
    table = tables.inbox_records
    query = delete(table).where(*conditions).returning(*table.c)
    gone = [InboxRecordRow(*row) for row in db.execute(query).all()]
    day = day_of(db)
    announce(
        db,
        [
            RemovedRow(Kind.RECORD, one.id, show_epoch(one.epoch), record_digest(one), day)
            for one in gone
        ],
    )


def remove_reason(db: Connection, case_id: bytes, digest: bytes, kind: str = REASON) -> None:
    """Announce that a reason is erased from a case's registration; or, by ``kind``, is to be."""
    announce(db, [RemovedRow(kind, case_id + digest, b"", digest, day_of(db))])


def reasons_back(db: Connection, case_id: bytes) -> frozenset[bytes]:
    """Give the digests of a case's reasons that a restore brought back."""
    of_case = _removed.key.between(case_id, case_id + b"\xff" * (HASH_BYTES + 1))
    query = select(_removed.digest).where(_removed.kind == REASON_IS_BACK, of_case)
    return frozenset(db.execute(query).scalars())


def all_reasons_back(db: Connection) -> dict[bytes, frozenset[bytes]]:
    """Give the same of every case that has some."""
    query = select(_removed.key, _removed.digest).where(_removed.kind == REASON_IS_BACK)
    found: dict[bytes, frozenset[bytes]] = {}
    for key, digest in db.execute(query):
        case_id = key[:ID_BYTES]
        found[case_id] = found.get(case_id, frozenset()) | {digest}
    return found


def reasons_gone(db: Connection, case_id: bytes, digests: Collection[bytes]) -> None:
    """Say that reasons which a restore brought back are erased again."""
    keys = [case_id + one for one in digests]
    row = _removed.kind == REASON_IS_BACK, _removed.key.in_(keys)
    db.execute(delete(log_tables.removed_rows).where(*row))
    for one in digests:
        remove_reason(db, case_id, one)


def fresh(db: Connection, today: date) -> set[tuple[str, bytes]]:
    """Give kind and key of the rows that were written today."""
    query = select(_fresh.kind, _fresh.key).where(_fresh.day >= today)
    return {(kind, key) for kind, key in db.execute(query)}


def removed(db: Connection) -> Announced:
    """Give all that was announced."""
    found: dict[tuple[str, bytes], list[RemovedRow]] = {}
    for row in RemovedRow.all(db, RemovedRow.select()):
        found.setdefault((row.kind, row.key), []).append(row)
    return found


def explains(announced: Announced, row: SealedRow, before: date = date.max) -> bool:
    """Say whether a row that the log knows was removed on purpose, on a day before another."""
    return any(
        one.day < before and (one.digest == row.digest or one.progress > row.progress)
        for one in announced.get((row.kind, row.key), ())
    )


def forget(db: Connection, fresh_before: date, removed_before: date) -> None:
    """Drop what was said before a day: of what was written, and of what was removed."""
    db.execute(delete(log_tables.fresh_rows).where(_fresh.day < fresh_before))
    old = _removed.day < removed_before, _removed.kind != REASON_IS_BACK
    db.execute(delete(log_tables.removed_rows).where(*old))


def announce(db: Connection, rows: Sequence[FreshRow] | Sequence[RemovedRow]) -> None:
    """Write rows in the place of any with their keys."""
    if rows:
        db.execute(_sayings(db.dialect.name, rows[0].table), [asdict(row) for row in rows])


@cache
def _sayings(dialect: str, table: Table) -> Insert:
    """Put the statement together: both databases can, each in its own words."""
    statement: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    said: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={"day": statement.excluded.day}
    )
    return said
