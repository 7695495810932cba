"""BOX and DERIVE many times over with the same key: the same bytes, for less work each.

What `whistle.crypto.envelope` does once is done here for thousands of values at a time: a search
opens every text. A place comes as the bytes that `Place.encode` gives, as those of a thousand items
differ in sixteen bytes. HKDF-SHA256 (RFC 5869) is written out, since its first half depends on the
secret alone; the tests hold it to the RFC's vectors and to the plain path.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whistle.crypto.envelope import NONCE_BYTES, TAG_BYTES, VERSION
from whistle.crypto.errors import (
    PaddingError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.padding import LENGTH_BYTES, SMALLEST_TEXT
from whistle.crypto.secret import Secret, SymmetricKey

_Decrypt: TypeAlias = Callable[[bytes, bytes, bytes], bytes]
_Around: TypeAlias = tuple[bytes, bytes]
_BLOCK = 64
_NONCE_END = 1 + NONCE_BYTES
_SHORTEST = _NONCE_END + TAG_BYTES
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_NO_SALT = hashlib.sha256(b"\x36" * _BLOCK), hashlib.sha256(b"\x5c" * _BLOCK)
_UNREADABLE = "boxed with another key or place, or changed"
_PADDING = "not padded as texts are"
_ZEROS = bytes(SMALLEST_TEXT)


class Opener:
    """Opens many values that were boxed with one key."""

    __slots__ = ("_decrypt",)

    def __init__(self, key: SymmetricKey) -> None:
        """Take the key."""
        self._decrypt = AESGCM(key.reveal()).decrypt

    def open(self, place: bytes, boxed: bytes) -> bytes:
        """Open what was boxed at ``place``, or raise a `SealingError`, as `unbox` does."""
        return _open(self._decrypt, place, boxed)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Opener>"


class Deriver:
    """Derives the keys of many places from one secret, and opens what each of them boxed.

    The places are those of items of one owner: ``key`` and ``content`` are what stands before and
    after the item's id, as `Place.around_ids` gives it.
    """

    __slots__ = ("_after", "_before", "_inner", "_key_after", "_key_before", "_outer")

    def __init__(self, secret: Secret, key: _Around, content: _Around) -> None:
        """Take the secret: HKDF-Extract, without salt."""
        inner, outer = _NO_SALT[0].copy(), _NO_SALT[1].copy()
        inner.update(secret.reveal())
        outer.update(inner.digest())
        extracted = outer.digest().ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(extracted.translate(_INNER))
        self._outer = hashlib.sha256(extracted.translate(_OUTER))
        self._key_before, self._key_after = key[0], key[1] + b"\x01"
        self._before, self._after = content

    def derive(self, item: bytes) -> bytes:
        """Derive an item's key, 32 bytes: HKDF-Expand, whose first block they are."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(self._key_before + item + self._key_after)
        outer.update(inner.digest())
        return outer.digest()

    def open(self, item: bytes, boxed: bytes) -> bytes:
        """Open what an item's key boxed, or raise a `SealingError`, as `unbox` does."""
        if len(boxed) < _SHORTEST or boxed[0] != VERSION[0]:
            raise _fault(boxed)
        key = AESGCM(self.derive(item))
        place = self._before + item + self._after
        try:
            return key.decrypt(boxed[1:_NONCE_END], boxed[_NONCE_END:], place)
        except InvalidTag as error:
            raise UnreadableError(_UNREADABLE) from error

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Deriver>"


class Memory:
    """Boxes what a process remembers, at one place of its memory, and opens it again.

    The key comes from the secret by HKDF-Expand alone, which is enough for a secret that is random
    bytes (RFC 5869, section 3.3): nothing in a database is boxed with such a key.
    """

    __slots__ = ("_cipher", "_place")

    def __init__(self, secret: SymmetricKey, place: bytes) -> None:
        """Take the secret, and the place as `Place.encode` gives it."""
        self._cipher = AESGCM(hmac.digest(secret.reveal(), place + b"\x01", "sha256"))
        self._place = place

    def box(self, content: bytes) -> bytes:
        """Box something, as `whistle.crypto.envelope.box` does."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, content, self._place)

    def open(self, boxed: bytes) -> bytes:
        """Open it, or raise a `SealingError`."""
        return _open(self._cipher.decrypt, self._place, boxed)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<Memory>"


def _open(decrypt: _Decrypt, place: bytes, boxed: bytes) -> bytes:
    if len(boxed) < _SHORTEST or boxed[0] != VERSION[0]:
        raise _fault(boxed)
    try:
        return decrypt(boxed[1:_NONCE_END], boxed[_NONCE_END:], place)
    except InvalidTag as error:
        raise UnreadableError(_UNREADABLE) from error


def _fault(boxed: bytes) -> UnknownVersionError | TruncatedError:
    if boxed and boxed[:1] != VERSION:
        return UnknownVersionError("another version than is spoken here")
    return TruncatedError("too short to be sealed")


def unpad(padded: bytes) -> bytes:
    """Give a padded text back, as `unpad_text` does, without making the padding anew."""
    size = len(padded)
    end = LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")
    if size == SMALLEST_TEXT and end <= size:  # as nearly all are
        zeros = _ZEROS[end:]
    elif size > SMALLEST_TEXT and not size & (size - 1) and size // 2 < end <= size:
        zeros = bytes(size - end)
    else:
        raise PaddingError(_PADDING)
    if not padded.startswith(zeros, end):
        raise PaddingError(_PADDING)
    return padded[LENGTH_BYTES:end]
