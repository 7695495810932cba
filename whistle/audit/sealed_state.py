"""Which sealed rows there should be, as the daily batches of the log tell, and whether they are.

A batch tells digests alone: of rows that came, and of rows that went.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from sqlalchemy import Connection, select

from whistle.audit.findings import Fault, Finding
from whistle.crypto.errors import ContentError
from whistle.crypto.merkle import HASH_BYTES
from whistle.keys.canonical import Json, as_string
from whistle.storage.digests import Kind
from whistle.storage.log_tables import removed_rows
from whistle.storage.sealed_rows import current, known


class SealedState:
    """All digests that came and did not go since, each with the entry that told of it."""

    def __init__(self) -> None:
        """Begin before the first batch."""
        self._there: dict[bytes, int] = {}
        self._gone: dict[bytes, int] = {}
        self.rows = 0
        self.waiting = 0

    def batch(self, number: int, about: Json) -> None:
        """Take in the batch that entry ``number`` tells; raise `ContentError` where it is none."""
        came, went = _digests(about.get("came")), _digests(about.get("went"))
        for digest in went:
            self._there.pop(digest, None)
            self._gone[digest] = number
        for digest in came:
            self._gone.pop(digest, None)
            self._there[digest] = number

    def compare(self, db: Connection) -> list[Finding]:
        """Hold the rows that are there against the state; the rows are all read."""
        missing = dict(self._there)
        older: dict[bytes, int] = {}
        for digest in _live(db):
            self.rows += 1
            if missing.pop(digest, None) is None:
                if digest in self._gone:
                    older[digest] = self._gone[digest]
                else:
                    self.waiting += 1
        for digest in _excused(db):
            missing.pop(digest, None)
        names = {row.digest: row.kind for kind in Kind for row in known(db, kind)}
        return [*_older(older), *_missing(missing, names)]


def _live(db: Connection) -> Iterator[bytes]:
    for kind in Kind:
        for found in current(db, kind):
            yield found.digest()


def _excused(db: Connection) -> Iterator[bytes]:
    """Give what went, or was written anew, since the last batch: the next one will tell of it."""
    yield from db.execute(select(removed_rows.c.digest)).scalars()
    progress = {found.key: found.progress for found in current(db, Kind.REGISTRATION)}
    for row in known(db, Kind.REGISTRATION):
        if progress.get(row.key, b"") > row.progress:
            yield row.digest


def _older(found: Mapping[bytes, int]) -> Iterator[Finding]:
    for number, count in _by_entry(found):
        yield Finding(
            Fault.ROWS_OLDER,
            f"{count} sealed rows are as they were before entry {number} logged that they went or "
            "were written anew: an older copy was put back.",
            number,
        )


def _missing(found: Mapping[bytes, int], names: Mapping[bytes, str]) -> Iterator[Finding]:
    kinds: dict[int, set[str]] = {}
    for digest, number in found.items():
        kinds.setdefault(number, set()).add(names.get(digest, "unknown"))
    for number, count in _by_entry(found):
        yield Finding(
            Fault.ROWS_MISSING,
            f"{count} sealed rows that entry {number} logged as come in are not there, or not as "
            f"they came ({', '.join(sorted(kinds[number]))}).",
            number,
        )


def _by_entry(found: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    for number, same in groupby(sorted(found.values())):
        yield number, len(list(same))


def _digests(value: object) -> list[bytes]:
    if not isinstance(value, list):
        raise ContentError("not a list of digests")
    try:
        digests = [bytes.fromhex(as_string(one)) for one in value]
    except ValueError as error:
        raise ContentError("not digests") from error
    if any(len(one) != HASH_BYTES for one in digests):
        raise ContentError("not digests")
    return digests
