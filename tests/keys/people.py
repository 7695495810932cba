"""Members, inboxes and cases in memory, for the tests of this room."""

import secrets
from dataclasses import dataclass, field

from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.directory import TrustedInbox, verify_chain
from whistle.keys.keyring import InboxKeys, Keyring, admit, found_inbox, open_inboxes
from whistle.storage.rows import GrantRow, InboxRow, StatementRow

INSTALLATION = b"I" * 16
OTHER_INSTALLATION = b"J" * 16


def member() -> Keyring:
    """Make somebody with keys."""
    return Keyring(INSTALLATION, secrets.token_bytes(16), Seed.random())


@dataclass
class Inbox:
    """An inbox with its rows, as a database would hold them."""

    root: InboxRoot
    row: InboxRow
    statements: list[StatementRow]
    grants: list[GrantRow]
    members: list[Keyring] = field(default_factory=list)
    verified: TrustedInbox | None = None
    opened: dict[tuple[bytes, int], InboxKeys] = field(default_factory=dict)

    @property
    def trusted(self) -> TrustedInbox:
        """The inbox, verified from its root."""
        if self.verified is None or self.verified.epoch != len(self.statements):
            self.verified = verify_chain(INSTALLATION, self.root, self.statements)
        return self.verified

    def grants_of(self, keyring: Keyring) -> list[GrantRow]:
        """Give a member's grants."""
        return [grant for grant in self.grants if grant.member_id == keyring.member_id]

    def admit(self, granter: Keyring, newcomer: Keyring) -> None:
        """Let somebody in."""
        statement, grants = admit(granter, self.trusted, self.grants_of(granter), newcomer.public)
        self.statements.append(statement)
        self.grants += grants
        self.members.append(newcomer)

    def keys(self, keyring: Keyring) -> InboxKeys:
        """Open the inbox as a member; once an epoch, as it takes a while."""
        known = (keyring.member_id, self.trusted.epoch)
        if known not in self.opened:
            (self.opened[known],) = open_inboxes(keyring, [self.trusted], self.grants_of(keyring))
        return self.opened[known]


def inbox(
    founder: Keyring,
    channel: Channel = Channel.CITIZEN,
    kind: InboxKind = InboxKind.MAIN,
) -> Inbox:
    """Found an inbox."""
    new = found_inbox(founder, channel, kind)
    return Inbox(new.root, new.inbox, [new.statement], [new.grant], [founder])
