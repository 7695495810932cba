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


def table(name: str, *columns: SchemaItem) -> Table:
    """Make a table of the schema, without row numbers."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def id_column(name: str, *arguments: Any, primary_key: bool = False) -> Column[bytes]:
    """Make a column of random identifiers."""
    return Column(name, LargeBinary(ID_BYTES), *arguments, primary_key=primary_key, nullable=False)


members = table(
    "member",
    id_column("id", primary_key=True),
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

member_sessions = table(
    "member_session",
    Column("token_hash", LargeBinary(HASH_BYTES), primary_key=True),
    id_column("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("seed_box", LargeBinary, nullable=False),
    Column("started", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False),
    Column("proved", DateTime),
)

passkeys = table(
    "passkey",
    Column("credential_id", LargeBinary, primary_key=True),
    id_column("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("seed_box", LargeBinary),
    Column("name", Text, nullable=False),
    Column("added", Date, nullable=False),
)

backup_codes = table(
    "backup_code",
    id_column("member_id", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(HASH_BYTES), primary_key=True),
)

key_files = table(
    "key_file",
    Column("key_hash", LargeBinary(HASH_BYTES), primary_key=True),
    id_column("member_id", ForeignKey("member.id", ondelete="CASCADE")),
    Column("seed_box", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("added", Date, nullable=False),
)

sign_in_failures = table(
    "sign_in_failure",
    Column("account_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", DateTime, nullable=False),
)

used_challenges = table(
    "used_challenge",
    Column("challenge_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("expires", DateTime, nullable=False),
)

invitations = table(
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

inboxes = table(
    "inbox",
    id_column("id", primary_key=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    UniqueConstraint("channel", "kind"),
)

statements = table(
    "statement",
    id_column("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

grants = table(
    "inbox_grant",
    id_column("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    id_column("member_id", ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

recovery_grants = table(
    "recovery_grant",
    id_column("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

cases = table(
    "enquiry_case",
    id_column("id", primary_key=True),
    id_column("inbox_id", ForeignKey("inbox.id")),
    Column("received", Date, nullable=False),
    Column("acknowledge_by", Date),
    Column("feedback_by", Date),
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("erase_after", Date),
    # All that lists order and count by, so that they need not read the cases.
    Index(
        "ix_enquiry_case_listed",
        "inbox_id",
        "received",
        "is_open",
        "acknowledge_by",
        "feedback_by",
    ),
)

receipts = table(
    "receipt",
    Column("lookup", LargeBinary(HASH_BYTES), primary_key=True),
    Column("case_id", LargeBinary(ID_BYTES), ForeignKey("enquiry_case.id", ondelete="SET NULL")),
)

inbox_keys = table(
    "case_keys_inbox",
    id_column("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    id_column("inbox_id", ForeignKey("inbox.id")),
    Column("epoch", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("in_vault", Boolean(create_constraint=False), nullable=False),
    Column("body", LargeBinary, nullable=False),
    # How a case stands, for lists of thousands: read from here and below, without the rows.
    Index("ix_case_keys_inbox_stands", "inbox_id", "epoch", "case_id", "generation", "in_vault"),
    # Of what nobody opened yet alone: migration 0005 says so. Said here, it would load the dialects
    # of both databases at every start.
    Index("ix_case_keys_inbox_new", "inbox_id"),
)

reporter_keys = table(
    "case_keys_reporter",
    id_column("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

registrations = table(
    "registration",
    id_column("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_registration_version", "case_id", "version"),
)

items = table(
    "item",
    id_column("case_id", ForeignKey("enquiry_case.id", ondelete="CASCADE"), primary_key=True),
    id_column("id", primary_key=True),
    Column("compartment", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

attachments = table(
    "attachment",
    id_column("id", primary_key=True),
    Column(
        "case_id",
        LargeBinary(ID_BYTES),
        ForeignKey("enquiry_case.id", ondelete="CASCADE"),
        index=True,
    ),
    Column("started", Date, nullable=False),
)

chunks = table(
    "chunk",
    id_column("attachment_id", ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

inbox_records = table(
    "inbox_record",
    id_column("id", primary_key=True),
    id_column("inbox_id", ForeignKey("inbox.id")),
    Column("kind", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "inbox_id", "epoch"),
)

satisfaction_used = table(
    "satisfaction_used",
    Column("nullifier", LargeBinary(HASH_BYTES), primary_key=True),
)

satisfaction_answers = table(
    "satisfaction_answer",
    id_column("id", primary_key=True),
    id_column("inbox_id", ForeignKey("inbox.id")),
    Column("epoch", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

public_documents = table(
    "public_document",
    id_column("id", primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("turn", Integer),
    Index(None, "turn", unique=True),
)
