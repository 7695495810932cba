"""Queries: members and their sessions."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import InvitationRow, MemberRow, SessionRow


def by_username(db: Connection, username: str) -> MemberRow | None:
    """Give the member with this user name."""
    return MemberRow.first(db, MemberRow.select(tables.members.c.username == username))


def by_id(db: Connection, member_id: bytes) -> MemberRow | None:
    """Give the member with this id."""
    return MemberRow.first(db, MemberRow.select(tables.members.c.id == member_id))


def has_second_factor(db: Connection, member: MemberRow) -> bool:
    """Say whether a member has chosen a second factor: an authenticator app, or a passkey."""
    if member.totp_box is not None:
        return True
    column = tables.passkeys.c
    query = select(column.credential_id).where(column.member_id == member.id).limit(1)
    return db.execute(query).first() is not None


def names(db: Connection) -> dict[bytes, str]:
    """Give every member's name by id."""
    column = tables.members.c
    return {row.id: row.name for row in db.execute(select(column.id, column.name))}


def set_language(db: Connection, member_id: bytes, language: str) -> None:
    """Remember a member's language."""
    db.execute(
        update(tables.members).where(tables.members.c.id == member_id).values(language=language)
    )


def session(db: Connection, token_hash: bytes) -> SessionRow | None:
    """Give the session with this hash."""
    column = tables.member_sessions.c
    return SessionRow.first(db, SessionRow.select(column.token_hash == token_hash))


def touch_session(db: Connection, token_hash: bytes, now: datetime) -> None:
    """Note that a session was used."""
    column = tables.member_sessions.c
    db.execute(
        update(tables.member_sessions).where(column.token_hash == token_hash).values(seen=now)
    )


def end_session(db: Connection, token_hash: bytes) -> None:
    """Delete a session."""
    db.execute(
        delete(tables.member_sessions).where(tables.member_sessions.c.token_hash == token_hash)
    )


def end_sessions_started_before(db: Connection, moment: datetime) -> None:
    """Delete sessions that are over."""
    db.execute(delete(tables.member_sessions).where(tables.member_sessions.c.started < moment))


def invitation(db: Connection, token_hash: bytes) -> InvitationRow | None:
    """Give the invitation with this hash."""
    column = tables.invitations.c
    return InvitationRow.first(db, InvitationRow.select(column.token_hash == token_hash))


def count_failure(db: Connection, token_hash: bytes) -> None:
    """Note that somebody gave a wrong code."""
    column = tables.invitations.c
    db.execute(
        update(tables.invitations)
        .where(column.token_hash == token_hash)
        .values(failures=column.failures + 1)
    )


def use_invitation(db: Connection, token_hash: bytes) -> None:
    """Delete an invitation; raise `ConflictError` when it was used already."""
    column = tables.invitations.c
    result = db.execute(delete(tables.invitations).where(column.token_hash == token_hash))
    if result.rowcount != 1:
        raise ConflictError("the invitation was used already")
