"""Queries by a session's token alone: holding it while something is stored."""

from sqlalchemy import Connection

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
