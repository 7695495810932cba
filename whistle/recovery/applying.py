"""Taking the trustees' reply: everything is verified, and all of it is stored, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import Log, deed
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxRoot
from whistle.domain.logged import Logged
from whistle.keys.chain import TrustedInbox, verify_chain
from whistle.keys.fingerprints import offered_keys
from whistle.recovery.reply import RecoveryReply, ReplyError
from whistle.storage import directory as queries
from whistle.storage import members, membership
from whistle.storage.directory import Step
from whistle.storage.errors import ConflictError
from whistle.storage.rows import MemberRow

LATE = (
    "the inboxes have changed since the trustees were asked: this reply comes too late. "
    "Nothing was stored. Write a new request; the sheets that were printed with this reply are void"
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a reply. ``before``: it had been taken already; ``gone``: who has left."""

    newcomer: str
    inboxes: Sequence[TrustedInbox]
    gone: Sequence[str]
    before: bool


def apply_reply(log: Log, roots: Sequence[InboxRoot], reply: RecoveryReply) -> Applied:
    """Store a reply in one transaction; taken a second time it changes nothing.

    Raises `ReplyError`, and a `DirectoryError` when the database's own keys cannot be trusted.
    """
    by_id = {root.inbox_id: root for root in roots}
    named = [step.statement.inbox_id for step in reply.steps]
    if reply.installation != log.installation or not named:
        raise ReplyError("this reply is for another installation, or for no inbox")
    if not set(named) <= set(by_id) or len(named) != len(set(named)):
        raise ReplyError("this reply is about inboxes that the configuration does not name")
    with log.store.write() as db:
        taking = _Taking(db, log.installation, roots, reply)
        username = taking.newcomer()
        before = [taking.verified(by_id[inbox_id]) for inbox_id in named]
        if all(map(taking.is_taken, reply.steps)):
            return Applied(username, before, [], before=True)
        for inbox, step in zip(before, reply.steps, strict=True):
            taking.check(inbox, step)
        try:
            for step in reply.steps:
                queries.add_step(db, step)
        except ConflictError as error:
            raise ReplyError(LATE) from error
        after = [taking.verified(by_id[inbox_id]) for inbox_id in named]
        gone = taking.say_goodbye(before, log.clock.today())
        ids = [row.id for row in gone]
        done = deed(Logged.RECOVERY_APPLIED, member=reply.newcomer, inboxes=named, members=ids)
        log.append(db, done)
    return Applied(username, after, [row.username for row in gone], before=False)


@dataclass(frozen=True, slots=True)
class _Taking:
    """One reply inside the transaction that stores it."""

    db: Connection
    installation: bytes
    roots: Sequence[InboxRoot]
    reply: RecoveryReply

    def verified(self, root: InboxRoot, *more: Step) -> TrustedInbox:
        """Verify an inbox's chain as it is, and as it would be with ``more``."""
        rows = queries.statements(self.db, root.inbox_id)
        return verify_chain(self.installation, root, [*rows, *(step.statement for step in more)])

    def is_taken(self, step: Step) -> bool:
        """Say whether this very step has been stored before."""
        return step.statement in queries.statements(self.db, step.statement.inbox_id)

    def newcomer(self) -> str:
        """Give the user name of who is let in: by the keys that are theirs, or not at all."""
        row = membership.hold(self.db, self.reply.newcomer)
        keys = offered_keys(row) if row and row.left is None else None
        if row is None or keys is None:
            raise ReplyError("who is to be let in is no member here, or has left")
        if any(keys not in statement.members for statement in self.reply.statements):
            raise ReplyError("the trustees have let in other keys than those this member has")
        return row.username

    def check(self, inbox: TrustedInbox, step: Step) -> None:
        """Refuse a step that is too late, was changed, or does not follow."""
        if step.statement.epoch != inbox.epoch + 1:
            raise ReplyError(LATE)
        recovery = inbox.current.recovery
        if recovery is None or not self.reply.is_signed_by(recovery.verifying):
            raise ReplyError("this reply is not what the trustees signed: it was changed")
        if not _is_whole(step):
            raise ReplyError("this reply would leave somebody without the keys it gives them")
        try:
            self.verified(inbox.root, step)
        except SealingError as error:
            raise ReplyError(f"this reply has a step that is not allowed: {error}") from error

    def say_goodbye(self, before: Sequence[TrustedInbox], today: date) -> list[MemberRow]:
        """End the access of whoever was in these inboxes, and is in no inbox any more."""
        were = {one.member_id for inbox in before for one in inbox.current.members}
        inboxes = [self.verified(root) for root in self.roots]
        are = {one.member_id for inbox in inboxes for one in inbox.current.members}
        rows = [members.by_id(self.db, member_id) for member_id in sorted(were - are)]
        gone = [row for row in rows if row and row.left is None]
        for row in gone:
            membership.end(self.db, row.id, today)
        return gone


def _is_whole(step: Step) -> bool:
    """Say whether everybody who is named has the new secret, and nobody else anything."""
    epoch = step.statement.epoch
    rows = [(row.epoch, row.member_id) for row in step.grants]
    kept = [row.epoch for row in step.recovery_grants]
    return (
        {member_id for at, member_id in rows if at == epoch} == set(step.members)
        and {member_id for _, member_id in rows} == set(step.members)
        and {at for at, _ in rows} <= set(range(1, epoch + 1))
        and set(kept) <= set(range(1, epoch + 1))
        and epoch in kept
        and len(rows) == len(set(rows))
        and len(kept) == len(set(kept))
    )
