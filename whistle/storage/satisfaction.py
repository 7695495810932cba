"""Queries of the three questions: who has answered, and answers that wait to be added up.

Nothing ties the two tables to each other, or either of them to a case.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, update

from whistle.storage import directory, tables
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.fixed import Fixed, insert_rows
from whistle.storage.rows import SatisfactionAnswerRow

_ANSWER = tables.satisfaction_answers.c
# No error, which PostgreSQL would write down with the time at which somebody came; and no look at
# the table, to which the anonymous door has no right.
_USE = Fixed(insert(tables.satisfaction_used), ending="ON CONFLICT DO NOTHING")
_WAITING = SatisfactionAnswerRow.select(_ANSWER.inbox_id == bindparam("inbox_id"))
_OLD = _WAITING.where(_ANSWER.epoch < bindparam("key_epoch")).order_by(_ANSWER.id)
_RENEW = (
    update(tables.satisfaction_answers)
    .where(_ANSWER.id == bindparam("of"), _ANSWER.epoch == bindparam("old_epoch"))
    .values(epoch=bindparam("new_epoch"), sealed=bindparam("new_sealed"))
)


def answer(db: Connection, nullifier: bytes, row: SatisfactionAnswerRow, epoch: int) -> None:
    """Store an answer, once for each ``nullifier``.

    Raises `DuplicateError` when that one has answered, and `ConflictError` when ``epoch`` is not
    the inbox's newest any more.
    """
    if _USE.run(db, {"nullifier": nullifier}) != 1:
        raise DuplicateError("this receipt has answered")
    insert_rows(db, [row])
    directory.check_epochs(db, {row.inbox_id: epoch})


def waiting(db: Connection, inbox_id: bytes) -> Sequence[SatisfactionAnswerRow]:
    """Give the answers of an inbox that wait, in the order of their ids."""
    return SatisfactionAnswerRow.all(db, _WAITING.order_by(_ANSWER.id), inbox_id=inbox_id)


def remove(db: Connection, answer_ids: Sequence[bytes]) -> None:
    """Erase answers; raise `ConflictError` where one of them is gone."""
    table = tables.satisfaction_answers
    if db.execute(delete(table).where(_ANSWER.id.in_(answer_ids))).rowcount != len(answer_ids):
        raise ConflictError("somebody has added these up")


def old(db: Connection, inbox_id: bytes, key_epoch: int) -> Sequence[SatisfactionAnswerRow]:
    """Give the answers of an inbox that are sealed for a key before ``key_epoch``."""
    return SatisfactionAnswerRow.all(db, _OLD, inbox_id=inbox_id, key_epoch=key_epoch)


def renew(
    db: Connection,
    renewed: Sequence[tuple[SatisfactionAnswerRow, SatisfactionAnswerRow]],
    epoch: int,
) -> None:
    """Bring answers of one inbox, old and new, under its new key; those that are gone stay gone.

    Raises `ConflictError` when ``epoch`` is not the inbox's newest any more.
    """
    directory.hold_epoch(db, renewed[0][0].inbox_id, epoch)
    values = [
        {
            "of": new.id,
            "old_epoch": before.epoch,
            "new_epoch": new.epoch,
            "new_sealed": new.sealed,
        }
        for before, new in renewed
    ]
    db.execute(_RENEW, values)
