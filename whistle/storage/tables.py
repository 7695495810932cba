"""The tables. What is not listed in ``docs/data.md`` as readable is sealed.

``WITHOUT ROWID`` keeps SQLite from numbering rows in the order in which they came. Identifiers are
128 random bits; nothing counts up; no time of an anonymous visit is stored, only dates.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

ID_BYTES = 16
HASH_BYTES = 32

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _id(name: str, *arguments: Any, primary_key: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary(ID_BYTES), *arguments, primary_key=primary_key, nullable=False)


members = _table(
    "member",
    _id("id", primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("stretch", LargeBinary, nullable=False),
    Column("seed_box", LargeBinary, nullable=False),
    Column("public", LargeBinary),
    Column("verifying", LargeBinary(HASH_BYTES)),
    Column("totp_box", LargeBinary),
    Column("totp_step", Integer, nullable=False, server_default="0"),
    Column("since", Date),
    Column("left", Date),
    Column("wrong_codes", Integer, nullable=False, server_default="0"),
    Column("wrong_codes_since", Date),
    Column("wrong_codes_that_day", Integer, nullable=False, server_default="0"),
    Column("wrong_codes_day", Date),
)

member_sessions = _table(
    "member_session",
    Column("token_hash", LargeBinary(HASH_BYTES), primary_key=True),
    _id("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("seed_box", LargeBinary, nullable=False),
    Column("started", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False),
    Column("proved", DateTime),
)

passkeys = _table(
    "passkey",
    Column("credential_id", LargeBinary, primary_key=True),
    _id("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("seed_box", LargeBinary),
    Column("name", Text, nullable=False),
    Column("added", Date, nullable=False),
)

backup_codes = _table(
    "backup_code",
    _id("member_id", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(HASH_BYTES), primary_key=True),
)

key_files = _table(
    "key_file",
    Column("key_hash", LargeBinary(HASH_BYTES), primary_key=True),
    _id("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("seed_box", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("added", Date, nullable=False),
)

sign_in_failures = _table(
    "sign_in_failure",
    Column("account_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", DateTime, nullable=False),
)

used_challenges = _table(
    "used_challenge",
    Column("challenge_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("expires", DateTime, nullable=False),
)

invitations = _table(
    "invitation",
    Column("token_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("code_hash", LargeBinary(HASH_BYTES), nullable=False),
    Column("username", Text, nullable=False, unique=True, index=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("expires", Date, nullable=False),
    Column("inviter", LargeBinary(ID_BYTES)),
)

inboxes = _table(
    "inbox",
    _id("id", primary_key=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    UniqueConstraint("channel", "kind"),
)

statements = _table(
    "statement",
    _id("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

grants = _table(
    "inbox_grant",
    _id("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    _id("member_id", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

recovery_grants = _table(
    "recovery_grant",
    _id("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

cases = _table(
    "enquiry_case",
    _id("id", primary_key=True),
    _id("inbox_id", ForeignKey("inbox.id")),
    Column("received", Date, nullable=False),
    Column("acknowledge_by", Date),
    Column("feedback_by", Date),
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("erase_after", Date),
    Index(None, "inbox_id", "received"),
)

receipts = _table(
    "receipt",
    Column("lookup", LargeBinary(HASH_BYTES), primary_key=True),
    Column("case_id", LargeBinary(ID_BYTES), ForeignKey("enquiry_case.id", ondelete="SET NULL")),
)

inbox_keys = _table(
    "case_keys_inbox",
    _id("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    _id("inbox_id", ForeignKey("inbox.id")),
    Column("epoch", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("in_vault", Boolean(create_constraint=False), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "inbox_id", "epoch", "case_id"),
)

reporter_keys = _table(
    "case_keys_reporter",
    _id("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

registrations = _table(
    "registration",
    _id("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

items = _table(
    "item",
    _id("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    _id("id", primary_key=True),
    Column("compartment", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

attachments = _table(
    "attachment",
    _id("id", primary_key=True),
    Column(
        "case_id",
        LargeBinary(ID_BYTES),
        ForeignKey("enquiry_case.id", ondelete="CASCADE"),
        index=True,
    ),
    Column("started", Date, nullable=False),
)

chunks = _table(
    "chunk",
    _id("attachment_id", ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
