"""What is wrong with a file, by row and column, in words that a clerk can act on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from whistle.casework.exchange import words
from whistle.domain.disguise import show_controls

LONGEST_SHOWN = 300  # as long as the columns' names together


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that has to be mended before the file is taken.

    ``row``: the file's own row number, the header being 1; none where it is about the whole file.
    ``details``: what the words are filled in with.
    """

    code: str
    row: int | None = None
    column: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """Say what is wrong and how it is mended, ``da`` or ``en``."""
        said = words.of_faults()[self.code][language]
        return said.format_map({name: shown(value) for name, value in self.details.items()})


def fault(code: str, row: int | None = None, column: str | None = None, **details: str) -> Fault:
    """Put a fault together."""
    return Fault(code, row, column, details)


def shown(value: str) -> str:
    """Show a cell's text: not too long, and nothing in it that turns letters round."""
    one_line = " ".join(value.split())
    short = one_line if len(one_line) <= LONGEST_SHOWN else one_line[: LONGEST_SHOWN - 1] + "…"
    return show_controls(short)
