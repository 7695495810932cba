"""Papers as tagged PDF (PDF/UA-1, ISO 14289-1), made in memory by Typst with its own fonts.

Typst opens no file for it. What a paper says is handed over as JSON, so that none of it is markup.
It is loaded by the first paper: nobody else waits for it.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from whistle.letters.papers import CaseFile, Entry, Fact, Letter, Section, line, paragraphs

STANDARD = "ua-1"
# What the fonts are known to show: Latin, Greek and Cyrillic letters; and how lines are made up.
_SHOWN = {*range(0x20, 0x180), *range(0x391, 0x3CA), *range(0x410, 0x450)} - {0x3A2}
_SHOWN |= {0x0A, 0x200B, *range(0x2010, 0x2015), *range(0x2018, 0x201F), 0x2026, 0x20AC}
_SHOWN -= set(range(0x7F, 0xA0))

# Typst keeps what it worked out for ten papers more: texts, and 60 MB for each whole case.
_UNTIL_FORGOTTEN = 11

_Json: TypeAlias = Mapping[str, Any]


class PaperError(Exception):
    """A paper could not be made. It does not say of which text: that may be anybody's."""


def letter_pdf(letter: Letter) -> bytes:
    """Give a letter as PDF, or raise `PaperError`."""
    return _pdf("letter.typ", letter_data(letter))


def case_file(file: CaseFile) -> bytes:
    """Give a whole case as PDF, or raise `PaperError`."""
    return _pdf(
        "case_file.typ",
        {
            "language": file.language,
            "title": line(file.title),
            "facts": _facts(file.facts),
            "sections": [_section(one) for one in file.sections],
            "footer": line(file.footer),
        },
    )


def letter_data(letter: Letter) -> _Json:
    """Give what the layout of a letter shows."""
    return {
        "language": letter.language,
        "title": line(letter.subject),
        "sender": [line(one) for one in letter.sender],
        "recipient": [line(one) for one in letter.recipient],
        "facts": _facts(letter.facts),
        "body": paragraphs(letter.body),
        "footer": [line(one) for one in letter.footer],
    }


def compiled(layout: str, data: _Json, **how: Any) -> bytes:
    """Have Typst show ``data``; for pictures, ``how`` says which. Raises `PaperError`."""
    import typst  # noqa: PLC0415  (30 MB that most processes never need)

    here = resources.files("whistle.letters")
    source = "".join(here.joinpath(name).read_text("utf-8") for name in ("layout.typ", layout))
    shown = json.dumps(data, ensure_ascii=False)
    for everything in (False, True, True):
        try:
            made = typst.compile(
                source.encode(), font_paths=_fonts(), sys_inputs={"paper": shown}, **how
            )
        except typst.TypstError as error:
            shown = _named(shown, "" if everything else error.diagnostic)
        else:
            return made[0] if isinstance(made, list) else bytes(made or b"")
        finally:
            _forget()
    raise PaperError("a paper could not be made")


@cache
def _fonts() -> Any:
    """Give the fonts that Typst brings, and none of the machine's."""
    import typst  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=False)


def _forget() -> None:
    """Have Typst forget what it was shown: it would stay in this process's memory."""
    import typst  # noqa: PLC0415

    for _ in range(_UNTIL_FORGOTTEN):
        typst.compile(b"", format="svg", font_paths=_fonts())


def _pdf(layout: str, data: _Json) -> bytes:
    return compiled(layout, data, format="pdf", pdf_standards=[STANDARD])


def _named(shown: str, complaint: str) -> str:
    """Write ``[U+1F642]`` where a character stands that no font has: PDF/UA demands a shape.

    Typst's complaint names them; where it does not, all go that are not known to be shown.
    """
    unusual = {one for one in shown if ord(one) not in _SHOWN}
    told = {one for one in unusual if one in complaint or f"\\u{{{ord(one):x}}}" in complaint}
    return shown.translate({ord(one): f"[U+{ord(one):04X}]" for one in told or unusual})


def _facts(facts: Iterable[Fact]) -> list[_Json]:
    return [
        {
            "label": line(one.label),
            "lines": [text for part in paragraphs(one.text) for text in part],
        }
        for one in facts
    ]


def _section(section: Section) -> _Json:
    return {
        "title": line(section.title),
        "facts": _facts(section.facts),
        "entries": [_entry(one) for one in section.entries],
    }


def _entry(entry: Entry) -> _Json:
    return {
        "heading": line(entry.heading),
        "facts": _facts(entry.facts),
        "text": paragraphs(entry.text),
    }
