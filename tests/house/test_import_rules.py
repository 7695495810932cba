"""Every import rule of pyproject.toml catches what it is there for.

A small house is built with all rooms, none of them at fault; each test plants one violation in it.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

HOUSE = {
    "__main__": "whistle.cli",
    "cli": "whistle.demo.build, whistle.serve",
    "demo.build": "werkzeug.test, whistle.app, whistle.serve",
    "serve": "whistle.app",
    "app": "flask, whistle.intake.views, whistle.casework.views, whistle.accounts.views",
    "signed_in": "flask_login, whistle.web, whistle.keys.opening",
    "web": "flask, whistle.uploads, whistle.installation",
    "uploads": "werkzeug, whistle.installation, whistle.keys.opening",
    "installation": "whistle.settings, whistle.keys.directory, whistle.storage.reports",
    "settings": "whistle.storage.reports, whistle.domain.channel",
    "intake.views": "flask, whistle.web, whistle.intake.forms, whistle.intake.service",
    "intake.forms": "flask_wtf, wtforms",
    "intake.service": "whistle.keys.directory, whistle.storage.reports",
    "casework.views": "flask, whistle.signed_in, whistle.casework.service",
    "casework.service": "whistle.audit.log, whistle.keys.opening",
    "accounts.views": "flask, whistle.signed_in, whistle.accounts.service",
    "accounts.forms": "flask_wtf",
    "accounts.service": "whistle.keys.opening",
    "statistics.service": "whistle.storage.reports",
    "housekeeping.service": "whistle.storage.reports",
    "audit.log": "whistle.keys.opening",
    "keys.opening": "whistle.storage.reports, whistle.crypto.envelope",
    "keys.keyring": "whistle.crypto.envelope",
    "keys.directory": "whistle.crypto.envelope",
    "storage.reports": "sqlalchemy, whistle.domain.channel",
    "crypto.envelope": "cryptography",
    "domain.channel": "datetime",
}

VIOLATIONS = [
    # (rule, module, what it imports)
    ("layers", "keys.opening", "whistle.audit.log"),
    ("layers", "storage.reports", "whistle.keys.opening"),
    ("layers", "storage.reports", "whistle.casework.service"),
    ("layers", "storage.reports", "whistle.settings"),
    ("layers", "keys.opening", "whistle.installation"),
    ("layers", "web", "whistle.casework.service"),
    ("layers", "intake.service", "whistle.app"),
    ("layers", "app", "whistle.demo.build"),
    ("layers", "signed_in", "whistle.accounts.forms"),
    ("layers", "statistics.service", "whistle.casework.service"),
    ("layers", "housekeeping.service", "whistle.accounts.service"),
    ("layers", "crypto.envelope", "whistle.domain.channel"),
    ("layers", "domain.channel", "whistle.crypto.envelope"),
    ("layers", "disclosure.model", "whistle.storage.reports"),
    ("layers", "stairwell", "datetime"),
    ("doors", "intake.service", "whistle.casework.service"),
    ("doors", "intake.views", "whistle.accounts.forms"),
    ("doors", "casework.views", "whistle.intake.forms"),
    ("doors", "casework.service", "whistle.accounts.service"),
    ("doors", "storage.reports", "whistle.casework.service"),  # intake reaches it by storage
    ("keyless-door", "intake.service", "whistle.keys.keyring"),
    ("keyless-door", "intake.views", "whistle.signed_in"),
    ("pure", "crypto.envelope", "sqlalchemy"),
    ("pure", "crypto.envelope", "flask.sessions"),
    ("pure", "domain.channel", "wtforms"),
    ("pure", "disclosure.model", "sqlalchemy"),
    ("pure", "domain.channel", "werkzeug.datastructures"),
    ("pure", "domain.channel", "whistle.storage.reports"),  # and so, at one remove, the database
    ("keyless-rules", "domain.channel", "cryptography.fernet"),
    ("http", "casework.service", "flask"),
    ("http", "intake.throttle", "werkzeug.exceptions"),
    ("http", "accounts.service", "flask_login"),
    ("http", "keys.opening", "flask"),
    ("http", "casework.export", "whistle.web"),
    ("services", "casework.service", "whistle.casework.views"),
    ("services", "intake.service", "whistle.uploads"),
]


# Checks many houses in one process, which saves starting the linter for each.
LINTER = """
import os, sys
from importlinter.cli import lint_imports
for line in sys.stdin.read().splitlines():
    folder, _, rules = line.partition(" ")
    os.chdir(folder)
    sys.path[0] = folder
    print(f"\\n### {folder}")
    lint_imports(limit_to_contracts=tuple(rules.split()), no_cache=True, no_logo=True)
"""


def build(folder: Path, *more: tuple[str, str]) -> None:
    """Build the house, with more imports than designed; the rules are the repository's own."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for module, imports in (*HOUSE.items(), *more):
        path = folder.joinpath("whistle", *module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in (folder / "whistle", path.parent):
            (package / "__init__.py").touch()
        with path.open("a") as file:
            file.write(f"import {imports}\n")


def reports(houses: dict[Path, str]) -> dict[Path, str]:
    """Return the linter's report on each house, given the rules to check ("": all)."""
    asked = "".join(f"{folder} {rules}\n" for folder, rules in houses.items())
    result = subprocess.run(
        [sys.executable, "-c", LINTER], input=asked, capture_output=True, text=True, check=True
    )
    parts = result.stdout.split("\n### ")[1:]
    return {Path(folder): report for folder, _, report in (part.partition("\n") for part in parts)}


def test_the_house_as_designed_keeps_every_rule(tmp_path: Path) -> None:
    build(tmp_path / "house")
    report = reports({tmp_path / "house": ""})[tmp_path / "house"]
    assert " 0 broken." in report, report


def test_every_rule_catches_its_violations(tmp_path: Path) -> None:
    planted = {tmp_path / str(index): violation for index, violation in enumerate(VIOLATIONS)}
    for folder, (_, module, imported) in planted.items():
        build(folder, (module, imported))
    found = reports({folder: rule for folder, (rule, _, _) in planted.items()})
    missed = [
        (violation, found[folder])
        for folder, violation in planted.items()
        if " 0 kept, 1 broken." not in found[folder]
    ]
    assert not missed, "\n".join(f"{violation} passed:\n{report}" for violation, report in missed)


def test_every_rule_has_a_violation_here() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rules = {contract["id"] for contract in told["tool"]["importlinter"]["contracts"]}
    assert rules == {rule for rule, _, _ in VIOLATIONS}
