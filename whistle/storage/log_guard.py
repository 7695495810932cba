"""Triggers by which the database itself refuses to change, remove or misplace entries of the log.

They stop mistakes and whoever has the application's rights alone. Who owns the database can drop
them; then the tree and the checkpoints held outside show it.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

ONLY_GROWS = "the log only grows"
_GROWN = (
    "NEW.id <> OLD.id OR NEW.size <> OLD.size + 1"
    " OR NOT EXISTS (SELECT 1 FROM log_entry WHERE number = OLD.size)"
)
_SIGNED = "NEW.day <> OLD.day OR NEW.size <> OLD.size OR NEW.note <> OLD.note"
_SIZE = "(SELECT size FROM log_head)"
_NOT_COMPLETED = (  # by the next leaf; it is written before the head grows
    "NEW.level NOT IN (8, 16, 24, 32, 40, 48)"
    " OR ((NEW.number + 1) << NEW.level) <> (SELECT size + 1 FROM log_head)"
    " OR NOT EXISTS (SELECT 1 FROM log_entry WHERE number = (SELECT size FROM log_head))"
)
_RULES = (  # name, table, event, and when it is refused
    ("log_entry_next", "log_entry", "INSERT", f"NEW.number <> {_SIZE}"),
    ("log_entry_kept", "log_entry", "UPDATE", "true"),
    ("log_entry_stays", "log_entry", "DELETE", "true"),
    ("log_head_grows", "log_head", "UPDATE", _GROWN),
    ("log_head_stays", "log_head", "DELETE", "true"),
    ("log_subtree_next", "log_subtree", "INSERT", _NOT_COMPLETED),
    ("log_subtree_kept", "log_subtree", "UPDATE", "true"),
    ("log_subtree_stays", "log_subtree", "DELETE", "true"),
    ("log_checkpoint_now", "log_checkpoint", "INSERT", f"NEW.size <> {_SIZE}"),
    ("log_checkpoint_kept", "log_checkpoint", "UPDATE", _SIGNED),
    ("log_checkpoint_stays", "log_checkpoint", "DELETE", "true"),
)
_TABLES = ("log_entry", "log_head", "log_subtree", "log_checkpoint")


def guard(db: Connection) -> None:
    """Put the triggers up; as the owner of the tables."""
    for statement in _for_sqlite() if _is_sqlite(db) else _for_postgresql():
        db.exec_driver_sql(statement)


def unguard(db: Connection) -> None:
    """Take the triggers down: before a migration, or to restore a copy; as the owner."""
    names = [name for name, *_ in _RULES]
    if _is_sqlite(db):
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    else:  # each takes its trigger along
        statements = [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in (*names, "log_whole")]
    for statement in statements:
        db.exec_driver_sql(statement)


def _is_sqlite(db: Connection) -> bool:
    return db.dialect.name == "sqlite"


def _for_sqlite() -> Iterator[str]:
    for name, table, event, when in _RULES:
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
        )


def _for_postgresql() -> Iterator[str]:
    refuse = f"RAISE EXCEPTION '{ONLY_GROWS}' USING ERRCODE = 'insufficient_privilege'"
    for name, table, event, when in _RULES:
        given = "OLD" if event == "DELETE" else "NEW"
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {when} THEN {refuse}; END IF; RETURN {given}; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    yield (
        "CREATE OR REPLACE FUNCTION log_whole() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {refuse}; END $$"
    )
    for table in _TABLES:
        yield (
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION log_whole()"
        )
