"""Which of all published reports one is, so that of two at once the database refuses one."""

import json
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INDEX = "ix_public_document_turn"
_documents = sa.table(
    "public_document",
    sa.column("id", sa.LargeBinary),
    sa.column("kind", sa.Text),
    sa.column("body", sa.LargeBinary),
    sa.column("turn", sa.Integer),
)


def upgrade() -> None:
    """Go up: published reports say it themselves."""
    op.add_column("public_document", sa.Column("turn", sa.Integer(), nullable=True))
    for document_id, turn in _turns().items():
        named = _documents.c.id == document_id
        op.execute(sa.update(_documents).where(named).values(turn=turn))
    op.create_index(INDEX, "public_document", ["turn"], unique=True)


def downgrade() -> None:
    """Go back."""
    op.drop_index(INDEX, "public_document")
    op.drop_column("public_document", "turn")


def _turns() -> Mapping[bytes, int]:
    """Give the turn of each report that says one; where two say the same, neither has it."""
    kept = sa.select(_documents.c.id, _documents.c.body).where(_documents.c.kind == "report-record")
    told: dict[int, list[bytes]] = {}
    for document_id, body in op.get_bind().execute(kept):
        if turn := _told(bytes(body)):
            told.setdefault(turn, []).append(bytes(document_id))
    return {ids[0]: turn for turn, ids in told.items() if len(ids) == 1}


def _told(body: bytes) -> int | None:
    try:
        turn = json.loads(body)["order"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return turn if isinstance(turn, int) and 0 < turn < 2**31 else None
