"""docs/acts.md: every route and command with its acts, or with the reason why it has none."""

import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.house.test_files import ROOT, modules
from tests.support.office import Office
from whistle.cli import build_parser
from whistle.domain.logged import Actor, Logged
from whistle.storage.answerable import FREE

DOCUMENT = ROOT / "docs" / "acts.md"
WRITERS = re.compile(r"`((?:GET|POST) /\S*|whistle [a-z -]+)`")
NOT_WRITERS = {"logged.py", "log_words.py"}  # the list itself, and what it is called on the page
WHO = {
    "member": Actor.MEMBER,
    "command": Actor.COMMAND,
    "invited person": Actor.INVITED,
    "housekeeping": Actor.HOUSEKEEPING,
}


def rows(title: str) -> Iterator[list[str]]:
    """Give the cells of the rows of the table under a title."""
    section = DOCUMENT.read_text("utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def acts() -> Mapping[str, list[str]]:
    """Give the row of each act."""
    return {row[0].strip("` "): row for row in rows("The acts")}


def told(title: str, cell: int) -> set[str]:
    """Give the routes and commands that a table names."""
    return {one for row in rows(title) for one in WRITERS.findall(row[cell])}


def routes(office: Office) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in office.casework.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def commands(parser: ArgumentParser, name: str = "whistle") -> Iterator[str]:
    further = [one for one in parser._actions if isinstance(one, _SubParsersAction)]
    if not further:
        yield name
    for one in further:
        for word, command in one.choices.items():
            yield from commands(command, f"{name} {word}")


def test_every_act_there_is_is_documented_and_no_other() -> None:
    assert set(acts()) == set(Logged)


def test_each_act_says_who_does_it() -> None:
    for act, row in acts().items():
        assert set(row[2].split(", ")) <= set(WHO), act
        assert WRITERS.search(row[5]), act


def test_every_route_and_command_has_its_acts_or_the_reason_why_it_has_none(
    office: Office,
) -> None:
    there_are = routes(office) | set(commands(build_parser()))
    writing, silent = told("The acts", 5), told("Without an entry", 1)
    assert there_are - writing - silent == set()
    assert (writing | silent) - there_are == set()
    assert writing & silent == set()


def test_nothing_that_is_sent_is_without_an_entry() -> None:
    assert not [one for one in told("Without an entry", 1) if one.startswith("POST ")]


def test_every_act_is_written_somewhere() -> None:
    used = {name for path in modules() for name in named(path)}
    assert {act.name for act in Logged} - used == set()


def named(path: Path) -> list[str]:
    if path.name in NOT_WRITERS:
        return []
    return re.findall(r"Logged\.([A-Z_]+)", path.read_text("utf-8"))


def test_what_may_be_changed_without_an_entry_stands_there_with_its_reason() -> None:
    free = {
        (table.strip("` "), statement)
        for table, statements, why in rows("What is changed without one")
        for statement in statements.split(", ")
        if why
    }
    assert free == FREE
