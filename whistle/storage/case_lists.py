"""Queries for lists of cases: filtered, ordered and counted by what needs no key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, case, false, func, not_, select, true

from whistle.storage import tables
from whistle.storage.rows import CaseRow, InboxKeysRow, RegistrationRow

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement

SOON = timedelta(days=7)


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


TOLD = tuple(state for state in CaseState if state is not CaseState.UNREAD)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What a list needs of a case. ``messages``: how many the dialogue has."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None
    messages: int


def ordered_ids(
    db: Connection,
    inbox_ids: Sequence[bytes],
    state: CaseState,
    today: date,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[bytes]:
    """Give the ids of cases in a state: open ones first, what is due first, then the oldest.

    For `CaseState.UNREAD` those that may be: all that were opened before.
    """
    column, keys = tables.cases.c, tables.inbox_keys.c
    due = _due()
    query = (
        select(column.id)
        .join(tables.inbox_keys, keys.case_id == column.id)
        .where(column.inbox_id.in_(inbox_ids), _condition(state, today))
        .order_by(
            column.is_open.desc(),
            case((column.is_open, case((due.is_(None), 1), else_=0)), else_=2),
            case((column.is_open, due)),
            case((column.is_open, column.received)),
            column.received.desc(),
            column.id,
        )
        .limit(limit)
        .offset(offset)
    )
    return list(db.execute(query).scalars())


def load(db: Connection, case_ids: Sequence[bytes]) -> list[ListedCase]:
    """Give cases with what a list needs, in the order asked for."""
    cases = _by_id(CaseRow.all(db, CaseRow.select(tables.cases.c.id.in_(case_ids))))
    keys = {
        row.case_id: row
        for row in InboxKeysRow.all(
            db, InboxKeysRow.select(tables.inbox_keys.c.case_id.in_(case_ids))
        )
    }
    registrations = {
        row.case_id: row
        for row in RegistrationRow.all(
            db, RegistrationRow.select(tables.registrations.c.case_id.in_(case_ids))
        )
    }
    item = tables.items.c
    counted = db.execute(
        select(item.case_id, func.count())
        .where(item.case_id.in_(case_ids), item.compartment == "dialogue")
        .group_by(item.case_id)
    )
    messages = {row[0]: row[1] for row in counted}
    return [
        ListedCase(cases[one], keys[one], registrations.get(one), messages.get(one, 0))
        for one in case_ids
        if one in cases and one in keys
    ]


def counts(
    db: Connection, inbox_ids: Sequence[bytes], today: date
) -> Mapping[bytes, Mapping[CaseState, int]]:
    """Count an inbox's cases in every state that the database can tell."""
    column, keys = tables.cases.c, tables.inbox_keys.c
    sums = [func.sum(case((_condition(state, today), 1), else_=0)) for state in TOLD]
    rows = db.execute(
        select(column.inbox_id, *sums)
        .join(tables.inbox_keys, keys.case_id == column.id)
        .where(column.inbox_id.in_(inbox_ids))
        .group_by(column.inbox_id)
    )
    return {row[0]: dict(zip(TOLD, map(int, row[1:]), strict=True)) for row in rows}


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
