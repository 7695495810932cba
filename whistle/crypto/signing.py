"""Ed25519 (RFC 8032) signatures over a `Place` and a message."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from whistle.crypto.errors import KeyShapeError
from whistle.crypto.place import Place
from whistle.crypto.secret import Seed

KEY_BYTES = 32
SIGNATURE_BYTES = 64
_SIGN_BIT = 0x80

# The y coordinates of the points of small order, as little-endian bytes, also those above p. Under
# such a "key" anybody makes signatures over some or all messages.
_SMALL_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """An Ed25519 public key: 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        """Raise `KeyShapeError` for any other length, and for points of small order."""
        if len(self.raw) != KEY_BYTES:
            raise KeyShapeError(f"a verifying key has {KEY_BYTES} bytes")
        if bytes([*self.raw[:-1], self.raw[-1] & ~_SIGN_BIT]) in _SMALL_ORDER:
            raise KeyShapeError("these bytes are no verifying key")

    def verifies(self, place: Place, message: bytes, signature: bytes) -> bool:
        """Say whether ``signature`` is this key's over ``message`` at ``place``."""
        try:
            key = ed25519.Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(signature, place.encode() + message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """An Ed25519 private key made from a seed."""

    def __init__(self, seed: Seed) -> None:
        """Take the 32-byte seed of RFC 8032."""
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed.reveal())

    @property
    def verifying(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(self._key.public_key().public_bytes_raw())

    def sign(self, place: Place, message: bytes) -> bytes:
        """Sign ``message`` at ``place``: 64 bytes."""
        return self._key.sign(place.encode() + message)

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<SigningKey>"
