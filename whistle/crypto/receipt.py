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
        if not written.isascii() or any(symbol not in ALPHABET for symbol in symbols):
            raise ReceiptShapeError("a symbol that no receipt has")
        digits = [ALPHABET.index(symbol) for symbol in symbols]
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

    def key_pair(self, installation: bytes) -> KeyPair:
        """Give the reporter's own key pair, to which the dialogue key is sealed."""
        return KeyPair(Seed(derive(self, Place(Purpose.RECEIPT_REPORTER, installation))))


def check_digit(digits: list[int]) -> int:
    """Give Σ αⁱ·dᵢ (i = 1…24) in GF(32) with x⁵+x²+1: sees every wrong symbol and every swap."""
    total = 0
    for place, digit in enumerate(digits, start=1):
        if digit:
            total ^= _POWERS[(place + _LOGARITHMS[digit]) % _ORDER]
    return total


def _powers_of_alpha() -> tuple[int, ...]:
    """Give α⁰ … α³⁰: every element of GF(32) but 0, once."""
    powers = [1]
    while len(powers) < _ORDER:
        power = powers[-1] << 1
        powers.append(power ^ 0b100101 if power & 32 else power)
    return tuple(powers)


_ORDER = 31
_POWERS = _powers_of_alpha()
_LOGARITHMS = {power: exponent for exponent, power in enumerate(_POWERS)}
