"""docs/law.md says where each rule stands, and there it stands."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/law.md").read_text().partition("## Rules, and where they stand")[2]
PLACES = re.findall(r"`((?:\w+/)+\w+)\.py`, `(\w+)`", TABLE)


def test_rules_are_named_by_file_and_function() -> None:
    assert len(PLACES) > 20


@pytest.mark.parametrize(("path", "name"), sorted(set(PLACES)))
def test_a_rule_of_the_law_stands_where_it_is_said_to(path: str, name: str) -> None:
    module = importlib.import_module("whistle." + path.replace("/", "."))
    rule = getattr(module, name)
    assert rule.__doc__
