"""The register of requests for access over all of a member's cases, each with its law's clock.

Where nobody has answered is found by the dates of the registrations; what was answered long ago
stands in the cases alone, and is looked for in all of them when somebody asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.casework.dates import registered_in
from whistle.casework.filters import DAMAGED
from whistle.crypto.errors import SealingError
from whistle.domain.filed import AccessRequest
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.keys import texts
from whistle.keys.bulk import BulkInbox
from whistle.keys.cases import Compartment
from whistle.keys.directory import TrustedInbox
from whistle.keys.filed import Filed
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import tables
from whistle.storage.case_lists import keys_of, passed_on
from whistle.storage.dated_cases import DatedCase, dated_cases
from whistle.storage.rows import CaseRow, ItemRow

AT_ONCE = 200  # cases whose items are in memory together
_OF_KIND = b'"kind":"access"'  # as canonical JSON writes it


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A request for access, and the case that it is about. ``title``: as given; may be empty."""

    inbox: TrustedInbox
    case: CaseRow
    title: str
    filed_id: bytes
    request: AccessRequest

    def is_late(self, today: date) -> bool:
        """Whether it was not answered on its last day, or is not yet."""
        return (self.request.answered or today) > self.request.by


@dataclass(frozen=True, slots=True)
class Register:
    """Requests: those that wait and are late first, those answered last.

    ``damaged``: how many cases did not open, or not wholly.
    """

    asked: Sequence[Asked]
    damaged: int


def access_register(cases: Cases, *, answered: bool, exported: str = "") -> Register:
    """Give the requests of every case; logged before anything is shown.

    ``answered``: those, too, that have been. ``exported``: as which kind of file it leaves.
    """
    opened = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    cases.note(*(_listed(inbox, exported) for inbox in opened.values()))
    with cases.here.store.read() as db:
        reader = _Reader(db, opened)
        found = [one for row in reader.candidates(answered=answered) for one in reader.read(row)]
    wanted = [one for one in found if answered or one.request.answered is None]
    wanted.sort(key=_place)
    return Register(wanted, len(reader.damaged))


def _place(one: Asked) -> tuple[bool, date, date, bytes]:
    done = one.request.answered
    return done is not None, one.request.by, one.request.received, one.filed_id


@dataclass(frozen=True, slots=True, repr=False)
class _Candidate:
    """A case that may have requests, with its registration and its items of casework."""

    dated: DatedCase
    registration: Registration
    items: Sequence[bytes]


class _Reader:
    """Reads the cases of some inboxes; what does not open hides nothing else."""

    def __init__(self, db: Connection, opened: Mapping[bytes, InboxKeys]) -> None:
        self.damaged: set[bytes] = set()
        self._db, self._opened = db, opened
        self._bulk = {inbox_id: BulkInbox(inbox) for inbox_id, inbox in opened.items()}
        self._moved = {keys.case_id: keys for keys in passed_on(db, list(opened))}

    def candidates(self, *, answered: bool) -> Iterator[_Candidate]:
        """Give the cases that may have requests, or that have ones that wait."""
        rows = dated_cases(self._db, list(self._opened))
        known = [(row, told) for row in rows if (told := self._registration(row, answered))]
        for first in range(0, len(known), AT_ONCE):
            some = known[first : first + AT_ONCE]
            items = self._items([row.case.id for row, _told in some])
            for row, told in some:
                yield _Candidate(row, told, items[row.case.id])

    def read(self, one: _Candidate) -> Iterator[Asked]:
        """Give a case's requests as they are now; none that was deleted."""
        newest: dict[bytes, Filed] = {}
        for encoded in one.items:
            try:
                filed = Filed.read(texts.read(encoded))
            except SealingError:
                self.damaged.add(one.dated.case.id)
                continue
            if filed.filed_id not in newest or newest[filed.filed_id].version < filed.version:
                newest[filed.filed_id] = filed
        for filed in newest.values():
            if not filed.deleted and isinstance(filed.content, AccessRequest):
                case, inbox = one.dated.case, self._opened[one.dated.case.inbox_id].inbox
                yield Asked(inbox, case, one.registration.title, filed.filed_id, filed.content)

    def _registration(self, row: DatedCase, answered: bool) -> Registration | None:  # noqa: FBT001
        moved = self._moved.get(row.case.id)
        try:
            encoded = registered_in(self._bulk[row.case.inbox_id], row, moved)
            if not encoded or (not answered and b'"due":' not in encoded):
                return None
            told = Registration.decode(encoded)
        except (SealingError, *DAMAGED):
            self.damaged.add(row.case.id)
            return None
        waits = any(due.kind is DueKind.ACCESS for due in told.due)
        return told if answered or waits else None

    def _items(self, case_ids: Sequence[bytes]) -> Mapping[bytes, Sequence[bytes]]:
        """Open the items of cases in which a request may stand."""
        found: dict[bytes, list[bytes]] = {one: [] for one in case_ids}
        keys, column = keys_of(self._db, case_ids), tables.items.c
        query = ItemRow.select(
            column.case_id.in_(case_ids), column.compartment == Compartment.CASEWORK
        )
        for row in ItemRow.all(self._db, query):
            try:
                case = self._bulk[keys[row.case_id].inbox_id].case(keys[row.case_id])
                kind = (row.compartment, row.generation, row.version)
                encoded = case.open(kind, row.id, row.body)
            except (SealingError, *DAMAGED):
                self.damaged.add(row.case_id)
                continue
            if _OF_KIND in encoded:
                found[row.case_id].append(encoded)
        return found


def _listed(inbox: InboxKeys, exported: str) -> Deed:
    """Say that an inbox's requests were listed; openly where there is no key to seal with."""
    how = {"way": exported} if exported else {}
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.ACCESS_LISTED, inbox, **how)
    return Deed(Logged.ACCESS_LISTED, {"inbox": inbox.inbox.inbox_id.hex(), **how})
