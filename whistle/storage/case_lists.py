"""Queries for lists of cases: filtered, ordered and counted by what needs no key."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Select, and_, case, false, func, not_, or_, select, true

from whistle.storage import tables
from whistle.storage.rows import CaseRow, InboxKeysRow, RegistrationRow

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement

SOON = timedelta(days=7)
MOST_LOOKED_UP = 20_000  # SQLite takes 32,766 values in one question


class CaseState(StrEnum):
    """Which cases a list shows.

    `UNREAD`, a message in a case that was opened before, is the only one the database cannot tell:
    how far somebody has read lies sealed in the registration.
    """

    OPEN = "open"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    NEW = "new"
    UNREAD = "unread"
    CLOSED = "closed"
    ALL = "all"


_TOLD_BY_KEYS = {CaseState.NEW, CaseState.UNREAD}
TOLD = tuple(state for state in CaseState if state is not CaseState.UNREAD)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What a list needs of a case. ``messages``: how many the dialogue has."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None
    messages: int


@dataclass(frozen=True, slots=True)
class Which:
    """Which cases, as far as no key is needed. ``since`` and ``until``: the day received."""

    inbox_ids: Sequence[bytes]
    state: CaseState
    today: date
    since: date | None = None
    until: date | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """Narrow a query over cases down to these; keys are looked at only where it takes them."""
        received = tables.cases.c.received
        if self.state in _TOLD_BY_KEYS:
            query = query.join(tables.inbox_keys, _same_case())
        query = query.where(
            tables.cases.c.inbox_id.in_(self.inbox_ids), _condition(self.state, self.today)
        )
        if self.since:
            query = query.where(received >= self.since)
        return query.where(received <= self.until) if self.until else query


def ordered_ids(
    db: Connection, inbox_ids: Sequence[bytes], state: CaseState, today: date
) -> list[bytes]:
    """Give the ids of all cases in a state, as `page_of` orders them."""
    return page_of(db, Which(inbox_ids, state, today))


def page_of(
    db: Connection, which: Which, *, limit: int | None = None, offset: int = 0
) -> list[bytes]:
    """Give the ids of cases: open ones first, what is due first, then the oldest.

    For `CaseState.UNREAD` those that may be: all that were opened before.
    """
    query = which.narrow(select(tables.cases.c.id))
    query = query.order_by(*_what_presses()).limit(limit).offset(offset)
    return [row[0] for row in _raw(db, query)]


def of_these(db: Connection, which: Which, case_ids: Collection[bytes]) -> list[bytes]:
    """Give those of some cases that are asked for, as `page_of` orders them.

    A few are looked up and put in order alone; of many, all are, and the others left out.
    """
    if len(case_ids) > MOST_LOOKED_UP:
        return [one for one in page_of(db, which) if one in case_ids]
    query = which.narrow(select(tables.cases.c.id)).where(tables.cases.c.id.in_(case_ids))
    return [row[0] for row in _raw(db, query.order_by(*_what_presses()))]


def ids(db: Connection, which: Which) -> set[bytes]:
    """Give the ids of cases, in no order."""
    return {row[0] for row in _raw(db, which.narrow(select(tables.cases.c.id)))}


def count(db: Connection, which: Which) -> int:
    """Count cases."""
    query = which.narrow(select(func.count()).select_from(tables.cases))
    found: int = db.execute(query).scalar_one()
    return found


def _raw(db: Connection, query: Select[Any]) -> Sequence[Any]:
    """Give rows as the driver has them: for columns of bytes, texts and numbers.

    SQLAlchemy takes twice as long for a row of these as the database does.
    """
    with db.execute(query) as result:
        rows: Sequence[Any] = result.cursor.fetchall()
    return rows


def load(db: Connection, case_ids: Sequence[bytes]) -> list[ListedCase]:
    """Give cases with what a list needs, in the order asked for."""
    cases = _by_id(CaseRow.all(db, CaseRow.select(tables.cases.c.id.in_(case_ids))))
    keys, registered = keys_of(db, case_ids), registrations(db, case_ids)
    item = tables.items.c
    counted = db.execute(
        select(item.case_id, func.count())
        .where(item.case_id.in_(case_ids), item.compartment == "dialogue")
        .group_by(item.case_id)
    )
    messages = {row[0]: row[1] for row in counted}
    return [
        ListedCase(cases[one], keys[one], registered.get(one), messages.get(one, 0))
        for one in case_ids
        if one in cases and one in keys
    ]


def counts(
    db: Connection, inbox_ids: Sequence[bytes], today: date
) -> Mapping[bytes, Mapping[CaseState, int]]:
    """Count an inbox's cases in every state that the database can tell."""
    column, keys = tables.cases.c, tables.inbox_keys.c
    plain = [state for state in TOLD if state not in _TOLD_BY_KEYS]
    sums = [func.sum(case((_condition(state, today), 1), else_=0)) for state in plain]
    rows = db.execute(
        select(column.inbox_id, *sums)
        .where(column.inbox_id.in_(inbox_ids))
        .group_by(column.inbox_id)
    )
    told: dict[bytes, dict[CaseState, int]] = {
        row[0]: dict(zip(plain, map(int, row[1:]), strict=True)) for row in rows
    }
    new = db.execute(
        select(keys.inbox_id, func.count())
        .where(keys.inbox_id.in_(inbox_ids), keys.in_vault.is_(False))
        .group_by(keys.inbox_id)
    )
    opened_by_nobody = {row[0]: row[1] for row in new}
    for inbox_id, of_inbox in told.items():
        of_inbox[CaseState.NEW] = opened_by_nobody.get(inbox_id, 0)
    return told


@dataclass(frozen=True, slots=True)
class ReadState:
    """How many messages an opened case has, and the registration that knows how many were read."""

    inbox_id: bytes
    epoch: int
    messages: int
    registration: RegistrationRow


def read_states(db: Connection, inbox_ids: Sequence[bytes]) -> list[ReadState]:
    """Give what it takes to tell which opened cases have something unread."""
    keys, item, registration = tables.inbox_keys.c, tables.items.c, tables.registrations.c
    counted = (
        select(item.case_id, func.count().label("messages"))
        .where(item.compartment == "dialogue")
        .group_by(item.case_id)
        .subquery()
    )
    rows = db.execute(
        select(
            keys.inbox_id,
            keys.epoch,
            counted.c.messages,
            registration.case_id,
            registration.version,
            registration.body,
        )
        .join(tables.registrations, registration.case_id == keys.case_id)
        .join(counted, counted.c.case_id == keys.case_id)
        .where(keys.inbox_id.in_(inbox_ids), keys.in_vault.is_(True))
    )
    return [ReadState(row[0], row[1], row[2], RegistrationRow(*row[3:])) for row in rows]


After: TypeAlias = tuple[date, bytes]


def newest_first(
    db: Connection, which: Which, after: After | None, limit: int
) -> list[tuple[bytes, date]]:
    """Give ids and days of cases, the newest first; ``after``: the one to go on from."""
    column = tables.cases.c
    query = which.narrow(select(column.id, column.received))
    if after:
        day, case_id = after
        older = and_(column.received == day, column.id > case_id)
        query = query.where(or_(column.received < day, older))
    query = query.order_by(column.received.desc(), column.id).limit(limit)
    return [(row[0], row[1]) for row in db.execute(query)]


def registrations(db: Connection, case_ids: Sequence[bytes]) -> dict[bytes, RegistrationRow]:
    """Give the registrations of cases by id; those that nobody has opened have none."""
    column = tables.registrations.c
    rows = RegistrationRow.all(db, RegistrationRow.select(column.case_id.in_(case_ids)))
    return {row.case_id: row for row in rows}


def keys_of(db: Connection, case_ids: Sequence[bytes]) -> dict[bytes, InboxKeysRow]:
    """Give the sealed keys of cases by id."""
    column = tables.inbox_keys.c
    rows = InboxKeysRow.all(db, InboxKeysRow.select(column.case_id.in_(case_ids)))
    return {row.case_id: row for row in rows}


def _same_case() -> "ColumnElement[bool]":
    return tables.inbox_keys.c.case_id == tables.cases.c.id


def _what_presses() -> tuple["ColumnElement[Any]", ...]:
    column, due = tables.cases.c, _due()
    return (
        column.is_open.desc(),
        case((column.is_open, case((due.is_(None), 1), else_=0)), else_=2),
        case((column.is_open, due)),
        case((column.is_open, column.received)),
        column.received.desc(),
        column.id,
    )


def _due() -> "ColumnElement[date | None]":
    """Give the next day something is due: what is met has no date."""
    column = tables.cases.c
    return func.coalesce(column.acknowledge_by, column.feedback_by)


def _condition(state: CaseState, today: date) -> "ColumnElement[bool]":
    is_open, due = tables.cases.c.is_open, _due()
    in_vault = tables.inbox_keys.c.in_vault
    return {
        CaseState.OPEN: is_open.is_(True),
        CaseState.OVERDUE: and_(is_open.is_(True), due < today),
        CaseState.DUE_SOON: and_(is_open.is_(True), due >= today, due <= today + SOON),
        CaseState.NEW: in_vault.is_(False),
        CaseState.UNREAD: in_vault.is_(True),
        CaseState.CLOSED: not_(is_open),
        CaseState.ALL: true(),
    }.get(state, false())


def _by_id(rows: Iterable[CaseRow]) -> dict[bytes, CaseRow]:
    return {row.id: row for row in rows}


def passed_on(db: Connection, inbox_ids: Sequence[bytes]) -> Sequence[InboxKeysRow]:
    """Give the keys of cases that were somewhere else, or had new keys, and were not opened here.

    What was registered of them before lies sealed with their keys.
    """
    keys = tables.inbox_keys.c
    query = InboxKeysRow.select(
        keys.inbox_id.in_(inbox_ids), keys.in_vault.is_(False), keys.generation > 0
    )
    return InboxKeysRow.all(db, query)
