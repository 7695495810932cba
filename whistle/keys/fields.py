"""Length-prefixed fields: the canonical bytes of what is signed or kept in one sealed value."""

from collections.abc import Iterable

from whistle.crypto.errors import ContentError

_LENGTH_BYTES = 4


def join_fields(fields: Iterable[bytes]) -> bytes:
    """Write each field as a big-endian u32 length and its bytes."""
    return b"".join(len(field).to_bytes(_LENGTH_BYTES, "big") + field for field in fields)


def split_fields(encoded: bytes) -> list[bytes]:
    """Read what `join_fields` wrote; raise `ContentError` when it does not come out even."""
    fields, position = [], 0
    while position < len(encoded):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(encoded[position:start], "big")
        if position > len(encoded):
            raise ContentError("a field is cut short")
        fields.append(encoded[start:position])
    return fields
