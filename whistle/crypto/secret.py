"""Types for what must never be printed."""

import hmac
import secrets
from typing import ClassVar, NoReturn, Self

from whistle.crypto.errors import KeyShapeError


class Secret:
    """Bytes of a fixed size that no log, traceback, template or pickle can show.

    ``size`` is the length in bytes. Comparison takes the same time wherever the bytes differ.
    """

    __slots__ = ("_value",)
    size: ClassVar[int] = 32

    def __init__(self, value: bytes) -> None:
        """Take ``size`` bytes; raise `KeyShapeError` for any other length."""
        if len(value) != self.size:
            raise KeyShapeError(f"{type(self).__name__} takes {self.size} bytes")
        self._value = bytes(value)

    @classmethod
    def random(cls) -> Self:
        """Make a new one from the operating system's random source."""
        return cls(secrets.token_bytes(cls.size))

    def reveal(self) -> bytes:
        """Give the bytes. Every call of this is a place to review."""
        return self._value

    def __eq__(self, other: object) -> bool:
        """Compare in constant time; secrets of different types are never equal."""
        if type(other) is not type(self):
            return NotImplemented
        return hmac.compare_digest(self._value, other.reveal())

    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle is a plaintext copy."""
        raise TypeError(f"{type(self).__name__} cannot be pickled")


class SymmetricKey(Secret):
    """A 256-bit key for BOX or for a file stream."""

    __slots__ = ()


class Seed(Secret):
    """The 32 bytes from which a member's, an inbox's or a reporter's keys are made."""

    __slots__ = ()
