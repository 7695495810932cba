"""The recovery key of inboxes: made on paper, split among trustees, and never on the server.

The server knows its public halves alone, as the signed directory names them; each epoch's inbox
secret is sealed to it (``docs/sealing.md``, "Recovery").
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from whistle.crypto.envelope import PUBLIC_KEY_BYTES, KeyPair, PublicKey, derive, open_seal, seal
from whistle.crypto.errors import DirectoryMemberError, KeyShapeError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Secret, Seed
from whistle.crypto.signing import KEY_BYTES, SigningKey, VerifyingKey
from whistle.keys.inbox_secret import InboxSecret
from whistle.storage.rows import RecoveryGrantRow

if TYPE_CHECKING:
    from whistle.keys.chain import TrustedInbox
    from whistle.keys.statements import Statement

RECOVERY_KEYS_BYTES = PUBLIC_KEY_BYTES + KEY_BYTES


@dataclass(frozen=True, slots=True)
class RecoveryKeys:
    """A recovery key's public halves, as a statement names them: what to seal to, who signs."""

    public: PublicKey
    verifying: VerifyingKey

    def encode(self) -> bytes:
        """Give the 1,248 bytes of a statement's field: public key, verifying key."""
        return self.public.raw + self.verifying.raw

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `KeyShapeError`."""
        if len(encoded) != RECOVERY_KEYS_BYTES:
            raise KeyShapeError(f"a recovery key has {RECOVERY_KEYS_BYTES} public bytes")
        return cls(PublicKey(encoded[:PUBLIC_KEY_BYTES]), VerifyingKey(encoded[PUBLIC_KEY_BYTES:]))

    def digest(self, installation: bytes) -> bytes:
        """Give the SHA-256 whose first 80 bits stand on the trustees' paper."""
        place = Place(Purpose.RECOVERY_FINGERPRINT, installation)
        return hashlib.sha256(place.encode() + self.encode()).digest()


class RecoverySeed(Secret):
    """32 bytes: what the trustees' shares make together."""

    __slots__ = ()


class RecoveryKeyring:
    """A recovery key, put together: lives offline, for as long as one command runs."""

    def __init__(self, installation: bytes, seed: RecoverySeed) -> None:
        """Make the keys of ``seed`` for one installation, 16 bytes."""
        self.installation = installation
        self.pair = KeyPair(Seed(derive(seed, Place(Purpose.RECOVERY_HYBRID, installation))))
        self.signing = SigningKey(Seed(derive(seed, Place(Purpose.RECOVERY_SIGNING, installation))))

    @property
    def public(self) -> RecoveryKeys:
        """What the directory says of this recovery key."""
        return RecoveryKeys(self.pair.public, self.signing.verifying)

    def open_grant(self, inbox: "TrustedInbox", grant: RecoveryGrantRow) -> InboxSecret:
        """Open an inbox's secret; raise `SealingError` if it is not for this key, or not genuine.

        The secret must make the very public key that the directory names for that epoch: anybody
        can seal to a recovery key.
        """
        statement = inbox.at(grant.epoch)
        secret = InboxSecret(open_seal(self.pair, _place(statement), grant.sealed))
        if secret.pair.public != statement.public:
            raise DirectoryMemberError("the secret kept for recovery is not this inbox's")
        return secret

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<RecoveryKeyring>"


def recovery_grant(
    secret: InboxSecret, statement: "Statement", recovery: RecoveryKeys
) -> RecoveryGrantRow:
    """Seal the secret of the inbox and epoch of ``statement`` to a recovery key."""
    sealed = seal(recovery.public, _place(statement), secret.reveal())
    return RecoveryGrantRow(statement.inbox_id, statement.epoch, sealed)


def _place(statement: "Statement") -> Place:
    """Bind a grant to its statement: the trustees' computer has no anchor.

    Somebody who was removed could show it another statement, with the inbox's real new key and
    themselves among its members, and have the new secret sealed to them.
    """
    return Place(
        Purpose.RECOVERY_GRANT,
        statement.installation,
        owner=statement.inbox_id,
        item=statement.digest,
        generation=statement.epoch,
    )
