"""Lengths that say little: texts in powers of two, files by PADMÉ (Nikitin et al., PETS 2019)."""

from whistle.crypto.errors import PaddingError

SMALLEST_TEXT = 4096
LENGTH_BYTES = 4


def pad_text(content: bytes) -> bytes:
    """Pad to the next power of two from 4 KiB up: a big-endian u32 length, the content, zeros."""
    needed = LENGTH_BYTES + len(content)
    size = max(SMALLEST_TEXT, 1 << (needed - 1).bit_length())
    return (len(content).to_bytes(LENGTH_BYTES, "big") + content).ljust(size, b"\0")


def unpad_text(padded: bytes) -> bytes:
    """Give the content back, or raise `PaddingError` if it is not padded exactly so."""
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    content = padded[LENGTH_BYTES : LENGTH_BYTES + length]
    if pad_text(content) != padded:
        raise PaddingError("not padded as texts are")
    return content


def padme(length: int) -> int:
    """Give the padded length of a file of ``length`` bytes: at most 12 % more, O(log log n) leaked.

    Whole-number arithmetic throughout, so that every language rounds alike.
    """
    if length <= 1:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
