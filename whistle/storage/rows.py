"""Rows as frozen dataclasses, field for column in their order: what the room takes and gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import Connection, Insert, Select, Table, insert, select
from sqlalchemy.exc import IntegrityError

from whistle.storage import tables
from whistle.storage.errors import ConflictError, DuplicateError

if TYPE_CHECKING:
    from sqlalchemy.sql import ColumnElement


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one table."""

    table: ClassVar[Table]

    @classmethod
    def select(cls, *conditions: "ColumnElement[bool]") -> Select[Any]:
        """Start a query for rows that meet all ``conditions``."""
        return select(cls.table).where(*conditions)

    @classmethod
    def all(cls, db: Connection, query: Select[Any], **parameters: Any) -> Sequence[Self]:
        """Run ``query`` and give its rows."""
        return [cls(*row) for row in db.execute(query, parameters)]

    @classmethod
    def first(cls, db: Connection, query: Select[Any], **parameters: Any) -> Self | None:
        """Run ``query`` and give its first row, if there is one."""
        row = db.execute(query, parameters).first()
        return None if row is None else cls(*row)

    @classmethod
    def insert_all(cls, db: Connection, rows: Iterable[Self]) -> None:
        """Insert rows, or none.

        Raises `DuplicateError` where a key is taken, and `ConflictError` where the row that one
        belongs to is gone.
        """
        values = [row.values() for row in rows]
        if not values:
            return
        try:
            db.execute(_insert(cls.table), values)
        except IntegrityError as error:
            raise why_refused(error, cls.table) from error

    def insert(self, db: Connection) -> None:
        """Insert this row; as `insert_all`."""
        self.insert_all(db, [self])

    def values(self) -> dict[str, Any]:
        """Give what its columns hold, by their names."""
        return {name: getattr(self, name) for name in _names(self.table)}


def why_refused(error: IntegrityError, table: Table) -> DuplicateError | ConflictError:
    """Say what it means that the database refused a row of ``table``."""
    if _is_taken(error):
        return DuplicateError(f"{table.name}: a row with this key is there")
    return ConflictError(f"{table.name}: what it belongs to is gone")


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


def _is_taken(error: IntegrityError) -> bool:
    """Tell a key that is taken from other broken rules, on either database."""
    on_sqlite = getattr(error.orig, "sqlite_errorname", None)
    on_postgresql = getattr(error.orig, "sqlstate", None)
    return on_postgresql == "23505" or on_sqlite in {
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_UNIQUE",
    }


@dataclass(frozen=True, slots=True)
class MemberRow(Row):
    """A member: how to unlock them.

    ``public`` and ``verifying``: the member's public keys as they gave them, to be admitted with.
    They are worth nothing before somebody has compared their fingerprint; what counts stands in
    the signed directory. ``totp_box``: the secret of their authenticator app, boxed under their
    seed; none before they have one. ``totp_step``: the last step whose code was used. ``since``:
    the day they became a member, where that is known. ``left``: the day they left; the row stays
    for the names in old notes. ``wrong_codes``: how many were given after the right passphrase
    ``wrong_codes_since`` a day, that the member has not seen yet; ``wrong_codes_that_day``: how
    many on ``wrong_codes_day``, the last that had any.
    """

    table = tables.members
    id: bytes
    username: str
    name: str
    role: str
    language: str
    stretch: bytes
    seed_box: bytes
    public: bytes | None = None
    verifying: bytes | None = None
    totp_box: bytes | None = None
    totp_step: int = 0
    since: date | None = None
    left: date | None = None
    wrong_codes: int = 0
    wrong_codes_since: date | None = None
    wrong_codes_that_day: int = 0
    wrong_codes_day: date | None = None


@dataclass(frozen=True, slots=True)
class SessionRow(Row):
    """An unlocked session; times are UTC without zone. Members' times are no secret.

    ``proved``: when the member last showed passphrase or passkey and second factor; none while the
    second factor is still to come.
    """

    table = tables.member_sessions
    token_hash: bytes
    member_id: bytes
    seed_box: bytes
    started: datetime
    seen: datetime
    proved: datetime | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRow(Row):
    """A member's passkey (WebAuthn).

    ``public_key``: COSE. ``seed_box``: the member's seed, where the passkey can unlock (PRF).
    """

    table = tables.passkeys
    credential_id: bytes
    member_id: bytes
    public_key: bytes
    sign_count: int
    seed_box: bytes | None
    name: str
    added: date


@dataclass(frozen=True, slots=True)
class BackupCodeRow(Row):
    """A code for when the second factor is lost; the row is deleted when it is used."""

    table = tables.backup_codes
    member_id: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class KeyFileRow(Row):
    """A file that unlocks a member for scripts; deleting the row revokes it."""

    table = tables.key_files
    key_hash: bytes
    member_id: bytes
    seed_box: bytes
    name: str
    added: date


@dataclass(frozen=True, slots=True)
class SignInFailureRow(Row):
    """How often signing in as somebody failed of late, whether that member exists or not."""

    table = tables.sign_in_failures
    account_hash: bytes
    failures: int
    last: datetime


@dataclass(frozen=True, slots=True)
class UsedChallengeRow(Row):
    """A passkey's challenge that was answered: no answer counts twice."""

    table = tables.used_challenges
    challenge_hash: bytes
    expires: datetime


@dataclass(frozen=True, slots=True)
class InvitationRow(Row):
    """Somebody who may become a member, once, with two codes that reach them by different ways.

    ``inviter``: the member who invited them; none where `whistle init` did.
    """

    table = tables.invitations
    token_hash: bytes
    code_hash: bytes
    username: str
    name: str
    role: str
    failures: int
    expires: date
    inviter: bytes | None = None


@dataclass(frozen=True, slots=True)
class InboxRow(Row):
    """An inbox. What it is trusted for stands in the configuration, not here."""

    table = tables.inboxes
    id: bytes
    channel: str
    kind: str


@dataclass(frozen=True, slots=True)
class StatementRow(Row):
    """A signed statement of the key directory."""

    table = tables.statements
    inbox_id: bytes
    epoch: int
    body: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class GrantRow(Row):
    """An inbox's secret, sealed to one member."""

    table = tables.grants
    inbox_id: bytes
    epoch: int
    member_id: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class RecoveryGrantRow(Row):
    """An inbox's secret, sealed to its recovery key."""

    table = tables.recovery_grants
    inbox_id: bytes
    epoch: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class CaseRow(Row):
    """All that can be read of a case without a key."""

    table = tables.cases
    id: bytes
    inbox_id: bytes
    received: date
    acknowledge_by: date | None
    feedback_by: date | None
    is_open: bool
    erase_after: date | None


@dataclass(frozen=True, slots=True)
class ReceiptRow(Row):
    """A used lookup; it stays when the case is gone."""

    table = tables.receipts
    lookup: bytes
    case_id: bytes | None


@dataclass(frozen=True, slots=True)
class InboxKeysRow(Row):
    """A case's keys for its inbox: sealed to it until first opened, then boxed in its vault."""

    table = tables.inbox_keys
    case_id: bytes
    inbox_id: bytes
    epoch: int
    generation: int
    in_vault: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class ReporterKeysRow(Row):
    """One generation of a case's keys, sealed to the reporter."""

    table = tables.reporter_keys
    case_id: bytes
    generation: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class RegistrationRow(Row):
    """A case's registration, boxed in its inbox's vault."""

    table = tables.registrations
    case_id: bytes
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ItemRow(Row):
    """A message, an identity, a note: padded and boxed."""

    table = tables.items
    case_id: bytes
    id: bytes
    compartment: str
    generation: int
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class AttachmentRow(Row):
    """A file; it has no case until the commit that binds it."""

    table = tables.attachments
    id: bytes
    case_id: bytes | None
    started: date


@dataclass(frozen=True, slots=True)
class ChunkRow(Row):
    """One sealed chunk of a file."""

    table = tables.chunks
    attachment_id: bytes
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class InboxRecordRow(Row):
    """A record of an inbox that belongs to no case. ``kind``: `RecordKind`.

    Boxed in its vault, or sealed to its key.
    """

    table = tables.inbox_records
    id: bytes
    inbox_id: bytes
    kind: str
    epoch: int
    body: bytes


@dataclass(frozen=True, slots=True)
class SatisfactionAnswerRow(Row):
    """An answer to the three questions, sealed to an inbox until there are enough to add up.

    ``epoch``: at which the inbox's newest key began.
    """

    table = tables.satisfaction_answers
    id: bytes
    inbox_id: bytes
    epoch: int
    sealed: bytes


class RecordKind(StrEnum):
    """What a record of an inbox is: of a closed case, which nothing names; or of the book.

    Or whom a published report counted. Or counts released for one: sealed to the inbox, by
    somebody who may have no key of it.
    """

    ANONYMISED = "anonymised"
    BOOK = "book"
    COUNTED = "counted"
    RELEASE = "release"
