"""The sealed rows as they are, and those that the log knows: each by its key and digest.

Both are given in the order of their keys, so that they can be read beside each other and nothing is
held in memory. Nothing here needs a key, and nothing is written.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from whistle.storage import log_tables, tables
from whistle.storage.digests import (
    Kind,
    attachment_digest,
    item_digest,
    presence_digest,
    record_digest,
    registration_digest,
    show_epoch,
    show_generation,
    show_progress,
    state_digest,
)
from whistle.storage.rows import AttachmentRow, InboxRecordRow, ItemRow, RegistrationRow, Row

_state = log_tables.sealed_rows.c
_item, _file, _chunk = tables.items.c, tables.attachments.c, tables.chunks.c
_registration, _keys = tables.registrations.c, tables.inbox_keys.c
_reporter, _record = tables.reporter_keys.c, tables.inbox_records.c
# Put together once, as that takes longer than running them.
_ITEM = ItemRow.select(_item.case_id == bindparam("of"), _item.id == bindparam("item"))
_REGISTRATION = RegistrationRow.select(_registration.case_id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class SealedRow(Row):
    """A sealed row by its digest.

    ``progress``: how far a registration or an anonymised record has come; else nothing.
    """

    table = log_tables.sealed_rows
    kind: str
    key: bytes
    progress: bytes
    digest: bytes


class Found(NamedTuple):
    """A sealed row that is there; ``digest`` reads what is in it.

    ``case_id``: none of an anonymised record, as nothing says of which case it is.
    """

    kind: Kind
    key: bytes
    case_id: bytes
    progress: bytes
    digest: Callable[[], bytes]

    def sealed(self) -> SealedRow:
        """Read it."""
        return SealedRow(self.kind, self.key, self.progress, self.digest())


def known(db: Connection, kind: Kind) -> Iterator[SealedRow]:
    """Give the rows of a kind that the log knows, in the order of their keys."""
    for row in _each(db, SealedRow.select(_state.kind == kind).order_by(_state.key)):
        if all(isinstance(column, bytes) for column in row[1:]):  # SQLite keeps any type
            yield SealedRow(*row)


def state(db: Connection) -> bytes:
    """Digest all that the log knows, so that it can be signed and nobody can change it unseen."""
    return state_digest(
        (kind, row.key, row.progress, row.digest)
        for kind in sorted(Kind)
        for row in known(db, kind)
    )


def current(db: Connection, kind: Kind) -> Iterator[Found]:
    """Give the rows of a kind that are there, in the order of their keys."""
    return _CURRENT[kind](db)


def _items(db: Connection) -> Iterator[Found]:
    def digest(case_id: bytes, item_id: bytes) -> bytes:
        return item_digest(ItemRow(*db.execute(_ITEM, {"of": case_id, "item": item_id}).one()))

    query = select(_item.case_id, _item.id).order_by(_item.case_id, _item.id)
    for case_id, item_id in _each(db, query):
        yield Found(
            Kind.ITEM,
            case_id + item_id,
            case_id,
            b"",
            partial(digest, case_id, item_id),
        )


def _attachments(db: Connection) -> Iterator[Found]:
    def digest(row: AttachmentRow) -> bytes:
        query = select(_chunk.body).where(_chunk.attachment_id == row.id).order_by(_chunk.number)
        chunks = db.execute(query, execution_options=_FEW_AT_A_TIME).scalars()
        return attachment_digest(row, chunks)

    query = AttachmentRow.select(_file.case_id.is_not(None)).order_by(_file.id)
    for found in _each(db, query):
        row = AttachmentRow(*found)
        yield Found(Kind.ATTACHMENT, row.id, row.case_id or b"", b"", partial(digest, row))


def _registrations(db: Connection) -> Iterator[Found]:
    def digest(case_id: bytes) -> bytes:
        row = db.execute(_REGISTRATION, {"of": case_id}).one()
        return registration_digest(RegistrationRow(*row))

    query = (
        select(_registration.case_id, _keys.generation, _keys.epoch, _registration.version)
        .where(_registration.case_id == _keys.case_id)
        .order_by(_registration.case_id)
    )
    for case_id, *progress in _each(db, query):
        yield Found(
            Kind.REGISTRATION,
            case_id,
            case_id,
            show_progress(*progress),
            partial(digest, case_id),
        )


def _inbox_keys(db: Connection) -> Iterator[Found]:
    for (case_id,) in _each(db, select(_keys.case_id).order_by(_keys.case_id)):
        yield _present(Kind.KEYS, case_id, case_id)


def _reporter_keys(db: Connection) -> Iterator[Found]:
    query = select(_reporter.case_id, _reporter.generation)
    for case_id, generation in _each(db, query.order_by(*query.selected_columns)):
        yield _present(Kind.REPORTER_KEYS, show_generation(case_id, generation), case_id)


def _records(db: Connection) -> Iterator[Found]:
    for found in _each(db, InboxRecordRow.select().order_by(_record.id)):
        row = InboxRecordRow(*found)
        progress = show_epoch(row.epoch)
        yield Found(Kind.RECORD, row.id, b"", progress, partial(record_digest, row))


def _present(kind: Kind, key: bytes, case_id: bytes) -> Found:
    return Found(kind, key, case_id, b"", partial(presence_digest, kind, key))


def _each(db: Connection, query: Select[Any]) -> Iterator[Any]:
    yield from db.execute(query, execution_options={"stream_results": True, "yield_per": 256})


_FEW_AT_A_TIME = {"stream_results": True, "yield_per": 8}  # a chunk is a quarter of a megabyte
_CURRENT: dict[Kind, Callable[[Connection], Iterator[Found]]] = {
    Kind.ITEM: _items,
    Kind.ATTACHMENT: _attachments,
    Kind.REGISTRATION: _registrations,
    Kind.KEYS: _inbox_keys,
    Kind.REPORTER_KEYS: _reporter_keys,
    Kind.RECORD: _records,
}
