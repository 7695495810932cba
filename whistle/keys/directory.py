"""The signed key directory: which public key an inbox has, and who may have its secret.

Rows in a database are not keys to trust. Each inbox has a chain of signed statements; the
fingerprint of the first stands in the configuration (``docs/sealing.md``, "Directory").
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

from whistle.crypto.errors import (
    DirectoryError,
    DirectoryForkError,
    DirectoryInboxError,
    DirectoryRollbackError,
)
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.chain import TrustedInbox, verify_chain
from whistle.keys.recovery import RecoveryKeys
from whistle.keys.statements import MemberKeys, Statement
from whistle.storage import directory as queries
from whistle.storage.engine import Store
from whistle.storage.rows import StatementRow

__all__ = ["Directory", "MemberKeys", "RecoveryKeys", "Statement", "TrustedInbox", "verify_chain"]


logger = logging.getLogger("whistle")

RETRY = 5  # seconds, where something is wrong
LOOK_AGAIN = 60  # seconds: how long a key that somebody swapped can go unnoticed
ALARM = (
    "THE KEYS CANNOT BE TRUSTED, and nothing is received any more: %s. Somebody has changed the "
    "key directory in the database. docs/operations.md, 'When the keys cannot be trusted', says "
    "what to do."
)


class Directory:
    """The verified directory of an installation, kept in memory and renewed on change.

    From the first look at which it cannot be trusted it gives nothing to seal to, until it can be
    trusted again.
    """

    def __init__(self, installation: bytes, roots: Sequence[InboxRoot], store: Store) -> None:
        """Read and verify every inbox; raise a `DirectoryError` if one cannot be trusted."""
        self.installation = installation
        self._roots = tuple(roots)
        self._store = store
        self._inboxes: Mapping[bytes, TrustedInbox] = {}
        self._rows: Mapping[bytes, Sequence[StatementRow]] = {}
        self._refreshing, self._watching = threading.Lock(), threading.Lock()
        self._alarm: DirectoryError | None = None
        self._looked = 0.0
        self.refresh()

    def refresh(self) -> None:
        """Read again, and verify what has changed.

        Raises what `verify_chain` raises, and when an inbox's chain does not continue the one that
        was trusted `DirectoryRollbackError` or `DirectoryForkError`. Then every other method
        raises it, too, until a later look finds what was trusted before, or what continues it.
        """
        with self._refreshing:  # an older reading must not be held against a newer one
            try:
                self._inboxes, self._rows = self._verified()
            except DirectoryError as error:
                if self._inboxes and self._alarm is None:
                    logger.critical(ALARM, error)
                self._alarm = error
                raise
            finally:
                self._looked = time.monotonic()
            self._alarm = None

    def watch(self) -> None:
        """Refresh if the last look was `LOOK_AGAIN` ago; raise as `refresh` does."""
        is_due = time.monotonic() - self._looked >= (RETRY if self._alarm else LOOK_AGAIN)
        if is_due and self._watching.acquire(blocking=False):  # one looks; nobody waits for it
            try:
                self.refresh()
            finally:
                self._watching.release()
        self._check()

    def _check(self) -> None:
        if self._alarm:
            raise type(self._alarm)(*self._alarm.args)

    def _verified(self) -> tuple[dict[bytes, TrustedInbox], dict[bytes, Sequence[StatementRow]]]:
        with self._store.read() as db:
            rows = {root.inbox_id: queries.statements(db, root.inbox_id) for root in self._roots}
        inboxes = {}
        for root in self._roots:
            known = self._inboxes.get(root.inbox_id)
            if known is None or rows[root.inbox_id] != self._rows[root.inbox_id]:
                found = verify_chain(self.installation, root, rows[root.inbox_id])
                inboxes[root.inbox_id] = found if known is None else _continued(known, found)
            else:
                inboxes[root.inbox_id] = known
        return inboxes, rows

    @property
    def inboxes(self) -> Sequence[TrustedInbox]:
        """Every inbox, in the configuration's order; raises as `refresh` does."""
        self._check()
        return tuple(self._inboxes[root.inbox_id] for root in self._roots)

    def inbox(self, channel: Channel, kind: InboxKind) -> TrustedInbox:
        """Give a channel's inbox; raise `DirectoryInboxError` where the configuration has none."""
        self._check()
        for root in self._roots:
            if (root.channel, root.kind) == (channel, kind):
                return self._inboxes[root.inbox_id]
        raise DirectoryInboxError("the configuration names no such inbox")

    def by_id(self, inbox_id: bytes) -> TrustedInbox:
        """Give the inbox with this id; raise `DirectoryInboxError` where there is none."""
        self._check()
        try:
            return self._inboxes[inbox_id]
        except KeyError as error:
            raise DirectoryInboxError("the configuration names no such inbox") from error


def _continued(known: TrustedInbox, found: TrustedInbox) -> TrustedInbox:
    """Give what was found, if it continues what was trusted."""
    if found.epoch < known.epoch:
        raise DirectoryRollbackError("the newest statement is older than the one that was trusted")
    if found.statements[: known.epoch] != known.statements:
        raise DirectoryForkError("the chain does not continue the one that was trusted")
    return found
