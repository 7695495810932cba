"""Which cases words can stand in, told without reading what they say.

A case is sifted by its texts as they lie in their records, folded (`whistle.domain.sieve`). What
was folded once is remembered, sealed with the case's key, for as long as the case stays as it is;
so the next search opens one value of a case where the first one opened each of its texts. It only
ever rules a case out: whatever is shown is opened again, from the database. Names and contact
details are not remembered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter

from sqlalchemy import Connection

from whistle.casework.filters import DAMAGED
from whistle.crypto.errors import SealingError
from whistle.domain.sieve import Sieve, fold_record
from whistle.keys.bulk import BulkCase, BulkInbox
from whistle.keys.cases import Compartment
from whistle.keys.remembered import Remembered, State
from whistle.storage import case_texts
from whistle.storage.rows import InboxKeysRow, RegistrationRow

TEXTS = (Compartment.DIALOGUE, Compartment.CASEWORK)
NAMES = (Compartment.IDENTITY,)
AT_ONCE = 1000  # cases whose keys are in memory together


class OpenCase:
    """One case while it is looked through. What does not open hides nothing else of it."""

    __slots__ = ("_case", "_inbox", "damaged", "keys", "registration", "version")

    def __init__(self, keys: InboxKeysRow, inbox: BulkInbox) -> None:
        """Open a case's keys, and what was handed over with them."""
        self.keys, self._inbox, self.damaged = keys, inbox, False
        self.version, self.registration = 0, b""
        self._case: BulkCase | None = None
        try:
            self._case = inbox.case(keys)
            if not keys.in_vault:
                self.registration = inbox.handed_over(keys)
        except (SealingError, *DAMAGED):
            self.damaged = True

    @property
    def id(self) -> bytes:
        """The case's id."""
        return self.keys.case_id

    def state(self, version: int, items: int) -> State:
        """Say how a case stands: casework changes the version, a reporter the number of items."""
        return self.keys.generation, version, items

    def recall(self, boxed: bytes) -> bytes | None:
        """Open what was remembered, if it was boxed with the case's newest key."""
        with suppress(SealingError):
            return self._case.memory().open(boxed) if self._case else None
        return None

    def box(self, folded: bytes) -> bytes | None:
        """Box what may be remembered: nothing of a case that is new here, or damaged."""
        if self.damaged or not self.keys.in_vault or not self._case:
            return None
        with suppress(SealingError):
            return self._case.memory().box(folded)
        return None

    def register(self, row: RegistrationRow) -> None:
        """Open what is registered."""
        self.version = row.version
        try:
            if self.keys.in_vault:
                self.registration = self._inbox.registration(self.keys.epoch, row)
        except (SealingError, *DAMAGED):
            self.damaged = True

    def open(self, items: Iterable[case_texts.Item]) -> list[tuple[str, bytes]]:
        """Open items: of each the compartment and the canonical bytes."""
        opened: list[tuple[str, bytes]] = []
        case = self._case
        if case is None:
            return opened
        for item in items:
            try:
                opened.append((item[2], case.open(item[2:5], item[1], item[5])))
            except (SealingError, *DAMAGED):
                self.damaged = True
        return opened

    def folded(self, records: Iterable[bytes]) -> bytes:
        """Fold records, to be sifted together."""
        there = list(records)
        try:
            return fold_record(b"\n".join(there))
        except UnicodeDecodeError:
            self.damaged = True
        return b"\n".join(self._folded_one_by_one(there))

    @staticmethod
    def _folded_one_by_one(records: Iterable[bytes]) -> Iterator[bytes]:
        for record in records:
            try:
                yield fold_record(record)
            except UnicodeDecodeError:
                continue


@dataclass(frozen=True, slots=True)
class Sifted:
    """The cases that all words can stand in, and those that did not open, or not wholly."""

    may: set[bytes]
    damaged: set[bytes]


class Sifter:
    """Sifts cases of a member's inboxes for one search."""

    def __init__(
        self,
        db: Connection,
        remembered: Remembered,
        bulk: Mapping[bytes, BulkInbox],
        sieve: Sieve,
        *,
        names: bool,
    ) -> None:
        """Look in ``bulk``, by the inbox's id; in names and contact details only if asked to."""
        self._db, self._remembered, self._bulk = db, remembered, bulk
        self._sieve, self._names = sieve, names

    def sift(self, case_ids: Sequence[bytes]) -> Sifted:
        """Sift cases, in the order in which they are stored."""
        ordered, sifted = sorted(case_ids), Sifted(set(), set())
        for first in range(0, len(ordered), AT_ONCE):
            self._sift(ordered[first : first + AT_ONCE], sifted)
        return sifted

    def _sift(self, case_ids: Sequence[bytes], sifted: Sifted) -> None:
        rows = case_texts.sealed_keys(self._db, case_ids)
        cases = {row.case_id: OpenCase(row, self._bulk[row.inbox_id]) for row in rows}
        unread = dict(cases)
        lacking: dict[bytes, Sequence[bytes]] = {}
        for case_id, folded in chain(self._recalled(unread), self._read(unread)):
            missing = self._sieve.missing(folded)
            if missing:
                lacking[case_id] = missing
        if self._names:
            self._look_in_names(cases, lacking)
        sifted.may.update(cases.keys() - lacking.keys())
        sifted.damaged.update(one for one, case in cases.items() if case.damaged)

    def _recalled(self, unread: dict[bytes, OpenCase]) -> Iterator[tuple[bytes, bytes]]:
        """Give the folded texts of the cases that are remembered as they are, and take them out."""
        known = [one for one in unread if one in self._remembered]
        if not known:
            return
        versions = dict(case_texts.versions(self._db, known))
        items = dict(case_texts.item_counts(self._db, known, TEXTS))
        for case_id in known:
            case = unread[case_id]
            state = case.state(versions.get(case_id, 0), items.get(case_id, 0))
            boxed = self._remembered.recall(case_id, state)
            folded = case.recall(boxed) if boxed else None
            if folded is not None:
                del unread[case_id]
                yield case_id, folded

    def _read(self, unread: Mapping[bytes, OpenCase]) -> Iterator[tuple[bytes, bytes]]:
        """Open and fold the texts of cases, and remember them."""
        wanted = list(unread)
        for row in case_texts.registrations(self._db, wanted):
            unread[row[0]].register(RegistrationRow(*row))
        without = set(unread)
        for case_id, items in groupby(case_texts.items(self._db, wanted, TEXTS), key=itemgetter(0)):
            without.discard(case_id)
            yield case_id, self._fold(unread[case_id], list(items))
        for case_id in without:
            yield case_id, self._fold(unread[case_id], ())

    def _fold(self, case: OpenCase, items: Sequence[case_texts.Item]) -> bytes:
        opened = case.open(items)
        folded = case.folded([case.registration, *(record for _, record in opened)])
        boxed = case.box(folded)
        if boxed:
            self._remembered.keep(case.id, case.state(case.version, len(items)), boxed)
        return folded

    def _look_in_names(
        self, cases: Mapping[bytes, OpenCase], lacking: dict[bytes, Sequence[bytes]]
    ) -> None:
        """Take out what stands in names and contact details."""
        rows = case_texts.items(self._db, list(lacking), NAMES)
        for case_id, items in groupby(rows, key=itemgetter(0)):
            case = cases[case_id]
            folded = case.folded(record for _, record in case.open(items))
            lacking[case_id] = self._sieve.missing(folded, lacking[case_id])
            if not lacking[case_id]:
                del lacking[case_id]
