"""All registrations of some inboxes, sealed as they are, for who takes them out or counts them.

They are fetched by the ids of their cases, some at a time: whole rows in another order would have
to be sorted first, which takes a database the memory of all of them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from whistle.storage import tables
from whistle.storage.rows import CaseRow, InboxKeysRow, RecordKind, RegistrationRow

_AT_ONCE = 500  # rows that are fetched before the next ones
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_case, _keys, _registered = tables.cases.c, tables.inbox_keys.c, tables.registrations.c
_record = tables.inbox_records.c
_OF_CASE = [_case[one.name] for one in fields(CaseRow)]
_OF_KEYS = [_keys[one.name] for one in fields(InboxKeysRow)]
_EXISTING = select(_case.id).where(_case.id.in_(_IDS))
_CASES = (
    select(*_OF_CASE, *_OF_KEYS, _registered.version, _registered.body)
    .join(tables.inbox_keys, _keys.case_id == _case.id)
    .outerjoin(tables.registrations, _registered.case_id == _case.id)
    .where(_case.id.in_(_IDS))
    .order_by(_case.id)
)
_STANDING = select(_case.id, _keys.inbox_id, _keys.epoch, _keys.in_vault, _case.is_open).join(
    tables.inbox_keys, _keys.case_id == _case.id
)
# By an expression, so that no index is used: rows come as they are stored, and need no sorting.
_RECORDS = (
    select(_record.id, _record.inbox_id, _record.epoch, _record.body)
    .where(
        _record.id > bindparam("after"),
        func.coalesce(_record.inbox_id, _record.id).in_(bindparam("inbox_ids", expanding=True)),
        _record.kind == RecordKind.ANONYMISED,
    )
    .order_by(_record.id)
    .limit(_AT_ONCE)
)

Standing: TypeAlias = tuple[bytes, bytes, int, bool, bool]
"""A case, its inbox, the epoch of its keys; whether they lie in the vault; whether it is open."""
Record: TypeAlias = tuple[bytes, bytes, int, bytes]
"""A record, its inbox, its epoch and its body."""


@dataclass(frozen=True, slots=True)
class StoredRegistration:
    """A case with its registration; none where nobody has opened the case."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None


def each(db: Connection, inbox_ids: Sequence[bytes]) -> Iterator[StoredRegistration]:
    """Give every case of some inboxes with its registration, by its id."""
    query = select(_case.id).where(_case.inbox_id.in_(inbox_ids)).order_by(_case.id)
    return of_cases(db, db.execute(query).scalars().all())


def of_cases(db: Connection, case_ids: Sequence[bytes]) -> Iterator[StoredRegistration]:
    """Give cases with their registrations, as far as they are there."""
    width = len(_OF_CASE)
    for row in _some_at_a_time(db, _CASES, case_ids):
        case, (version, body) = CaseRow(*row[:width]), row[-2:]
        yield StoredRegistration(
            case,
            InboxKeysRow(*row[width:-2]),
            None if body is None else RegistrationRow(case.id, version, body),
        )


def standings(db: Connection, inbox_ids: Collection[bytes]) -> Iterator[Standing]:
    """Say how every case of some inboxes stands."""
    return (one for one in _raw(db, _STANDING) if one[1] in inbox_ids)


def records(db: Connection, inbox_ids: Sequence[bytes]) -> Iterator[Record]:
    """Give the anonymised records of some inboxes, by their ids."""
    after, there = b"", True
    while there:
        there = False
        for row in _raw(db, _RECORDS, after=after, inbox_ids=inbox_ids):
            after, there = row[0], True
            yield row


def existing(db: Connection, case_ids: Collection[bytes]) -> set[bytes]:
    """Say which of some ids are cases, in whatever inbox."""
    return {row[0] for row in _some_at_a_time(db, _EXISTING, sorted(case_ids))}


def _some_at_a_time(db: Connection, query: Select[Any], ids: Sequence[bytes]) -> Iterator[Any]:
    for first in range(0, len(ids), _AT_ONCE):
        yield from db.execute(query, {"ids": ids[first : first + _AT_ONCE]})


def _raw(db: Connection, query: Select[Any], **values: Any) -> Iterator[Any]:
    """Give rows as the driver has them: SQLAlchemy takes twice as long for one as the database."""
    with db.execute(query, values) as result:
        driver: Any = result.cursor
        yield from driver
