"""Giving one's inboxes a recovery key that was made on paper: its public half alone comes here."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from whistle.audit.log import deed
from whistle.domain.channel import InboxKind
from whistle.domain.fingerprint import read_fingerprint, show_fingerprint
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.keys.steps import Step, rotate, set_recovery
from whistle.recovery.public_file import PublicFile
from whistle.storage import directory as queries
from whistle.storage import membership
from whistle.storage.rows import GrantRow, MemberRow


class Setting(Enum):
    """What became of giving inboxes a recovery key."""

    DONE = "they have it now"
    ELSEWHERE = "it was made for another installation"
    NO_INBOX = "the member is in no inbox that it is for"
    THE_SAME = "all of them have it already"
    MISTYPED = "not the digits of any fingerprint"
    OTHER_KEY = "the file has another fingerprint than the paper"


@dataclass(frozen=True, slots=True)
class Coverage:
    """An inbox, and the fingerprint of its recovery key; empty where it has none.

    ``since``: the number of the statement that brought the key; statements have no dates.
    """

    inbox: TrustedInbox
    fingerprint: str
    since: int


class RecoveryKeysService:
    """What one member sees of the recovery keys of their inboxes, and changes."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._member = member
        self._keyring = keyring

    def coverage(self) -> list[Coverage]:
        """Give the inboxes this member is in, with their recovery keys."""
        return [self._covered(inbox) for inbox in self._mine()]

    def is_missing(self) -> bool:
        """Say whether an inbox of this member's would be lost with its members' keys."""
        return any(inbox.current.recovery is None for inbox in self._mine())

    def meant(self, public: PublicFile) -> list[TrustedInbox]:
        """Give the inboxes of this member's that a recovery key is for, and that lack it."""
        return [one for one in self._of_kind(public) if one.current.recovery != public.keys]

    def obstacle(self, public: PublicFile) -> Setting | None:
        """Say why this member cannot use a file, before any paper is compared; none if they can."""
        if public.installation != self._here.id:
            return Setting.ELSEWHERE
        if not self._of_kind(public):
            return Setting.NO_INBOX
        return None if self.meant(public) else Setting.THE_SAME

    def give(self, public: PublicFile, on_paper: str) -> Setting:
        """Give the key to every inbox of this member's that it is for, all or none.

        ``on_paper``: the fingerprint as a trustee's sheet has it. An inbox that has another
        recovery key gets new keys of its own, too. Whoever has left is left out on the way. Raises
        `ConflictError` when somebody else was quicker; nothing is stored then.
        """
        self._here.directory.refresh()
        obstacle = self.obstacle(public)
        if obstacle:
            return obstacle
        digits = read_fingerprint(on_paper)
        if digits is None:
            return Setting.MISTYPED
        if not hmac.compare_digest(digits, read_fingerprint(public.fingerprint) or b""):
            return Setting.OTHER_KEY
        with self._here.store.read() as db:
            grants = queries.grants_of(db, self._keyring.member_id)
            gone = membership.gone(db)
        steps = [self._step(inbox, grants, public, gone) for inbox in self.meant(public)]
        done = deed(Logged.RECOVERY_KEY_SET, inboxes=[step.statement.inbox_id for step in steps])
        with self._here.log_of(self._member).write(done) as db:
            for step in steps:
                queries.add_step(db, step)
        self._here.directory.refresh()
        return Setting.DONE

    def _step(
        self, inbox: TrustedInbox, grants: Sequence[GrantRow], public: PublicFile, gone: set[bytes]
    ) -> Step:
        if inbox.current.recovery is None:
            return set_recovery(self._keyring, inbox, grants, public.keys)
        leaving = {one.member_id for one in inbox.current.members} & gone
        return rotate(self._keyring, inbox, grants, leaving, public.keys)

    def _covered(self, inbox: TrustedInbox) -> Coverage:
        recovery = inbox.current.recovery
        if recovery is None:
            return Coverage(inbox, "", 0)
        since = next(one.epoch for one in inbox.statements if one.recovery == recovery)
        return Coverage(inbox, show_fingerprint(recovery.digest(self._here.id)), since)

    def _of_kind(self, public: PublicFile) -> list[TrustedInbox]:
        kind: InboxKind = public.covers.kind
        return [inbox for inbox in self._mine() if inbox.root.kind is kind]

    def _mine(self) -> list[TrustedInbox]:
        mine = self._keyring.public
        return [one for one in self._here.directory.inboxes if mine in one.current.members]
