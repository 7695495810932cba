"""A store whose acts stand in the log: what changes a row without writing an entry is undone.

The authenticated door has no other. So a page that forgets its entry does nothing, instead of doing
it unseen. It costs a look at each statement, by its words, and nothing is asked of the database.
"""

import re
from copy import copy
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, event

from whistle.storage import log_tables
from whistle.storage.engine import Change, Store
from whistle.storage.errors import UnloggedError

# What is changed without an entry, and by which statements: docs/acts.md says why of each.
FREE = frozenset(
    {
        ("member_session", "INSERT"),
        ("member_session", "UPDATE"),
        ("member_session", "DELETE"),
        ("sign_in_failure", "INSERT"),
        ("sign_in_failure", "UPDATE"),
        ("sign_in_failure", "DELETE"),
        ("used_challenge", "INSERT"),
        ("used_challenge", "DELETE"),
        ("attachment", "INSERT"),
        ("attachment", "DELETE"),
        ("chunk", "INSERT"),
    }
)
_ENTRY = (log_tables.log_entries.name, "INSERT")
_CHANGES = re.compile(r"\s*(?:(INSERT) INTO|(UPDATE)|(DELETE) FROM) \"?(\w+)")
_READS = re.compile(r"\s*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN)\b")


def answerable(store: Store) -> Store:
    """Give a store on the same database that commits no change without an entry of the log.

    Its `Store.write` raises `UnloggedError` where there is none, and everything is undone. Other
    stores on the same engine are neither guarded nor slowed.
    """
    same = copy(store)
    same.engine = store.engine.execution_options()  # an engine of its own, with the same pool
    event.listen(same.engine, "after_cursor_execute", _note)
    same.last = _check
    return same


def _note(db: Connection, cursor: Any, statement: str, *_about: object) -> None:
    changed = _change(statement) if cursor.rowcount else None  # an update may have found no row
    if changed:
        db.get_execution_options()["whistle_changes"].add(changed)


@lru_cache(maxsize=1024)
def _change(statement: str) -> Change | None:
    """Give table and verb of a statement; what is neither read nor understood counts, too."""
    found = _CHANGES.match(statement)
    if found:
        *verbs, table = found.groups()
        return table, next(filter(None, verbs))
    return None if _READS.match(statement) else ("?", statement[:6])


def _check(changes: set[Change]) -> None:
    unlogged = changes - FREE
    if unlogged and _ENTRY not in changes:
        tables = ", ".join(sorted({table for table, _ in unlogged}))
        raise UnloggedError(f"changed without an entry of the log: {tables}")
