"""Finding a name in a text in all its forms: for what must not be told, so rather too much.

Found are other cases and accents, the genitive, compounds and addresses that a name stands in,
ø as oe or o, letters with spaces between, words divided at a line's end, marks that nobody sees,
every dash as a hyphen and every script's digits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from whistle.domain.words import FOLDING

Span: TypeAlias = tuple[int, int]  # where something begins, and where what follows it does

_WITHIN = 4  # letters of a part that is looked for within longer words, too
_PARTICLES = frozenset(
    ["af", "da", "de", "del", "den", "der", "di", "du", "la", "le", "van", "von"]
)
_LETTERS = {
    "å": "(?:å|aa|a)",
    "æ": "(?:æ|ae|a)",
    "ø": "(?:ø|oe|o)",
    "a": "[aåæ]",
    "o": "[oø]",
    "u": "ue?",
}
_WRITTEN_OUT = (("aa", "å"), ("ae", "æ"), ("oe", "ø"), ("ue", "u"))
_NOT_TELLING = re.compile(r"[\W_aeouåæø]+")  # what may differ between two forms of one name
_UMLAUTS = str.maketrans("äöÄÖ", "æøÆØ")
_STROKES = str.maketrans("łđħı", "ldhi")  # which no accent is taken from
_SOFT_HYPHEN, _MINUS = "\N{SOFT HYPHEN}", "\N{MINUS SIGN}"
_DIVIDED = "(?:- *)?"
_SPACED = "[ ._-]"
_DOTTED = r"\. ?"
_BETWEEN = r"[\W_]{0,3}"
_IN_NUMBERS = r"[\W_]{0,6}"
_PARTS = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"(?:(?<!\w)[^\W\d_]\.?[ -]?)+$")
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}"
_LETTER_KINDS = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Cf"])
_GAP = re.compile(r"(?![.!?]\s)(?!.*\n\s*\n)[\w\s.,;:/'’-]{0,30}", re.DOTALL)
_LONGEST_ADDRESS = 320  # characters of an address of mail (RFC 3696)
_AFTER = re.compile(r"[^\s>)]*")
_GENITIVE = re.compile("['’]?s$")
_QUOTES = "\"'“”„«»"
_CLOSING = ".,;:!?)\"'”»"


@dataclass(frozen=True, slots=True, repr=False)
class Folded:
    """A text as names are looked for in it: made once, for however many names.

    ``text``: as it is shown; ``folded``: as it is compared; ``at``: where each character of that
    stands in ``text``; ``bare``: what is the same in every form of a name.
    """

    text: str
    folded: str
    at: list[int]
    bare: str
    known: dict[str, list[Span]] = field(default_factory=dict)

    def spans(self, pattern: str) -> list[Span]:
        """Give where a pattern stands, with the words around it; looked for once."""
        if pattern not in self.known:
            self.known[pattern] = list(self._found(pattern))
        return self.known[pattern]

    def _found(self, pattern: str) -> Iterator[Span]:
        """Go through the text; what one covers is not looked at again."""
        covered = 0
        for found in re.finditer(pattern, self.folded):
            begin, end = self._span(found) if found.end() > found.start() else (0, 0)
            if end > covered:
                span = _widened(self.text, (begin, end))
                covered = span[1]
                yield span

    def _span(self, found: "re.Match[str]") -> Span:
        return self.at[found.start()], self.at[found.end() - 1] + 1


def whole(text: str) -> str:
    """Give a text in the form that spans are counted in (NFC)."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> Folded:
    """Fold a text, which is `whole`, to find names in it."""
    plain, at = _fold(text)
    return Folded(text, plain, at, _NOT_TELLING.sub("", plain))


def forms_in(text: Folded, words: str) -> list[Span]:
    """Give where a name or other words stand in a text; in order, apart.

    Each part of a name counts by itself. What is written in quotes counts only together.
    """
    together = _is_quoted(words)
    parts = _PARTS.findall(_fold(whole(words).translate(_UMLAUTS))[0])
    spans = [
        span
        for sought, pattern in _patterns(parts, together=together)
        if _NOT_TELLING.sub("", sought) in text.bare
        for span in text.spans(pattern)
    ]
    if not together:
        spans = [_with_initials(text.text, one) for one in (*spans, *_initials(text, parts))]
    return _joined(text.text, spans, set(parts))


def _initials(text: Folded, parts: list[str]) -> Iterator[Span]:
    """Give where the initials of a name stand without dots: in capitals, together or apart."""
    first = "".join(part[0] for part in parts if _counts_alone(part))
    if not first[1:] or not first.isalpha():
        return
    together = "[ -]?".join(map(re.escape, first))
    for begin, end in text.spans(rf"(?<!\w){together}(?:['’]?s)?(?!\w)"):
        letters = _PARTS.findall(_GENITIVE.sub("", text.text[begin:end]))
        if all(one.isupper() for one in letters) and len("".join(letters)) == len(first):
            yield begin, end


def _is_quoted(words: str) -> bool:
    words = words.strip()
    return len(words) > 1 and words[0] in _QUOTES and words[-1] in _QUOTES


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold each character, and say where it stands; what has no shape of its own leaves nothing."""
    plain, at = [], []
    for place, character in enumerate(text):
        if character == _SOFT_HYPHEN and text[place + 1 : place + 2].isspace():
            character = "-"  # noqa: PLW2901 - it is seen where a line ends
        for one in _plain(character):
            plain.append(one)
            at.append(place)
    return "".join(plain), at


@cache
def _plain(character: str) -> str:
    """Fold a character as for a search; and all dashes to one, all digits to our own."""
    return "".join(map(_plainer, unicodedata.normalize("NFKC", character)))


def _plainer(one: str) -> str:
    if one == _MINUS or unicodedata.category(one) == "Pd":
        return "-"
    digit = unicodedata.digit(one, None)
    return FOLDING[ord(one)].translate(_STROKES) if digit is None else str(digit)


def _patterns(parts: list[str], *, together: bool) -> Iterator[tuple[str, str]]:
    """Give what is looked for, and the pattern that finds it in its forms."""
    digits = "".join(parts)
    if digits.isdigit() and len(digits) >= _WITHIN:
        yield digits, _IN_NUMBERS.join(digits)
        return
    alone = list(filter(_counts_alone, parts))
    if parts and (together or len(parts) == 1 or not alone):
        yield digits, _apart(_BETWEEN.join(map(_letters, parts)), parts)
    if together:
        return
    for part in alone:
        yield part, _apart(_letters(part), [part])
        yield part, f"(?<!\\w){_SPACED.join(_units(part))}(?!\\w)"
    if len(alone) > 1:
        first = [part[0] for part in alone]
        yield "".join(first), f"(?<!\\w){_DOTTED.join(map(re.escape, first))}\\."


def _counts_alone(part: str) -> bool:
    """Whether a part of a name is looked for by itself: no initial, no "von", no house number."""
    return len(part) > 1 and part not in _PARTICLES and not (part.isdigit() and len(part) < _WITHIN)


def _apart(pattern: str, parts: list[str]) -> str:
    """Have what is short stand by itself, or in the genitive."""
    if len(max(parts, key=len)) >= _WITHIN:
        return pattern
    return rf"(?<!\w){pattern}(?:['’]?s)?(?!\w)"


def _letters(part: str) -> str:
    return _DIVIDED.join(_units(part))


def _units(part: str) -> list[str]:
    """Give a pattern for each letter; aa, ae and oe are å, æ and ø."""
    for written, letter in _WRITTEN_OUT:
        part = part.replace(written, letter)
    return [_LETTERS.get(one, re.escape(one)) for one in part]


def _widened(text: str, span: Span) -> Span:
    """Take the whole word in, and the whole address where it stands in one."""
    begin, end = span
    while _belongs(text, begin - 1):
        begin -= 1
    while _belongs(text, end):
        end += 1
    low = max(0, begin - _LONGEST_ADDRESS)
    first = max(low - 1, *(text.rfind(one, low, begin) for one in " \n\t<(")) + 1
    after = _AFTER.match(text, end, end + _LONGEST_ADDRESS)
    last = after.end() if after else end
    if "@" in text[first:last]:
        return first, max(end, first + len(text[first:last].rstrip(_CLOSING)))
    if text[end : end + 2].casefold() in {"'s", "’s"}:
        end += 2
    return begin, end


def _belongs(text: str, place: int) -> bool:
    """Whether a character is of the word beside it; so is a hyphen between two letters."""
    if not 0 <= place < len(text):
        return False
    if text[place] in _HYPHENS:
        return _is_letter(text, place - 1) and _is_letter(text, place + 1)
    return _is_letter(text, place)


def _is_letter(text: str, place: int) -> bool:
    """Whether it is a letter, a digit, or a mark that nobody sees."""
    if not 0 <= place < len(text):
        return False
    return text[place] == "_" or unicodedata.category(text[place]) in _LETTER_KINDS


def _with_initials(text: str, span: Span) -> Span:
    found = _INITIALS.search(text, max(0, span[0] - 12), span[0])
    if found and all(one.isupper() for one in _PARTS.findall(found[0])):
        return found.start(), span[1]
    return span


def _joined(text: str, spans: Iterable[Span], parts: set[str]) -> list[Span]:
    """Make one of what stands together, initials and small words of the name between, too."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and (begin <= joined[-1][1] or _is_between(text[joined[-1][1] : begin], parts)):
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _is_between(gap: str, parts: set[str]) -> bool:
    words = _PARTS.findall(_fold(gap)[0])
    known = all(len(one) == 1 or one in _PARTICLES | parts for one in words)
    return known and _GAP.fullmatch(gap) is not None
