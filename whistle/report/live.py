"""Sentences with live numbers: ``{{3.4/4.1/total}}``, ``{{share A of B}}``, ``{{one-in A of B}}``.

Stevns' report of March 2021, section 4.1: "Knap hver 3. sagsbehandling hos borgerrådgiveren
vedrører sagsbehandlingstiden", of 9 in 30.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from whistle.report.model import Report

_LIVE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CELL = re.compile(r"\s*([^/\s]+)/(.+)/([^/\s]+)\s*")
_NEAR = 0.125  # how far a share may lie from one in so many, of itself, to be told as "nearly"
_MOST = 20
_ABOUT = {
    "da": ("knap hver {}", "hver {}", "godt hver {}"),
    "en": ("nearly every {}", "every {}", "somewhat more than every {}"),
}
_SECOND = {"da": "anden", "en": "second"}


class LiveError(Exception):
    """A sentence names a number that there is not. ``place``: as it was written."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(slots=True)
class Told:
    """A sentence with its numbers. ``used``: the cells they come from (table, row, column).

    ``hidden``: the places that name a hidden cell; the sentence must not be published with them.
    ``wrong``: the places that name a number that there is not.
    """

    text: str = ""
    used: list[tuple[str, str, str]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def fill(sentence: str, report: Report) -> Told:
    """Put a report's numbers into a sentence, or raise `LiveError`."""
    told = Told()

    def replaced(match: re.Match[str]) -> str:
        return _replaced(match[1], report, told)

    told.text = _LIVE.sub(replaced, sentence)
    return told


def fill_what_is_there(sentence: str, report: Report) -> Told:
    """Put a report's numbers into a sentence; what there is not stays as it was written."""
    told = Told()

    def replaced(match: re.Match[str]) -> str:
        try:
            return _replaced(match[1], report, told)
        except LiveError:
            told.wrong.append(match[0])
            return match[0]

    told.text = _LIVE.sub(replaced, sentence)
    return told


def percent(part: int, whole: int, language: str) -> str:
    """Say a share in percent, with one decimal: ``30,0 %``. Of none there is none: ``–``."""
    if not whole:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)  # half a tenth up
    mark = "," if language == "da" else "."
    return f"{tenths // 10}{mark}{tenths % 10} %"


def one_in(part: int, whole: int, language: str) -> str:
    """Say a share as one in so many: ``knap hver 3.``; in percent where it is near none."""
    if not part or not whole:
        return percent(part, whole, language)
    every = min(range(2, _MOST + 1), key=lambda number: abs(part * number - whole))
    lower, exact, higher = _ABOUT[language]
    off = part * every - whole
    if abs(off) > _NEAR * whole:
        return percent(part, whole, language)
    words = exact if not off else higher if off > 0 else lower
    return words.format(_ordinal(every, language))


def _ordinal(number: int, language: str) -> str:
    if number == 2:  # noqa: PLR2004
        return _SECOND[language]
    if language == "da":
        return f"{number}."
    ending = {1: "st", 2: "nd", 3: "rd"}.get(
        number % 10 if number not in range(11, 14) else 0, "th"
    )
    return f"{number}{ending}"


_SAID: Mapping[str, Callable[[int, int, str], str]] = {"share": percent, "one-in": one_in}


def _replaced(place: str, report: Report, told: Told) -> str:
    name, _, rest = place.strip().partition(" ")
    if name not in _SAID:
        number = _number(place, report, told)
        return "–" if number is None else str(number)
    part, of, whole = rest.partition(" of ")
    if not of:
        raise LiveError(place)
    numbers = _number(part, report, told), _number(whole, report, told)
    if numbers[0] is None or numbers[1] is None:
        return "–"
    return _SAID[name](numbers[0], numbers[1], report.language)


def _number(place: str, report: Report, told: Told) -> int | None:
    named = _CELL.fullmatch(place)
    if named is None:
        raise LiveError(place)
    table, row, column = named.groups()
    try:
        value = report.table(table).cell(row, column)
    except KeyError as error:
        raise LiveError(place) from error
    told.used.append((table, row, column))
    if value is None:
        told.hidden.append(place.strip())
    return value
