"""Queries: who is a member, who is invited, and what goes when a member leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.members import NO_WRONG_CODES
from whistle.storage.rows import InvitationRow, MemberRow

# What unlocks a member or vouches for them: all of it goes with them.
_GOES = (
    tables.member_sessions,
    tables.passkeys,
    tables.key_files,
    tables.backup_codes,
    tables.grants,
)


def everybody(db: Connection) -> Sequence[MemberRow]:
    """Give all members, those who have left too, in the order of their user names."""
    return MemberRow.all(db, MemberRow.select().order_by(tables.members.c.username))


def gone(db: Connection) -> set[bytes]:
    """Give the ids of those who have left."""
    column = tables.members.c
    return set(db.execute(select(column.id).where(column.left.is_not(None))).scalars())


def invitations(db: Connection, today: date, most_failures: int) -> Sequence[InvitationRow]:
    """Give the invitations that can still be accepted, the oldest first."""
    column = tables.invitations.c
    query = InvitationRow.select(column.expires >= today, column.failures < most_failures)
    return InvitationRow.all(db, query.order_by(column.expires, column.username))


def forget_invitation(db: Connection, token_hash: bytes) -> None:
    """Delete an invitation, if it is there."""
    db.execute(delete(tables.invitations).where(tables.invitations.c.token_hash == token_hash))


def forget_dead_invitations(db: Connection, today: date, most_failures: int) -> None:
    """Delete the invitations that nobody can accept any more."""
    column = tables.invitations.c
    dead = (column.expires < today) | (column.failures >= most_failures)
    db.execute(delete(tables.invitations).where(dead))


def is_invited(db: Connection, username: str) -> bool:
    """Say whether somebody is invited under this user name."""
    column = tables.invitations.c
    return InvitationRow.first(db, InvitationRow.select(column.username == username)) is not None


def lock_inboxes(db: Connection, inbox_ids: Sequence[bytes]) -> None:
    """Have whoever else changes who is in these inboxes wait until this transaction is over."""
    column = tables.inboxes.c.id
    db.execute(select(column).where(column.in_(inbox_ids)).order_by(column).with_for_update())


def hold(db: Connection, member_id: bytes) -> MemberRow | None:
    """Give a member whose keys and membership nobody else changes until the transaction ends.

    Before any inbox is locked, so that two who take both never wait for each other. Rows that refer
    to the member may still be inserted: whoever makes new keys holds the inbox, and inserts grants.
    """
    query = MemberRow.select(tables.members.c.id == member_id).with_for_update(key_share=True)
    return MemberRow.first(db, query)


def end(db: Connection, member_id: bytes, today: date) -> None:
    """Take a member's access away. Name, role and the day stay, for what they wrote.

    Raises `ConflictError` when they had left already.
    """
    column = tables.members.c
    gone = {"seed_box": b"", "public": None, "verifying": None, "totp_box": None}
    result = db.execute(
        update(tables.members)
        .where(column.id == member_id, column.left.is_(None))
        .values(left=today, **gone)
    )
    if result.rowcount != 1:
        raise ConflictError("the member had left already")
    for table in _GOES:
        db.execute(delete(table).where(table.c.member_id == member_id))
    db.execute(delete(tables.invitations).where(tables.invitations.c.inviter == member_id))


@dataclass(frozen=True, slots=True)
class RenewedMember:
    """What of a member's row changes with a new seed; as in `MemberRow`."""

    id: bytes
    stretch: bytes
    seed_box: bytes
    public: bytes
    verifying: bytes
    totp_box: bytes | None


def renew(db: Connection, before: MemberRow, renewed: RenewedMember) -> None:
    """Store a member's new keys, and delete what held the old seed.

    Raises `ConflictError` when passphrase, app or keys are not those of ``before``. Passkeys stay
    as a second factor, but unlock nothing until they are added anew; backup codes are digests under
    the old seed.
    """
    values = {name: getattr(renewed, name) for name in RenewedMember.__slots__ if name != "id"}
    values |= NO_WRONG_CODES
    column = tables.members.c
    same_app = (
        column.totp_box.is_(None) if before.totp_box is None else column.totp_box == before.totp_box
    )
    unchanged = (column.id == renewed.id, column.seed_box == before.seed_box, same_app)
    if db.execute(update(tables.members).where(*unchanged).values(**values)).rowcount != 1:
        raise ConflictError("passphrase, app or keys were changed, or the member left")
    for table in (tables.member_sessions, tables.key_files, tables.backup_codes):
        db.execute(delete(table).where(table.c.member_id == renewed.id))
    passkey = tables.passkeys.c
    db.execute(update(tables.passkeys).where(passkey.member_id == renewed.id).values(seed_box=None))
