"""The secret of an inbox: what members are granted, and what a recovery key can open."""

from functools import cached_property

from whistle.crypto.envelope import KeyPair
from whistle.crypto.secret import Secret, Seed, SymmetricKey


class InboxSecret(Secret):
    """64 bytes: an inbox's seed, then its vault key."""

    size = 64

    @cached_property
    def pair(self) -> KeyPair:
        """The inbox's key pair; reports are sealed to its public half."""
        return KeyPair(Seed(self.reveal()[: Seed.size]))

    @property
    def vault_key(self) -> SymmetricKey:
        """The key that boxes what lists, search and statistics need."""
        return SymmetricKey(self.reveal()[Seed.size :])
