"""Members and keys: second factors, passkeys, key files, proof in sessions, recovery grants."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COUNTS = ("wrong_codes", "wrong_codes_that_day")
DAYS = ("wrong_codes_since", "wrong_codes_day")


def upgrade() -> None:
    """Go up. Sessions end, as they do at every start."""
    _add_to_members()
    op.execute(sa.delete(sa.table("member_session")))
    op.add_column("invitation", sa.Column("inviter", sa.LargeBinary(length=16), nullable=True))
    op.create_index(op.f("ix_invitation_username"), "invitation", ["username"], unique=True)
    op.add_column("member_session", sa.Column("proved", sa.DateTime(), nullable=True))
    _create_passkeys()
    _create_key_files()
    _create_backup_codes()
    _create_sign_in_guards()
    _create_recovery_grants()
    op.create_index(
        op.f("ix_case_keys_inbox_inbox_id_epoch_case_id"),
        "case_keys_inbox",
        ["inbox_id", "epoch", "case_id"],
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_case_keys_inbox_inbox_id_epoch_case_id"), "case_keys_inbox")
    for table in (
        "recovery_grant",
        "used_challenge",
        "sign_in_failure",
        "backup_code",
        "key_file",
        "passkey",
    ):
        op.drop_table(table)
    op.drop_column("member_session", "proved")
    op.drop_index(op.f("ix_invitation_username"), "invitation")
    op.drop_column("invitation", "inviter")
    added = ("left", "since", "totp_step", "totp_box", "verifying", "public")
    for column in (*COUNTS, *DAYS, *added):
        op.drop_column("member", column)


def _add_to_members() -> None:
    op.add_column("member", sa.Column("public", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("verifying", sa.LargeBinary(length=32), nullable=True))
    op.add_column("member", sa.Column("totp_box", sa.LargeBinary(), nullable=True))
    op.add_column(
        "member", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("member", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("member", sa.Column("left", sa.Date(), nullable=True))
    for name in COUNTS:
        op.add_column("member", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in DAYS:
        op.add_column("member", sa.Column(name, sa.Date(), nullable=True))


def _create_passkeys() -> None:
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("seed_box", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_passkey_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkey")),
        sqlite_with_rowid=False,
    )


def _create_key_files() -> None:
    op.create_table(
        "key_file",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seed_box", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_key_file_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_key_file")),
        sqlite_with_rowid=False,
    )


def _create_backup_codes() -> None:
    op.create_table(
        "backup_code",
        sa.Column("member_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_backup_code_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member_id", "code_hash", name=op.f("pk_backup_code")),
        sqlite_with_rowid=False,
    )


def _create_sign_in_guards() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("account_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_hash", name=op.f("pk_sign_in_failure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "used_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_used_challenge")),
        sqlite_with_rowid=False,
    )


def _create_recovery_grants() -> None:
    op.create_table(
        "recovery_grant",
        sa.Column("inbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_recovery_grant_inbox_id")
        ),
        sa.PrimaryKeyConstraint("inbox_id", "epoch", name=op.f("pk_recovery_grant")),
        sqlite_with_rowid=False,
    )
