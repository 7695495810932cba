"""Who there is, and who can open what: by the signed directory, never by a role."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.accounts.invitations import MOST_FAILURES, Invitation, invite
from whistle.audit.log import deed
from whistle.domain.logged import Logged
from whistle.domain.role import Role
from whistle.installation import Installation
from whistle.keys.directory import TrustedInbox
from whistle.keys.fingerprints import offered_keys
from whistle.storage import members as member_queries
from whistle.storage import membership as queries
from whistle.storage.rows import InvitationRow, MemberRow


class RoleRefusedError(Exception):
    """A role may not do this; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A member, and the inboxes that the directory names them in.

    ``keys_agree``: the keys in their row are those of the directory. Who writes rows could put
    others there.
    """

    row: MemberRow
    inboxes: Sequence[TrustedInbox]
    keys_agree: bool


@dataclass(frozen=True, slots=True)
class Readers:
    """An inbox, and the rows of all who can open it; none for whom there is no row."""

    inbox: TrustedInbox
    members: Sequence[MemberRow | None]


class MembersService:
    """Members and invitations, as one member sees and makes them."""

    def __init__(self, installation: Installation, member: MemberRow) -> None:
        """Work on ``installation`` for ``member``."""
        self._here = installation
        self._member = member

    def everybody(self) -> list[Standing]:
        """Give all members, those who are here first, by the directory as it is now."""
        self._here.directory.refresh()
        rows = sorted(self._rows(), key=lambda row: (row.left is not None, row.name))
        return [self._standing(row) for row in rows]

    def standing(self, member_id: bytes) -> Standing | None:
        """Give one member; none when there is none with this id."""
        with self._here.store.read() as db:
            row = member_queries.by_id(db, member_id)
        return None if row is None else self._standing(row)

    def readers(self) -> list[Readers]:
        """Give every inbox with who can open it."""
        rows = {row.id: row for row in self._rows()}
        return [
            Readers(inbox, [rows.get(one.member_id) for one in inbox.current.members])
            for inbox in self._here.directory.inboxes
        ]

    def invitations(self) -> Sequence[InvitationRow]:
        """Give the invitations that can still be accepted."""
        with self._here.store.read() as db:
            return queries.invitations(db, self._here.clock.today(), MOST_FAILURES)

    @property
    def may_invite(self) -> list[Role]:
        """The roles that this member may invite to."""
        mine = role_of(self._member)
        return [role for role in Role if mine and role in mine.may_invite]

    def invite(self, username: str, name: str, role: Role) -> Invitation:
        """Invite somebody. ``username`` in small letters.

        Raises `RoleRefusedError`, and `DuplicateError` where the user name is taken.
        """
        if role not in self.may_invite:
            raise RoleRefusedError
        return invite(self._here.log_of(self._member), username, name, role)

    def withdraw(self, token_hash: bytes) -> None:
        """Make an invitation void. Raises `RoleRefusedError` for one to a role of others."""
        with self._here.store.write() as db:
            row = member_queries.invitation(db, token_hash)
            if row is None:
                return
            if row.role not in self.may_invite:
                raise RoleRefusedError
            queries.forget_invitation(db, token_hash)
            done = deed(Logged.INVITATION_WITHDRAWN, invitation=token_hash)
            self._here.log_of(self._member).append(db, done)

    def _rows(self) -> Sequence[MemberRow]:
        with self._here.store.read() as db:
            return queries.everybody(db)

    def _standing(self, row: MemberRow) -> Standing:
        offered = offered_keys(row)
        inboxes, agree = [], True
        for inbox in self._here.directory.inboxes:
            named = [one for one in inbox.current.members if one.member_id == row.id]
            if named:
                inboxes.append(inbox)
                agree = agree and (row.public is None or named[0] == offered)
        return Standing(row, inboxes, agree)


def role_of(row: MemberRow) -> Role | None:
    """Give a member's role; none where the row says what is none."""
    return Role(row.role) if row.role in set(Role) else None
