"""Which sealed rows there should be, as the daily batches of the log tell, and whether they are.

A batch tells digests alone: of rows that came, and of rows that went; and one over all that the
database keeps of them (``sealed_row``), without which a row could be taken for another.
"""

from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from whistle.audit.findings import Fault, Finding, counted
from whistle.crypto.errors import ContentError
from whistle.crypto.merkle import HASH_BYTES
from whistle.keys.canonical import Json, as_string
from whistle.storage.digests import state_digest
from whistle.storage.row_faults import Fault as RowFault
from whistle.storage.row_faults import Faulty, faults
from whistle.storage.sealed_rows import state


class SealedState:
    """All digests that came and did not go since, each with the entry that told of it."""

    def __init__(self) -> None:
        """Begin before the first batch."""
        self._there: dict[bytes, int] = {}
        self._gone: dict[bytes, int] = {}
        self._returned: list[int] = []
        self._state, self._signed = state_digest(()), 0  # and the entry that told it
        self._altered: list[int] = []  # batches that found another state than the one before left

    @property
    def rows(self) -> int:
        """Count the rows that there should be."""
        return len(self._there)

    def batch(self, number: int, about: Json) -> None:
        """Take in the batch that entry ``number`` tells; raise `ContentError` where it is none."""
        came, went = _digests(about.get("came")), _digests(about.get("went"))
        if "state" in about:  # the last of the entries that are one batch
            before, now = _digests([about.get("before"), about["state"]])
            if before != self._state:
                self._altered.append(number)
            self._state, self._signed = now, number
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
        findings = [
            _finding(fault, number, [kind for _, _, kind in same])
            for (number, fault), same in groupby(told, key=itemgetter(0, 1))
        ]
        findings += [Finding(Fault.STATE, _ALTERED.format(one), one) for one in self._altered]
        if state(db) != self._state:
            findings.append(Finding(Fault.STATE, _STATE.format(self._signed), self._signed))
        return findings

    def _entry(self, faulty: Faulty) -> int:
        """Give the entry that told of a row last; housekeeping knows some that no entry told."""
        return self._there.get(faulty.digest, self._gone.get(faulty.digest, -1))


_KINDS = {
    RowFault.MISSING: Fault.ROWS_MISSING,
    RowFault.CHANGED: Fault.ROWS_CHANGED,
    RowFault.OLDER: Fault.ROWS_OLDER,
    RowFault.BACK: Fault.ROWS_OLDER,
}
_STATE = (
    "What is kept of the sealed rows, beside the log, is not what entry {} told: it was changed, "
    "and rows may be gone or altered that are not named here."
)
_ALTERED = (
    "Entry {} found that what is kept of the sealed rows, beside the log, had been changed since "
    "the batch before it: rows may have gone or been altered then that are not named here."
)
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
