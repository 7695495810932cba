"""Passphrases: six generated words, stretched by Argon2id (RFC 9106) to a key."""

import re
import secrets
import struct
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Self

from argon2.low_level import Type, hash_secret_raw

from whistle.crypto.errors import StretchParametersError
from whistle.crypto.secret import SymmetricKey

WORDS = 6
LIST_LENGTH = 7776
SALT_BYTES = 16
_LEAST_MEMORY_KIB, _MOST_MEMORY_KIB = 64 * 1024, 256 * 1024
_LEAST_PASSES, _MOST_PASSES = 3, 10
_MOST_LANES = 4
_ENCODING = struct.Struct(f">BIBB{SALT_BYTES}s")


class Passphrase:
    """What a member types. Its ``repr`` is empty; case, spaces and hyphens are forgiven."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take what was typed, however it was spaced."""
        folded = unicodedata.normalize("NFKC", text).casefold()
        self._text = re.sub(r"[\W_]+", " ", folded).strip()

    @classmethod
    def generate(cls) -> Self:
        """Draw six words of 7,776: 77 bits."""
        return cls(" ".join(secrets.choice(words()) for _ in range(WORDS)))

    def show(self) -> str:
        """Write it for its owner, once."""
        return self._text

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Passphrase>"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Argon2id parameters and salt, kept beside what the stretched key opens.

    Memory in KiB. Raises `StretchParametersError` when weaker than 64 MiB and three passes, or
    dearer than 256 MiB, ten passes and four lanes, so that a changed row is neither a downgrade
    nor a memory flood.
    """

    salt: bytes
    memory_kib: int = _LEAST_MEMORY_KIB
    passes: int = _LEAST_PASSES
    lanes: int = 1

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not (
            len(self.salt) == SALT_BYTES
            and _LEAST_MEMORY_KIB <= self.memory_kib <= _MOST_MEMORY_KIB
            and _LEAST_PASSES <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
        ):
            raise StretchParametersError("Argon2id parameters outside the protocol's bounds")

    @classmethod
    def random(cls) -> Self:
        """Make one with the protocol's parameters and a new salt."""
        return cls(secrets.token_bytes(SALT_BYTES))

    def key(self, passphrase: Passphrase) -> SymmetricKey:
        """Stretch ``passphrase`` to a 256-bit key; takes about a tenth of a second and 64 MiB."""
        return SymmetricKey(
            hash_secret_raw(
                passphrase.show().encode(),
                self.salt,
                time_cost=self.passes,
                memory_cost=self.memory_kib,
                parallelism=self.lanes,
                hash_len=SymmetricKey.size,
                type=Type.ID,
            )
        )

    def encode(self) -> bytes:
        """Write as bytes: version 1, memory u32, passes u8, lanes u8, salt."""
        return _ENCODING.pack(1, self.memory_kib, self.passes, self.lanes, self.salt)

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `StretchParametersError`."""
        if len(encoded) != _ENCODING.size or encoded[0] != 1:
            raise StretchParametersError("not Argon2id parameters of this protocol")
        _, memory_kib, passes, lanes, salt = _ENCODING.unpack(encoded)
        return cls(salt, memory_kib, passes, lanes)


@cache
def words() -> tuple[str, ...]:
    """Give the list the words are drawn from: the EFF's long list (CC BY 3.0 US), 7,776 words."""
    text = resources.files("whistle.crypto").joinpath("words.txt").read_text("ascii")
    return tuple(text.split())
