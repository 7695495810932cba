"""Queries: members and their sessions."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, case, delete, func, select, update

from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import BackupCodeRow, InvitationRow, MemberRow, SessionRow

NO_WRONG_CODES = {  # after a new passphrase: nobody who gave them has it
    "wrong_codes": 0,
    "wrong_codes_since": None,
    "wrong_codes_that_day": 0,
    "wrong_codes_day": None,
}


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


def set_language(db: Connection, member_id: bytes, language: str) -> bool:
    """Remember a member's language; false when it is that already."""
    column = tables.members.c
    result = db.execute(
        update(tables.members)
        .where(column.id == member_id, column.language != language)
        .values(language=language)
    )
    return bool(result.rowcount == 1)


def keep_public_keys(db: Connection, member_id: bytes, public: bytes, verifying: bytes) -> None:
    """Write down a member's public keys, to be admitted with."""
    column = tables.members.c
    db.execute(
        update(tables.members)
        .where(column.id == member_id)
        .values(public=public, verifying=verifying)
    )


def change_passphrase(db: Connection, member: MemberRow, stretch: bytes, seed_box: bytes) -> None:
    """Replace how a member unlocks; raise `ConflictError` if that has changed meanwhile."""
    column = tables.members.c
    result = db.execute(
        update(tables.members)
        .where(column.id == member.id, column.seed_box == member.seed_box)
        .values(stretch=stretch, seed_box=seed_box, **NO_WRONG_CODES)
    )
    if result.rowcount != 1:
        raise ConflictError("the passphrase was changed meanwhile")


def change_totp(db: Connection, member: MemberRow, totp_box: bytes, step: int) -> None:
    """Replace a member's authenticator app, a code of whose ``step`` was just used.

    Raises `ConflictError` if the one before, or none, is not what ``member`` says.
    """
    column = tables.members.c
    before = (
        column.totp_box.is_(None) if member.totp_box is None else column.totp_box == member.totp_box
    )
    result = db.execute(
        update(tables.members)
        .where(column.id == member.id, before)
        .values(totp_box=totp_box, totp_step=step)
    )
    if result.rowcount != 1:
        raise ConflictError("the authenticator app was changed meanwhile")


def use_totp_step(db: Connection, member: MemberRow, step: int) -> bool:
    """Note that the code of a step was used; false when it, or a later one, was used before."""
    column = tables.members.c
    result = db.execute(
        update(tables.members)
        .where(column.id == member.id, column.totp_box == member.totp_box, column.totp_step < step)
        .values(totp_step=step)
    )
    return bool(result.rowcount == 1)


def count_wrong_code(db: Connection, member_id: bytes, today: date) -> None:
    """Count a wrong code that was given after a member's right passphrase."""
    column = tables.members.c
    same_day = column.wrong_codes_day == today
    db.execute(
        update(tables.members)
        .where(column.id == member_id)
        .values(
            wrong_codes=column.wrong_codes + 1,
            wrong_codes_since=func.coalesce(column.wrong_codes_since, today),
            wrong_codes_that_day=case((same_day, column.wrong_codes_that_day + 1), else_=1),
            wrong_codes_day=today,
        )
    )


def have_seen_wrong_codes(db: Connection, member_id: bytes, seen: int) -> bool:
    """Forget that there were wrong codes, unless there are more than were ``seen``; say whether.

    How many there were on their day stays: it is a limit.
    """
    column = tables.members.c
    result = db.execute(
        update(tables.members)
        .where(column.id == member_id, column.wrong_codes == seen)
        .values(wrong_codes=0, wrong_codes_since=None)
    )
    return bool(result.rowcount == 1)


def count_backup_codes(db: Connection, member_id: bytes) -> int:
    """Say how many backup codes a member has left."""
    column = tables.backup_codes.c
    query = select(func.count()).where(column.member_id == member_id)
    return int(db.execute(query).scalar_one())


def replace_backup_codes(db: Connection, member_id: bytes, rows: Sequence[BackupCodeRow]) -> None:
    """Void all backup codes of a member, and write others."""
    db.execute(delete(tables.backup_codes).where(tables.backup_codes.c.member_id == member_id))
    BackupCodeRow.insert_all(db, rows)


def use_backup_code(db: Connection, row: BackupCodeRow) -> bool:
    """Delete a backup code; false when there is none such (any more)."""
    column = tables.backup_codes.c
    result = db.execute(
        delete(tables.backup_codes).where(
            column.member_id == row.member_id, column.code_hash == row.code_hash
        )
    )
    return bool(result.rowcount == 1)


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


def sessions_of(db: Connection, member_id: bytes) -> Sequence[SessionRow]:
    """Give a member's sessions, the newest first."""
    column = tables.member_sessions.c
    query = SessionRow.select(column.member_id == member_id).order_by(column.started.desc())
    return SessionRow.all(db, query)


def end_session(db: Connection, token_hash: bytes) -> bool:
    """Delete a session; false when it was gone."""
    column = tables.member_sessions.c
    result = db.execute(delete(tables.member_sessions).where(column.token_hash == token_hash))
    return bool(result.rowcount == 1)


def end_session_of(db: Connection, member_id: bytes, token_hash: bytes) -> bool:
    """Delete a session, if it is this member's; say whether it was there."""
    column = tables.member_sessions.c
    result = db.execute(
        delete(tables.member_sessions).where(
            column.token_hash == token_hash, column.member_id == member_id
        )
    )
    return bool(result.rowcount == 1)


def end_sessions_of(db: Connection, member_id: bytes, but: bytes | None = None) -> int:
    """Delete all sessions of a member, and say how many; ``but``: the hash of one that goes on."""
    column = tables.member_sessions.c
    ended = delete(tables.member_sessions).where(column.member_id == member_id)
    return db.execute(ended if but is None else ended.where(column.token_hash != but)).rowcount


def end_sessions_started_before(db: Connection, moment: datetime) -> None:
    """Delete sessions that are over."""
    db.execute(delete(tables.member_sessions).where(tables.member_sessions.c.started < moment))


def invitation(db: Connection, token_hash: bytes) -> InvitationRow | None:
    """Give the invitation with this hash."""
    column = tables.invitations.c
    return InvitationRow.first(db, InvitationRow.select(column.token_hash == token_hash))


def count_failure(db: Connection, token_hash: bytes) -> bool:
    """Note that somebody gave a wrong code; false when the invitation was gone."""
    column = tables.invitations.c
    result = db.execute(
        update(tables.invitations)
        .where(column.token_hash == token_hash)
        .values(failures=column.failures + 1)
    )
    return bool(result.rowcount == 1)


def use_invitation(db: Connection, token_hash: bytes) -> None:
    """Delete an invitation; raise `ConflictError` when it was used already."""
    column = tables.invitations.c
    result = db.execute(delete(tables.invitations).where(column.token_hash == token_hash))
    if result.rowcount != 1:
        raise ConflictError("the invitation was used already")
