"""Digests of sealed rows, the same on both databases: what the log holds of them.

SHA-256 over a label, the kind and the row's columns in the order of the table, each with its length
before it as eight bytes, big-endian. Whole numbers are eight bytes, big-endian; days are ISO; text
is UTF-8. ``docs/data.md`` says so too, so that others can check a log without this code.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from whistle.storage.rows import AttachmentRow, InboxRecordRow, ItemRow, RegistrationRow

if TYPE_CHECKING:
    from hashlib import _Hash

_LABEL = b"whistle/v1/sealed-row"
_STATE_LABEL = b"whistle/v1/sealed-state"
_NUMBER_BYTES = 8


class Kind(StrEnum):
    """What the log knows of. A row's key: the ids in brackets, one after the other.

    Of keys it knows only that there are some: they are sealed anew whenever a case moves.
    """

    ITEM = "item"  # (case, item)
    ATTACHMENT = "attachment"  # (attachment), of a case
    REGISTRATION = "registration"  # (case)
    KEYS = "keys"  # (case)
    REPORTER_KEYS = "reporter-keys"  # (case, generation as eight bytes)
    RECORD = "record"  # (record of an inbox)


def item_digest(row: ItemRow) -> bytes:
    """Digest a message, an identity or a note."""
    columns = (row.case_id, row.id, row.compartment, row.generation, row.version, row.body)
    return _over(Kind.ITEM, *columns).digest()


def registration_digest(row: RegistrationRow) -> bytes:
    """Digest a registration."""
    return _over(Kind.REGISTRATION, row.case_id, row.version, row.body).digest()


def record_digest(row: InboxRecordRow) -> bytes:
    """Digest a record of an inbox."""
    return _over(Kind.RECORD, row.id, row.inbox_id, row.kind, row.epoch, row.body).digest()


def attachment_digest(row: AttachmentRow, chunks: Iterable[bytes]) -> bytes:
    """Digest a file of a case; ``chunks``: all of its bodies, in their order."""
    found = _over(Kind.ATTACHMENT, row.id, row.case_id or b"", row.started)
    for body in chunks:
        _add(found, body)
    return found.digest()


def presence_digest(kind: Kind, key: bytes) -> bytes:
    """Digest that there is a row, whatever stands in it."""
    return _over(kind, key).digest()


def state_digest(rows: Iterable[tuple[str, bytes, bytes, bytes]]) -> bytes:
    """Digest what the log knows of all sealed rows: kind, key, progress and digest of each."""
    found = hashlib.sha256()
    _add(found, _STATE_LABEL)
    for row in rows:
        for column in row:
            _add(found, column)
    return found.digest()


def show_progress(generation: int, epoch: int, version: int) -> bytes:
    """Say how far a registration has come: 24 bytes, of which the later ones are greater."""
    return b"".join(map(_number, (generation, epoch, version)))


def show_epoch(epoch: int) -> bytes:
    """Say how far a record of an inbox has come: 8 bytes, of which the later ones are greater."""
    return _number(epoch)


def show_generation(case_id: bytes, generation: int) -> bytes:
    """Give the key of a case's keys for its reporter."""
    return case_id + _number(generation)


def _over(kind: Kind, *columns: bytes | str | int | date) -> "_Hash":
    found = hashlib.sha256()
    for column in (_LABEL, kind, *columns):
        _add(found, column)
    return found


def _add(found: "_Hash", column: bytes | str | int | date) -> None:
    encoded = _encoded(column)
    found.update(_number(len(encoded)) + encoded)


def _encoded(column: bytes | str | int | date) -> bytes:
    if isinstance(column, bytes):
        return column
    if isinstance(column, int):
        return _number(column)
    return (column if isinstance(column, str) else column.isoformat()).encode()


def _number(value: int) -> bytes:
    return value.to_bytes(_NUMBER_BYTES, "big")
