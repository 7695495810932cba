"""What came and went since the last batch of the log, by what the log knows.

Rows that never change are read once; of a registration, only what has come further since.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, select, update

from whistle.storage import log_tables, removal, tables
from whistle.storage.digests import Kind
from whistle.storage.removal import Announced, RemovedRow
from whistle.storage.sealed_rows import Found, SealedRow, current, known
from whistle.storage.tables import ID_BYTES

_state = log_tables.sealed_rows.c


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch tells: rows that came, rows that went; and what it only keeps in mind.

    ``further``: rows that came further and say the same.
    """

    came: list[SealedRow] = field(default_factory=list)
    went: list[SealedRow] = field(default_factory=list)
    further: list[SealedRow] = field(default_factory=list)


def changes(db: Connection, today: date) -> Changes:
    """Find what came and went before ``today``, by what the log knows.

    What was received, written or removed today is left for a later batch. What is gone, or another
    than it was, without having been announced is left as it is: the log knows it still.
    """
    told = Changes()
    received = select(tables.cases.c.id).where(tables.cases.c.received >= today)
    sorting = _Sorting(
        told,
        today,
        set(db.execute(received).scalars()),
        removal.fresh(db, today),
        removal.removed(db),
    )
    for kind in Kind:
        for now, before in _beside(current(db, kind), known(db, kind)):
            sorting.add(now, before)
    sorting.removed_today(db)
    return told


def learn(db: Connection, told: Changes) -> None:
    """Have the log know what a batch told; in the transaction that appends it."""
    for row in told.went:
        db.execute(delete(log_tables.sealed_rows).where(*_is(row)))
    SealedRow.insert_all(db, told.came)
    for row in told.further:
        db.execute(update(log_tables.sealed_rows).where(*_is(row)).values(progress=row.progress))


@dataclass(frozen=True, slots=True)
class _Sorting:
    told: Changes
    today: date
    received: Collection[bytes]  # cases, today
    fresh: Collection[tuple[str, bytes]]
    removed: Announced

    def add(self, now: Found | None, before: SealedRow | None) -> None:
        """Sort a row by what it is now and what the log knows of it."""
        if before is None:
            if now is not None:
                self._came(now)
        elif now is not None and now.progress > before.progress:
            self._further(now.sealed(), before)
        elif removal.explains(self.removed, before, self.today) and (
            now is None or now.digest() != before.digest
        ):
            self.told.went.append(before)
            if now is not None:
                self._came(now)

    def removed_today(self, db: Connection) -> None:
        """Tell of what was removed today as if it were there: tomorrow it will be gone."""
        told = {(row.kind, row.key) for row in self.told.came}
        for name, rows in self.removed.items():
            row = max(rows, key=lambda one: one.day)
            known_or_new = name in told or name in self.fresh or row.key[:ID_BYTES] in self.received
            if row.day >= self.today and not known_or_new and not _knows(db, row):
                self.told.came.append(SealedRow(row.kind, row.key, row.progress, row.digest))

    def _came(self, now: Found) -> None:
        if now.case_id in self.received or (now.kind, now.key) in self.fresh:
            return
        row, removed = now.sealed(), self.removed.get((now.kind, now.key), ())
        if all(one.digest != row.digest for one in removed):  # else an older copy was put back
            self.told.came.append(row)

    def _further(self, row: SealedRow, before: SealedRow) -> None:
        if row.digest == before.digest:
            self.told.further.append(row)
        else:
            self.told.went.append(before)
            self.told.came.append(row)


def _beside(
    now: Iterator[Found], before: Iterator[SealedRow]
) -> Iterator[tuple[Found | None, SealedRow | None]]:
    """Pair rows with the same key; both come in the order of their keys."""
    left, right = next(now, None), next(before, None)
    while left or right:
        if right is None or (left is not None and left.key < right.key):
            yield left, None
            left = next(now, None)
        elif left is None or right.key < left.key:
            yield None, right
            right = next(before, None)
        else:
            yield left, right
            left, right = next(now, None), next(before, None)


def _knows(db: Connection, row: RemovedRow) -> bool:
    return db.execute(select(_state.key).where(*_is(row))).first() is not None


def _is(row: SealedRow | RemovedRow) -> tuple[ColumnElement[bool], ...]:
    return (_state.kind == row.kind, _state.key == row.key)
