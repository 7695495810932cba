"""All registrations of some inboxes, sealed as they are, for who takes them out or counts them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from whistle.storage import tables
from whistle.storage.rows import CaseRow, InboxKeysRow, RegistrationRow

_AT_ONCE = 500  # rows that are fetched before the next ones
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_EXISTING = select(tables.cases.c.id).where(tables.cases.c.id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class StoredRegistration:
    """A case with its registration; none where nobody has opened the case."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None


def each(db: Connection, inbox_ids: Sequence[bytes]) -> Iterator[StoredRegistration]:
    """Give every case of some inboxes with its registration, by the day it came, then by its id."""
    cases, keys, registered = tables.cases.c, tables.inbox_keys.c, tables.registrations.c
    of_case = [cases[one.name] for one in fields(CaseRow)]
    of_keys = [keys[one.name] for one in fields(InboxKeysRow)]
    query = (
        select(*of_case, *of_keys, registered.version, registered.body)
        .join(tables.inbox_keys, keys.case_id == cases.id)
        .outerjoin(tables.registrations, registered.case_id == cases.id)
        .where(cases.inbox_id.in_(inbox_ids))
        .order_by(cases.received, cases.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in db.execute(query):
        case = CaseRow(*row[: len(of_case)])
        version, body = row[-2:]
        yield StoredRegistration(
            case,
            InboxKeysRow(*row[len(of_case) : -2]),
            None if body is None else RegistrationRow(case.id, version, body),
        )


def existing(db: Connection, case_ids: Collection[bytes]) -> set[bytes]:
    """Say which of some ids are cases, in whatever inbox."""
    ids = list(case_ids)
    found: set[bytes] = set()
    for first in range(0, len(ids), _AT_ONCE):
        found |= set(db.execute(_EXISTING, {"ids": ids[first : first + _AT_ONCE]}).scalars())
    return found
