"""docs/sealing.md names every field of the records that leave out what says nothing."""

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.approval import About, Put
from whistle.domain.book import Response
from whistle.domain.erasing import Erased
from whistle.domain.registration import Due, Enquiry, Issue, Link, Override
from whistle.keys.book import PAGES
from whistle.keys.filed import KINDS
from whistle.keys.records import Registration

SEALING = Path(__file__).parents[2] / "docs" / "sealing.md"
NAMED: dict[str, type[Any]] = {
    "registration": Registration,
    "enquiry": Enquiry,
    "issue": Issue,
    "override": Override,
    "due": Due,
    "link": Link,
    "anonymised record": Anonymised,
    "put": Put,
    "about": About,
    "erased": Erased,
    "reply": Reply,
    "response": Response,
    **PAGES,
    **KINDS,
}


def table() -> dict[str, list[tuple[str, str]]]:
    """Give fields and defaults as the table says, by the name of a record."""
    text = SEALING.read_text("utf-8")
    part = text[text.index("**Records that leave out") :]
    rows = re.findall(r"^\| (.*?) ?\| (.*) \| ?(.*?) ?\|$", part, re.MULTILINE)
    told: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for first, what, default in rows:
        name = first.removeprefix("its content: ").strip() or name
        told.setdefault(name, []).append((what, default))
    return told


@pytest.mark.parametrize("name", NAMED)
def test_every_field_is_named_with_whether_it_may_be_left_out(name: str) -> None:
    rows = table()[name]
    always = {one.name for one in fields(NAMED[name]) if one.default is MISSING}
    optional = {one.name for one in fields(NAMED[name])} - always
    told_always = _named(what for what, default in rows if not default)
    told_optional = _named(what for what, default in rows if default)
    assert told_always == always
    assert told_optional == optional


def _named(cells: Any) -> set[str]:
    """Give the fields of some cells; what stands in brackets says what they may be."""
    return {
        name for cell in cells for name in re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", cell))
    }
