"""`whistle import` and `whistle export`: registrations brought in, and taken out."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from whistle.commands.files import check_new
from whistle.domain.errors import RefusedError
from whistle.unlocking import add_options, installation_at, unlock

if TYPE_CHECKING:
    from whistle.casework.exchange.faults import Fault
    from whistle.casework.exchange.importing import Files, Report
    from whistle.casework.service import CaseworkService

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE, FAILED, REFUSED = 0, 1, 2
STANDARD = "-"
_TOLD_EVERY = 500


def add_import(commands: Commands) -> None:
    """Add `whistle import`."""
    command = commands.add_parser("import", help="bring enquiries in from a CSV or XLSX file")
    command.add_argument("file", type=Path, metavar="FILE", help="the table, one row an issue")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
    command.add_argument("--totals", type=Path, metavar="FILE", help="totals it has to add up to")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to tell the result (text)"
    )
    add_options(command)
    command.set_defaults(run=_import)


def add_export(commands: Commands) -> None:
    """Add `whistle export`."""
    command = commands.add_parser("export", help="take all registrations, or one case, out")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument("--out", required=True, metavar="FILE", help="where to; - for output")
    command.add_argument("--case", metavar="ID", help="one case, whole, as ZIP")
    command.add_argument(
        "--format", choices=("csv", "xlsx", "json", "zip"), help="csv, or zip for a case"
    )
    command.add_argument(
        "--identity", action="store_true", help="with --case: also who the reporter is"
    )
    command.add_argument(
        "--apart", action="store_true", help="with --case: also what is kept apart"
    )
    command.add_argument(
        "--ground",
        choices=("contact", "facts", "consent", "access", "impartial", "law"),
        help="why who somebody is comes along",
    )
    command.add_argument("--reason", metavar="WORDS", help="why just now, filed on the case")
    add_options(command)
    command.set_defaults(run=_export)


def _import(options: argparse.Namespace) -> int:
    from whistle.casework.exchange.importing import import_files, try_import  # noqa: PLC0415

    files = _files(options)
    with installation_at(options.data) as installation:
        cases = _casework(options, installation)
        if options.dry_run:
            report = try_import(cases, files)
        else:
            report = import_files(cases, files, _progress)
    tell = _told_as_json if options.format == "json" else _told
    print(tell(report, language()))
    return REFUSED if report.faults else DONE


def _files(options: argparse.Namespace) -> "Files":
    from whistle.casework.exchange.importing import Files  # noqa: PLC0415

    totals = _read(options.totals) if options.totals else None
    return Files(_read(options.file), totals)


def _read(path: Path) -> bytes:
    """Read a file, one byte more than it may have: it is refused in words, not read to its end."""
    from whistle.casework.exchange.columns import MOST_BYTES  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RefusedError(f"{path} cannot be read; nothing was written") from error


def _casework(options: argparse.Namespace, installation: object) -> "CaseworkService":
    from whistle.casework.service import CaseworkService  # noqa: PLC0415

    keyring = unlock(options, installation)  # type: ignore[arg-type]
    return CaseworkService(installation, keyring)  # type: ignore[arg-type]


def language() -> str:
    """Say in which language faults are told: Danish, unless the environment wants English."""
    wanted = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "en" if wanted.startswith("en") else "da"


def _progress(done: int, every: int) -> None:
    if done % _TOLD_EVERY == 0 or done == every:
        print(f"{done} / {every}", file=sys.stderr, flush=True)


def _told_as_json(report: "Report", language: str) -> str:
    faults = [
        {"row": one.row, "column": one.column, "code": one.code, "message": one.said(language)}
        for one in report.faults
    ]
    told = {"rows": report.rows, "written": report.written, "faults": faults}
    return json.dumps(told, ensure_ascii=False)


def _told(report: "Report", language: str) -> str:
    counted = (report.rows, len(report.enquiries))
    if report.faults:
        lines = [_fault_line(one, language) for one in report.faults]
        return "\n".join([*lines, _SAID[language]["refused"].format(len(lines))])
    if not report.written:
        return _SAID[language]["dry"].format(*counted)
    return _SAID[language]["done"].format(*counted)


def _fault_line(one: "Fault", language: str) -> str:
    words = _SAID[language]
    where = [words["row"].format(one.row)] if one.row else []
    where += [one.column] if one.column else []
    return f"{', '.join(where) or words['file']}: {one.said(language)}"


_SAID = {
    "da": {
        "row": "række {}",
        "file": "filen",
        "refused": "Fejl: {}. Intet er importeret.",
        "dry": "Alt er i orden: {} rækker, {} henvendelser. Intet er skrevet endnu.",
        "done": "Importeret: {} rækker, {} henvendelser.",
    },
    "en": {
        "row": "row {}",
        "file": "the file",
        "refused": "Faults: {}. Nothing was imported.",
        "dry": "All is well: {} rows, {} enquiries. Nothing has been written yet.",
        "done": "Imported: {} rows, {} enquiries.",
    },
}


def _export(options: argparse.Namespace) -> int:
    wanted = options.format or ("zip" if options.case else "csv")
    if bool(options.case) != (wanted == "zip"):
        raise RefusedError("--format zip is of one case, --case ID; the others are of all")
    is_told = options.identity or options.apart
    if is_told and not options.case:
        raise RefusedError("--identity and --apart are of one case, --case ID")
    if is_told and not (options.ground and any(map(str.isalpha, options.reason or ""))):
        raise RefusedError("--identity and --apart need --ground and --reason")
    case_id = _id(options.case) if options.case else b""
    if options.out != STANDARD:
        check_new(Path(options.out))
    with installation_at(options.data) as installation:
        cases = _casework(options, installation)
        content: Iterable[bytes] = _table(cases, wanted) if wanted != "zip" else ()
        if case_id:
            content = _case(cases, case_id, options)
        _write(options.out, content)
    return DONE


def _id(text: str) -> bytes:
    from whistle.storage.tables import ID_BYTES  # noqa: PLC0415

    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != ID_BYTES:
        raise RefusedError(f"--case {text}: should be 32 hexadecimal digits, as in its address")
    return value


def _table(cases: "CaseworkService", wanted: str) -> Sequence[bytes]:
    from whistle.casework.exchange.registrations import export_table  # noqa: PLC0415
    from whistle.casework.exchange.writing import as_csv, as_json, as_xlsx  # noqa: PLC0415

    table = export_table(cases)
    if table.unregistered or table.damaged:
        left_out = f"not registered: {table.unregistered}, damaged: {table.damaged}"
        print(f"Cases that are left out: {left_out}", file=sys.stderr)
    if wanted == "json":
        return [as_json(table, cases.here.profile)]
    return [as_xlsx(table.rows) if wanted == "xlsx" else as_csv(table.rows)]


def _case(cases: "CaseworkService", case_id: bytes, options: argparse.Namespace) -> Iterable[bytes]:
    from whistle.casework.exchange.case_zip import Also, export_case  # noqa: PLC0415
    from whistle.casework.identity import Reason  # noqa: PLC0415
    from whistle.domain.identity import OpeningGround, OpeningWay  # noqa: PLC0415

    also = None
    if options.identity or options.apart:
        ground = OpeningGround(options.ground)
        why = Reason(ground, options.reason, way=OpeningWay.EXPORT)
        also = Also(why, reporter=options.identity, apart=options.apart)
    found = export_case(cases, case_id, language(), also)
    if found is None:
        raise RefusedError("there is no such case, or this member's keys do not open it")
    return found.content


def _write(out: str, content: Iterable[bytes]) -> None:
    if out == STANDARD:
        _copy(content, sys.stdout.buffer)
        return
    path = Path(out)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}; nothing was written") from error
    with os.fdopen(number, "wb") as file:
        try:
            _copy(content, file)
        except BaseException:
            path.unlink()
            raise


def _copy(content: Iterable[bytes], file: BinaryIO) -> None:
    file.writelines(content)
    file.flush()
