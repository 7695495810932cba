"""Queries: passkeys, their used challenges, and key files."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, update

from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import KeyFileRow, MemberRow, PasskeyRow, UsedChallengeRow


def passkey(db: Connection, credential_id: bytes) -> PasskeyRow | None:
    """Give the passkey with this id."""
    column = tables.passkeys.c
    return PasskeyRow.first(db, PasskeyRow.select(column.credential_id == credential_id))


def passkeys_of(db: Connection, member_id: bytes) -> Sequence[PasskeyRow]:
    """Give a member's passkeys, the oldest first."""
    column = tables.passkeys.c
    query = PasskeyRow.select(column.member_id == member_id)
    return PasskeyRow.all(db, query.order_by(column.added, column.name, column.credential_id))


def count_use(db: Connection, before: PasskeyRow, sign_count: int) -> None:
    """Note a passkey's new count; raise `ConflictError` if it was used or removed meanwhile."""
    column = tables.passkeys.c
    result = db.execute(
        update(tables.passkeys)
        .where(column.credential_id == before.credential_id, column.sign_count == before.sign_count)
        .values(sign_count=sign_count)
    )
    if result.rowcount != 1:
        raise ConflictError("the passkey was used or removed meanwhile")


def keep_seed_box(db: Connection, credential_id: bytes, seed_box: bytes) -> None:
    """Have a passkey open its member's seed from now on."""
    column = tables.passkeys.c
    db.execute(
        update(tables.passkeys)
        .where(column.credential_id == credential_id)
        .values(seed_box=seed_box)
    )


def hold_factors(db: Connection, member_id: bytes) -> MemberRow | None:
    """Give a member whose ways in nobody else changes until the transaction ends."""
    query = MemberRow.select(tables.members.c.id == member_id).with_for_update()
    return MemberRow.first(db, query)


def is_current(member: MemberRow | None, verifying: bytes) -> bool:
    """Say whether these are a member's keys still: they may have left, or have renewed them."""
    return member is not None and member.left is None and member.verifying in {None, verifying}


def remove_passkey(db: Connection, member_id: bytes, credential_id: bytes) -> bool:
    """Delete a passkey of this member's; say whether it was there."""
    column = tables.passkeys.c
    result = db.execute(
        delete(tables.passkeys).where(
            column.member_id == member_id, column.credential_id == credential_id
        )
    )
    return bool(result.rowcount == 1)


def is_used(db: Connection, challenge_hash: bytes) -> bool:
    """Say whether a challenge was answered."""
    column = tables.used_challenges.c
    query = UsedChallengeRow.select(column.challenge_hash == challenge_hash)
    return UsedChallengeRow.first(db, query) is not None


def use_challenge(db: Connection, used: UsedChallengeRow, now: datetime) -> None:
    """Note that a challenge was answered; `DuplicateError` when it was before. Old ones go."""
    db.execute(delete(tables.used_challenges).where(tables.used_challenges.c.expires < now))
    used.insert(db)


def key_file(db: Connection, key_hash: bytes) -> KeyFileRow | None:
    """Give the key file with this hash."""
    return KeyFileRow.first(db, KeyFileRow.select(tables.key_files.c.key_hash == key_hash))


def key_files_of(db: Connection, member_id: bytes) -> Sequence[KeyFileRow]:
    """Give a member's key files, the oldest first."""
    column = tables.key_files.c
    query = KeyFileRow.select(column.member_id == member_id)
    return KeyFileRow.all(db, query.order_by(column.added, column.name, column.key_hash))


def revoke_key_file(db: Connection, member_id: bytes, key_hash: bytes) -> bool:
    """Delete a key file of this member's; say whether it was there."""
    column = tables.key_files.c
    result = db.execute(
        delete(tables.key_files).where(column.member_id == member_id, column.key_hash == key_hash)
    )
    return result.rowcount == 1
