"""The sealed rows held against the log, as an outsider does who has no key."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from whistle.storage import removal
from whistle.storage.digests import Kind
from whistle.storage.removal import Announced
from whistle.storage.sealed_rows import Found, SealedRow, current, known


class Fault(Enum):
    """What is wrong with a sealed row."""

    MISSING = "gone, and nobody said so"
    CHANGED = "not what it was"
    OLDER = "older than what the log knows"
    BACK = "removed, and there again"


@dataclass(frozen=True, slots=True)
class Faulty:
    """A sealed row that is not as it should be.

    ``digest``: as the log has it. ``kind`` and ``key``: empty where only the log knows of it.
    """

    fault: Fault
    digest: bytes
    kind: str = ""
    key: bytes = b""


def faults(db: Connection, there: Iterable[bytes], gone: Collection[bytes]) -> list[Faulty]:
    """Hold the sealed rows against what the log's batches tell; in a snapshot, to read.

    ``there``: the digests that came and did not go since; ``gone``: those that went. What came, was
    removed or came further since the last batch is no fault where it was announced, or it is a
    registration.
    """
    missing, announced = set(there), removal.removed(db)
    removed = {row.digest for rows in announced.values() for row in rows}
    found = []
    for kind in Kind:
        for now in current(db, kind):
            digest = now.digest()
            if digest in removed or (digest in gone and digest not in missing):
                found.append(Faulty(Fault.BACK, digest, kind, now.key))
            missing.discard(digest)
    return [*found, *_missing(db, missing, announced)]


def _missing(db: Connection, missing: set[bytes], announced: Announced) -> Iterator[Faulty]:
    for kind in Kind if missing else ():
        lost = {row.key: row for row in known(db, kind) if row.digest in missing}
        missing.difference_update(row.digest for row in lost.values())
        for key in [key for key, row in lost.items() if removal.explains(announced, row)]:
            del lost[key]
        yield from _faulty(current(db, kind), lost)
    for digest in sorted(missing):
        yield Faulty(Fault.MISSING, digest)


def _faulty(rows: Iterator[Found], lost: dict[bytes, SealedRow]) -> Iterator[Faulty]:
    for now in rows if lost else ():
        row = lost.pop(now.key, None)
        if row is not None and now.progress <= row.progress:
            fault = Fault.CHANGED if now.progress == row.progress else Fault.OLDER
            yield Faulty(fault, row.digest, row.kind, row.key)
    for row in lost.values():
        yield Faulty(Fault.MISSING, row.digest, row.kind, row.key)
