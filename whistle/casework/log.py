"""Reading the log: all of it, as far as this member's keys open it, or all about one case.

A member is shown the entries of their own inboxes, and those that are open. That somebody worked
at another inbox is left out, though an export holds it: an adviser could tell from it that the
reserve has a report about them. Reading is itself an act, and logged before anything is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from sqlalchemy import Connection

from whistle.audit.checkpoints import note_key
from whistle.audit.entries import (
    NO_ID,
    Details,
    InboxLogKey,
    leaf_content,
    open_details,
    opening_of,
)
from whistle.audit.export import export
from whistle.audit.log import deed
from whistle.audit.old_keys import log_keys
from whistle.audit.proofs import disclose
from whistle.casework.cases import Cases, OpenedCase
from whistle.crypto.errors import SealingError
from whistle.crypto.merkle import leaf_hash
from whistle.domain.clock import DANISH
from whistle.domain.logged import Actor, Logged
from whistle.keys.cases import open_registration
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage import case_lists
from whistle.storage import log_lists as queries
from whistle.storage.log import EntryRow, newest_checkpoint
from whistle.storage.rows import CaseRow
from whistle.storage.tables import ID_BYTES

PAGE_SIZE = 50
# What the person concerned is told: who opened the report, and what was done in its dialogue.
TOLD = frozenset(
    {
        Logged.CASE_OPENED,
        Logged.IDENTITY_OPENED,
        Logged.ANSWERS_OPENED,
        Logged.FILE_OPENED,
        Logged.ANSWERED,
        Logged.CASE_CLOSED,
        Logged.CASE_REOPENED,
        Logged.RECUSED,
        Logged.HANDED_BACK,
    }
)
# SQLite keeps whatever type somebody writes into a row.
_DAMAGED = (SealingError, OverflowError, ValueError, TypeError, AttributeError)
MOST_LOOKED_THROUGH = 10_000  # entries, for one page: the next page goes on from there
LEEWAY = timedelta(days=100)  # that a clock may have been wrong by, unnoticed


class Access(Enum):
    """What this member can read of an entry's details."""

    READ = "all of it"
    DAMAGED = "it is not what was logged, or its key is gone"


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with its details, where they open. ``inbox``: the reader's, that it is sealed to."""

    row: EntryRow
    access: Access
    details: Details | None = None
    inbox: TrustedInbox | None = None

    def about(self, name: str) -> bytes | None:
        """Give an id that the details name; none where they do not."""
        return next(iter(self.ids(name)), None)

    def ids(self, name: str) -> list[bytes]:
        """Give the ids that the details name, one or several; what is none is left out."""
        told = self.details.about.get(name) if self.details else None
        found = []
        for one in told if isinstance(told, list) else [told]:
            with suppress(ValueError):
                found.append(bytes.fromhex(one if isinstance(one, str) else ""))
        return [one for one in found if len(one) == ID_BYTES]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page of the log shall show.

    ``who``: one member's, by 16 bytes, or housekeeping's or the commands'. ``act``: to be found,
    details have to be opened. ``before``: the number to go on from; none for the newest.
    """

    day: date | None = None
    who: bytes | Actor | None = None
    act: Logged | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class NamedCase:
    """A case that entries name: one of the reader's inboxes'. ``title``: empty, or given."""

    inbox: TrustedInbox
    row: CaseRow
    title: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, the newest first.

    ``older``: the number to go on from, none at the end. ``cases``: those they name, by id.
    """

    entries: Sequence[ReadEntry]
    older: int | None
    cases: Mapping[bytes, NamedCase]


@dataclass(frozen=True, slots=True)
class CaseLog:
    """All that was done to a case since it came to the inbox where it lies, the oldest first.

    ``damaged``: entries of that inbox that do not open: they may be about this case.
    """

    opened: OpenedCase
    entries: Sequence[ReadEntry]
    damaged: int


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What of a case's log is for the person concerned, the oldest first.

    ``proved``: how many of the entries stand in the log of the newest checkpoint.
    """

    opened: OpenedCase
    entries: Sequence[ReadEntry]
    proved: int


def read_log(cases: Cases, wanted: Wanted) -> LogPage:
    """Give a page of the log; raises as `Cases.note`."""
    cases.note(deed(Logged.LOG_READ))
    with cases.here.store.read() as db:
        reader = _Reader(cases, db)
        part = replace(_part(db, wanted), inboxes=reader.inboxes)
        found: list[ReadEntry] = []
        older = None
        for row in queries.newest_first(db, part):
            entry = reader.wanted(row, wanted.act)
            if entry is None:
                continue
            if len(found) == PAGE_SIZE:
                older = found[-1].row.number
                break
            found.append(entry)
        if older is None and part.first > _first(db, wanted):
            older = part.first
        return LogPage(found, older, reader.named(found))


def read_case_log(cases: Cases, case_id: bytes) -> CaseLog | None:
    """Give everything that was done to a case, by entries of the inbox where it lies.

    None when the case is closed to this member.
    """

    def step(opened: OpenedCase) -> CaseLog:
        cases.looking(opened, deed(Logged.LOG_READ, opened.inbox, case=case_id))
        with cases.here.store.read() as db:
            entries, damaged = _of_case(_Reader(cases, db), db, opened)
        return CaseLog(opened, entries, damaged)

    return cases.attempt(case_id, step)


def hand_out(cases: Cases, case_id: bytes) -> HandedOut | None:
    """Give what the person concerned may know: who opened the report, and what came of it."""

    def step(opened: OpenedCase) -> HandedOut:
        cases.looking(opened, deed(Logged.LOG_HANDED_OUT, opened.inbox, case=case_id))
        with cases.here.store.read() as db:
            entries, _ = _of_case(_Reader(cases, db), db, opened)
            checkpoint = newest_checkpoint(db)
        told = [entry for entry in entries if _is_told(entry)]
        size = checkpoint.size if checkpoint else 0
        return HandedOut(opened, told, sum(entry.row.number < size for entry in told))

    return cases.attempt(case_id, step)


def prove_case_log(cases: Cases, case_id: bytes) -> list[bytes] | None:
    """Give each entry of `hand_out` with its proof, as `whistle.audit.proofs.disclose` writes it.

    Those that are newer than the newest checkpoint are left out: nothing proves them yet.
    """

    def step(opened: OpenedCase) -> list[bytes]:
        cases.looking(opened, deed(Logged.LOG_HANDED_OUT, opened.inbox, case=case_id))
        with cases.here.store.read() as db:
            reader, checkpoint = _Reader(cases, db), newest_checkpoint(db)
            if checkpoint is None:
                return []
            entries, _ = _of_case(reader, db, opened)
            return [
                disclose(db, entry.row, reader.opening(entry.row), checkpoint)
                for entry in entries
                if _is_told(entry) and entry.row.number < checkpoint.size
            ]

    return cases.attempt(case_id, step)


def export_log(cases: Cases) -> Iterator[bytes]:
    """Give a copy of the whole log, sealed as it is, line by line; raises as `Cases.note`."""
    cases.note(deed(Logged.LOG_EXPORTED))
    return _copied(cases)


def _copied(cases: Cases) -> Iterator[bytes]:
    here = cases.here
    with here.store.read() as db:
        yield from export(db, note_key(here.id, here.log_public))


def _of_case(reader: "_Reader", db: Connection, opened: OpenedCase) -> tuple[list[ReadEntry], int]:
    """Open an inbox's entries since a case of it came; give the case's, and count the damaged."""
    entries, damaged = [], 0
    first = _first_of_case(db, opened.case.received, reader.today)
    for row in queries.of_inbox(db, opened.case.inbox_id, first):
        entry = reader.read_if(opened.case.id.hex(), row)
        if entry is None:
            continue
        damaged += entry.access is Access.DAMAGED
        if entry.about("case") == opened.case.id:
            entries.append(entry)
    return entries, damaged


def _first_of_case(db: Connection, received: date, today: date) -> int:
    """Give a number before which no entry is about a case; 0 where only all entries will do.

    Days and times are a clock's, which may have been wrong when the case came, or since.
    """
    first = queries.first_since(db, _midnight(received - LEEWAY))
    return 0 if received > today or first == queries.size(db) else first


def _is_told(entry: ReadEntry) -> bool:
    return entry.details is not None and entry.details.act in TOLD


class _Reader:
    """Opens entries with the log keys that a member has."""

    def __init__(self, cases: Cases, db: Connection) -> None:
        self.today = cases.here.clock.today()
        self._installation = cases.here.id
        self._db = db
        self._inboxes = {one.inbox.inbox_id: one for one in cases.inboxes_opened()}
        self._keys = {
            inbox_id: log_keys(db, cases.here.id, inbox)
            for inbox_id, inbox in self._inboxes.items()
        }

    @property
    def inboxes(self) -> Sequence[bytes]:
        """Whose entries this member is shown."""
        return (NO_ID, *self._inboxes)

    def read(self, row: EntryRow) -> ReadEntry:
        """Open an entry, or say why not; a damaged one breaks nothing."""
        keys: Mapping[int, InboxLogKey] = self._keys.get(row.inbox_id, {})
        inbox = self._inboxes.get(row.inbox_id)
        trusted = inbox.inbox if inbox else None
        if not _is_whole(row):
            return ReadEntry(row, Access.DAMAGED, inbox=trusted)
        try:
            details = open_details(self._installation, row, keys.get(row.epoch))
        except _DAMAGED:
            return ReadEntry(row, Access.DAMAGED, inbox=trusted)
        return ReadEntry(row, Access.READ, details, trusted)

    def wanted(self, row: EntryRow, act: Logged | None) -> ReadEntry | None:
        """Open an entry; none where it does not tell of ``act``."""
        if act is None:
            return self.read(row)
        entry = self.read_if(act, row)
        return entry if entry and entry.details and entry.details.act is act else None

    def read_if(self, said: str, row: EntryRow) -> ReadEntry | None:
        """Open an entry that may say something; none where it opens and does not: that is quick."""
        try:
            _, encoded = self.opening(row)
        except _DAMAGED:
            return self.read(row)
        return self.read(row) if said.encode() in encoded else None

    def opening(self, row: EntryRow) -> tuple[bytes, bytes]:
        """Give salt and details of an entry that opens."""
        keys: Mapping[int, InboxLogKey] = self._keys.get(row.inbox_id, {})
        return opening_of(self._installation, row, keys.get(row.epoch))

    def named(self, entries: Sequence[ReadEntry]) -> dict[bytes, NamedCase]:
        """Give the cases that entries name, where they lie in an inbox of this member's."""
        ids = {case_id for entry in entries if (case_id := entry.about("case"))}
        return {
            row.case.id: NamedCase(inbox.inbox, row.case, _title(inbox, row))
            for row in case_lists.load(self._db, sorted(ids))
            if (inbox := self._inboxes.get(row.case.inbox_id))
        }


def _title(inbox: InboxKeys, row: case_lists.ListedCase) -> str:
    if not row.keys.in_vault or row.registration is None:
        return ""
    try:
        return open_registration(inbox, row.keys, row.registration).title
    except SealingError:
        return ""


def _is_whole(row: EntryRow) -> bool:
    try:
        return leaf_hash(leaf_content(row)) == row.leaf
    except _DAMAGED:  # a number that no entry has
        return False


def _part(db: Connection, wanted: Wanted) -> queries.Part:
    since, until = _bounds(wanted.day)
    end = queries.size(db) if until is None else queries.end_before(db, until)
    last = end if wanted.before is None else min(end, wanted.before)
    first = max(_first(db, wanted), last - MOST_LOOKED_THROUGH)
    who = wanted.who
    return queries.Part(
        first,
        last,
        since,
        until,
        actor_kind=Actor.MEMBER if isinstance(who, bytes) else who,
        actor=who if isinstance(who, bytes) else None,
    )


def _first(db: Connection, wanted: Wanted) -> int:
    since, _ = _bounds(wanted.day)
    return 0 if since is None else queries.first_since(db, since)


def _bounds(day: date | None) -> tuple[int | None, int | None]:
    """Give when a Danish day begins, and when the next one does, in Unix seconds."""
    if day is None:
        return None, None
    return _midnight(day), _midnight(day + timedelta(days=1))


def _midnight(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), DANISH).astimezone(UTC).timestamp())
