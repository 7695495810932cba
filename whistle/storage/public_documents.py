"""Queries of what is published: the one table whose rows anybody may read, sealed to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, delete, func, select

from whistle.storage import tables
from whistle.storage.rows import Row

_DOCUMENT = tables.public_documents.c
_ABOUT = (
    _DOCUMENT.id,
    _DOCUMENT.kind,
    _DOCUMENT.title,
    _DOCUMENT.day,
    _DOCUMENT.name,
    _DOCUMENT.media_type,
)


@dataclass(frozen=True, slots=True)
class PublicDocumentRow(Row):
    """A document, or a record, that everybody may read.

    ``turn``: of a report, how many were published with it and before it; no two have the same.
    """

    table = tables.public_documents
    id: bytes
    kind: str
    title: str
    day: date
    name: str
    media_type: str
    body: bytes
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document without its file. ``size``: of the file, in bytes."""

    id: bytes
    kind: str
    title: str
    day: date
    name: str
    media_type: str
    size: int


_NEWEST_FIRST = (_DOCUMENT.day.desc(), _DOCUMENT.title, _DOCUMENT.id)
_LIST = select(*_ABOUT, func.length(_DOCUMENT.body)).order_by(*_NEWEST_FIRST)
_ONE = PublicDocumentRow.select(_DOCUMENT.id == bindparam("id"))
_OF_KIND = PublicDocumentRow.select(_DOCUMENT.kind == bindparam("kind")).order_by(*_NEWEST_FIRST)
_REMOVE = delete(tables.public_documents).where(_DOCUMENT.id == bindparam("of"))


def listed(db: Connection) -> Sequence[ListedDocument]:
    """Give everything that is published, without its content, the newest day first."""
    return [ListedDocument(*row) for row in db.execute(_LIST)]


def get(db: Connection, document_id: bytes) -> PublicDocumentRow | None:
    """Give something that is published, if it is there."""
    return PublicDocumentRow.first(db, _ONE, id=document_id)


def of_kind(db: Connection, kind: str) -> Sequence[PublicDocumentRow]:
    """Give what is published of a kind, with its content, the newest day first."""
    return PublicDocumentRow.all(db, _OF_KIND, kind=kind)


def remove(db: Connection, document_id: bytes) -> bool:
    """Take something down; false when it is not there."""
    return bool(db.execute(_REMOVE, {"of": document_id}).rowcount)
