"""The log as JSON Lines: a header, the checkpoints, then every entry in order.

``docs/log.md`` describes the form, so that others can check an export without this code. Written
and read line by line: it may be longer than there is memory.
"""

import json
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import Connection

from whistle.audit.evidence import Evidence, Kept
from whistle.audit.written import UNREADABLE, Raw, read_entry, write_entry
from whistle.crypto.errors import ContentError, NoteShapeError, ProofError
from whistle.crypto.merkle import Frontier
from whistle.crypto.notes import NoteKey
from whistle.keys.canonical import Json, as_number, as_object, as_string, check_fields, dump
from whistle.storage import log as queries

FORMAT = "whistle-log/1"
LONGEST_LINE = 32 * 1024 * 1024  # bytes: a batch tells of every row of its day
_MOST_CHECKPOINTS = 100_000
_DECODER = json.JSONDecoder()


def export(db: Connection, key: NoteKey) -> Iterator[bytes]:
    """Write the log of a database, line by line, in one snapshot."""
    head, checkpoints = queries.head(db), queries.checkpoints(db)
    yield _line(
        {
            "format": FORMAT,
            "key": key.show(),
            "size": head.size,
            "roots": head.encode().hex(),
            "checkpoints": len(checkpoints),
        }
    )
    for row in checkpoints:
        yield _line({"day": row.day.isoformat(), "note": row.note.decode()})
    for entry in queries.entries(db, last=head.size):
        yield _line(write_entry(entry))


def _line(record: Json) -> bytes:
    return dump(record) + b"\n"


def read_export(file: BinaryIO) -> Evidence:
    """Read an export, its entries when they are asked for.

    Raises `ContentError` where the file does not begin as one. What is wrong further down is for
    the check to find.
    """
    lines = _lines(file)
    record = _record(next(lines, None))
    if record.get("format") != FORMAT:
        raise ContentError("not an export of a log in a version that is known")
    check_fields(record, "format", "key", "size", "roots", "checkpoints")
    count = as_number(record["checkpoints"])
    if count > _MOST_CHECKPOINTS:
        raise ContentError("more checkpoints than a log has")
    try:
        key = NoteKey.parse(as_string(record["key"]))
    except NoteShapeError as error:
        raise ContentError("not the key of a log") from error
    numbered = zip(range(count), lines, strict=False)
    kept = (_checkpoint(line, place) for place, line in numbered)
    return Evidence(key, kept, _head(record), lambda: map(_entry, lines))


def _head(record: Json) -> Frontier | None:
    try:
        return Frontier.decode(as_number(record["size"]), bytes.fromhex(as_string(record["roots"])))
    except (ValueError, ProofError):
        return None


def _checkpoint(line: bytes | None, place: int) -> Kept:
    """Take a checkpoint as it stands; whether it is one is checked with its signature."""
    try:
        record = _record(line)
        note = as_string(record.get("note")).encode()
    except (ContentError, UnicodeEncodeError):
        return Kept.beside(None, None, place)
    return Kept.beside(record.get("day"), note, place)


def _entry(line: bytes | None) -> Raw:
    try:
        return read_entry(_record(line))
    except ContentError:
        return UNREADABLE


def _record(line: bytes | None) -> Json:
    try:
        text = (line or b"").decode()
        record, end = _DECODER.raw_decode(text)  # twice as fast as `json.loads` of bytes
    except (ValueError, RecursionError) as error:
        raise ContentError("not a line of an export") from error
    if text[end:].strip():
        raise ContentError("more than one value on a line of an export")
    return as_object(record)


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Give lines; none for one that is too long for memory."""
    while line := file.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
        else:
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
            yield None
