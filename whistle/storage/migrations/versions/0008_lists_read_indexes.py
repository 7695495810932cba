"""Indexes that hold all a list asks of thousands of cases: how they stand, without their rows."""

from alembic import op

revision = "0008"
down_revision = "0007"

_KEYS = "ix_case_keys_inbox_inbox_id_epoch_case_id"


def upgrade() -> None:
    """Go up."""
    op.drop_index(op.f(_KEYS), "case_keys_inbox")
    stands = ["inbox_id", "epoch", "case_id", "generation", "in_vault"]
    op.create_index("ix_case_keys_inbox_stands", "case_keys_inbox", stands)
    op.create_index("ix_registration_version", "registration", ["case_id", "version"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_registration_version", "registration")
    op.drop_index("ix_case_keys_inbox_stands", "case_keys_inbox")
    op.create_index(op.f(_KEYS), "case_keys_inbox", ["inbox_id", "epoch", "case_id"])
