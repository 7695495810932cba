"""Answers about the adviser's work that nobody can link to a case; documents that are public."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "satisfaction_used",
        sa.Column("nullifier", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("nullifier", name=op.f("pk_satisfaction_used")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "satisfaction_answer",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("inbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_satisfaction_answer_inbox_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "public_document",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_document")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Go back; answers and documents are lost."""
    for table in ("public_document", "satisfaction_answer", "satisfaction_used"):
        op.drop_table(table)
