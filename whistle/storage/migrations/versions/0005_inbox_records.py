"""Records of an inbox that belong to no case: of closed cases, the book; indexes for lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go up. Cases that were closed before have no record until they are closed again."""
    op.create_table(
        "inbox_record",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("inbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_inbox_record_inbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_record")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_inbox_record_inbox_id_epoch"), "inbox_record", ["inbox_id", "epoch"])
    op.drop_index(op.f("ix_enquiry_case_inbox_id_received"), "enquiry_case")
    listed = ["inbox_id", "received", "is_open", "acknowledge_by", "feedback_by"]
    op.create_index("ix_enquiry_case_listed", "enquiry_case", listed)
    nobody_opened = sa.literal_column("in_vault").is_(sa.false())
    op.create_index(
        "ix_case_keys_inbox_new",
        "case_keys_inbox",
        ["inbox_id"],
        sqlite_where=nobody_opened,
        postgresql_where=nobody_opened,
    )


def downgrade() -> None:
    """Go back; the records are lost."""
    op.drop_index("ix_case_keys_inbox_new", "case_keys_inbox")
    op.drop_index("ix_enquiry_case_listed", "enquiry_case")
    op.create_index(
        op.f("ix_enquiry_case_inbox_id_received"), "enquiry_case", ["inbox_id", "received"]
    )
    op.drop_table("inbox_record")
