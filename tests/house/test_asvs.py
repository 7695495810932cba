"""The pages on security name only what is there, and the ASVS table leaves nothing out."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.test_files import ROOT, committed

DOCS = ROOT / "docs"
PAGES = (DOCS / "asvs.md", DOCS / "threats.md", DOCS / "keys.md", ROOT / "SECURITY.md")

# OWASP ASVS 5.0.0: the levels of each section's requirements, the first one first.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3",
    "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333",
    "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222",
    "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23",
    "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
TO_THE_LAST = {"11", "14", "16"}  # chapters of which level 3 is asked for as well

STATES = {"met", "partly", "not met", "–"}
MISSING = "Missing: "
FOLDERS = r"(?:whistle|tests|docs|deploy|templates|bench|\.ci)/"
NO_FILES = {"whistle.toml", "whistle/v1/"}  # an installation's own; a prefix of purposes
LOOKS_LIKE_A_FILE = re.compile(
    r"[\w./-]+\.(?:py|md|conf|service|toml|html|lock|js|json|css)(::.*)?"
)


@dataclass(frozen=True)
class Row:
    """One requirement; ``level`` and ``number`` as they stand there."""

    number: str
    level: str
    asks: str
    state: str
    how: str


@cache
def rows() -> tuple[Row, ...]:
    lines = (DOCS / "asvs.md").read_text("utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    return tuple(Row(*cell) for cell in cells if cell[0] not in {"#", "---"})


def wanted() -> dict[str, str]:
    """Give number and level of every requirement that is asked for."""
    return {
        f"{section}.{index}": level
        for section, levels in LEVELS.items()
        for index, level in enumerate(levels, 1)
        if level < "3" or section.split(".")[0] in TO_THE_LAST
    }


def references(text: str) -> list[str]:
    """Give everything in code marks that is a path here, with what it points to in the file."""
    marked = re.findall(r"`([^`\n]+)`", text)
    return [
        one
        for one in marked
        if (re.match(FOLDERS, one) or LOOKS_LIKE_A_FILE.fullmatch(one)) and one not in NO_FILES
    ]


def links(page: Path) -> list[Path]:
    """Give the files that a page links to."""
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    return [page.parent / unquote(one) for one in targets if "://" not in one]


@cache
def defined(path: Path) -> frozenset[str]:
    """Give the names that a module defines: functions, classes, methods, constants."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def fault(reference: str) -> str | None:
    """Say what is wrong with a reference, if anything is: no such file, or no such thing in it."""
    name, _, inside = reference.partition("::")
    path = ROOT / name.partition(" ")[0]  # a command may have options
    if path not in committed() and not path.is_dir():
        return "no such file"
    if not inside:
        return None
    there = defined(path) if path.suffix == ".py" else path.read_text("utf-8")
    return None if inside in there else "nothing of that name in it"


def test_the_levels_are_those_of_the_standard() -> None:
    """It has 345 requirements: 70, 183 and 92."""
    assert Counter("".join(LEVELS.values())) == {"1": 70, "2": 183, "3": 92}


def test_every_requirement_is_there_once_in_order_and_with_its_level() -> None:
    assert [(row.number, row.level) for row in rows()] == list(wanted().items())


def test_every_requirement_has_an_answer() -> None:
    for row in rows():
        assert row.asks, row
        assert row.how, row
        assert row.state in STATES, row


def test_what_is_met_is_shown_and_what_is_not_says_what_is_missing() -> None:
    for row in rows():
        if row.state == "met":
            assert references(row.how), row
        assert (MISSING in row.how) == (row.state in {"partly", "not met"}), row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_everything_that_a_page_names_is_there(page: Path) -> None:
    named = references(page.read_text("utf-8"))
    assert named or links(page)
    assert {one: wrong for one in named if (wrong := fault(one))} == {}
    assert [str(path) for path in links(page) if not path.exists()] == []


@pytest.mark.parametrize(
    "reference",
    [
        "tests/nowhere/test_nothing.py",
        "tests/house/test_asvs.py::test_that_nobody_wrote",
        "docs/threats.md::What nobody said",
        "whistle/web.py::NOTHING",
    ],
)
def test_a_name_of_nothing_is_seen(reference: str) -> None:
    assert references(f"met by `{reference}`") == [reference]
    assert fault(reference)
