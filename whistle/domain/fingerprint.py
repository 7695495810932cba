"""Fingerprints as people write them on paper: 80 bits, in five groups of four hex digits."""

import re

SHORT_BYTES = 10
_GROUP = 4


def show_fingerprint(digest: bytes) -> str:
    """Write the first 80 bits of a SHA-256 digest."""
    digits = digest[:SHORT_BYTES].hex()
    return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def read_fingerprint(text: str) -> bytes | None:
    """Read what `show_fingerprint` wrote, however it was spaced; none when it is no fingerprint."""
    digits = re.sub(r"[\s:-]", "", text)
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        return None
    return value if len(value) == SHORT_BYTES else None
