"""Placeholders in a profile's texts: what a base says of any municipality, said of one.

``{municipality}``, ``{council}`` (``{Council}`` at the beginning of a sentence), ``{phone}``,
``{email}``, ``{address}`` and ``{town_hall}`` are filled in when the profile is read. Letters and
standard texts may also hold ``{centre}`` and ``{day}``, which are filled in when they are used.
"""

import re
from collections.abc import Mapping
from typing import cast

from whistle.domain.table import ProfileError, Table

WHEN_USED = ("centre", "day")

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_USED_LATER = re.compile(r", office, (letter|texts)")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def fill(values: Mapping[str, object], place: str) -> dict[str, object]:
    """Give a profile with its placeholders filled in. Raises `ProfileError`."""
    return cast("dict[str, object]", _filled(values, _names(Table(values, place)), place))


def _names(root: Table) -> dict[str, str]:
    contact = root.table("contact")
    council = root.optional_text("council") or "kommunalbestyrelsen"
    return {
        "phone": contact.text("phone"),
        "email": contact.text("email"),
        "address": contact.text("address"),
        "town_hall": contact.optional_text("town_hall"),
        "municipality": root.text("municipality"),
        "council": council,
        "Council": council[0].upper() + council[1:],
    }


def _filled(value: object, names: Mapping[str, str], place: str) -> object:
    if isinstance(value, dict):
        return {
            name: _filled(one, names, f"{place}, {name}")
            for name, one in cast("dict[str, object]", value).items()
        }
    if isinstance(value, list):
        return [
            _filled(one, names, f"{place} {number}")
            for number, one in enumerate(cast("list[object]", value), 1)
        ]
    return _said(value, names, place) if isinstance(value, str) else value


def _said(text: str, names: Mapping[str, str], place: str) -> str:
    def word(found: re.Match[str]) -> str:
        name = found[1]
        if name in WHEN_USED and _USED_LATER.search(place):
            return found[0]
        if name not in names:
            known = ", ".join(f"{{{one}}}" for one in names)
            raise ProfileError(
                f"{place}: {{{name}}} is no placeholder; take it out, or use one of {known}"
            )
        if not names[name]:
            raise ProfileError(f"{place}: {{{name}}} stands here; add {name} to [contact]")
        # A telephone number in a sentence is not broken at the end of a line.
        in_a_sentence = name == "phone" and found[0] != text
        return names[name].replace(" ", _NO_BREAK) if in_a_sentence else names[name]

    return _PLACEHOLDER.sub(word, text)
