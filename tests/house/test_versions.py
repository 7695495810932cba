"""Every package is the one that was tested: in pyproject.toml, requirements.lock and here."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent

# What makes an environment rather than lives in it.
BOOTSTRAP = {"pip", "setuptools", "uv", "wheel"}

REMEDY = "run .ci/lock, then uv sync"


def project() -> dict[str, list[str]]:
    """Return the requirements that pyproject.toml states: those of production and the others."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "production": told["project"]["dependencies"],
        "groups": [line for group in told["dependency-groups"].values() for line in group],
        "pins": told["tool"]["uv"]["constraint-dependencies"],
    }


def pinned() -> dict[str, str]:
    """Return name and version of every pin in pyproject.toml."""
    return dict(pin.split("==") for pin in project()["pins"])


def locked() -> dict[str, str]:
    """Return name and version of every package in requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==([^\s;\\]+)", text, re.MULTILINE))


def needed(requirements: list[str]) -> set[str]:
    """Return the names of all packages that requirements lead to on this machine."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    ahead = [(Requirement(line), "") for line in requirements]
    while ahead:
        requirement, parent_extra = ahead.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": parent_extra}):
            continue
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            found.add(name)
            try:
                below = distribution(name).requires or []
            except PackageNotFoundError:
                continue
            ahead += [(Requirement(line), extra) for line in below]
    return found


def test_every_installed_package_is_the_pinned_one() -> None:
    installed = {canonicalize_name(each.name): each.version for each in distributions()}
    strangers = {
        name: version
        for name, version in installed.items()
        if name not in BOOTSTRAP | {"whistle"} and pinned().get(name) != version
    }
    assert not strangers, f"{REMEDY}: {strangers}"


def test_every_package_that_is_needed_is_pinned() -> None:
    stated = project()
    missing = needed(stated["production"] + stated["groups"]) - pinned().keys()
    assert not missing, f"{REMEDY}: {missing}"


def test_production_gets_the_versions_that_were_tested() -> None:
    differing = {name: version for name, version in locked().items() if pinned()[name] != version}
    assert not differing, f"{REMEDY}: {differing}"


def test_production_gets_every_package_that_it_needs() -> None:
    missing = needed(project()["production"]) - locked().keys()
    assert not missing, f"{REMEDY}: {missing}"


def test_no_package_reaches_production_without_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert entries
    assert not bare, f"{REMEDY}: {bare}"
