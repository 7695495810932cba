"""What a paper says, in plain text: nothing in it is markup, wherever it comes from.

Whoever makes one has the words in the paper's language, its dates and labels included.
"""

import re
from dataclasses import dataclass

from whistle.domain.disguise import show_controls

_LONG_RUN = re.compile(r"\S{40}(?=\S)")  # longer than a line of text: it may break after these
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """Something told in a few words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter. ``body``: paragraphs with an empty line between them; lines in them are kept.

    ``language``: ``da`` or ``en``. ``sender``, ``recipient`` and ``footer``: one line each.
    ``facts``: the date, the reference and the like; no other date is written into a file.
    """

    language: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    facts: tuple[Fact, ...]
    subject: str
    body: str
    footer: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One thing in a section: a message, a note, a letter. Any of it may be empty."""

    heading: str
    text: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A section of a case file: what is registered, the dialogue, the notes and so on."""

    title: str
    entries: tuple[Entry, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class CaseFile:
    """A whole case on paper. ``language``: ``da`` or ``en``. ``facts``: what it is, at a glance.

    ``footer``: one line, at the foot of every page; it may be empty.
    """

    language: str
    title: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    footer: str = ""


def paragraphs(text: str) -> list[list[str]]:
    """Split a text into paragraphs of lines, as a paper can show them."""
    lines = [line.rstrip() for line in printable(text).split("\n")]
    found: list[list[str]] = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [one for one in found if one]


def line(text: str) -> str:
    """Give a text as one line."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """Give a text without what a paper cannot hold: see `whistle.domain.disguise`.

    What is longer than a line and has no space may break all the same, or its end would be lost.
    """
    whole = text.encode("utf-8", "replace").decode()  # half of a pair is no character
    whole = whole.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    whole = re.sub("[\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]", "\n", whole)
    shown = re.sub("[\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", show_controls(whole))
    return _LONG_RUN.sub(lambda run: run[0] + _MAY_BREAK, shown)
