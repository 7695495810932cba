"""The office's book: reading it, writing in it, striking out.

Whoever may read citizens' cases, may. Nobody's words are overwritten without being shown: who is
slower gets `Done.CHANGED`. What is struck out can be taken back until the next thing is written,
which erases it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.entering import inbox_to_enter
from whistle.casework.learning.publishing import deeds_of, follow
from whistle.domain.channel import Channel
from whistle.domain.logged import Logged
from whistle.keys.book import Entry, KeptEntry, Page, open_entries, seal_entry
from whistle.keys.canonical import dump
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import to_json
from whistle.storage import inbox_records
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import RecordKind
from whistle.storage.tables import ID_BYTES

_Page = TypeVar("_Page", bound=Page)
Change: TypeAlias = Callable[[Page], Page]


@dataclass(frozen=True, slots=True)
class OpenedBook:
    """The book as this member's keys open it. ``damaged``: how many rows do not open."""

    inbox: InboxKeys
    entries: Sequence[KeptEntry]
    damaged: int = 0

    def of_kind(self, kind: type[_Page]) -> list[tuple[KeptEntry, _Page]]:
        """Give what is there of a kind and not struck out, the first written first."""
        return [
            (one, one.content)
            for one in self.entries
            if isinstance(one.content, kind) and not one.newest.deleted
        ]

    def find(self, entry_id: bytes) -> KeptEntry | None:
        """Give an entry, struck out or not, if it is there."""
        return next((one for one in self.entries if one.entry_id == entry_id), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Which version of which entry a page showed."""

    entry: bytes
    version: int


def open_book(cases: Cases, kind: type[Page]) -> OpenedBook:
    """Open the book to show what is there of a kind, and log that.

    Raises `NotGrantedError` where this member's keys do not open the citizens' main inbox.
    """
    book = read_book(cases)
    cases.note(deed(Logged.BOOK_OPENED, book.inbox, kind=kind.kind))
    return book


def read_book(cases: Cases) -> OpenedBook:
    """Open the book for something that logs itself; as `open_book`."""
    inbox = inbox_to_enter(cases, Channel.CITIZEN)
    with cases.here.store.read() as db:
        rows = inbox_records.of_kind(db, inbox.inbox.inbox_id, RecordKind.BOOK)
    return OpenedBook(inbox, *open_entries(inbox, rows))


def write_new(cases: Cases, form_id: bytes, content: Page) -> Done:
    """Write an entry; ``form_id`` names the form, so that a double click writes once.

    `Done.CHANGED` when what was written from that form has been struck out since.
    """
    words = content.kind + dump(to_json(content)).decode()
    entry_id = content_digest(cases.here.id, form_id, words, ())[:ID_BYTES]
    book = read_book(cases)
    before = book.find(entry_id)
    if before is not None:
        return Done.CHANGED if before.newest.deleted else Done.ALREADY
    done = _put(cases, book, _version(cases, entry_id, 1, content), Logged.BOOK_WRITTEN)
    return Done.ALREADY if done is Done.CHANGED else done


def change(cases: Cases, where: Place, changed: Change) -> Done:
    """Write a new version; `Done.CHANGED` when ``where.version`` is not the newest.

    ``changed`` is given what it says now, and gives what it shall say.
    """
    book = read_book(cases)
    kept = book.find(where.entry)
    if kept is None or kept.newest.deleted:
        return Done.CHANGED
    content = changed(kept.content)
    if content == kept.content:
        return Done.ALREADY
    if kept.newest.version != where.version:
        return Done.CHANGED
    entry = _version(cases, where.entry, where.version + 1, content)
    return _put(cases, book, entry, Logged.BOOK_CHANGED)


def strike(cases: Cases, where: Place) -> Done:
    """Strike an entry out; `Done.CHANGED` when ``where.version`` is not the newest."""
    book = read_book(cases)
    kept = book.find(where.entry)
    if kept is None or kept.newest.deleted:
        return Done.ALREADY
    if kept.newest.version != where.version:
        return Done.CHANGED
    gone = _version(cases, where.entry, where.version + 1, kept.content)
    return _put(cases, book, replace(gone, deleted=True), Logged.BOOK_DELETED)


def take_back(cases: Cases, entry_id: bytes) -> Done:
    """Undo striking an entry out; `Done.CHANGED` when it has been erased."""
    book = read_book(cases)
    kept = book.find(entry_id)
    if kept is None:
        return Done.CHANGED
    if not kept.newest.deleted:
        return Done.ALREADY
    entry = _version(cases, entry_id, kept.newest.version + 1, kept.content)
    return _put(cases, book, entry, Logged.UNDONE)


def _version(cases: Cases, entry_id: bytes, version: int, content: Page) -> Entry:
    now = cases.here.clock.now().replace(microsecond=0)
    return Entry(entry_id, version, cases.keyring.member_id, now, content)


def _put(cases: Cases, book: OpenedBook, entry: Entry, act: Logged) -> Done:
    done = deed(act, book.inbox, item=entry.entry_id, kind=entry.content.kind)
    kept = book.find(entry.entry_id)
    before = kept.newest if kept else None
    try:
        with cases.log.write(done, *deeds_of(entry, before)) as db:
            inbox_records.insert(db, [seal_entry(book.inbox, entry)], book.inbox.inbox.epoch)
            _erase_struck(db, book, entry)
            follow(db, entry, before)
    except DuplicateError:
        return Done.CHANGED
    return Done.YES


def _erase_struck(db: Connection, book: OpenedBook, entry: Entry) -> None:
    """Erase what was struck out before, but for the entry that is being written."""
    for one in book.entries:
        if one.newest.deleted and one.entry_id != entry.entry_id:
            for row_id in one.row_ids:
                inbox_records.remove(db, book.inbox.inbox.inbox_id, row_id)
