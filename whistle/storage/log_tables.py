"""The tables of the audit log, and of what housekeeping keeps about it.

Entries are never changed and never removed: triggers see to it (`whistle.storage.log_guard`).
"""

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, Text

from whistle.storage.tables import HASH_BYTES, ID_BYTES, id_column, metadata, table

__all__ = ["metadata"]

log_entries = table(
    "log_entry",
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("actor_kind", Integer, nullable=False),
    id_column("actor"),
    id_column("inbox_id"),
    Column("epoch", Integer, nullable=False),
    Column("commitment", LargeBinary(HASH_BYTES), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(HASH_BYTES), nullable=False),
)

log_heads = table(
    "log_head",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("roots", LargeBinary, nullable=False),
)

log_subtrees = table(
    "log_subtree",
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(HASH_BYTES), nullable=False),
)

log_checkpoints = table(
    "log_checkpoint",
    Column("day", Date, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("mailed", Date),
)

log_old_keys = table(
    "log_old_keys",
    id_column("inbox_id", primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

sealed_rows = table(
    "sealed_row",
    Column("kind", Text, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("progress", LargeBinary, nullable=False),
    Column("digest", LargeBinary(HASH_BYTES), nullable=False),
)

fresh_rows = table(
    "fresh_row",
    Column("kind", Text, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("day", Date, nullable=False),
)

removed_rows = table(
    "removed_row",
    Column("kind", Text, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("progress", LargeBinary, nullable=False),
    Column("digest", LargeBinary(HASH_BYTES), primary_key=True),
    Column("day", Date, nullable=False),
)

job_leases = table(
    "job_lease",
    Column("job", Text, primary_key=True),
    Column("holder", LargeBinary(ID_BYTES), nullable=False),
    Column("until", BigInteger, nullable=False),
)

jobs_done = table(
    "job_done",
    Column("job", Text, primary_key=True),
    Column("day", Date, primary_key=True),
)
