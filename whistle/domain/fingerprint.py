"""Fingerprints as people compare them: an inbox's on paper, a member's by voice.

An inbox's has five groups of four hex digits, 80 bits. A member's is read over the telephone, where
b, d and e sound alike: five groups of five decimal digits, 83 bits.
"""

import re

SHORT_BYTES = 10
SPOKEN_DIGITS = 25
_GROUP, _SPOKEN_GROUP = 4, 5
_SEPARATORS = re.compile(r"[\s.:\u2010-\u2015-]")


def show_fingerprint(digest: bytes) -> str:
    """Write the first 80 bits of a SHA-256 digest."""
    return _grouped(digest[:SHORT_BYTES].hex(), _GROUP)


def read_fingerprint(text: str) -> bytes | None:
    """Read what `show_fingerprint` wrote, however it was spaced; none when it is no fingerprint."""
    digits = re.sub(r"[\s:-]", "", text)
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        return None
    return value if len(value) == SHORT_BYTES else None


def show_spoken(digest: bytes) -> str:
    """Write a SHA-256 digest, as a big-endian number, modulo 10²⁵."""
    number = int.from_bytes(digest, "big") % 10**SPOKEN_DIGITS
    return _grouped(f"{number:0{SPOKEN_DIGITS}d}", _SPOKEN_GROUP)


def read_spoken(text: str) -> str | None:
    """Give what `show_spoken` wrote, however it was typed; none when it is no fingerprint."""
    digits = _SEPARATORS.sub("", text)
    is_one = len(digits) == SPOKEN_DIGITS and digits.isascii() and digits.isdigit()
    return _grouped(digits, _SPOKEN_GROUP) if is_one else None


def _grouped(symbols: str, size: int) -> str:
    return " ".join(symbols[start : start + size] for start in range(0, len(symbols), size))
