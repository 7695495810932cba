"""What imports and exports say, Danish and English, wherever nobody's request tells the language.

The words stand in ``words.toml``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TypeAlias

Words: TypeAlias = Mapping[str, Mapping[str, str]]


def of_faults() -> Words:
    """Give what is said of each fault, by its code and language; braces are filled in."""
    return _read()["faults"]


def of_cases() -> Words:
    """Give what things are called in the papers of a case, by name and language."""
    return _read()["case"]


@cache
def _read() -> Mapping[str, Words]:
    text = resources.files("whistle.casework.exchange").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)
