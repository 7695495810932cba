"""When a member leaves: their access ends at once, and what comes later is closed to them.

Whoever removes somebody makes new keys for the inboxes in the same transaction. Whoever leaves of
their own accord cannot: they would hold the new key. So one of those who stay makes it; and does so
by a button, as nothing that stands in a row may have a member sign a statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from whistle.accounts.members import role_of
from whistle.accounts.steps import make_steps
from whistle.audit.log import deed
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.keys.steps import rotate
from whistle.storage import directory as queries
from whistle.storage import members, membership
from whistle.storage.errors import ConflictError
from whistle.storage.rows import MemberRow


class Obstacle(Enum):
    """Why somebody cannot leave just now, or not by this member's hand."""

    ROLE = "another role has to do it"
    ELSEWHERE = "they are in an inbox that this member is not in"
    ALONE = "an inbox would be left without anybody"
    UNCONFIRMED = "they made the keys of an inbox that nobody has confirmed"


@dataclass(frozen=True, slots=True)
class Farewell:
    """What leaving means for one member. ``alone_in``: inboxes that nobody else can open.

    ``epochs``: of every inbox there is, as it was planned. Whoever is let into another one
    meanwhile would be left in its directory.
    """

    row: MemberRow
    inboxes: Sequence[TrustedInbox]
    alone_in: Sequence[TrustedInbox]
    obstacle: Obstacle | None
    epochs: Mapping[bytes, int]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An inbox whose directory still names members who said goodbye."""

    inbox: TrustedInbox
    gone: Sequence[MemberRow]


class LeavingService:
    """Goodbyes, as one member says and settles them."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work on ``installation`` with the keys of one member."""
        self._here = installation
        self._member = member
        self._keyring = keyring

    def plan(self, member_id: bytes) -> Farewell | None:
        """Say what it means that somebody leaves; none for whoever has left or is unknown."""
        self._here.directory.refresh()
        with self._here.store.read() as db:
            row = members.by_id(db, member_id)
            gone = {one.id for one in membership.everybody(db) if one.left is not None}
            granted = {grant.inbox_id for grant in queries.grants_of(db, member_id)}
        if row is None or row.left is not None:
            return None
        everywhere = self._here.directory.inboxes
        inboxes = _those_of(member_id, everywhere)
        alone_in = [
            inbox
            for inbox in inboxes
            if {one.member_id for one in inbox.current.members} <= gone | {member_id}
        ]
        epochs = {inbox.inbox_id: inbox.epoch for inbox in everywhere}
        obstacle = self._obstacle(row, inboxes)
        if obstacle is None and granted - epochs.keys():
            obstacle = Obstacle.UNCONFIRMED
        if obstacle is None and alone_in:
            obstacle = Obstacle.ALONE
        return Farewell(row, inboxes, alone_in, obstacle, epochs)

    def leave(self, farewell: Farewell) -> None:
        """End a member's access, and give the inboxes they were in new keys, all or nothing.

        Raises `ConflictError` when something changed meanwhile. Only where `plan` saw no obstacle.
        """
        if farewell.obstacle is not None:
            raise ConflictError("there is an obstacle")
        leaver = farewell.row.id
        steps = [] if leaver == self._member.id else self._without({leaver}, farewell.inboxes)
        inbox_ids = [inbox.inbox_id for inbox in farewell.inboxes]
        done = deed(Logged.LEFT, member=leaver, inboxes=inbox_ids)
        with self._here.log_of(self._member).write(done) as db:
            membership.hold(db, leaver)
            membership.lock_inboxes(db, inbox_ids)
            queries.check_epochs(db, farewell.epochs)
            self._check_company(membership.gone(db), farewell)
            for step in steps:
                queries.add_step(db, step)
            membership.end(db, leaver, self._here.clock.today())
        self._here.directory.refresh()

    def unsettled(self) -> list[Unsettled]:
        """Give the inboxes of this member's from which somebody has gone without new keys."""
        with self._here.store.read() as db:
            gone = {row.id: row for row in membership.everybody(db) if row.left is not None}
        named = [
            (inbox, [gone[one.member_id] for one in inbox.current.members if one.member_id in gone])
            for inbox in _those_of(self._member.id, self._here.directory.inboxes)
        ]
        return [Unsettled(inbox, rows) for inbox, rows in named if rows]

    def settle(self) -> None:
        """Give those inboxes new keys. Raises `ConflictError` when somebody else was quicker."""
        self._here.directory.refresh()
        unsettled = self.unsettled()
        if not unsettled:
            return
        steps = [
            step
            for one in unsettled
            for step in self._without({row.id for row in one.gone}, [one.inbox])
        ]
        done = deed(
            Logged.SETTLED,
            members=sorted({row.id for one in unsettled for row in one.gone}),
            inboxes=[one.inbox.inbox_id for one in unsettled],
        )
        with self._here.log_of(self._member).write(done) as db:
            for step in steps:
                queries.add_step(db, step)
        self._here.directory.refresh()

    def _without(self, leaving: set[bytes], inboxes: Sequence[TrustedInbox]) -> list[queries.Step]:
        return make_steps(
            self._here,
            self._keyring,
            lambda grants: [rotate(self._keyring, inbox, grants, leaving) for inbox in inboxes],
        )

    def _obstacle(self, row: MemberRow, inboxes: Sequence[TrustedInbox]) -> Obstacle | None:
        if row.id == self._member.id:
            return None
        mine, theirs = role_of(self._member), role_of(row)
        if mine is None or theirs not in mine.may_remove:
            return Obstacle.ROLE
        if any(self._keyring.public not in inbox.current.members for inbox in inboxes):
            return Obstacle.ELSEWHERE
        return None

    def _check_company(self, gone: set[bytes], farewell: Farewell) -> None:
        """Hold that nobody else left since the page was shown: two could leave an inbox empty."""
        for inbox in farewell.inboxes:
            named = {one.member_id for one in inbox.current.members}
            if named <= gone | {farewell.row.id}:
                raise ConflictError("the others have left meanwhile")


def _those_of(member_id: bytes, inboxes: Sequence[TrustedInbox]) -> list[TrustedInbox]:
    return [
        inbox
        for inbox in inboxes
        if any(one.member_id == member_id for one in inbox.current.members)
    ]
