"""An entry as JSON, as exports and disclosed entries write it, and its leaf.

Ids and hashes are hexadecimal, bodies base64. ``docs/log.md`` describes the form.
"""

import base64
import struct
from binascii import a2b_base64
from hashlib import sha256
from typing import TypeAlias

from whistle.audit.entries import NO_ID, PREFIX
from whistle.crypto.errors import ContentError
from whistle.crypto.merkle import HASH_BYTES
from whistle.keys.canonical import Json
from whistle.storage.log import EntryRow

# Number, time, kind of actor, actor, inbox, epoch, commitment, body, leaf: as `EntryRow` has them,
# but a million of these are read while somebody waits, and any of them may be somebody's forgery.
Raw: TypeAlias = tuple[int, int, int, bytes, bytes, int, bytes, bytes, bytes]
UNREADABLE: Raw = (0, 0, 0, b"", b"", 0, b"", b"", b"")  # stands for one that could not be read

FIELDS = (
    "number",
    "time",
    "actor_kind",
    "actor",
    "inbox",
    "epoch",
    "commitment",
    "body",
    "leaf",
)
NUMBERS = "number", "time", "actor_kind", "epoch"
_LEAF = b"\x00" + PREFIX
_NUMBER = struct.Struct(">Q")
_CONTENT = struct.Struct(">QQB16s16sI32s32s")
_ID_BYTES = len(NO_ID)


def write_entry(row: EntryRow) -> Json:
    """Write an entry as a JSON object."""
    return {
        "number": row.number,
        "time": row.time,
        "actor_kind": row.actor_kind,
        "actor": row.actor.hex(),
        "inbox": row.inbox_id.hex(),
        "epoch": row.epoch,
        "commitment": row.commitment.hex(),
        "body": base64.b64encode(row.body).decode(),
        "leaf": row.leaf.hex(),
    }


def read_entry(record: object) -> Raw:
    """Read an entry; raise `ContentError` for what is none. Whether it is true is not looked at."""
    if not isinstance(record, dict) or len(record) != len(FIELDS):
        raise ContentError("not an entry")
    try:
        if any(type(record[name]) is not int for name in NUMBERS):  # `true` would pass for 1
            raise ContentError("not an entry")
        return (
            record["number"],
            record["time"],
            record["actor_kind"],
            bytes.fromhex(record["actor"]),
            bytes.fromhex(record["inbox"]),
            record["epoch"],
            bytes.fromhex(record["commitment"]),
            a2b_base64(record["body"], strict_mode=True),
            bytes.fromhex(record["leaf"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError("not an entry") from error


def leaf_of(raw: Raw) -> bytes:
    """Give the leaf that an entry should have, whatever it says of it itself.

    Raises `ContentError` for fields that no entry has: lengths are fixed, so that nothing can be
    moved from one field into the next without being seen.
    """
    number, time, kind, actor, inbox, epoch, commitment, body, _ = raw
    try:
        if len(actor) != _ID_BYTES or len(inbox) != _ID_BYTES or len(commitment) != HASH_BYTES:
            raise ContentError("fields that no entry has")
        content = _CONTENT.pack(
            number, time, kind, actor, inbox, epoch, commitment, sha256(body).digest()
        )
    except (TypeError, struct.error) as error:
        raise ContentError("fields that no entry has") from error
    return sha256(_LEAF + content).digest()


def tail_of(raw: Raw) -> bytes:
    """Give all of a leaf's content that stands behind its number; of what `leaf_of` takes."""
    return _CONTENT.pack(0, *raw[1:7], sha256(raw[7]).digest())[_NUMBER.size :]


def leaf_at(number: int, tail: bytes) -> bytes:
    """Give the leaf of an entry under another number."""
    return sha256(_LEAF + _NUMBER.pack(number) + tail).digest()
