"""The signed key directory: which public key an inbox has, and who may have its secret.

Rows in a database are not keys to trust. Each inbox has a chain of signed statements; the
fingerprint of the first stands in the configuration (``docs/sealing.md``, "Directory").
"""

import threading
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from whistle.crypto.errors import DirectoryInboxError, DirectoryRollbackError
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.chain import TrustedInbox, verify_chain
from whistle.keys.recovery import RecoveryKeys
from whistle.keys.statements import MemberKeys, Statement
from whistle.storage import directory as queries
from whistle.storage.engine import Store

__all__ = ["Directory", "MemberKeys", "RecoveryKeys", "Statement", "TrustedInbox", "verify_chain"]


class Directory:
    """The verified directory of an installation, kept in memory and renewed on change."""

    def __init__(self, installation: bytes, roots: Sequence[InboxRoot], store: Store) -> None:
        """Read and verify every inbox; raise a `DirectoryError` if one cannot be trusted."""
        self.installation = installation
        self._roots = tuple(roots)
        self._store = store
        self._inboxes: Mapping[bytes, TrustedInbox] = {}
        self._refreshing = threading.Lock()
        self.refresh()

    def refresh(self) -> None:
        """Read and verify again; what was trusted stays as it was if that fails.

        Raises what `verify_chain` raises, and `DirectoryRollbackError` when an inbox's chain does
        not continue the one that was trusted.
        """
        with self._refreshing:  # an older reading must not be held against a newer one
            self._inboxes = MappingProxyType(self._verified())

    def _verified(self) -> dict[bytes, TrustedInbox]:
        with self._store.read() as db:
            chains = {root.inbox_id: queries.statements(db, root.inbox_id) for root in self._roots}
        inboxes = {
            root.inbox_id: verify_chain(self.installation, root, chains[root.inbox_id])
            for root in self._roots
        }
        for inbox_id, trusted in self._inboxes.items():
            if inboxes[inbox_id].statements[: trusted.epoch] != trusted.statements:
                raise DirectoryRollbackError("the chain does not continue the one that was trusted")
        return inboxes

    @property
    def inboxes(self) -> Sequence[TrustedInbox]:
        """Every inbox, in the configuration's order."""
        return tuple(self._inboxes[root.inbox_id] for root in self._roots)

    def inbox(self, channel: Channel, kind: InboxKind) -> TrustedInbox:
        """Give a channel's inbox; raise `DirectoryInboxError` where the configuration has none."""
        for root in self._roots:
            if (root.channel, root.kind) == (channel, kind):
                return self._inboxes[root.inbox_id]
        raise DirectoryInboxError("the configuration names no such inbox")

    def by_id(self, inbox_id: bytes) -> TrustedInbox:
        """Give the inbox with this id; raise `DirectoryInboxError` where there is none."""
        try:
            return self._inboxes[inbox_id]
        except KeyError as error:
            raise DirectoryInboxError("the configuration names no such inbox") from error
