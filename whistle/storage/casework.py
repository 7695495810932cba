"""Queries of casework: cases of the inboxes that a member opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, select, update

from whistle.storage import attachments, tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import (
    CaseRow,
    InboxKeysRow,
    ItemRow,
    RegistrationRow,
    ReporterKeysRow,
)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What a list needs of a case. ``messages``: how many the dialogue has."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None
    messages: int


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with all its rows."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None
    items: Sequence[ItemRow]


def list_cases(db: Connection, inbox_id: bytes) -> list[ListedCase]:
    """Give an inbox's cases, newest day first; within a day in no order that says anything."""
    case = tables.cases.c
    cases = CaseRow.all(
        db, CaseRow.select(case.inbox_id == inbox_id).order_by(case.received.desc(), case.id)
    )
    ids = select(case.id).where(case.inbox_id == inbox_id).scalar_subquery()
    keys = InboxKeysRow.all(db, InboxKeysRow.select(tables.inbox_keys.c.case_id.in_(ids)))
    registrations = RegistrationRow.all(
        db, RegistrationRow.select(tables.registrations.c.case_id.in_(ids))
    )
    item = tables.items.c
    counted = db.execute(
        select(item.case_id, func.count())
        .where(item.case_id.in_(ids), item.compartment == "dialogue")
        .group_by(item.case_id)
    )
    messages = {row[0]: row[1] for row in counted}
    keys_of = {row.case_id: row for row in keys}
    registration_of = {row.case_id: row for row in registrations}
    return [
        ListedCase(row, keys_of[row.id], registration_of.get(row.id), messages.get(row.id, 0))
        for row in cases
        if row.id in keys_of
    ]


def get_case(db: Connection, case_id: bytes) -> StoredCase | None:
    """Give one case, if it is there."""
    case = CaseRow.first(db, CaseRow.select(tables.cases.c.id == case_id))
    keys = InboxKeysRow.first(db, InboxKeysRow.select(tables.inbox_keys.c.case_id == case_id))
    if case is None or keys is None:
        return None
    return StoredCase(
        case,
        keys,
        RegistrationRow.first(
            db, RegistrationRow.select(tables.registrations.c.case_id == case_id)
        ),
        ItemRow.all(db, ItemRow.select(tables.items.c.case_id == case_id)),
    )


def adopt_case(
    db: Connection, sealed: InboxKeysRow, adopted: InboxKeysRow, registration: RegistrationRow
) -> None:
    """Replace sealed keys by those in the vault; `ConflictError` if somebody was quicker."""
    column = tables.inbox_keys.c
    result = db.execute(
        update(tables.inbox_keys)
        .where(
            column.case_id == sealed.case_id,
            column.inbox_id == sealed.inbox_id,
            column.in_vault.is_(False),
            column.generation == sealed.generation,
        )
        .values(
            epoch=adopted.epoch,
            generation=adopted.generation,
            in_vault=True,
            body=adopted.body,
        )
    )
    if result.rowcount != 1:
        raise ConflictError("somebody else opened the case first")
    registration.insert(db)


def update_registration(db: Connection, row: RegistrationRow) -> None:
    """Write the next version of a registration; `ConflictError` if it is not the next one."""
    column = tables.registrations.c
    result = db.execute(
        update(tables.registrations)
        .where(column.case_id == row.case_id, column.version == row.version - 1)
        .values(version=row.version, body=row.body)
    )
    if result.rowcount != 1:
        raise ConflictError("somebody else changed the registration first")


def set_duties(
    db: Connection, case_id: bytes, acknowledge_by: date | None, feedback_by: date | None
) -> None:
    """Write what is still due; none where a duty is met."""
    db.execute(
        update(tables.cases)
        .where(tables.cases.c.id == case_id)
        .values(acknowledge_by=acknowledge_by, feedback_by=feedback_by)
    )


def hand_over(
    db: Connection, old: InboxKeysRow, new: InboxKeysRow, reporter: ReporterKeysRow | None
) -> None:
    """Move a case: delete the old inbox's rows, write the new ones."""
    column = tables.inbox_keys.c
    result = db.execute(
        delete(tables.inbox_keys).where(
            column.case_id == old.case_id,
            column.inbox_id == old.inbox_id,
            column.generation == old.generation,
        )
    )
    if result.rowcount != 1:
        raise ConflictError("somebody else moved the case first")
    db.execute(delete(tables.registrations).where(tables.registrations.c.case_id == old.case_id))
    db.execute(
        update(tables.cases).where(tables.cases.c.id == old.case_id).values(inbox_id=new.inbox_id)
    )
    new.insert(db)
    if reporter:
        reporter.insert(db)


def insert_message(
    db: Connection, keys: InboxKeysRow, item: ItemRow, attachment_ids: Sequence[bytes]
) -> None:
    """Write a message of casework's with its files, under the keys it was sealed with.

    Raises `ConflictError` when the case was moved or given new keys meanwhile.
    """
    column = tables.inbox_keys.c
    current = InboxKeysRow.first(db, InboxKeysRow.select(column.case_id == keys.case_id))
    if current != keys:
        raise ConflictError("the case has new keys")
    item.insert(db)
    attachments.bind(db, attachment_ids, item.case_id)
