"""The `whistle` command. ``docs/commands.md`` describes every command and option."""

import argparse
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from whistle.crypto.errors import SealingError
from whistle.domain.errors import RefusedError

DONE, FAILED, REFUSED = 0, 1, 2
ADDRESS = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give its exit status: 0 done, 1 failed, 2 refused, nothing written."""
    options = build_parser().parse_args(arguments)
    try:
        return cast("int", options.run(options))
    except KeyboardInterrupt:
        return DONE
    except RefusedError as error:
        print(f"whistle: {error}", file=sys.stderr)
        return REFUSED
    except SealingError as error:
        print(f"whistle: {error}", file=sys.stderr)
        return FAILED


def build_parser() -> argparse.ArgumentParser:
    """Make the parser; the tests hold the documentation against it."""
    parser = argparse.ArgumentParser(prog="whistle", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo", help="set up a demonstration with invented people, and serve it"
    )
    demo.add_argument("--port", type=int, default=8080, help="where to serve (8080)")
    demo.add_argument("--data", type=Path, help="the data folder (a fresh one unless told)")
    demo.add_argument("--profile", default="stevns", help="a profile's name or .toml file (stevns)")
    demo.add_argument("--empty", action="store_true", help="members and keys, but no cases")
    demo.add_argument("--no-serve", action="store_true", help="stop when it is set up")
    demo.set_defaults(run=_demo)
    return parser


def _demo(options: argparse.Namespace) -> int:
    from whistle.demo.build import set_up, told  # noqa: PLC0415  (seconds of imports)

    data = options.data or Path(tempfile.mkdtemp(prefix="whistle-demo-"))
    if not options.no_serve and not _is_free(options.port):
        raise RefusedError(f"port {options.port} is taken; choose another with --port")
    base = f"http://localhost:{options.port}"
    settings = set_up(data, options.profile, base, empty=options.empty)
    _print_invitation(data, told(data), serving=not options.no_serve)
    if not options.no_serve:
        from whistle.serve import serve  # noqa: PLC0415

        serve(settings, address=ADDRESS, port=options.port)
    return DONE


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


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
            f"    sign in as {member['username']} ({member['role']}): {member['passphrase']}"
            for member in members
        ),
    ]
    if receipts:
        lines.append(f"  A receipt to come back with:  {receipts[0]}")
    lines += ["", f"  Data folder: {data}"]
    if serving:
        lines.append("  Stop with Ctrl-C; carry on with: whistle demo --data " + str(data))
    print("\n".join(lines), flush=True)
