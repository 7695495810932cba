"""`whistle audit`: checks the log, hands it out, and signs how it stands."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from whistle.commands.files import created, read_text
from whistle.crypto.errors import ContentError, NoteError, NoteShapeError, ProofError
from whistle.domain.errors import RefusedError

if TYPE_CHECKING:
    from whistle.audit.evidence import Evidence, Kept
    from whistle.crypto.notes import NoteKey
    from whistle.settings import Settings
    from whistle.storage.engine import Store

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE, WRONG = 0, 1


def add_audit(commands: Commands) -> None:
    """Add `whistle audit` and its acts."""
    command = commands.add_parser("audit", help="check the log, export it, sign how it stands")
    acts = command.add_subparsers(required=True, metavar="ACT")
    check = acts.add_parser("verify", help="check the log: 0 fine, 1 wrong, 2 not checked")
    what = check.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="the data folder, whose database is read")
    what.add_argument("--database", metavar="URL", help="a database alone; with --key")
    what.add_argument("--export", type=Path, metavar="FILE", help="an export; - standard input")
    what.add_argument("--entry", type=Path, metavar="FILE", help="one entry that was handed out")
    check.add_argument("--key", metavar="VKEY", help="the log's public key, as you know it")
    check.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that was kept elsewhere; may be repeated",
    )
    check.add_argument("--json", action="store_true", help="for scripts")
    check.set_defaults(run=_verify)
    for name, run, told in (
        ("export", _export, "write the whole log, as JSON Lines"),
        ("checkpoint", _checkpoint, "sign how the log stands now"),
        ("key", _key, "print the public key of the log"),
    ):
        act = acts.add_parser(name, help=told)
        act.add_argument("--data", type=Path, required=True, help="the data folder")
        if run is not _key:
            act.add_argument("--out", type=Path, metavar="FILE", help="a new file (standard out)")
        act.set_defaults(run=run)


def _verify(options: argparse.Namespace) -> int:
    key = _named_key(options.key)
    outside = [_kept(path) for path in options.checkpoint]
    try:
        if options.entry:
            return _verify_entry(options, key)
        with _evidence(options, key) as evidence:
            from whistle.audit.verify import verify  # noqa: PLC0415

            report = verify(evidence, key, outside)
    except ContentError as error:
        raise RefusedError(f"not checked: {error}") from error
    if options.json:
        print(json.dumps(report.json()))
    else:
        print("\n".join(report.lines()))
    return DONE if report.is_fine else WRONG


def _named_key(text: str | None) -> "NoteKey | None":
    from whistle.crypto.notes import NoteKey  # noqa: PLC0415

    try:
        return NoteKey.parse(text.strip()) if text else None
    except NoteShapeError as error:
        raise RefusedError("--key: should be as `whistle audit key` prints it") from error


def _kept(path: Path) -> "Kept":
    from whistle.audit.evidence import Kept  # noqa: PLC0415

    return Kept(f"the checkpoint in {path.name}", read_text(path).encode(), outside=True)


@contextmanager
def _evidence(options: argparse.Namespace, key: "NoteKey | None") -> Iterator["Evidence"]:
    with ExitStack() as stack:
        if options.export:
            from whistle.audit.export import read_export  # noqa: PLC0415

            yield read_export(_open(options.export, stack))
            return
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

        from whistle.audit.evidence import database  # noqa: PLC0415
        from whistle.storage.read_only import open_read_only  # noqa: PLC0415

        url, known = _database(options, key)
        store = open_read_only(url)
        stack.callback(store.dispose)
        try:
            yield database(stack.enter_context(store.read()), known)
        except (DBAPIError, ValueError) as error:
            why = getattr(error, "orig", None) or error
            raise RefusedError(f"not checked: the database cannot be read: {why}") from error


def _open(path: Path, stack: ExitStack) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(path.open("rb"))
    except OSError as error:
        raise RefusedError(f"{path} cannot be read") from error


def _database(options: argparse.Namespace, key: "NoteKey | None") -> "tuple[str, NoteKey]":
    if options.data:
        settings = _settings(options)
        return settings.database, _key_of(settings)
    if key is None:
        raise RefusedError("--database: give the log's public key as well, with --key")
    return options.database, key


def _verify_entry(options: argparse.Namespace, key: "NoteKey | None") -> int:
    from whistle.audit.proofs import LONGEST, read_disclosed  # noqa: PLC0415

    if key is None:
        raise RefusedError("--entry: give the log's public key as well, with --key")
    with ExitStack() as stack:
        encoded = _open(options.entry, stack).read(LONGEST + 1)
    try:
        shown = read_disclosed(encoded, key)
    except (NoteError, ProofError) as error:
        _tell(options, {"fine": False, "message": str(error)}, [f"WRONG: {error}."])
        return WRONG
    when = datetime.fromtimestamp(shown.entry.time, UTC)
    about = ", ".join(f"{name} {value}" for name, value in shown.details.about.items())
    lines = [
        f"Entry {shown.entry.number} of the log {shown.checkpoint.origin}:",
        f"{when:%Y-%m-%d %H:%M:%S} UTC: {shown.details.act} ({about}).",
        f"It is in the log that was signed over {shown.checkpoint.size} entries, as told here.",
        "That does not prove that there are no other entries about the same.",
    ]
    told = {
        "fine": True,
        "number": shown.entry.number,
        "time": shown.entry.time,
        "details": {"act": shown.details.act, **shown.details.about},
        "size": shown.checkpoint.size,
    }
    _tell(options, told, lines)
    return DONE


def _tell(options: argparse.Namespace, told: object, lines: Sequence[str]) -> None:
    print(json.dumps(told) if options.json else "\n".join(lines))


def _export(options: argparse.Namespace) -> int:
    from whistle.audit.entries import COMMAND  # noqa: PLC0415
    from whistle.audit.export import export  # noqa: PLC0415
    from whistle.audit.log import Log, deed  # noqa: PLC0415
    from whistle.domain.clock import Clock  # noqa: PLC0415
    from whistle.domain.logged import Logged  # noqa: PLC0415

    with _store(options) as (settings, store), _out(options) as put:
        log = Log(store, settings.installation, Clock(), COMMAND)
        log.note(deed(Logged.LOG_EXPORTED))
        with store.read() as db:
            for line in export(db, _key_of(settings)):
                put(line)
    return DONE


def _checkpoint(options: argparse.Namespace) -> int:
    from whistle.audit.checkpoints import sign_head  # noqa: PLC0415

    with _store(options) as (settings, store), _out(options) as put, store.read() as db:
        put(sign_head(db, settings.installation, settings.log_key)[1])
    return DONE


def _key(options: argparse.Namespace) -> int:
    print(_key_of(_settings(options)).show())
    return DONE


@contextmanager
def _store(options: argparse.Namespace) -> Iterator["tuple[Settings, Store]"]:
    from whistle.storage.engine import open_store  # noqa: PLC0415
    from whistle.storage.migrations import upgrade  # noqa: PLC0415

    settings = _settings(options)
    store = open_store(settings.database)
    try:
        upgrade(store)
        yield settings, store
    finally:
        store.dispose()


def _settings(options: argparse.Namespace) -> "Settings":
    from whistle.settings import load_settings  # noqa: PLC0415

    return load_settings(options.data)


def _key_of(settings: "Settings") -> "NoteKey":
    from whistle.audit.checkpoints import note_key  # noqa: PLC0415

    return note_key(settings.installation, settings.log_key.verifying)


@contextmanager
def _out(options: argparse.Namespace) -> Iterator[Callable[[bytes], object]]:
    """Give what writes lines: to a new file, or to standard output."""
    if options.out is None:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    with created(options.out) as file:
        yield lambda line: file.write(line.decode())
