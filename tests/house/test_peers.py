"""Every failure of a peer is held by a test that is there, or says why it cannot happen."""

import ast
import re

from tests.house.test_asvs import fault, references
from tests.house.test_files import ROOT

PAGE = ROOT / "docs" / "peers.md"
FAILURES = 43  # that the peers taught; none may drop out of the table


def rows() -> list[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines if line[:1] == "|"]
    return [[one.strip() for one in row] for row in cells if row[0].strip() not in {"whose", "---"}]


def test_every_failure_is_there_with_what_holds_it_or_why_it_cannot_be() -> None:
    assert len(rows()) >= FAILURES
    before = ""
    for whose, what, here in rows():
        assert whose, what
        holds = references(here) or references(before) * ("the same test" in here)
        assert holds or re.search(r"there is no|nothing is", here), what
        before = here


def test_every_test_that_the_table_names_is_there() -> None:
    named = references(PAGE.read_text("utf-8"))
    assert len(named) > FAILURES
    assert {one: wrong for one in named if (wrong := fault(one))} == {}


def test_every_test_that_is_named_for_a_peer_is_in_the_table() -> None:
    path = "tests/abuse/test_peers.py"
    named = references(PAGE.read_text("utf-8"))
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert f"{path}::{node.name}" in named
