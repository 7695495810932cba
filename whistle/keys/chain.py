"""What is allowed in an inbox's chain of statements, and who may do it.

Whoever has had an inbox's key keeps it. So nobody leaves without a new one; and a new one comes
with nobody new, except where the trustees hand the inbox to others.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from whistle.crypto.errors import (
    DirectoryChainError,
    DirectoryForkError,
    DirectoryRollbackError,
    DirectoryRootError,
    DirectorySignatureError,
)
from whistle.domain.channel import InboxRoot
from whistle.keys.statements import MemberKeys, Statement
from whistle.storage.rows import StatementRow


@dataclass(frozen=True, slots=True)
class TrustedInbox:
    """An inbox whose chain was verified from its root: safe to seal to."""

    root: InboxRoot
    statements: tuple[Statement, ...]

    @property
    def inbox_id(self) -> bytes:
        """The inbox's id, 16 bytes."""
        return self.root.inbox_id

    @property
    def current(self) -> Statement:
        """The newest statement."""
        return self.statements[-1]

    @property
    def epoch(self) -> int:
        """The newest epoch, from 1."""
        return self.current.epoch

    @property
    def key_epoch(self) -> int:
        """The epoch that brought the inbox's key: what was sealed before is for another one."""
        return next(one.epoch for one in self.statements if one.public == self.current.public)

    def at(self, epoch: int) -> Statement:
        """Give the statement of an epoch, or raise `DirectoryChainError`."""
        if not 1 <= epoch <= len(self.statements):
            raise DirectoryChainError("the directory has no such epoch")
        return self.statements[epoch - 1]


def verify_chain(
    installation: bytes, root: InboxRoot, rows: Sequence[StatementRow]
) -> TrustedInbox:
    """Verify an inbox's statements, oldest first, from its root. Fails closed.

    Raises `DirectoryStatementError`, `DirectoryRootError`, `DirectoryChainError`,
    `DirectorySignatureError`, `DirectoryRollbackError` or `DirectoryForkError`, and no other.
    """
    statements = tuple(Statement.decode(row.body) for row in rows)
    if not statements:
        raise DirectoryRootError("the inbox has no statement")
    first, newest = statements[0], statements[-1]
    if not hmac.compare_digest(first.digest, root.fingerprint):
        raise DirectoryRootError("the first statement is not the one that was confirmed")
    for number, (statement, row) in enumerate(zip(statements, rows, strict=True), start=1):
        _check_subject(installation, root, statement)
        if not number == statement.epoch == row.epoch:
            raise DirectoryChainError("statements are missing, repeated or out of order")
    if not first.signer(first.members, rows[0].signature):
        raise DirectorySignatureError("the first statement is signed by nobody it names")
    for (before, after), row in zip(pairwise(statements), rows[1:], strict=True):
        check_step(before, after, row.signature)
    keys = [public for public, _ in groupby(one.public for one in statements)]
    if len(set(keys)) != len(keys):
        raise DirectoryChainError("a key that was given up came back")
    if newest.epoch < root.lowest_epoch:
        raise DirectoryRollbackError("the newest statement is older than the configuration allows")
    if not hmac.compare_digest(statements[root.lowest_epoch - 1].digest, root.anchor):
        raise DirectoryForkError("the statement that was confirmed has become another one")
    return TrustedInbox(root, statements)


def _check_subject(installation: bytes, root: InboxRoot, statement: Statement) -> None:
    says = (statement.installation, statement.inbox_id, statement.channel, statement.kind)
    if says != (installation, root.inbox_id, root.channel, root.kind):
        raise DirectoryChainError("a statement is about another inbox")


def check_step(before: Statement, after: Statement, signature: bytes) -> None:
    """Hold a statement against the one before: one of five steps, signed by who may do it.

    Raises `DirectoryChainError` or `DirectorySignatureError`.
    """
    if not hmac.compare_digest(after.previous, before.digest):
        raise DirectoryChainError("a statement does not follow the one before it")
    if before.recovery and after.signer([before.recovery], signature):
        _check_recovery(before, after)
        return
    signer = after.signer(before.members, signature)
    if not isinstance(signer, MemberKeys):
        raise DirectorySignatureError("a statement is signed by nobody who may")
    if after.public == before.public:
        _check_same_key(before, after)
    elif _ids(after) == _ids(before) and set(after.members) != set(before.members):
        _check_renewal(before, after, signer)
    else:
        _check_rotation(before, after, signer)


def _check_same_key(before: Statement, after: Statement) -> None:
    """Admission, or the first recovery key."""
    stayed, everybody = set(before.members), set(after.members)
    if not stayed <= everybody:
        raise DirectoryChainError("somebody left, and the inbox kept its key")
    if after.recovery != before.recovery and (before.recovery or stayed != everybody):
        raise DirectoryChainError("the recovery key changed, and the inbox kept its key")


def _check_rotation(before: Statement, after: Statement, signer: MemberKeys) -> None:
    """A new key, for those who stay; the recovery key may be replaced on the way."""
    if not set(after.members) <= set(before.members):
        raise DirectoryChainError("a new key came together with somebody new")
    if (after.recovery is None) != (before.recovery is None):
        raise DirectoryChainError("a recovery key came or went with a new key")
    if signer not in after.members:
        raise DirectorySignatureError("who left made the key of those who stay")


def _check_renewal(before: Statement, after: Statement, signer: MemberKeys) -> None:
    """A member's own keys are replaced, by that member, with the old ones."""
    changed = {one.member_id for one in set(before.members) ^ set(after.members)}
    if after.recovery != before.recovery or len(changed) != 1:
        raise DirectoryChainError("a member's keys were renewed, and something else with them")
    if changed != {signer.member_id}:
        raise DirectorySignatureError("a member's keys were renewed by somebody else")
    now = next(one for one in after.members if one.member_id == signer.member_id)
    if now.public == signer.public or now.verifying == signer.verifying:
        raise DirectoryChainError("only one of a member's keys was renewed")


def _check_recovery(before: Statement, after: Statement) -> None:
    """The trustees hand the inbox to whom they name; their own key has been used up."""
    old, new = before.recovery, after.recovery
    if after.public == before.public:
        raise DirectoryChainError("a recovery kept the inbox's key")
    if not old or not new or new.public == old.public or new.verifying == old.verifying:
        raise DirectoryChainError("a recovery kept the recovery key")


def _ids(statement: Statement) -> set[bytes]:
    return {member.member_id for member in statement.members}
