"""Which sealed rows there should be, as the daily batches of the log tell, and whether they are.

A batch tells digests alone: of rows that came, and of rows that went.
"""

from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from whistle.audit.findings import Fault, Finding, counted
from whistle.crypto.errors import ContentError
from whistle.crypto.merkle import HASH_BYTES
from whistle.keys.canonical import Json, as_string
from whistle.storage.row_faults import Fault as RowFault
from whistle.storage.row_faults import Faulty, faults


class SealedState:
    """All digests that came and did not go since, each with the entry that told of it."""

    def __init__(self) -> None:
        """Begin before the first batch."""
        self._there: dict[bytes, int] = {}
        self._gone: dict[bytes, int] = {}
        self._returned: list[int] = []

    @property
    def rows(self) -> int:
        """Count the rows that there should be."""
        return len(self._there)

    def batch(self, number: int, about: Json) -> None:
        """Take in the batch that entry ``number`` tells; raise `ContentError` where it is none."""
        came, went = _digests(about.get("came")), _digests(about.get("went"))
        for digest in went:
            self._there.pop(digest, None)
            self._gone[digest] = number
        for digest in came:
            if (
                self._gone.pop(digest, None) is not None
            ):  # nothing is sealed twice to one ciphertext
                self._returned.append(number)
            self._there[digest] = number

    def compare(self, db: Connection) -> list[Finding]:
        """Hold the rows of a database against the state; all of them are read."""
        found = faults(db, self._there, self._gone)
        told = [(self._entry(one), _KINDS[one.fault], one.kind) for one in found]
        told = sorted(told + [(number, Fault.ROWS_OLDER, "") for number in self._returned])
        return [
            _finding(fault, number, [kind for _, _, kind in same])
            for (number, fault), same in groupby(told, key=itemgetter(0, 1))
        ]

    def _entry(self, faulty: Faulty) -> int:
        """Give the entry that told of a row last; housekeeping knows some that no entry told."""
        return self._there.get(faulty.digest, self._gone.get(faulty.digest, -1))


_KINDS = {
    RowFault.MISSING: Fault.ROWS_MISSING,
    RowFault.CHANGED: Fault.ROWS_CHANGED,
    RowFault.OLDER: Fault.ROWS_OLDER,
    RowFault.BACK: Fault.ROWS_OLDER,
}
_TOLD = {
    Fault.ROWS_MISSING: "not there any more, and nobody said that they went",
    Fault.ROWS_CHANGED: "not as they came, and nobody said that they were changed",
    Fault.ROWS_OLDER: "as they were earlier, put back from an older copy",
}


def _finding(fault: Fault, number: int, kinds: list[str]) -> Finding:
    rows = counted(len(kinds), "sealed row", "sealed rows")
    what = ", ".join(sorted({kind or "unknown" for kind in kinds}))
    if number < 0:
        return Finding(fault, f"{rows} ({what}) that were announced as removed: {_TOLD[fault]}.")
    return Finding(fault, f"{rows} ({what}) of entry {number}: {_TOLD[fault]}.", number)


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
