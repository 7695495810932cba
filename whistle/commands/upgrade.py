"""`whistle upgrade`: the database brought to the schema of this program."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE = 0


def add_upgrade(commands: Commands) -> None:
    """Add `whistle upgrade`."""
    command = commands.add_parser(
        "upgrade", help="bring the database up to date, as the role that owns its tables"
    )
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.set_defaults(run=_upgrade)


def _upgrade(options: argparse.Namespace) -> int:
    from whistle.settings import load_settings  # noqa: PLC0415
    from whistle.storage.engine import is_sqlite, open_store  # noqa: PLC0415
    from whistle.storage.migrations import current, upgrade  # noqa: PLC0415

    store = open_store(load_settings(options.data).database)
    try:
        before = current(store)
        upgrade(store)
        after = current(store)
    finally:
        store.dispose()
    if before == after:
        print(f"The database is up to date, at revision {after}.")
    else:
        print(f"The database is at revision {after}; before it was at {before or 'none'}.")
        if not is_sqlite(store.engine):
            print("Give its roles their rights again: deploy/postgresql/roles.sql")
    return DONE
