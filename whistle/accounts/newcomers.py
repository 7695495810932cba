"""Letting somebody into an inbox, after their keys' fingerprint was compared by voice.

The inviter types what they hear, and is never shown what it should be: whoever has swapped the keys
in the database is found out even by somebody in a hurry, who would have ticked a box.
"""

import hmac
from collections.abc import Collection, Sequence
from enum import Enum

from whistle.accounts.members import role_of
from whistle.accounts.steps import make_steps
from whistle.audit.log import deed
from whistle.domain.fingerprint import read_spoken, show_spoken
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.directory import TrustedInbox
from whistle.keys.fingerprints import member_fingerprint, offered_keys
from whistle.keys.keyring import Keyring
from whistle.keys.steps import admit
from whistle.storage import directory as queries
from whistle.storage import members, membership
from whistle.storage.errors import ConflictError
from whistle.storage.rows import MemberRow


class Admission(Enum):
    """What became of letting somebody in."""

    DONE = "they can open it now"
    NOTHING_CHOSEN = "no inbox was chosen"
    REFUSED = "not these inboxes, or not this member"
    MISTYPED = "not the digits of any fingerprint"
    OTHER_KEYS = "the keys in the database have another fingerprint"


class NewcomerService:
    """One member's letting others into the inboxes they are in themselves."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._member = member
        self._keyring = keyring

    def member(self, member_id: bytes) -> MemberRow | None:
        """Give the row of somebody who may be let in; none for whoever has left or is unknown."""
        with self._here.store.read() as db:
            row = members.by_id(db, member_id)
        return row if row and row.left is None else None

    def open_to(self, row: MemberRow) -> list[TrustedInbox]:
        """Give this member's inboxes that ``row`` may be let into, and is not in yet.

        The kind goes by the role: neither adviser nor deputy gets a reserve's inbox, a reserve no
        main one, and technician and reader none at all (kommunestyrelsesloven § 65 e).
        """
        role = role_of(row)
        if role is None or row.left is not None:
            return []
        return [
            inbox
            for inbox in self._here.directory.inboxes
            if inbox.root.kind is role.may_open
            and self._keyring.public in inbox.current.members
            and all(one.member_id != row.id for one in inbox.current.members)
        ]

    def admit(self, row: MemberRow, inbox_ids: Collection[bytes], heard: str) -> Admission:
        """Let a member into inboxes, all or none. ``heard``: the digits that they read aloud.

        ``row``: what was shown as theirs. Raises `ConflictError` when it, or an inbox, changed
        meanwhile; nothing is stored then.
        """
        self._here.directory.refresh()
        chosen = [one for one in self.open_to(row) if one.inbox_id in inbox_ids]
        if not inbox_ids:
            return Admission.NOTHING_CHOSEN
        keys = offered_keys(row)
        if keys is None or len(chosen) != len(set(inbox_ids)):
            return Admission.REFUSED
        spoken = read_spoken(heard)
        if spoken is None:
            return Admission.MISTYPED
        offered = show_spoken(member_fingerprint(self._here.id, keys))
        if not hmac.compare_digest(spoken, offered):
            return Admission.OTHER_KEYS
        steps = make_steps(
            self._here,
            self._keyring,
            lambda grants: [admit(self._keyring, inbox, grants, keys) for inbox in chosen],
        )
        self._store(row, steps)
        return Admission.DONE

    def _store(self, row: MemberRow, steps: Sequence[queries.Step]) -> None:
        done = deed(
            Logged.LET_IN, member=row.id, inboxes=[step.statement.inbox_id for step in steps]
        )
        with self._here.log_of(self._member).write(done) as db:
            now = membership.hold(db, row.id)
            if now is None or _vouched(now) != _vouched(row):
                raise ConflictError("the member's row is not the one that was compared")
            for step in steps:
                queries.add_step(db, step)
        self._here.directory.refresh()


def _vouched(row: MemberRow) -> tuple[object, ...]:
    return row.role, row.public, row.verifying, row.left
