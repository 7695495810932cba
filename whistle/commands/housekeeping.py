"""`whistle housekeeping`: what is done every day, by a timer or by hand."""

import argparse
import sys
from pathlib import Path
from typing import TypeAlias

from whistle.domain.errors import RefusedError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE, FAILED = 0, 1


def add_housekeeping(commands: Commands) -> None:
    """Add `whistle housekeeping`."""
    command = commands.add_parser(
        "housekeeping", help="do what is to be done by now: the day's entry in the log, its mail"
    )
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.set_defaults(run=_housekeeping)


def _housekeeping(options: argparse.Namespace) -> int:
    from whistle.housekeeping.house import House  # noqa: PLC0415
    from whistle.housekeeping.service import keep_house  # noqa: PLC0415
    from whistle.settings import load_settings  # noqa: PLC0415
    from whistle.storage.migrations import current, upgrade  # noqa: PLC0415

    settings = load_settings(options.data)
    here = House.of(settings)
    try:
        if settings.inboxes and current(here.store) is None:
            raise RefusedError(
                "the database is empty, but whistle.toml names inboxes: it is another one, or was "
                "put aside. Nothing was done"
            )
        upgrade(here.store)
        done = keep_house(here)
    finally:
        here.store.dispose()
    if not done.mine:
        print("Somebody else is at it.")
    if done.day:
        print(f"{done.day} stands in the log, and has its checkpoint.")
    for line in done.trouble:
        print(f"whistle: {line}", file=sys.stderr)
    return FAILED if done.trouble else DONE
