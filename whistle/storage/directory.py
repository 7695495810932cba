"""Queries: inboxes, statements and grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, or_, select, tuple_

from whistle.storage import membership, tables
from whistle.storage.errors import ConflictError
from whistle.storage.fixed import Fixed
from whistle.storage.rows import (
    GrantRow,
    InboxKeysRow,
    InboxRow,
    RecoveryGrantRow,
    StatementRow,
)

_NEWEST_EPOCH = Fixed(
    select(func.max(tables.statements.c.epoch)).where(
        tables.statements.c.inbox_id == bindparam("inbox_id")
    )
)
_HOLD = (
    select(tables.inboxes.c.id)
    .where(tables.inboxes.c.id == bindparam("inbox_id"))
    .with_for_update(read=True, key_share=True)
)


def statements(db: Connection, inbox_id: bytes) -> Sequence[StatementRow]:
    """Give an inbox's statements, oldest first."""
    column = tables.statements.c
    query = StatementRow.select(column.inbox_id == inbox_id).order_by(column.epoch)
    return StatementRow.all(db, query)


def newest_epoch(db: Connection, inbox_id: bytes) -> int:
    """Give an inbox's newest epoch, 0 where it has none."""
    [[newest]] = _NEWEST_EPOCH.rows(db, {"inbox_id": inbox_id})
    return newest or 0


def hold_epoch(db: Connection, inbox_id: bytes, epoch: int) -> None:
    """Let no step be taken in an inbox until this transaction ends; `ConflictError` if one was.

    For whoever brings a case under the keys of ``epoch``: those of an epoch that is over are
    deleted as soon as no row refers to it.
    """
    db.execute(_HOLD, {"inbox_id": inbox_id})
    _check(db, inbox_id, epoch)


def check_epochs(db: Connection, epochs: Mapping[bytes, int]) -> None:
    """Raise `ConflictError` when a step was taken in any of these inboxes since they were read.

    For whoever has to know every inbox that a member is in: hold the member first.
    """
    for inbox_id, epoch in epochs.items():
        _check(db, inbox_id, epoch)


def check_epoch(db: Connection, keys: InboxKeysRow) -> None:
    """Raise `ConflictError` when ``keys``, just inserted, are of an epoch that is over.

    As `hold_epoch` without a statement of its own: on PostgreSQL a row that refers to an inbox
    holds it. So this comes after the row, or a step could be taken between the two.
    """
    _check(db, keys.inbox_id, keys.epoch)


def _check(db: Connection, inbox_id: bytes, epoch: int) -> None:
    if newest_epoch(db, inbox_id) != epoch:
        raise ConflictError("the inbox has new keys")


def grants_of(db: Connection, member_id: bytes) -> Sequence[GrantRow]:
    """Give every grant of a member."""
    return GrantRow.all(db, GrantRow.select(tables.grants.c.member_id == member_id))


def recovery_grants(db: Connection, inbox_id: bytes) -> Sequence[RecoveryGrantRow]:
    """Give what is kept for the trustees of an inbox, by epoch."""
    column = tables.recovery_grants.c
    query = RecoveryGrantRow.select(column.inbox_id == inbox_id).order_by(column.epoch)
    return RecoveryGrantRow.all(db, query)


def inboxes(db: Connection) -> Sequence[InboxRow]:
    """Give every inbox that was founded, confirmed or not."""
    column = tables.inboxes.c
    return InboxRow.all(db, InboxRow.select().order_by(column.channel, column.kind))


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that comes with an inbox's next statement: all of it is stored, or nothing.

    ``members``: the ids of all who are members now; grants of anybody else are deleted. Grants
    take the place of those there are for the same epoch and holder.
    """

    statement: StatementRow
    members: Sequence[bytes]
    grants: Sequence[GrantRow]
    recovery_grants: Sequence[RecoveryGrantRow]


def add_step(db: Connection, step: Step) -> None:
    """Store the next statement of an inbox; `ConflictError` when somebody else was quicker.

    Who has left is given nothing: a statement names them until those who stay have seen to it. On
    PostgreSQL whoever is storing a case in this inbox is waited for, and whoever comes after sees
    the new epoch.
    """
    inbox_id = step.statement.inbox_id
    db.execute(select(tables.inboxes.c.id).where(tables.inboxes.c.id == inbox_id).with_for_update())
    if newest_epoch(db, inbox_id) != step.statement.epoch - 1:
        raise ConflictError("the inbox has another statement already")
    step.statement.insert(db)
    grant, recovery = tables.grants.c, tables.recovery_grants.c
    renewed = {(row.epoch, row.member_id) for row in step.grants}
    db.execute(
        delete(tables.grants).where(
            grant.inbox_id == inbox_id,
            or_(
                grant.member_id.not_in(step.members),
                tuple_(grant.epoch, grant.member_id).in_(renewed),
            ),
        )
    )
    gone = membership.gone(db)
    GrantRow.insert_all(db, [row for row in step.grants if row.member_id not in gone])
    epochs = [row.epoch for row in step.recovery_grants]
    db.execute(
        delete(tables.recovery_grants).where(
            recovery.inbox_id == inbox_id, recovery.epoch.in_(epochs)
        )
    )
    RecoveryGrantRow.insert_all(db, step.recovery_grants)


def has_statements(db: Connection) -> bool:
    """Say whether there is a key directory at all."""
    return db.execute(select(tables.statements.c.epoch).limit(1)).first() is not None
