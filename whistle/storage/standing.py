"""Queries by a session's token alone: holding it while something is stored."""

from sqlalchemy import Connection, select

from whistle.storage import members, membership, tables
from whistle.storage.errors import SessionOverError
from whistle.storage.rows import SessionRow


def hold_session(db: Connection, token_hash: bytes) -> None:
    """Have nobody end a session before this transaction is over; `SessionOverError` if it ended.

    Half a session, which may choose a member's first second factor, ends as soon as they have one.
    """
    column = tables.member_sessions.c
    query = SessionRow.select(column.token_hash == token_hash).with_for_update()
    row = SessionRow.first(db, query)
    if row is None:
        raise SessionOverError("the session has ended")
    if row.proved is None:
        member = membership.hold(db, row.member_id)
        if member is None or members.has_second_factor(db, member):
            raise SessionOverError("the member has a second factor by now")


def replace_session(db: Connection, token_hash: bytes) -> None:
    """End a session that another takes the place of; `SessionOverError` if it ended before."""
    if not members.end_session(db, token_hash):
        raise SessionOverError("the session has ended")


def end_all(db: Connection, member_id: bytes, token_hash: bytes) -> None:
    """End a member's session and all their others; raises as `hold_session`, and ends none then.

    Two who do this in two sessions take them in one order, so neither waits for the other for ever.
    """
    column = tables.member_sessions.c
    of_member = select(column.token_hash).where(column.member_id == member_id)
    db.execute(of_member.order_by(column.token_hash).with_for_update()).all()
    hold_session(db, token_hash)
    members.end_sessions_of(db, member_id)
