"""The deletion log outside of the database: what a restore has to delete again.

``deletions.json`` stands beside the copies and is written anew at each backup, with what the
database had then: kinds, keys and digests of sealed rows that were removed on purpose, and the
checkpoints of the log. Keys are random ids. No copy is older than 30 days, so older removals are
dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, func, select

from whistle.backup import records
from whistle.backup.errors import CopyError
from whistle.crypto.errors import ContentError
from whistle.domain.copies import MOST_DAYS
from whistle.keys.canonical import Json, as_number, as_object, as_string, check_fields, write_bytes
from whistle.recovery.json_rows import as_any_bytes, as_id, as_list
from whistle.storage import log
from whistle.storage.log_tables import removed_rows

FILE_NAME = "deletions.json"
FORMAT = "whistle-deletions/1"
MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, order=True)
class Removed:
    """A sealed row that was removed on purpose; ``key`` and ``digest`` as in ``removed_row``.

    What was written later under the same key is another row: the same form sent again writes one.
    """

    kind: str
    key: bytes
    digest: bytes
    day: date


@dataclass(frozen=True, slots=True, order=True)
class Checkpoint:
    """A signed checkpoint of the log."""

    day: date
    size: int
    note: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about an installation, as of a day on which its log had ``log_size`` entries.

    ``removed``: each row once. ``checkpoints``: the oldest first.
    """

    installation: bytes
    day: date
    log_size: int
    removed: tuple[Removed, ...]
    checkpoints: tuple[Checkpoint, ...]

    @classmethod
    def of(cls, db: Connection, installation: bytes, today: date) -> Self:
        """Ask a database."""
        column = removed_rows.c
        row = (column.kind, column.key, column.digest)
        query = select(*row, func.max(column.day)).group_by(*row).order_by(*row)
        return cls(
            installation,
            today,
            log.head(db).size,
            tuple(Removed(*row) for row in db.execute(query)),
            tuple(Checkpoint(one.day, one.size, one.note) for one in log.checkpoints(db)),
        )

    def joined(self, others: Iterable[Self]) -> Self:
        """Put together what several know; the day and the length of the log are the newest's."""
        all_of_them = sorted((self, *others), key=lambda one: (one.day, one.log_size))
        removed = {
            (row.kind, row.key, row.digest): row for one in all_of_them for row in one.removed
        }
        checkpoints = {point for one in all_of_them for point in one.checkpoints}
        return replace(
            all_of_them[-1],
            removed=tuple(sorted(removed.values())),
            checkpoints=tuple(sorted(checkpoints)),
        )

    def since(self, day: date) -> Self:
        """Give it without what was removed before a day."""
        return replace(self, removed=tuple(row for row in self.removed if row.day >= day))

    def write(self, path: Path) -> None:
        """Write it as JSON, in the place of what stood there."""
        record = {
            "format": FORMAT,
            "installation": self.installation.hex(),
            "day": self.day.isoformat(),
            "log_size": self.log_size,
            "removed": [
                [row.kind, row.key.hex(), row.digest.hex(), row.day.isoformat()]
                for row in self.removed
            ],
            "checkpoints": [
                {"day": one.day.isoformat(), "size": one.size, "note": write_bytes(one.note)}
                for one in self.checkpoints
            ],
        }
        records.write(path, record)

    @classmethod
    def read(cls, path: Path, installation: bytes) -> Self:
        """Read what `write` wrote; `CopyError` for anything else, or another installation's."""
        record = records.read(path, MOST_BYTES)
        try:
            known = cls._read(record)
        except ContentError as error:
            raise CopyError(f"{path} is no log of deletions, or was damaged") from error
        if known.installation != installation:
            raise CopyError(f"{path} is of another installation")
        return known

    @classmethod
    def _read(cls, record: Json) -> Self:
        check_fields(
            record, "format", "installation", "day", "log_size", "removed", "checkpoints"
        )  # fmt: skip
        if record["format"] != FORMAT:
            raise ContentError("another format")
        return cls(
            as_id(record["installation"]),
            records.as_known_day(record["day"]),
            as_number(record["log_size"]),
            tuple(_removed(row) for row in as_list(record["removed"])),
            tuple(_checkpoint(as_object(one)) for one in as_list(record["checkpoints"])),
        )


def keep(folder: Path, known: Known) -> None:
    """Write what is known beside the copies, and keep what stood there as long as copies live.

    Raises `CopyError` where another installation's stands there, or something damaged: it may be
    all that is known of some deletions.
    """
    path, today = folder / FILE_NAME, known.day
    if path.exists():
        before = Known.read(path, known.installation)
        known = replace(known.joined([before]), day=today, log_size=known.log_size)
    known.since(today - timedelta(days=MOST_DAYS + 1)).write(path)


def _removed(row: object) -> Removed:
    match row:
        case [kind, key, digest, day]:
            row = (as_string(kind), records.as_hex(key), records.as_hex(digest))
            return Removed(*row, records.as_known_day(day))
        case _:
            raise ContentError("no row that was removed")


def _checkpoint(record: Json) -> Checkpoint:
    check_fields(record, "day", "size", "note")
    return Checkpoint(
        records.as_known_day(record["day"]),
        as_number(record["size"]),
        as_any_bytes(record["note"]),
    )
