"""Queries of the anonymous door: the only ones that intake has."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from whistle.storage import attachments, cases, directory, removal, tables
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.fixed import Fixed, insert_rows
from whistle.storage.rows import (
    CaseRow,
    InboxKeysRow,
    ItemRow,
    ReceiptRow,
    ReporterKeysRow,
)

_KEYS = tables.reporter_keys.c
_THIS_CASE = (
    tables.receipts.c.lookup == bindparam("lookup"),
    tables.receipts.c.case_id == tables.cases.c.id,
)
_CASE = Fixed(CaseRow.select(*_THIS_CASE))
_USED = Fixed(ReceiptRow.select(tables.receipts.c.lookup == bindparam("lookup")))
_CASE_AND_KEYS = Fixed(
    select(tables.cases, tables.reporter_keys)
    .join_from(tables.cases, tables.reporter_keys, _KEYS.case_id == tables.cases.c.id, isouter=True)
    .where(*_THIS_CASE)
    .order_by(_KEYS.generation)
)
_OF_CASE = len(tables.cases.columns)  # the first columns of such a row; the rest are the keys'
_NEWEST = select(func.max(_KEYS.generation)).where(_KEYS.case_id == bindparam("case_id"))
_ITEMS = Fixed(
    ItemRow.select(
        tables.items.c.case_id == bindparam("case_id"),
        or_(tables.items.c.compartment == "dialogue", tables.items.c.compartment == "identity"),
    )
)
# No error, which PostgreSQL would write down with the time at which somebody came.
_CLAIM = Fixed(insert(tables.receipts), ending="ON CONFLICT DO NOTHING")


@dataclass(frozen=True, slots=True)
class NewReport:
    """Every row of a report: all of them are written, or none."""

    receipt: ReceiptRow
    case: CaseRow
    inbox_keys: InboxKeysRow
    reporter_keys: ReporterKeysRow
    items: Sequence[ItemRow]
    attachment_ids: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class ReporterCase:
    """All that a lookup reaches."""

    case: CaseRow
    reporter_keys: Sequence[ReporterKeysRow]
    items: Sequence[ItemRow]


def insert_report(db: Connection, report: NewReport) -> None:
    """Write a report.

    Raises `DuplicateError` when the receipt was used before, and `ConflictError` when the inbox
    has a newer epoch than the one it was sealed for, or a file is gone.
    """
    insert_rows(db, [report.case])
    if _CLAIM.run(db, report.receipt.values()) != 1:
        raise DuplicateError("the receipt was used before")
    insert_rows(db, [report.inbox_keys])
    directory.check_epoch(db, report.inbox_keys)
    insert_rows(db, [report.reporter_keys])
    insert_rows(db, report.items)
    attachments.bind(db, report.attachment_ids, report.case.id)


def find_case(db: Connection, lookup: bytes) -> CaseRow | None:
    """Give what is open of a receipt's case, if there is one."""
    return next((CaseRow(*row) for row in _CASE.rows(db, {"lookup": lookup})), None)


def was_used(db: Connection, lookup: bytes) -> bool:
    """Say whether a receipt was ever used, whatever has become of its case."""
    return bool(_USED.rows(db, {"lookup": lookup}))


def find(db: Connection, lookup: bytes) -> ReporterCase | None:
    """Give the report of a receipt, if there is one."""
    found = _CASE_AND_KEYS.rows(db, {"lookup": lookup})
    if not found:
        return None
    case = CaseRow(*found[0][:_OF_CASE])
    return ReporterCase(
        case,
        [ReporterKeysRow(*row[_OF_CASE:]) for row in found if row[_OF_CASE] is not None],
        [ItemRow(*row) for row in _ITEMS.rows(db, {"case_id": case.id})],
    )


def insert_message(
    db: Connection, item: ItemRow, generation: int, attachment_ids: Sequence[bytes] = ()
) -> None:
    """Write a message from the reporter, with its files; holds the case until the end.

    Raises `DuplicateError` when it was written before, and `ConflictError` when the case has a
    newer generation of keys or a file is gone.
    """
    cases.lock(db, item.case_id)
    if db.execute(_NEWEST, {"case_id": item.case_id}).scalar() != generation:
        raise ConflictError("the case has new keys")
    item.insert(db)
    attachments.bind(db, attachment_ids, item.case_id)
    removal.written(db, item, attachment_ids)


def check_follows(db: Connection, case_id: bytes, position: int) -> None:
    """Raise `ConflictError` unless the message just written at ``position`` is the last.

    For what answers the message before it.
    """
    if cases.count_messages(db, case_id) != position + 1:
        raise ConflictError("something was written meanwhile")


def replace_identity(db: Connection, identity: ItemRow, position: int) -> None:
    """Put one identity item in the place of all there are; after the message that tells of it.

    A case has one such item whatever happens, so that their number tells nothing. Raises
    `ConflictError` when the dialogue has other messages than ``position`` before that one: of
    giving and withdrawing, the later one must hold.
    """
    check_follows(db, identity.case_id, position)
    item = tables.items.c
    removal.remove_items(
        db, item.case_id == identity.case_id, item.compartment == identity.compartment
    )
    identity.insert(db)
    removal.written(db, identity)


def replace_receipt(
    db: Connection, old: bytes, new: ReceiptRow, keys: Sequence[ReporterKeysRow]
) -> None:
    """Have a case found under another lookup, its keys sealed to another reporter key.

    ``keys``: every generation. The old lookup stays, as used, and finds nothing any more. After
    the message that tells of it, which holds the case. Raises `ConflictError` when the old one
    finds the case no longer, and `DuplicateError` when the new one was used before.
    """
    receipt, sealed = tables.receipts.c, tables.reporter_keys.c
    result = db.execute(
        update(tables.receipts)
        .where(receipt.lookup == old, receipt.case_id == new.case_id)
        .values(case_id=None)
    )
    if result.rowcount != 1:
        raise ConflictError("the receipt was replaced meanwhile")
    new.insert(db)
    db.execute(delete(tables.reporter_keys).where(sealed.case_id == new.case_id))
    ReporterKeysRow.insert_all(db, keys)
