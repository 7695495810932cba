"""Ed25519 (RFC 8032) signatures over a `Place` and a message."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from whistle.crypto.errors import KeyShapeError
from whistle.crypto.place import Place
from whistle.crypto.secret import Seed

KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """An Ed25519 public key: 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        """Raise `KeyShapeError` for any other length."""
        if len(self.raw) != KEY_BYTES:
            raise KeyShapeError(f"a verifying key has {KEY_BYTES} bytes")

    def verifies(self, place: Place, message: bytes, signature: bytes) -> bool:
        """Say whether ``signature`` is this key's over ``message`` at ``place``."""
        try:
            key = ed25519.Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(signature, place.encode() + message)
        except (InvalidSignature, ValueError):
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
