"""The audit log, and what housekeeping keeps about it."""

import sqlalchemy as sa
from alembic import op

from whistle.storage.log_guard import guard, unguard

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go up. The log begins empty: it proves nothing of what was before."""
    _create_log()
    _create_checkpoints()
    _create_housekeeping()
    head = sa.table("log_head", sa.column("id"), sa.column("size"), sa.column("roots"))
    op.execute(sa.insert(head).values(id=1, size=0, roots=b""))
    guard(op.get_bind())


def downgrade() -> None:
    """Go back; the log is lost."""
    unguard(op.get_bind())
    for table in (
        "job_done",
        "job_lease",
        "removed_row",
        "fresh_row",
        "sealed_row",
        "log_old_keys",
        "log_checkpoint",
        "log_subtree",
        "log_head",
        "log_entry",
    ):
        op.drop_table(table)


def _create_log() -> None:
    op.create_table(
        "log_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", sa.Integer(), nullable=False),
        sa.Column("actor", sa.LargeBinary(length=16), nullable=False),
        sa.Column("inbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_subtree",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_subtree")),
        sqlite_with_rowid=False,
    )


def _create_checkpoints() -> None:
    op.create_table(
        "log_checkpoint",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("mailed", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_log_checkpoint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_old_keys",
        sa.Column("inbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("inbox_id", "epoch", name=op.f("pk_log_old_keys")),
        sqlite_with_rowid=False,
    )


def _create_housekeeping() -> None:
    op.create_table(
        "sealed_row",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_sealed_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fresh_row",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_fresh_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "removed_row",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "digest", name=op.f("pk_removed_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_lease",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("holder", sa.LargeBinary(length=16), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_lease")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_done",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("job", "day", name=op.f("pk_job_done")),
        sqlite_with_rowid=False,
    )
