"""The key ceremony: an inbox's first member makes its secret, in their own session.

Nothing is sealed to an inbox before its fingerprint, written on paper, has been confirmed: only
then does the configuration name it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.accounts.members import role_of
from whistle.audit.log import deed
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.directory import Statement
from whistle.keys.keyring import Keyring, found_inbox
from whistle.storage import directory as queries
from whistle.storage.rows import MemberRow


@dataclass(frozen=True, slots=True)
class FoundedInbox:
    """An inbox and the digest of its first statement; ``confirmed``: the configuration has it."""

    channel: Channel
    kind: InboxKind
    digest: bytes
    confirmed: bool


class FoundingService:
    """What one member founds."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._member = member
        self._keyring = keyring
        role = role_of(member)
        self._kind = role.founds if role else None

    def missing(self) -> list[Channel]:
        """Give the channels whose inbox of this member's kind nobody has founded."""
        if self._kind is None:
            return []
        with self._here.store.read() as db:
            founded = {row.channel for row in queries.inboxes(db) if row.kind == self._kind}
        return [channel for channel in self._here.profile.channels if channel not in founded]

    def found(self) -> None:
        """Make the keys of every missing inbox, and grant them to this member alone.

        Raises `DuplicateError` when somebody else was quicker; nothing is stored then.
        """
        missing = self.missing()
        if self._kind is None or not missing:
            return
        new = [found_inbox(self._keyring, channel, self._kind) for channel in missing]
        done = deed(Logged.INBOX_FOUNDED, inboxes=[one.inbox.id for one in new])
        with self._here.log_of(self._member).write(done) as db:
            for inbox in new:
                inbox.inbox.insert(db)
                inbox.statement.insert(db)
                inbox.grant.insert(db)

    def mine(self) -> Sequence[FoundedInbox]:
        """Give the inboxes this member founded."""
        if self._kind is None:
            return []
        confirmed = {inbox.root.fingerprint for inbox in self._here.directory.inboxes}
        with self._here.store.read() as db:
            rows = [
                rows[0]
                for inbox in queries.inboxes(db)
                if (rows := queries.statements(db, inbox.id))
            ]
        first = [Statement.decode(row.body) for row in rows]
        return [
            FoundedInbox(one.channel, one.kind, one.digest, one.digest in confirmed)
            for one in first
            if one.members[0] == self._keyring.public
        ]

    def is_pending(self) -> bool:
        """Say whether this member has an inbox to found, or one that waits to be confirmed."""
        return bool(self.missing()) or any(not one.confirmed for one in self.mine())
