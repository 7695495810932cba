"""Queries for what is counted over cases: which were received since a day, and which are erased."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, bindparam, select

from whistle.storage import tables
from whistle.storage.rows import InboxRecordRow, RecordKind

_case, _keys, _record = tables.cases.c, tables.inbox_keys.c, tables.inbox_records.c
_AT_ONCE = 500  # records that are in memory together
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_INBOXES: BindParameter[Any] = bindparam("inbox_ids", expanding=True)
_RECEIVED = select(_case.id, _case.inbox_id, _case.received).where(
    _case.inbox_id.in_(_INBOXES), _case.received >= bindparam("since")
)
_IN_VAULT = select(_keys.case_id, _keys.epoch).where(
    _keys.inbox_id.in_(_INBOXES), _keys.in_vault.is_(True)
)
_RECORD_IDS = (
    select(_record.id)
    .where(_record.inbox_id.in_(_INBOXES), _record.kind == RecordKind.ANONYMISED)
    .order_by(_record.id)
)

OpenedCase: TypeAlias = tuple[bytes, date, int]
"""A case's inbox, the day it was received, the epoch of its keys."""


def opened_cases(
    db: Connection, inbox_ids: Collection[bytes], since: date
) -> Mapping[bytes, OpenedCase]:
    """Give the cases of some inboxes that were received since a day and opened by somebody."""
    inboxes = list(inbox_ids)
    keys = db.execute(_IN_VAULT, {"inbox_ids": inboxes})
    epochs: dict[bytes, int] = {row[0]: row[1] for row in keys}
    received = db.execute(_RECEIVED, {"inbox_ids": inboxes, "since": since})
    return {row[0]: (row[1], row[2], epochs[row[0]]) for row in received if row[0] in epochs}


def other_records(
    db: Connection, inbox_ids: Collection[bytes], named: Collection[bytes]
) -> Iterator[InboxRecordRow]:
    """Give the anonymised records of some inboxes but for those that are ``named``."""
    told = db.execute(_RECORD_IDS, {"inbox_ids": list(inbox_ids)}).scalars()
    ids: Sequence[bytes] = [one for one in told if one not in named]
    query = InboxRecordRow.select(_record.id.in_(_IDS)).order_by(_record.id)
    for first in range(0, len(ids), _AT_ONCE):
        yield from InboxRecordRow.all(db, query, ids=ids[first : first + _AT_ONCE])
