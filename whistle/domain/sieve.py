"""A quick look at the bytes of a sealed record: whether words can stand in it, before it is read.

It never says no where `whistle.domain.words` would say yes; it may say yes too often. Most texts
of a Danish office have no letters but a to å: those are folded as they lie, without decoding them,
by one table. Latin-1 takes another table, and what is beyond it more work.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence

from whistle.domain.words import FOLDING, Words, fold

_LATIN = range(256)
_UNKNOWN = "\0"  # stands in no record: JSON has to escape it
_UNKNOWN_BYTE = _UNKNOWN.encode()
_OTHER = "?"  # stands for all that no part of a sieve holds
# Dashes, quotation marks, the ellipsis and the euro sign, as word processors write them.
_TYPOGRAPHY = re.compile(rb"\xe2(?:\x80[\x90-\xa7]|\x82\xac)")


def _one_for_one(code: int) -> int:
    folded = FOLDING[code]
    if len(folded) != 1:
        return ord(_UNKNOWN)
    return ord(folded) if ord(folded) in _LATIN else ord(_OTHER)


_TABLE = bytes(map(_one_for_one, _LATIN))


def _danish() -> bytes:
    """Make a table that folds UTF-8 of ASCII, æ, ø and å; any other byte becomes `_UNKNOWN`."""
    folded = bytearray(map(_one_for_one, range(128))).ljust(256, _UNKNOWN.encode())
    for letter in "æøå":
        lead, small = letter.encode()
        folded[lead] = lead
        folded[small] = folded[letter.upper().encode()[1]] = small
    return bytes(folded)


_DANISH = _danish()


def _beyond_latin(error: UnicodeError) -> tuple[str, int]:
    """Fold what is not Latin-1: an accent by itself changes the letter before it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    beyond = error.object[error.start : error.end]
    if any(map(unicodedata.combining, beyond)):
        return _UNKNOWN, error.end
    folded = "".join(FOLDING[ord(one)] for one in beyond)
    return "".join(one if ord(one) in _LATIN else _OTHER for one in folded), error.end


codecs.register_error("whistle-fold", _beyond_latin)


def fold_record(encoded: bytes) -> bytes:
    """Fold the canonical bytes of records, each in a line, to be sifted: UTF-8 again.

    May raise `UnicodeDecodeError` for other bytes.
    """
    danish = encoded.translate(_DANISH)
    if _UNKNOWN_BYTE not in danish:
        return danish
    return _fold_others(encoded).decode("latin-1").encode()


def _fold_others(encoded: bytes) -> bytes:
    """Fold a record of whatever characters; what comes is Latin-1."""
    if b"\xe2" in encoded:
        encoded = _TYPOGRAPHY.sub(_OTHER.encode(), encoded)
    text = encoded.decode()
    folded = text.encode("latin-1", "whistle-fold").translate(_TABLE)
    if _UNKNOWN_BYTE in folded:
        return fold(text).encode("latin-1", "replace")
    return folded


class Sieve:
    """Words as they have to stand in the bytes of records, each cut where bytes may differ."""

    def __init__(self, words: Words) -> None:
        """Cut at spaces, which may be line ends; at what JSON escapes; at what is not Latin-1."""
        self.parts = {
            part.encode()
            for needle in words.needles
            for part in re.split(r'[\s\\"]|[^\x00-\xff]', needle)
            if part
        }

    def missing(self, folded: bytes, parts: Iterable[bytes] | None = None) -> Sequence[bytes]:
        """Give those parts of the words that do not stand in records, folded together."""
        return [part for part in (self.parts if parts is None else parts) if part not in folded]
