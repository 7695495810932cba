"""Members, inboxes and cases in memory, for the tests of this room."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.directory import TrustedInbox, verify_chain
from whistle.keys.keyring import InboxKeys, Keyring, found_inbox, open_inboxes
from whistle.keys.recovery import RecoveryKeyring
from whistle.keys.steps import Step, admit, recover, renew, rotate, set_recovery
from whistle.storage.rows import GrantRow, InboxRow, RecoveryGrantRow, StatementRow

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
    recovery_grants: list[RecoveryGrantRow] = field(default_factory=list)
    trustees: RecoveryKeyring | None = None
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
        self.add(admit(granter, self.trusted, self.grants, newcomer.public))
        self.members.append(newcomer)

    def rotate(
        self, member: Keyring, *leaving: Keyring, trustees: RecoveryKeyring | None = None
    ) -> None:
        """Give the inbox another key; some may leave, and other trustees take over."""
        ids = {one.member_id for one in leaving}
        replaced = trustees.public if trustees else None
        self.add(rotate(member, self.trusted, self.grants, ids, replaced))
        self.members = [one for one in self.members if one not in leaving]
        self.trustees = trustees or self.trustees

    def renew(self, member: Keyring, renewed: Keyring) -> None:
        """Replace a member's keys."""
        self.add(renew(member, renewed, self.trusted, self.grants))
        self.members = [renewed if one is member else one for one in self.members]

    def set_recovery(self, member: Keyring, trustees: RecoveryKeyring) -> None:
        """Give the inbox its first recovery key."""
        self.add(set_recovery(member, self.trusted, self.grants, trustees.public))
        self.trustees = trustees

    def recover(self, members: Sequence[Keyring], trustees: RecoveryKeyring) -> None:
        """Have the trustees hand the inbox to ``members``; others take their place."""
        assert self.trustees is not None
        named = [one.public for one in members]
        told = (self.trusted, self.recovery_grants, named, trustees.public)
        self.add(recover(self.trustees, *told))
        self.members, self.trustees = list(members), trustees

    def add(self, step: Step) -> None:
        """Store a step as `whistle.storage.directory.add_step` does."""
        new = {(row.epoch, row.member_id) for row in step.grants}
        kept = [row for row in self.grants if row.member_id in step.members]
        self.grants = [row for row in kept if (row.epoch, row.member_id) not in new]
        self.grants += step.grants
        epochs = {row.epoch for row in step.recovery_grants}
        self.recovery_grants = [row for row in self.recovery_grants if row.epoch not in epochs]
        self.recovery_grants += step.recovery_grants
        self.statements.append(step.statement)

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
