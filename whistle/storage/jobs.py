"""Queries of housekeeping: who is at it, and what is done for which day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, or_, select, update

from whistle.storage import log_tables
from whistle.storage.engine import Store
from whistle.storage.errors import DoneError, DuplicateError
from whistle.storage.rows import Row

_lease, _done = log_tables.job_leases.c, log_tables.jobs_done.c


@dataclass(frozen=True, slots=True)
class LeaseRow(Row):
    """Somebody's turn at a job. ``until``: seconds since 1970, UTC; after it, anybody's."""

    table = log_tables.job_leases
    job: str
    holder: bytes
    until: int


@dataclass(frozen=True, slots=True)
class DoneRow(Row):
    """A job that was done for a day: it is done once."""

    table = log_tables.jobs_done
    job: str
    day: date


def take(store: Store, lease: LeaseRow, now: int) -> bool:
    """Take a job, or hold it for longer; false while somebody else has it.

    Compare and set: of any number who try at once, one gets it.
    """
    free = or_(_lease.until <= now, _lease.holder == lease.holder)
    with store.write() as db:
        result = db.execute(
            update(log_tables.job_leases)
            .where(_lease.job == lease.job, free)
            .values(holder=lease.holder, until=lease.until)
        )
        if result.rowcount or LeaseRow.first(db, LeaseRow.select(_lease.job == lease.job)):
            return bool(result.rowcount)
    try:
        with store.write() as db:
            lease.insert(db)
    except DuplicateError:
        return False
    return True


def give_back(store: Store, lease: LeaseRow) -> None:
    """Let the next one have a job, unless somebody else has taken it over."""
    with store.write() as db:
        db.execute(
            delete(log_tables.job_leases).where(
                _lease.job == lease.job, _lease.holder == lease.holder
            )
        )


def is_done(db: Connection, job: str, day: date) -> bool:
    """Say whether a job was done for a day."""
    query = select(_done.job).where(_done.job == job, _done.day == day)
    return db.execute(query).first() is not None


def finish(db: Connection, job: str, day: date) -> None:
    """Note that a job is done for a day, in the transaction that does it.

    Raises `DoneError` when it was done before: then all of this is undone.
    """
    try:
        DoneRow(job, day).insert(db)
    except DuplicateError as error:
        raise DoneError(job) from error


def forget_done(db: Connection, before: date) -> None:
    """Drop what was done for days before one."""
    db.execute(delete(log_tables.jobs_done).where(_done.day < before))
