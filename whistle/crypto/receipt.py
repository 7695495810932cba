"""The receipt: 120 random bits that are the reporter's only key.

Written as 24 Crockford base-32 symbols and a check symbol over GF(32), in five groups of five.
"""

import hashlib
import re
from typing import Self

from whistle.crypto.envelope import KeyPair, derive
from whistle.crypto.errors import ReceiptCheckError, ReceiptShapeError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Secret, Seed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 25
GROUP = 5
_FORGIVEN = str.maketrans("OIL", "011")
# White space, the dashes that people paste, and what word processors hide between symbols.
_SEPARATORS = re.compile(r"[\s\-_.\u00ad\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]+")


class Receipt(Secret):
    """15 random bytes. Whoever has them is the reporter; they are never stored or logged."""

    __slots__ = ()
    size = 15

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed: case, spaces, hyphens, O for 0 and I or L for 1 are forgiven.

        Raises `ReceiptShapeError` or `ReceiptCheckError`; the message never repeats the text.
        """
        written = _SEPARATORS.sub("", text)
        symbols = written.upper().translate(_FORGIVEN)
        if len(symbols) != SYMBOLS:
            raise ReceiptShapeError(f"a receipt has {SYMBOLS} symbols")
        if not written.isascii() or not _DIGITS.keys() >= set(symbols):
            raise ReceiptShapeError("a symbol that no receipt has")
        digits = [_DIGITS[symbol] for symbol in symbols]
        if check_digit(digits[:-1]) != digits[-1]:
            raise ReceiptCheckError("the check symbol does not fit")
        number = 0
        for digit in digits[:-1]:
            number = number << 5 | digit
        return cls(number.to_bytes(cls.size, "big"))

    def show(self) -> str:
        """Write the receipt for a person: ``XXXXX-XXXXX-XXXXX-XXXXX-XXXXX``."""
        number = int.from_bytes(self.reveal(), "big")
        digits = [number >> shift & 31 for shift in range(115, -5, -5)]
        digits.append(check_digit(digits))
        text = "".join(ALPHABET[digit] for digit in digits)
        return "-".join(text[start : start + GROUP] for start in range(0, SYMBOLS, GROUP))

    def lookup(self, installation: bytes) -> bytes:
        """Give the 32 bytes under which the report is found; they say nothing of the receipt."""
        derived = derive(self, Place(Purpose.RECEIPT_LOOKUP, installation))
        return hashlib.sha256(derived).digest()

    def digest_key(self, installation: bytes) -> bytes:
        """Give 32 bytes that make digests of content unguessable to who has no receipt."""
        return derive(self, Place(Purpose.CONTENT_DIGEST, installation))

    def nullifier(self, installation: bytes) -> bytes:
        """Give the 32 bytes that say that somebody answered the three questions.

        Only who has the receipt can tell whose they are: they lie beside no lookup and no case.
        """
        derived = derive(self, Place(Purpose.RECEIPT_NULLIFIER, installation))
        return hashlib.sha256(derived).digest()

    def key_pair(self, installation: bytes) -> KeyPair:
        """Give the reporter's own key pair, to which the dialogue key is sealed."""
        return KeyPair(Seed(derive(self, Place(Purpose.RECEIPT_REPORTER, installation))))


def check_digit(digits: list[int]) -> int:
    """Give Σ αⁱ·dᵢ (i = 1…24) in GF(32) with x⁵+x²+1: sees every wrong symbol and every swap.

    By tables: it takes as long for one receipt as for another.
    """
    total = 0
    for products, digit in zip(_WEIGHTED, digits, strict=True):
        total ^= products[digit]
    return total


def _times_alpha(element: int) -> int:
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled


def _weighted() -> tuple[tuple[int, ...], ...]:
    """Give αⁱ·d for i = 1…24 and every d."""
    rows = [tuple(range(len(ALPHABET)))]
    for _ in range(SYMBOLS - 1):
        rows.append(tuple(map(_times_alpha, rows[-1])))
    return tuple(rows[1:])


_DIGITS = {symbol: digit for digit, symbol in enumerate(ALPHABET)}
_WEIGHTED = _weighted()
