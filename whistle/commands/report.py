"""`whistle report`: the tables of a period, counted from what a member's keys open."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from whistle.commands.exchange import language
from whistle.commands.files import check_new
from whistle.domain.errors import RefusedError
from whistle.domain.fields import AnswerError, read_day
from whistle.unlocking import add_options, installation_at, unlock

if TYPE_CHECKING:
    from whistle.domain.anonymised import Anonymised
    from whistle.installation import Installation
    from whistle.report.building import Wanted
    from whistle.report.model import Report

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
DONE = 0
_FORMATS = ("text", "json", "csv", "xlsx", "docx", "pdf")
_BINARY = ("xlsx", "docx", "pdf")
_LONGEST = timedelta(days=20 * 366)
_STEPS = ("month", "quarter", "half-year", "year")


def add_report(commands: Commands) -> None:
    """Add `whistle report`."""
    command = commands.add_parser("report", help="count a period, and write its report")
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.add_argument("--from", dest="first", type=_day, required=True, metavar="DATE")
    command.add_argument("--to", dest="last", type=_day, required=True, metavar="DATE")
    command.add_argument("--version", choices=("closed", "public"), default="public")
    command.add_argument("--format", choices=_FORMATS, default="text", help="as what (text)")
    command.add_argument("--by", choices=_STEPS, default="quarter", help="rows of a period")
    command.add_argument("--language", choices=("da", "en"), help="of the report (the terminal's)")
    command.add_argument("--out", type=Path, metavar="FILE", help="where to (the output)")
    add_options(command)
    command.set_defaults(run=_report)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except AnswerError as error:
        raise argparse.ArgumentTypeError(f"{text}: should be a day, as 2026-12-31") from error


def _report(options: argparse.Namespace) -> int:
    if options.first > options.last:
        raise RefusedError("--from is after --to; nothing was counted")
    if options.last - options.first > _LONGEST:
        raise RefusedError("this is more than twenty years; nothing was counted")
    if options.out:
        check_new(options.out)
    elif options.format in _BINARY and sys.stdout.isatty():
        raise RefusedError(f"--format {options.format} is for a file: give --out FILE")
    with installation_at(options.data) as installation:
        content = _counted(options, installation)
    _put(options.out, content)
    return DONE


def _counted(options: argparse.Namespace, installation: "Installation") -> bytes:
    from whistle.casework.reporting.gathering import gather  # noqa: PLC0415
    from whistle.casework.service import CaseworkService  # noqa: PLC0415
    from whistle.domain.counting import Period  # noqa: PLC0415
    from whistle.report.building import basis_of, build  # noqa: PLC0415
    from whistle.report.comparing import compared  # noqa: PLC0415
    from whistle.report.periods import Step  # noqa: PLC0415

    cases = CaseworkService(installation, unlock(options, installation))
    period, profile = Period(options.first, options.last), installation.profiles
    gathered = gather(cases).for_report(profile, period, Step(options.by))
    if gathered.damaged:
        print(f"Cases or records that do not open: {gathered.damaged}", file=sys.stderr)
    wanted = gathered.wanted(options.language or language())
    if options.version == "public":
        return _public(options, installation, gathered.facts, wanted)
    told = (installation.profiles, gathered.facts, wanted)
    basis = gathered.with_earlier(basis_of(*told))
    return _written(compared(build(*told), basis), options.format)


def _public(
    options: argparse.Namespace,
    installation: "Installation",
    facts: "Sequence[Anonymised]",
    wanted: "Wanted",
) -> bytes:
    """Make it safe beside everything that is published; `CannotProtect` is a refusal in words."""
    from whistle.casework.reporting.publishing import published_in  # noqa: PLC0415
    from whistle.report.public import make_public  # noqa: PLC0415
    from whistle.report.published import public_json  # noqa: PLC0415

    with installation.store.read() as db:
        earlier = [one.publication for one in published_in(db)]
    public = make_public(installation.profiles, facts, wanted, earlier)
    if options.format == "json":
        told = public_json(public.report, public.publication)
        return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
    return _written(public.report, options.format)


def _written(report: "Report", wanted: str) -> bytes:
    from whistle.report.writing import write  # noqa: PLC0415

    return _as_text(report) if wanted == "text" else write(report, wanted)


def _as_text(report: "Report") -> bytes:
    from whistle.report.plain import to_text  # noqa: PLC0415

    return to_text(report).encode()


def _put(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    number = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(content)
