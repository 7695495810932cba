"""Writing a request down: what the server knows of who is to be let in, and into what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from whistle.domain.channel import InboxRoot
from whistle.domain.errors import RefusedError
from whistle.domain.role import Role
from whistle.keys.chain import TrustedInbox, verify_chain
from whistle.keys.fingerprints import offered_keys
from whistle.keys.statements import MemberKeys
from whistle.recovery.request import LONGEST_NAME, CoveredInbox, Person, RecoveryRequest
from whistle.storage import directory as queries
from whistle.storage import members, membership
from whistle.storage.rows import MemberRow


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the inboxes that it cannot cover: they have no recovery key."""

    request: RecoveryRequest
    uncovered: Sequence[InboxRoot]


def ask_trustees(
    db: Connection,
    installation: bytes,
    municipality: str,
    roots: Sequence[InboxRoot],
    usernames: tuple[str, str | None],
) -> Asked:
    """Write a request for a member. ``usernames``: the newcomer's, and the one of the lost keys.

    Raises `RefusedError` when there is nobody or nothing to ask for, and a `DirectoryError` when
    the database's keys cannot be trusted.
    """
    newcomer, keys = _newcomer(db, usernames[0])
    lost = {_named(db, usernames[1]).id} if usernames[1] else set()
    kind = Role(newcomer.role).may_open if newcomer.role in set(Role) else None
    found = [
        (verify_chain(installation, root, rows), rows)
        for root in roots
        if root.kind is kind
        for rows in [queries.statements(db, root.inbox_id)]
    ]
    covered = [(inbox, rows) for inbox, rows in found if inbox.current.recovery]
    if not covered:
        raise RefusedError(
            f"{usernames[0]} ({newcomer.role}) may be let into no inbox that has a recovery key: "
            "trustees cannot help here. Another member of the inboxes can"
        )
    if all(keys in inbox.current.members for inbox, _ in covered):
        raise RefusedError(f"{usernames[0]} is in these inboxes already")
    request = RecoveryRequest(
        installation,
        municipality,
        keys,
        frozenset(lost | membership.gone(db)),
        _people(db, [inbox for inbox, _ in covered], newcomer),
        tuple(
            CoveredInbox(
                inbox.root, tuple(rows), tuple(queries.recovery_grants(db, inbox.inbox_id))
            )
            for inbox, rows in covered
        ),
    )
    return Asked(request, [inbox.root for inbox, _ in found if not inbox.current.recovery])


def _named(db: Connection, username: str) -> MemberRow:
    row = members.by_username(db, username)
    if row is None:
        raise RefusedError(f"{username}: no member signs in under this name")
    return row


def _newcomer(db: Connection, username: str) -> tuple[MemberRow, MemberKeys]:
    row = _named(db, username)
    keys = offered_keys(row)
    if row.left is not None or keys is None:
        raise RefusedError(f"{username} has left, or has no keys yet: they have to sign in first")
    return row, keys


def _people(
    db: Connection, inboxes: Sequence[TrustedInbox], newcomer: MemberRow
) -> dict[bytes, Person]:
    people = {newcomer.id: _person(newcomer)}
    for inbox in inboxes:
        for member in inbox.current.members:
            row = members.by_id(db, member.member_id)
            if row:
                people[row.id] = _person(row)
    return people


def _person(row: MemberRow) -> Person:
    """Give a member's names, as far as they can be shown; see `RecoveryRequest.decode`."""
    return Person(*(_showable(text) for text in (row.username, row.name)))


def _showable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)[:LONGEST_NAME]
