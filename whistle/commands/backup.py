"""`whistle backup`: a copy of the database, while it is at work."""

import argparse
import sys
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE, FAILED = 0, 1
FOLDER = "backups"  # in the data folder


def add_backup(commands: Commands) -> None:
    """Add `whistle backup`."""
    command = commands.add_parser("backup", help="copy the database, and remove old copies")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument(
        "--to", type=Path, metavar="DIR", help=f"the folder of copies ({FOLDER} in the data folder)"
    )
    command.set_defaults(run=_backup)


def _backup(options: argparse.Namespace) -> int:
    from whistle.backup.making import back_up  # noqa: PLC0415
    from whistle.domain.clock import Clock  # noqa: PLC0415
    from whistle.settings import load_settings  # noqa: PLC0415

    settings = load_settings(options.data)
    made = back_up(settings, Clock(), options.to or options.data / FOLDER)
    for name in made.removed:
        print(f"removed, {settings.backup.keep_days} days old or older: {name}")
    rows, size = made.manifest.rows, made.copy.database.stat().st_size
    print(
        f"{made.copy.database}: {rows['enquiry_case']} cases, {made.manifest.log_size} entries of "
        f"the log, {size / 1_000_000:.1f} MB"
    )
    for name in made.unknown:
        print(
            f"whistle: {name}.json cannot be read, so nobody knows how old that copy is: look at "
            "it, and remove it when it is 30 days old",
            file=sys.stderr,
        )
    return FAILED if made.unknown else DONE
