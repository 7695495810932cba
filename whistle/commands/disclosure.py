"""`whistle disclosure`: whether what was published gives anybody away. Needs no installation."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from whistle.commands.exchange import language
from whistle.domain.errors import RefusedError

if TYPE_CHECKING:
    from whistle.disclosure import Attack, Certificate, Checked, Finding, Publication

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
SAFE, BROKEN = 0, 1
MOST_BYTES = 50_000_000
LEAST_THRESHOLD, MOST_THRESHOLD = 2, 20

_SAID = {
    "da": {
        "safe": "Sikker: {asked} tal prøvet, {blanks} skjulte. Ingen af dem røber andet end "
        "„under {k}“.",
        "broken": "IKKE sikker: {count} af {asked} tal røbes.",
        "contradict": "IKKE sikker: Tallene modsiger hinanden. Den, der trækker beretningerne fra "
        "hinanden, får forskellen at vide.",
        "exact": "{number} er {least}",
        "between": "{number} er {least} til {most}",
        "from": "{number} er {least} eller mere; er det under {k}, er det {possible}",
        "blank": "skjul også {place}",
        "merge": "læg rækken eller kolonnen sammen med en anden ({place})",
        "valid": "Beviset holder: {shown} skjulte tal kan hver for sig være alle værdier under "
        "grænsen, {bounded} kan aldrig være under den.",
        "invalid": "Beviset holder IKKE.",
        "missing": "ikke bevist: {number}",
        "fault": "fejl: {fault}",
    },
    "en": {
        "safe": 'Safe: {asked} numbers tried, {blanks} hidden. None tells more than "under {k}".',
        "broken": "NOT safe: {count} of {asked} numbers are given away.",
        "contradict": "NOT safe: the numbers contradict each other. Whoever subtracts the reports "
        "from each other learns the difference.",
        "exact": "{number} is {least}",
        "between": "{number} is {least} to {most}",
        "from": "{number} is {least} or more; if under {k}, it is {possible}",
        "blank": "hide {place} too",
        "merge": "merge its row or column with another ({place})",
        "valid": "The certificate holds: {shown} hidden numbers can each be every value below "
        "the threshold, {bounded} can never be below it.",
        "invalid": "The certificate does NOT hold.",
        "missing": "not proved: {number}",
        "fault": "fault: {fault}",
    },
}


def add_disclosure(commands: Commands) -> None:
    """Add `whistle disclosure` and its acts."""
    command = commands.add_parser("disclosure", help="does what was published give anybody away?")
    acts = command.add_subparsers(required=True, metavar="ACT")
    attack = acts.add_parser("attack", help="try to work hidden numbers out: 0 safe, 1 broken")
    attack.add_argument("--threshold", type=int, help="of reports that name none (3)")
    attack.set_defaults(run=_attack)
    check = acts.add_parser("check", help="check a certificate, without a solver: 0 holds, 1 not")
    check.set_defaults(run=_check)
    for act in (attack, check):
        act.add_argument(
            "files", metavar="FILE", nargs="+", type=Path, help="report JSON, the oldest first"
        )
        act.add_argument("--format", choices=("text", "json"), default="text")


def _attack(options: argparse.Namespace) -> int:
    from whistle.disclosure import ContradictionError, attack  # noqa: PLC0415

    k = options.threshold
    if k is not None and not LEAST_THRESHOLD <= k <= MOST_THRESHOLD:
        raise RefusedError(f"--threshold: should be from {LEAST_THRESHOLD} to {MOST_THRESHOLD}")
    publications = [_report(path, k) for path in options.files]
    try:
        found = attack(publications)
    except ContradictionError as error:
        return _tell_contradiction(str(error), options.format)
    if options.format == "json":
        print(json.dumps(_attack_as_dict(found), ensure_ascii=False))
    else:
        print("\n".join(_told(found, publications)))
    return SAFE if found.safe else BROKEN


def _tell_contradiction(where: str, form: str) -> int:
    """Say that no numbers fit the reports: a finding, as their difference is somebody."""
    if form == "json":
        told = {"safe": False, "asked": 0, "hidden": 0, "findings": [], "contradiction": where}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"{_SAID[language()]['contradict']}\n  {where}")
    return BROKEN


def _check(options: argparse.Namespace) -> int:
    from whistle.disclosure import check  # noqa: PLC0415

    publications, certificate = _with_certificate(options.files)
    found = check(publications, certificate)
    if options.format == "json":
        told = {"valid": found.valid, "shown": found.shown, "bounded": found.bounded}
        lists = {"missing": found.missing, "faults": found.faults}
        print(json.dumps({**told, **lists}, ensure_ascii=False))
    else:
        print("\n".join(_checked(found)))
    return SAFE if found.valid else BROKEN


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError(f"{path} is too large to be a report")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be read") from error


def _report(path: Path, threshold: int | None = None) -> "Publication":
    from whistle.disclosure import PublicationError, read_publication  # noqa: PLC0415

    try:
        return read_publication(_read(path), threshold=threshold)
    except PublicationError as error:
        raise RefusedError(f"{path}: {error}") from error


def _with_certificate(paths: Sequence[Path]) -> "tuple[list[Publication], Certificate]":
    """Read the reports and the one certificate among some files."""
    from whistle.disclosure import PublicationError, read_certificate  # noqa: PLC0415

    publications, certificates = [], []
    for path in paths:
        try:
            certificates.append(read_certificate(_read(path)))
        except PublicationError:
            publications.append(_report(path))
    if len(certificates) != 1:
        raise RefusedError("give the reports and one certificate of them all, the newest one")
    return publications, certificates[0]


def _told(found: "Attack", publications: "Sequence[Publication]") -> Iterator[str]:
    words = _SAID[language()]
    told = {"asked": found.asked, "blanks": found.blanks, "count": len(found.findings)}
    k = max(publication.threshold for publication in publications)
    yield words["safe" if found.safe else "broken"].format(**told, k=k)
    for finding in found.findings:
        yield f"  {_line(finding, words)}"


def _line(finding: "Finding", words: dict[str, str]) -> str:
    kind = "exact" if finding.exact else "between" if finding.certain else "from"
    told = words[kind].format(
        number=finding.number,
        least=finding.least,
        most=finding.most,
        k=finding.threshold,
        possible=", ".join(map(str, finding.possible)),
    )
    mend = words[finding.mend.kind.value].format(place=finding.mend.place)
    return f"{told}: {mend}"


def _attack_as_dict(found: "Attack") -> dict[str, object]:
    return {
        "safe": found.safe,
        "asked": found.asked,
        "hidden": found.blanks,
        "findings": [
            {
                "number": finding.number,
                "places": [
                    {
                        "report": place.publication + 1,
                        "table": place.table,
                        "row": place.row,
                        "column": place.column,
                    }
                    for place in finding.places
                ],
                "threshold": finding.threshold,
                "possible": list(finding.possible),
                "least": finding.least,
                "most": finding.most,
                "exact": finding.exact,
                "certain": finding.certain,
                "mend": {"kind": finding.mend.kind.value, "place": finding.mend.place},
            }
            for finding in found.findings
        ],
        "contradiction": None,
    }


def _checked(found: "Checked") -> Iterator[str]:
    words = _SAID[language()]
    told = {"shown": found.shown, "bounded": found.bounded}
    yield words["valid" if found.valid else "invalid"].format(**told)
    yield from (f"  {words['missing'].format(number=each)}" for each in found.missing)
    yield from (f"  {words['fault'].format(fault=each)}" for each in found.faults)
