"""Length-prefixed fields: the canonical bytes of what is signed or kept in one sealed value."""

import struct
from collections.abc import Iterable

from whistle.crypto.errors import ContentError

_LENGTH_BYTES = 4
_length = struct.Struct(">I").unpack_from


def join_fields(fields: Iterable[bytes]) -> bytes:
    """Write each field as a big-endian u32 length and its bytes."""
    return b"".join(len(field).to_bytes(_LENGTH_BYTES, "big") + field for field in fields)


def split_fields(encoded: bytes) -> list[bytes]:
    """Read what `join_fields` wrote; raise `ContentError` when it does not come out even."""
    fields, position, end = [], 0, len(encoded)
    while position < end:
        start = position + _LENGTH_BYTES
        position = end + 1 if start > end else start + _length(encoded, position)[0]
        if position > end:
            raise ContentError("a field is cut short")
        fields.append(encoded[start:position])
    return fields
