"""The `whistle` command. ``docs/commands.md`` describes every command and option."""

import argparse
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from whistle.crypto.errors import SealingError
from whistle.domain.errors import RefusedError
from whistle.storage.errors import StorageError

if TYPE_CHECKING:
    from whistle.serve import Port, Socket

DONE, FAILED, REFUSED = 0, 1, 2
INTERRUPTED = 128 + signal.SIGINT  # as shells say it
ADDRESS = "127.0.0.1"
PORT = 8080


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give its exit status.

    0 done, 1 failed, 2 refused, nothing written, 130 interrupted; a server that is interrupted is
    done.
    """
    options = build_parser().parse_args(arguments)
    os.umask(0o077)  # whatever a command writes is its owner's alone
    try:
        return cast("int", options.run(options))
    except KeyboardInterrupt:
        return cast("int", getattr(options, "interrupted", INTERRUPTED))
    except (RefusedError, NotADirectoryError, FileExistsError, PermissionError) as error:
        print(f"whistle: {error}", file=sys.stderr)
        return REFUSED
    except StorageError as error:
        print(f"whistle: {error}", file=sys.stderr)
        return FAILED
    except SealingError as error:
        print(
            f"whistle: the keys cannot be trusted: {error}. Nothing is served. docs/operations.md, "
            "'When the keys cannot be trusted', says what to do.",
            file=sys.stderr,
        )
        return FAILED


def build_parser() -> argparse.ArgumentParser:
    """Make the parser; the tests hold the documentation against it."""
    parser = argparse.ArgumentParser(prog="whistle", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_demo,
        _add_init,
        _add_confirm,
        _add_serve,
        _add_key_file,
        _add_rotate,
        _add_import,
        _add_export,
        _add_report,
        _add_housekeeping,
        _add_recovery,
        _add_audit,
        _add_backup,
        _add_restore,
        _add_upgrade,
        _add_profile,
        _add_disclosure,
    ):
        add(commands)
    return parser


# Each command imports what it needs when it runs: the web and the database take a second to load.

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _add_demo(commands: Commands) -> None:
    command = commands.add_parser(
        "demo", help="set up a demonstration with invented people, and serve it"
    )
    command.add_argument("--port", type=int, default=PORT, help=f"where to serve ({PORT})")
    command.add_argument("--data", type=Path, help="the data folder (a fresh one unless told)")
    command.add_argument("--profile", default="stevns", help="a profile's name or file (stevns)")
    command.add_argument("--empty", action="store_true", help="members and keys, but no cases")
    command.add_argument("--no-serve", action="store_true", help="stop when it is set up")
    command.add_argument("--codes", action="store_true", help="print the members' codes, and stop")
    command.set_defaults(run=_demo, interrupted=DONE)


def _demo(options: argparse.Namespace) -> int:
    from whistle.demo.build import codes, set_up, told  # noqa: PLC0415

    if options.codes:
        print("\n".join(f"{code}  {username}" for username, code in codes(options.data).items()))
        return DONE
    data = options.data or Path(tempfile.mkdtemp(prefix="whistle-demo-"))
    if not options.no_serve:
        _check_free(options.port)
    base = f"http://localhost:{options.port}"
    settings = set_up(data, _profile(options.profile), base, empty=options.empty)
    _print_invitation(data, told(data), serving=not options.no_serve)
    if not options.no_serve:
        from whistle.serve import Port, serve  # noqa: PLC0415

        serve(settings, Port(options.port))
    return DONE


def _profile(name_or_file: str) -> str:
    """Make a file's path absolute: the installation may be started from anywhere."""
    if name_or_file.endswith(".toml"):
        return str(Path(name_or_file).resolve())
    return name_or_file


def _print_invitation(data: Path, about: dict[str, object], *, serving: bool) -> None:
    members = cast("list[dict[str, str]]", about["members"])
    receipts = cast("list[str]", about["receipts"])
    lines = [
        "Whistle, a demonstration with invented people. Keys and passphrases were made by the",
        "machine and stand in demo.json; a real installation never writes them down.",
        "",
        f"  Report something:  {about['intake']}",
        f"  Casework:          {about['casework']}",
        *(
            f"    sign in as {member['username']} ({member['role']}): {member['passphrase']}\n"
            f"      for an authenticator app: {member['totp']}"
            for member in members
        ),
        f"    No app? The code of this moment:  whistle demo --codes --data {data}",
    ]
    if receipts:
        lines += [
            f"  A receipt to come back with:  {receipts[0]}",
            "",
            "  Try: answer a case, and come back with the receipt to read it. Report something",
            "  about the adviser, and see who can open it. Send a form twice; without JavaScript.",
        ]
    lines += ["", f"  Data folder: {data}"]
    if serving:
        lines.append("  Stop with Ctrl-C; carry on with: whistle demo --data " + str(data))
    print("\n".join(lines), flush=True)


def _add_init(commands: Commands) -> None:
    command = commands.add_parser("init", help="set up an installation")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument("--profile", default="stevns", help="a profile's name or file (stevns)")
    command.add_argument("--database", help="the database's URL (SQLite in the data folder)")
    command.set_defaults(run=_init)


def _init(options: argparse.Namespace) -> int:
    from whistle.ceremony import initialise  # noqa: PLC0415

    invitations = initialise(options.data, _profile(options.profile), options.database)
    print(f"{options.data} is set up. No door is open: nobody has made the keys yet.\n")
    for invitation in invitations:
        print(f"Invitation of the {invitation.role}, who will sign in as {invitation.username}:")
        print(f"  long code, to send:        {invitation.token.show()}")
        print(f"  short code, by telephone:  {invitation.code}\n")
    print("Each is good once, for 14 days, at /casework/begin. Start the server (whistle serve),")
    print("have both accept and make their keys, then open the doors with: whistle confirm")
    return DONE


def _add_confirm(commands: Commands) -> None:
    command = commands.add_parser(
        "confirm", help="confirm keys whose fingerprints were compared with a member's paper"
    )
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument(
        "fingerprints", nargs="*", metavar="FINGERPRINT", help="as on the paper, in quotes"
    )
    command.set_defaults(run=_confirm)


def _confirm(options: argparse.Namespace) -> int:
    from whistle.ceremony import confirm, unconfirmed  # noqa: PLC0415
    from whistle.domain.fingerprint import show_fingerprint  # noqa: PLC0415

    if options.fingerprints:
        for one in confirm(options.data, options.fingerprints):
            epoch = "" if one.is_new else f", as of epoch {one.root.lowest_epoch}"
            print(f"confirmed: {one.root.channel}, {one.root.kind}{epoch}")
        print("Start the server anew. A door opens when both of its inboxes are confirmed.")
        return DONE
    waiting = unconfirmed(options.data)
    if not waiting:
        print("No inbox waits to be confirmed.")
    for one in waiting:
        where = f"{one.root.channel}, {one.root.kind}:"
        what = "new" if one.is_new else f"epoch {one.root.lowest_epoch}"
        print(f"{where:<26}{show_fingerprint(one.digest)}  ({what})")
    return DONE


def _add_rotate(commands: Commands) -> None:
    from whistle.commands.rotate import add_rotate  # noqa: PLC0415

    add_rotate(commands)


def _add_import(commands: Commands) -> None:
    from whistle.commands.exchange import add_import  # noqa: PLC0415

    add_import(commands)


def _add_export(commands: Commands) -> None:
    from whistle.commands.exchange import add_export  # noqa: PLC0415

    add_export(commands)


def _add_report(commands: Commands) -> None:
    from whistle.commands.report import add_report  # noqa: PLC0415

    add_report(commands)


def _add_key_file(commands: Commands) -> None:
    from whistle.commands.key_file import add_key_file  # noqa: PLC0415

    add_key_file(commands)


def _add_housekeeping(commands: Commands) -> None:
    from whistle.commands.housekeeping import add_housekeeping  # noqa: PLC0415

    add_housekeeping(commands)


def _add_audit(commands: Commands) -> None:
    from whistle.commands.audit import add_audit  # noqa: PLC0415

    add_audit(commands)


def _add_recovery(commands: Commands) -> None:
    from whistle.commands.recovery import add_recovery  # noqa: PLC0415

    add_recovery(commands)


def _add_backup(commands: Commands) -> None:
    from whistle.commands.backup import add_backup  # noqa: PLC0415

    add_backup(commands)


def _add_restore(commands: Commands) -> None:
    from whistle.commands.restore import add_restore  # noqa: PLC0415

    add_restore(commands)


def _add_upgrade(commands: Commands) -> None:
    from whistle.commands.upgrade import add_upgrade  # noqa: PLC0415

    add_upgrade(commands)


def _add_profile(commands: Commands) -> None:
    from whistle.commands.profile import add_profile  # noqa: PLC0415

    add_profile(commands)


def _add_disclosure(commands: Commands) -> None:
    from whistle.commands.disclosure import add_disclosure  # noqa: PLC0415

    add_disclosure(commands)


def _add_serve(commands: Commands) -> None:
    command = commands.add_parser("serve", help="serve an installation")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument(
        "--door", choices=("both", "intake", "casework"), default="both", help="what to serve"
    )
    command.add_argument("--port", type=int, default=PORT, help=f"on {ADDRESS} ({PORT})")
    command.add_argument("--socket", type=Path, help="a unix socket instead of a port")
    command.add_argument("--workers", type=int, default=1, help="processes (1)")
    command.set_defaults(run=_serve, interrupted=DONE)


def _serve(options: argparse.Namespace) -> int:
    gc.disable()  # what is being loaded would be looked through for garbage again and again
    # Nothing is told by the machine's zone, but Babel looks for it, among 600 files.
    os.environ.setdefault("TZ", "UTC")
    from whistle.serve import Door, serve  # noqa: PLC0415
    from whistle.settings import load_settings  # noqa: PLC0415

    gc.enable()

    if options.workers < 1:
        raise RefusedError("--workers: should be 1 or more")
    settings = load_settings(options.data)
    serve(settings, _listen(options), door=Door(options.door), workers=options.workers)
    return DONE


def _listen(options: argparse.Namespace) -> "Port | Socket":
    from whistle.serve import Port, Socket  # noqa: PLC0415

    if options.socket:
        return Socket(options.socket)
    _check_free(options.port)
    return Port(options.port)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            raise RefusedError(f"port {port} is taken; choose another with --port") from error
