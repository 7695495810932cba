"""SEAL, BOX and DERIVE: the three operations that everything else is made of.

SEAL is HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and AES-256-GCM; BOX is AES-256-GCM
(NIST SP 800-38D) with a random 96-bit nonce; DERIVE is HKDF-SHA256 (RFC 5869) without salt.
Each sealed value begins with the byte `VERSION`.
"""

import hashlib
import os
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from whistle.crypto.errors import (
    KeyShapeError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.place import Place
from whistle.crypto.secret import Secret, Seed, SymmetricKey

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
DERIVED_BYTES = 32
ENCAPSULATED_BYTES = 1120
MLKEM_PUBLIC_BYTES = 1184
PUBLIC_KEY_BYTES = MLKEM_PUBLIC_BYTES + 32

_PROBE = x25519.X25519PrivateKey.from_private_bytes(bytes(32))
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An X-Wing public key: 1,184 bytes of ML-KEM-768, then 32 bytes of X25519.

    ``parsed`` lives as long as the key: a cache would keep reporters' keys after their requests.
    ``made``: the same key, where it was just made of a private one and so needs no reading.
    """

    raw: bytes
    made: InitVar[MLKEM768X25519PublicKey | None] = None
    parsed: MLKEM768X25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self, made: MLKEM768X25519PublicKey | None) -> None:
        """Raise `KeyShapeError` for bytes that are no such key, or that nobody can seal to."""
        if len(self.raw) != PUBLIC_KEY_BYTES:
            raise KeyShapeError(f"a public key has {PUBLIC_KEY_BYTES} bytes")
        try:
            object.__setattr__(self, "parsed", made or _parse(self.raw))
        except ValueError as error:
            raise KeyShapeError("these bytes are no public key") from error


def _parse(raw: bytes) -> MLKEM768X25519PublicKey:
    classical = x25519.X25519PublicKey.from_public_bytes(raw[MLKEM_PUBLIC_BYTES:])
    # A point of small order shares no secret. Found out here, it cannot stop a report later.
    _PROBE.exchange(classical)
    post_quantum = mlkem.MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_BYTES])
    return MLKEM768X25519PublicKey(post_quantum, classical)


class KeyPair:
    """A hybrid key pair, expanded from its seed as the X-Wing draft does.

    SHAKE-256 stretches the 32-byte seed to 96: 64 for ML-KEM-768, 32 for X25519.
    """

    def __init__(self, seed: Seed) -> None:
        """Expand ``seed``."""
        expanded = hashlib.shake_256(seed.reveal()).digest(96)
        self._mlkem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._x25519 = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])

    @classmethod
    def random(cls) -> Self:
        """Make a new pair from a random seed."""
        return cls(Seed.random())

    @cached_property
    def public(self) -> PublicKey:
        """The public half, as it is stored and signed."""
        post_quantum, classical = self._mlkem.public_key(), self._x25519.public_key()
        return PublicKey(
            post_quantum.public_bytes_raw() + classical.public_bytes_raw(),
            MLKEM768X25519PublicKey(post_quantum, classical),
        )

    @cached_property
    def private(self) -> MLKEM768X25519PrivateKey:
        """The private half, for HPKE alone."""
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<KeyPair>"


def seal(public: PublicKey, place: Place, message: bytes) -> bytes:
    """Seal ``message`` to ``public`` at ``place``; 1,137 bytes longer than the message."""
    return VERSION + _SUITE.encrypt(message, public.parsed, info=place.encode())


def open_seal(pair: KeyPair, place: Place, sealed: bytes) -> bytes:
    """Open what `seal` made for the same key and place, or raise a `SealingError`."""
    body = _body(sealed, ENCAPSULATED_BYTES + TAG_BYTES)
    try:
        return _SUITE.decrypt(body, pair.private, info=place.encode())
    except InvalidTag as error:
        raise UnreadableError("sealed for another key or place, or changed") from error


def box(key: SymmetricKey, place: Place, message: bytes) -> bytes:
    """Encrypt ``message`` with ``key`` at ``place``; 29 bytes longer than the message."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key.reveal()).encrypt(nonce, message, place.encode())


def unbox(key: SymmetricKey, place: Place, boxed: bytes) -> bytes:
    """Open what `box` made with the same key and place, or raise a `SealingError`."""
    body = _body(boxed, NONCE_BYTES + TAG_BYTES)
    nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        return AESGCM(key.reveal()).decrypt(nonce, ciphertext, place.encode())
    except InvalidTag as error:
        raise UnreadableError("boxed with another key or place, or changed") from error


def derive(secret: Secret, place: Place) -> bytes:
    """Derive 32 bytes for ``place`` from ``secret``."""
    return derive_from(secret.reveal(), place)


def derive_from(material: bytes, place: Place) -> bytes:
    """Derive from raw key material; for secrets that are put together from several."""
    return HKDF(hashes.SHA256(), DERIVED_BYTES, salt=None, info=place.encode()).derive(material)


def _body(value: bytes, shortest: int) -> bytes:
    if not value:
        raise TruncatedError("nothing to open")
    if value[:1] != VERSION:
        raise UnknownVersionError(f"version {value[0]} is not spoken here")
    if len(value) < 1 + shortest:
        raise TruncatedError("too short to be sealed")
    return value[1:]
