"""The steps of an inbox's chain of statements: who is let in, who leaves, whose keys are renewed.

Each function gives a `Step` for `whistle.storage.directory.add_step`. What it signs has been held
against the rules of the chain, so that nobody signs what everybody would refuse.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from whistle.crypto.errors import DirectoryMemberError, NotGrantedError
from whistle.crypto.signing import SigningKey
from whistle.keys.chain import TrustedInbox, check_step
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring, seal_grant
from whistle.keys.recovery import RecoveryKeyring, RecoveryKeys, recovery_grant
from whistle.keys.statements import MemberKeys, Statement
from whistle.storage.directory import Step
from whistle.storage.rows import GrantRow, RecoveryGrantRow

_Grant = TypeVar("_Grant", GrantRow, RecoveryGrantRow)

__all__ = ["Step", "admit", "recover", "renew", "rotate", "set_recovery"]


def admit(
    member: Keyring, inbox: TrustedInbox, grants: Sequence[GrantRow], newcomer: MemberKeys
) -> Step:
    """Let ``newcomer`` into an inbox; the caller has compared their fingerprint.

    ``grants``: the member's own, as in every step; the newcomer gets those that old cases still
    need. Raises `DirectoryMemberError` when the newcomer is a member already, under any name, and
    as every step when ``member`` is none; `NotGrantedError` without a grant of the newest epoch.
    """
    hand = _Hand.of_member(member, inbox, grants)
    if any(_share_a_key(newcomer, one) for one in inbox.current.members):
        raise DirectoryMemberError("already a member of this inbox")
    return hand.sign(hand.kept(), replace(hand.next, members=(*inbox.current.members, newcomer)))


def set_recovery(
    member: Keyring, inbox: TrustedInbox, grants: Sequence[GrantRow], recovery: RecoveryKeys
) -> Step:
    """Give an inbox its first recovery key; from then on `rotate` replaces it.

    Raises as `admit`, and `DirectoryChainError` where there is one.
    """
    hand = _Hand.of_member(member, inbox, grants)
    return hand.sign(hand.kept(), replace(hand.next, recovery=recovery))


def rotate(
    member: Keyring,
    inbox: TrustedInbox,
    grants: Sequence[GrantRow],
    leaving: Collection[bytes] = frozenset(),
    recovery: RecoveryKeys | None = None,
) -> Step:
    """Give an inbox a new secret; without those who leave, and with a new recovery key, if any.

    ``leaving``: ids of members. Raises as `admit`; `DirectoryMemberError` when somebody leaves who
    is no member, or ``member`` does; `DirectoryChainError` for a first recovery key.
    """
    hand = _Hand.of_member(member, inbox, grants)
    if not set(leaving) <= {one.member_id for one in inbox.current.members} - {member.member_id}:
        raise DirectoryMemberError("only another member of this inbox can be left out")
    staying = tuple(one for one in inbox.current.members if one.member_id not in leaving)
    after = replace(hand.next_with_new_key, members=staying)
    return hand.sign(hand.with_new(), replace(after, recovery=recovery or after.recovery))


def renew(
    member: Keyring, renewed: Keyring, inbox: TrustedInbox, grants: Sequence[GrantRow]
) -> Step:
    """Replace a member's own keys by those of a new seed, and the inbox's secret with them.

    Who had got hold of the old seed could open the old secret. Raises as `admit`.
    """
    hand = _Hand.of_member(member, inbox, grants)
    members = tuple(
        renewed.public if one == member.public else one for one in inbox.current.members
    )
    return hand.sign(hand.with_new(), replace(hand.next_with_new_key, members=members))


def recover(
    trustees: RecoveryKeyring,
    inbox: TrustedInbox,
    grants: Sequence[RecoveryGrantRow],
    members: Sequence[MemberKeys],
    recovery: RecoveryKeys,
) -> Step:
    """Hand an inbox to ``members``, with the key that the trustees have put together.

    ``grants``: the recovery key's; ``recovery``: the one that takes its place. Raises
    `DirectoryMemberError` when the inbox has another recovery key, and `NotGrantedError` without
    a grant of the newest epoch.
    """
    if inbox.current.recovery != trustees.public:
        raise DirectoryMemberError("this inbox has another recovery key")
    opened = {grant.epoch: trustees.open_grant(inbox, grant) for grant in _of_inbox(inbox, grants)}
    hand = _Hand(inbox, trustees.signing, opened, InboxSecret.random())
    after = replace(hand.next_with_new_key, members=tuple(members), recovery=recovery)
    return hand.sign(hand.with_new(), after, to_all=True)


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who takes a step, and the inbox's secrets that they have, by epoch."""

    inbox: TrustedInbox
    signing: SigningKey
    secrets: Mapping[int, InboxSecret]
    new: InboxSecret

    @classmethod
    def of_member(cls, member: Keyring, inbox: TrustedInbox, grants: Sequence[GrantRow]) -> "_Hand":
        if member.public not in inbox.current.members:
            raise DirectoryMemberError("only a member of an inbox can take a step")
        opened = member.open_grants(inbox, grants)
        return cls(inbox, member.signing, opened, InboxSecret.random())

    def kept(self) -> Mapping[int, InboxSecret]:
        """Give the secrets with the newest one for the next epoch, too."""
        return {**self.secrets, self.inbox.epoch + 1: self._newest()}

    def with_new(self) -> Mapping[int, InboxSecret]:
        """Give the secrets with another one for the next epoch."""
        self._newest()  # who cannot open what there is cannot bring it under a new key
        return {**self.secrets, self.inbox.epoch + 1: self.new}

    @property
    def next(self) -> Statement:
        """The next statement as long as nothing changes."""
        before = self.inbox.current
        return replace(before, epoch=before.epoch + 1, previous=before.digest)

    @property
    def next_with_new_key(self) -> Statement:
        """The next statement, and another key for the inbox."""
        return replace(self.next, public=self.new.pair.public)

    def sign(
        self, secrets: Mapping[int, InboxSecret], after: Statement, *, to_all: bool = False
    ) -> Step:
        """Sign the next statement, and grant its secret to all it names.

        Who has keys that the one before did not name gets every epoch, and ``to_all`` everybody.
        """
        before, row = self.inbox.current, after.sign(self.signing)
        check_step(before, after, row.signature)
        known = frozenset() if to_all else frozenset(before.members)
        statements = {epoch: self.inbox.at(epoch) for epoch in self.secrets} | {after.epoch: after}
        grants = [
            seal_grant(secrets[epoch], statement, member)
            for epoch, statement in statements.items()
            for member in after.members
            if epoch == after.epoch or member not in known
        ]
        kept_for_trustees = [
            recovery_grant(secrets[epoch], statement, after.recovery)
            for epoch, statement in statements.items()
            if after.recovery and (epoch == after.epoch or after.recovery != before.recovery)
        ]
        return Step(row, [one.member_id for one in after.members], grants, kept_for_trustees)

    def _newest(self) -> InboxSecret:
        if self.inbox.epoch not in self.secrets:
            raise NotGrantedError("the newest secret of this inbox is not at hand")
        return self.secrets[self.inbox.epoch]


def _of_inbox(inbox: TrustedInbox, grants: Iterable[_Grant]) -> list[_Grant]:
    return [grant for grant in grants if grant.inbox_id == inbox.inbox_id]


def _share_a_key(one: MemberKeys, other: MemberKeys) -> bool:
    return (
        one.member_id == other.member_id
        or one.public == other.public
        or one.verifying == other.verifying
    )
