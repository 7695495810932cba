"""Queries of casework: cases of the inboxes that a member opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from whistle.storage import attachments, cases, directory, removal, tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import (
    CaseRow,
    InboxKeysRow,
    ItemRow,
    RegistrationRow,
    ReporterKeysRow,
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with all its rows."""

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow | None
    items: Sequence[ItemRow]


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


def inbox_of(db: Connection, case_id: bytes) -> bytes | None:
    """Say in which inbox a case lies; none where there is no such case."""
    column = tables.cases.c
    return db.execute(select(column.inbox_id).where(column.id == case_id)).scalar()


def adopt_case(
    db: Connection, sealed: InboxKeysRow, adopted: InboxKeysRow, registration: RegistrationRow
) -> None:
    """Replace sealed keys by those in the vault; `ConflictError` if somebody was quicker."""
    directory.hold_epoch(db, adopted.inbox_id, adopted.epoch)
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


def registration_version(db: Connection, case_id: bytes) -> int:
    """Give the number of a case's newest registration, 0 where it has none."""
    column = tables.registrations.c
    return db.execute(select(column.version).where(column.case_id == case_id)).scalar() or 0


def update_case_keys(db: Connection, old: InboxKeysRow, new: InboxKeysRow) -> None:
    """Write the vault's copy of a case's keys again; `ConflictError` if ``old`` is not there."""
    hold(db, old)
    column = tables.inbox_keys.c
    db.execute(update(tables.inbox_keys).where(column.case_id == old.case_id).values(body=new.body))


def hold(db: Connection, keys: InboxKeysRow) -> None:
    """Let nobody else change a case until this transaction ends.

    Raises `ConflictError` when the case was moved or given new keys since ``keys`` were read.
    """
    cases.lock(db, keys.case_id)
    query = InboxKeysRow.select(tables.inbox_keys.c.case_id == keys.case_id)
    if InboxKeysRow.first(db, query) != keys:
        raise ConflictError("the case has new keys")


def set_open(db: Connection, case_id: bytes, *, is_open: bool) -> None:
    """Close or reopen a case."""
    db.execute(update(tables.cases).where(tables.cases.c.id == case_id).values(is_open=is_open))


def delete_items(db: Connection, case_id: bytes, item_ids: Sequence[bytes]) -> None:
    """Erase items of a case; those that are not there are none."""
    if item_ids:
        column = tables.items.c
        removal.remove_items(db, column.case_id == case_id, column.id.in_(item_ids))


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
    """Move a case: delete the old inbox's rows, write the new ones.

    Raises `ConflictError` when the case was moved, or ``new`` is of an epoch that is over.
    """
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
    removal.remove_registration(db, old)
    db.execute(
        update(tables.cases).where(tables.cases.c.id == old.case_id).values(inbox_id=new.inbox_id)
    )
    new.insert(db)
    directory.check_epoch(db, new)
    if reporter:
        reporter.insert(db)


def insert_message(db: Connection, item: ItemRow, attachment_ids: Sequence[bytes] = ()) -> None:
    """Write a message of casework's with its files; the case must be held.

    Raises `DuplicateError` when it was written before, and `ConflictError` when a file is gone.
    """
    item.insert(db)
    attachments.bind(db, attachment_ids, item.case_id)
    removal.written(db, item, attachment_ids)
