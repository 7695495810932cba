"""Words that are looked for, and the texts they stand in: folding, matching, the line to show.

Case does not count, nor do accents (é is e). The Danish letters do: å, æ and ø are letters of their
own, not a and o with something above.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 200
MOST_WORDS = 10
AROUND = 70  # characters shown on either side of a word
_QUOTES = dict.fromkeys(map(ord, "“”„«»"), '"')
_PARTS = re.compile(r'"([^"]*)"?|([^\s"]+)')
_SEPARATE = frozenset("åæø")


class Folding(dict[int, str]):
    """How each character is folded; found out once for each."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    lowered = character.casefold()
    if lowered in _SEPARATE:
        return lowered
    category = unicodedata.category(character)
    if category in {"Mn", "Cf"}:  # an accent by itself, a soft hyphen, a zero-width space
        return ""
    if category in {"Cc", "Cs", "Zs", "Zl", "Zp"}:
        return " "
    plain = (one for one in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(one))
    return "".join(plain)


FOLDING = Folding()


def fold(text: str) -> str:
    """Give a text as it is compared: small letters, no accents but the Danish, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(FOLDING).split())


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for, folded: single words and phrases, all of which have to occur."""

    needles: tuple[str, ...]

    def found_in(self, folded: str) -> set[str]:
        """Give those that stand in a folded text, within longer words, too."""
        return {needle for needle in self.needles if needle in folded}


def read_words(written: str) -> Words:
    """Read what somebody looks for: words, and "phrases in quotes"; too many are left out."""
    text = written[:MOST_CHARACTERS].translate(_QUOTES)
    parts = (fold(phrase or word) for phrase, word in _PARTS.findall(text))
    return Words(tuple(dict.fromkeys(part for part in parts if part))[:MOST_WORDS])


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a shown line; ``marked``: it is what was looked for."""

    text: str
    marked: bool


def line_around(text: str, words: Words) -> Sequence[Piece]:
    """Give the line of a text in which the first of the words stands, marked; none if none does."""
    folded, at = _with_places(text)
    spans = sorted(
        (found.start(), found.end())
        for needle in words.needles
        for found in re.finditer(re.escape(needle), folded)
    )
    if not spans:
        return ()
    first, last = max(0, spans[0][0] - AROUND), spans[0][1] + AROUND
    if first:  # from the beginning of a word
        first = folded.find(" ", first, spans[0][0]) + 1 or first
    if last < len(folded):
        space = folded.rfind(" ", spans[0][1], last)
        last = space if space > 0 else last
    shown = unicodedata.normalize("NFC", text)
    pieces, position = [Piece("… ", marked=False)] if first else [], first
    for begin, end in spans:
        if begin < position or end > last:
            continue
        pieces.append(Piece(_flat(shown[at[position] : at[begin]]), marked=False))
        pieces.append(Piece(_flat(shown[at[begin] : at[end]]), marked=True))
        position = end
    pieces.append(Piece(_flat(shown[at[position] : at[min(last, len(folded))]]), marked=False))
    if last < len(folded):
        pieces.append(Piece(" …", marked=False))
    return [piece for piece in pieces if piece.text]


def _with_places(text: str) -> tuple[str, list[int]]:
    """Fold a text; say of each folded character where it stands, and where the text ends."""
    normal = unicodedata.normalize("NFC", text)
    folded: list[str] = []
    at: list[int] = []
    for place, character in enumerate(normal):
        for one in FOLDING[ord(character)]:
            if one == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(one)
            at.append(place)
    at.append(len(normal))
    return "".join(folded), at


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
