"""The words of tables, in the language of a report."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def words(language: str) -> Mapping[str, str]:
    """Give the words of a language by what they name."""
    text = resources.files("whistle.report").joinpath("words.toml").read_text("utf-8")
    of_language: Mapping[str, str] = tomllib.loads(text)[language]
    return of_language
