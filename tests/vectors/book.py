"""What the makers of vectors share: bytes from labels, seals that are kept, a file of vectors."""

import json
from dataclasses import asdict, dataclass, field
from hashlib import shake_256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whistle.crypto.envelope import VERSION, KeyPair, open_seal, seal
from whistle.crypto.errors import SealingError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey

Vector = dict[str, Any]


def made(label: str, length: int = 16) -> bytes:
    """Give the bytes of a label: SHAKE-256 of it."""
    return shake_256(f"whistle vectors: {label}".encode()).digest(length)


INSTALLATION = made("installation")


def place(purpose: Purpose, **fields: Any) -> Place:
    """Give a place in the vectors' installation."""
    return Place(purpose, **{"installation": INSTALLATION, **fields})


def place_json(told: Place) -> dict[str, Any]:
    """Write a place with all eight fields."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in asdict(told).items()
    }


def fixed_box(key: bytes, at: Place, message: bytes) -> bytes:
    """Box with a nonce made from the key, so that the vector comes out the same each time."""
    nonce = made(f"nonce of {key.hex()}", 12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, message, at.encode())


def flipped(value: bytes, position: int) -> bytes:
    """Flip the lowest bit of one byte."""
    changed = bytearray(value)
    changed[position] ^= 1
    return bytes(changed)


@dataclass
class Seals:
    """Sealed values by name: those of the last time are used again while they open."""

    kept: dict[str, str]
    used: dict[str, str] = field(default_factory=dict)

    def seal(self, name: str, pair: KeyPair, at: Place, message: bytes) -> bytes:
        """Give the kept seal of ``message``, or make it."""
        sealed = bytes.fromhex(self.kept.get(name, ""))
        try:
            fits = open_seal(pair, at, sealed) == message
        except SealingError:
            fits = False
        if not fits:
            sealed = seal(pair.public, at, message)
        self.used[name] = sealed.hex()
        return sealed


@dataclass
class Book:
    """One file. ``values``: long values that several vectors name as ``@name``."""

    topic: str
    about: str
    values: dict[str, Any] = field(default_factory=dict)
    vectors: list[Vector] = field(default_factory=list)

    def value(self, name: str, value: Any) -> str:
        """Keep a long value, and give the reference to it."""
        self.values[name] = value.hex() if isinstance(value, bytes) else value
        return f"@{name}"

    def expect(self, name: str, operation: str, result: Any, **given: Any) -> None:
        """Add a vector that succeeds."""
        self._add(name, operation, given, {"expect": _plain(result)})

    def error(self, name: str, operation: str, code: type[SealingError], **given: Any) -> None:
        """Add a vector that fails, for one cause."""
        self._add(name, operation, given, {"error": code.__name__})

    def text(self) -> str:
        """Give the file's content."""
        content = {"about": self.about, "values": self.values, "vectors": self.vectors}
        return json.dumps(content, indent=1, ensure_ascii=True) + "\n"

    def _add(self, name: str, operation: str, given: Vector, outcome: Vector) -> None:
        inputs = {key: _plain(value) for key, value in given.items()}
        self.vectors.append({"name": name, "operation": operation, "input": inputs, **outcome})


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, SymmetricKey):
        return value.reveal().hex()
    if isinstance(value, Place):
        return place_json(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
