"""Queries: how often signing in failed of late."""

from datetime import datetime

from sqlalchemy import Connection, delete, update

from whistle.storage.rows import SignInFailureRow
from whistle.storage.tables import sign_in_failures

_column = sign_in_failures.c


def of(db: Connection, account_hash: bytes) -> SignInFailureRow | None:
    """Give the count of an account."""
    return SignInFailureRow.first(db, SignInFailureRow.select(_column.account_hash == account_hash))


def locked(db: Connection, account_hash: bytes) -> SignInFailureRow | None:
    """Give the count of an account; nobody else changes it before this transaction is over."""
    query = SignInFailureRow.select(_column.account_hash == account_hash).with_for_update()
    return SignInFailureRow.first(db, query)


def count(
    db: Connection, account_hash: bytes, before: SignInFailureRow | None, now: datetime
) -> None:
    """Count one more than ``before``, as `of` gave it.

    Raises `DuplicateError` when there was no row and somebody else has inserted one meanwhile.
    """
    if before is None:
        SignInFailureRow(account_hash, 1, now).insert(db)
        return
    db.execute(
        update(sign_in_failures)
        .where(_column.account_hash == account_hash)
        .values(failures=before.failures + 1, last=now)
    )


def forget(db: Connection, account_hash: bytes) -> None:
    """Delete a count."""
    db.execute(delete(sign_in_failures).where(_column.account_hash == account_hash))


def forget_before(db: Connection, moment: datetime) -> None:
    """Delete what was counted before a moment."""
    db.execute(delete(sign_in_failures).where(_column.last < moment))
