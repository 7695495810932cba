"""`whistle recovery`: what it can do, and its options; ``docs/recovery.md`` tells the journey."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

LANGUAGES = ("da", "en")
COVERS = ("doors", "reserves")


def add_recovery(commands: Commands) -> None:
    """Add `whistle recovery` and its acts."""
    command = commands.add_parser(
        "recovery", help="for the day when somebody's keys are lost: docs/recovery.md"
    )
    acts = command.add_subparsers(required=True, metavar="ACT")
    for add in (_add_new, _add_drill, _add_invite, _add_request, _add_open, _add_apply):
        add(acts)


def _add_new(acts: Commands) -> None:
    act = acts.add_parser("new", help="make a recovery key, and a sheet for each trustee; offline")
    where = act.add_mutually_exclusive_group(required=True)
    where.add_argument("--installation", help="its number, as the page shows it: 32 digits")
    where.add_argument("--data", type=Path, help="the data folder, where that is at hand")
    _add_sheet_options(act)
    act.add_argument("--for", dest="covers", choices=COVERS, default="doors", help="which inboxes")
    act.set_defaults(run=_new)


def _add_sheet_options(act: argparse.ArgumentParser) -> None:
    """Add the options of every act that hands out new sheets."""
    act.add_argument("--shares", type=int, required=True, metavar="K", help="how many open it")
    act.add_argument("--of", type=int, required=True, metavar="N", help="how many trustees")
    act.add_argument("--public", type=Path, required=True, help="where to write the public file")
    act.add_argument("--sheets", type=Path, metavar="DIR", help="write the sheets as files")
    act.add_argument("--name", help="what the sheets call the municipality")
    act.add_argument("--language", choices=LANGUAGES, default="da", help="of the sheets (da)")


def _add_words_option(act: argparse.ArgumentParser) -> None:
    act.add_argument(
        "--words", metavar="FILE", help="shares from a file, one a line; - for standard input"
    )


def _add_drill(acts: Commands) -> None:
    act = acts.add_parser("drill", help="prove the trustees' sheets, and use nothing up; offline")
    act.add_argument("--public", type=Path, required=True, help="the public file of the key")
    _add_words_option(act)
    act.set_defaults(run=_drill)


def _add_invite(acts: Commands) -> None:
    act = acts.add_parser("invite", help="invite somebody anew, when no member is left to do so")
    act.add_argument("--data", type=Path, required=True, help="the data folder")
    act.add_argument("--username", required=True, help="a user name that nobody has had")
    act.add_argument("--name", required=True, help="what the person is called")
    act.add_argument("--for", dest="covers", choices=COVERS, default="doors", help="which inboxes")
    act.set_defaults(run=_invite)


def _add_request(acts: Commands) -> None:
    act = acts.add_parser("request", help="write down what the trustees need: public things only")
    act.add_argument("--data", type=Path, required=True, help="the data folder")
    act.add_argument("--member", required=True, help="the user name of who is to be let in")
    act.add_argument("--lost", help="the user name under which the keys were lost")
    act.add_argument("--out", type=Path, required=True, help="where to write the request")
    act.set_defaults(run=_request)


def _add_open(acts: Commands) -> None:
    act = acts.add_parser("open", help="open the inboxes with the trustees' words; offline")
    act.add_argument("--request", type=Path, required=True, help="the request")
    act.add_argument("--out", type=Path, required=True, help="where to write the reply")
    _add_sheet_options(act)
    _add_words_option(act)
    act.set_defaults(run=_open)


def _add_apply(acts: Commands) -> None:
    act = acts.add_parser("apply", help="take the trustees' reply: all of it, or nothing")
    act.add_argument("--data", type=Path, required=True, help="the data folder")
    act.add_argument("reply", type=Path, metavar="REPLY", help="the reply")
    act.set_defaults(run=_apply)


# Imported when they run: cryptography and database take a second to load.


def _new(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_paper import new  # noqa: PLC0415

    return new(options)


def _drill(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_paper import drill  # noqa: PLC0415

    return drill(options)


def _open(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_open import open_request  # noqa: PLC0415

    return open_request(options)


def _invite(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_server import invite_anew  # noqa: PLC0415

    return invite_anew(options)


def _request(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_server import request  # noqa: PLC0415

    return request(options)


def _apply(options: argparse.Namespace) -> int:
    from whistle.commands.recovery_server import apply  # noqa: PLC0415

    return apply(options)
