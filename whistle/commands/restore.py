"""`whistle restore`: a copy put into an empty database, or tried out without touching anything."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from whistle.domain.errors import RefusedError

if TYPE_CHECKING:
    from whistle.backup.restoring import Restored

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE = 0

AFTERWARDS = """Before the doors are opened again (docs/operations.md, 13):
- whoever revoked a key file, changed a passphrase or an app, or used a backup code since {day}
  has to do so again: the database is as it was on that day, and so are the ways in;
- whoever was invited or left since {day}, was not, and did not; nor were keys renewed since;
- receipts that reporters replaced since {day} are good again, and their new ones are not;
- reports that were published since {day} are not in it, but readers have them: Whistle does not
  know them, and would not stop a new one that gives somebody away beside them. Publish no report
  whose days overlap theirs, a correction neither, until they are known again;
- whether the log is the one that was published, says: whistle audit verify --data DIR"""
NAMED = "Published since, and forgotten: publish nothing that overlaps these days: {report}"
NOT_ASKED = """Which reports were published since is not known here: ask the adviser, and look at
what readers, the council and the municipality's archive have."""


def add_restore(commands: Commands) -> None:
    """Add `whistle restore`."""
    command = commands.add_parser(
        "restore", help="put a copy into an empty database, or try it out (--drill)"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the copy: whistle-….db")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    known = command.add_argument_group("what was deleted since, to be deleted again")
    known.add_argument(
        "--deletions", type=Path, metavar="FILE", help="a deletions.json, if not beside the copy"
    )
    known.add_argument("--old", metavar="URL", help="the old database, if it can still be read")
    known.add_argument(
        "--without-deletions", action="store_true", help="if there is no log of deletions any more"
    )
    command.add_argument(
        "--drill", action="store_true", help="restore into a folder that is removed, and tell"
    )
    command.add_argument(
        "--key-file", type=Path, metavar="FILE", help="with --drill: open a sample of cases"
    )
    command.set_defaults(run=_restore)


def _restore(options: argparse.Namespace) -> int:
    from whistle.backup.folder import Copy  # noqa: PLC0415
    from whistle.backup.restoring import checked, restore  # noqa: PLC0415
    from whistle.backup.sources import Sources, known_deletions  # noqa: PLC0415
    from whistle.commands.drill import drill  # noqa: PLC0415
    from whistle.domain.clock import Clock  # noqa: PLC0415
    from whistle.settings import load_settings  # noqa: PLC0415

    if options.key_file and not options.drill:
        raise RefusedError("--key-file belongs to --drill: a restore opens nothing")
    settings, clock, copy = load_settings(options.data), Clock(), Copy.at(options.file)
    sources = Sources(options.deletions, options.old, options.without_deletions or options.drill)
    known = known_deletions(copy, checked(copy, settings), sources, clock.today())
    if options.drill:
        return drill(copy, settings, known, options.key_file)
    _tell(restore(copy, settings, clock, known))
    _tell_of_reports(options.old, settings.database)
    return DONE


def _tell_of_reports(old: str | None, restored: str) -> None:
    """Name the reports that readers have and the database has not, where somebody still knows."""
    from whistle.backup.reports import forgotten  # noqa: PLC0415

    names = forgotten(old, restored) if old else None
    for name in names or ():
        print(NAMED.format(report=name))
    if names is None:
        print(NOT_ASKED)


def _tell(restored: "Restored") -> None:
    day, replayed = restored.manifest.day, restored.replayed
    print(f"Restored as of {day}, with {restored.manifest.rows['enquiry_case']} cases.")
    print(
        f"Deleted again: {replayed.deleted} rows, of what is known until {restored.known.day}. "
        "All sessions are over."
    )
    for case_id in replayed.moved:
        print(f"Handed over since, and back with its former inbox: case {case_id.hex()}")
    for case_id in replayed.identities:
        print(f"Who the reporter is was changed or withdrawn since: ask them: case {case_id.hex()}")
    for case_id in replayed.reasons:
        print(f"A reason was erased since: open it, which erases it again: case {case_id.hex()}")
    print(AFTERWARDS.format(day=day))
