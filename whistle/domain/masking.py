"""Masking: what a copy that leaves the house does not show. The original is never touched.

A mask is made in the text itself: what it covers is taken out, and a bar of one length stands in
its place before anything becomes a paper. So no paper can hold what is under a bar.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from whistle.domain.filed import Marking
from whistle.domain.name_forms import Span, folded, forms_in, whole

BAR = "\N{FULL BLOCK}" * 8
_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?…]+[\"'”»)\]]*(?=\s)|(?=\n)|$)")
_NOTHING_BETWEEN = re.compile(r"(?![.!?]\s)[\s.,;:/-]*")


class MaskGround(StrEnum):
    """Why something is masked; `SECTIONS` says by which section of the law."""

    PRIVATE = "private"
    SECRECY = "secrecy"
    INTERNAL = "internal"
    PARTY = "party"
    REPORT = "report"
    IDENTITY = "identity"
    OTHERS_DATA = "others-data"


SECTIONS: Mapping[MaskGround, str] = {
    MaskGround.PRIVATE: "offentlighedsloven § 30",
    MaskGround.SECRECY: "offentlighedsloven § 35",
    MaskGround.INTERNAL: "offentlighedsloven § 23",
    MaskGround.PARTY: "forvaltningsloven §§ 15-15 b",
    MaskGround.REPORT: "whistleblowerloven § 25",
    MaskGround.IDENTITY: "whistleblowerloven § 26",
    MaskGround.OTHERS_DATA: "GDPR art. 15(4)",
}


class CopyOf(StrEnum):
    """What a text of a masked copy was. Its name tells nothing that anybody wrote."""

    REPORTER = "reporter"
    CASEWORK = "casework"
    NOTE = "note"
    LETTER = "letter"
    DOCUMENT = "document"
    FILE = "file"


class WhyOut(StrEnum):
    """Why something of a case is not in a copy of it.

    `EXEMPT`: what a whistleblower reported (§ 25); `UNSAFE`: it cannot be masked safely; `OUTSIDE`:
    it was not asked for.
    """

    EXEMPT = "exempt"
    UNSAFE = "unsafe"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, repr=False)
class Term:
    """A name, or other words, to mask wherever they stand; see `forms_in`."""

    words: str
    ground: MaskGround


@dataclass(frozen=True, slots=True, repr=False)
class Ticked:
    """A sentence chosen by hand: of which text, and which of its sentences, counted from 0."""

    source: str
    sentence: int
    ground: MaskGround


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """A piece of a masked text: what is shown, or the ground of a mask and nothing else."""

    text: str = ""
    ground: MaskGround | None = None


@dataclass(frozen=True, slots=True, repr=False)
class MaskedText:
    """A text of a copy. ``day``: when it was written. ``source``: as in `Ticked`.

    ``marking``: what the text was, whatever is masked in it.
    """

    what: CopyOf
    day: date
    source: str
    pieces: tuple[Piece, ...] = ()
    marking: Marking = Marking.NONE


@dataclass(frozen=True, slots=True, repr=False)
class LeftOut:
    """Something that is not in a copy. What is exempt is told without its day."""

    what: CopyOf
    why: WhyOut
    day: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class MaskedCopy:
    """A masked copy as it left the house: to be made again as it was, whatever becomes of the case.

    ``recipient``: for whom, in words of the office's. ``law``: an `AccessLaw`, or none.
    ``request``: the filed request for access, 16 bytes, or none. ``terms`` and ``ticked``: what was
    looked for and chosen.
    """

    kind: ClassVar[str] = "masked"
    recipient: str
    day: date
    law: str = ""
    request: bytes = b""
    texts: tuple[MaskedText, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    terms: tuple[Term, ...] = ()
    ticked: tuple[Ticked, ...] = ()
    due: ClassVar[None] = None

    @property
    def masks(self) -> Mapping[MaskGround, int]:
        """Count the masks by their grounds, in the order in which a paper numbers them."""
        used = Counter(
            piece.ground for text in self.texts for piece in text.pieces if piece.ground is not None
        )
        return {ground: used[ground] for ground in MaskGround if used[ground]}


def sentences(text: str) -> list[Span]:
    """Give where the sentences of a text stand; a line's end ends one."""
    return [found.span() for found in _SENTENCE.finditer(text)]


def find_terms(text: str, terms: Iterable[Term]) -> Mapping[Term, Sequence[Span]]:
    """Give the terms that stand in a text, and where; those that do not are left out."""
    seen = folded(whole(text))
    found = {term: forms_in(seen, term.words) for term in terms}
    return {term: spans for term, spans in found.items() if spans}


def mask(text: str, terms: Iterable[Term], ticked: Mapping[int, MaskGround]) -> tuple[Piece, ...]:
    """Mask a text: the terms wherever they stand, and the sentences by their number."""
    return cover(text, find_terms(text, terms), ticked)


def cover(
    text: str, terms: Mapping[Term, Sequence[Span]], ticked: Mapping[int, MaskGround]
) -> tuple[Piece, ...]:
    """Mask a text where `find_terms` found terms in it, and the sentences by their number."""
    text = whole(text)
    found = [(span, term.ground) for term, spans in terms.items() for span in spans]
    every = sentences(text)
    found += [(every[number], ground) for number, ground in ticked.items() if number < len(every)]
    pieces, position = [], 0
    for (begin, end), ground in _merged(text, found):
        if begin > position:
            pieces.append(Piece(text[position:begin]))
        pieces.append(Piece(ground=ground))
        position = end
    if text[position:]:
        pieces.append(Piece(text[position:]))
    return tuple(pieces)


def printed(pieces: Iterable[Piece], numbers: Sequence[MaskGround]) -> str:
    """Write a masked text as a paper shows it: a bar for each mask, with its ground's number."""
    return "".join(
        piece.text if piece.ground is None else f"{BAR}({numbers.index(piece.ground) + 1})"
        for piece in pieces
    )


def _merged(text: str, found: Iterable[tuple[Span, MaskGround]]) -> list[tuple[Span, MaskGround]]:
    """Make one mask of those that overlap, and of neighbours on one ground: no bar is counted."""
    merged: list[tuple[Span, MaskGround]] = []
    for (begin, end), ground in sorted(found):
        if merged:
            (first, last), before = merged[-1]
            gap = text[last:begin]
            if begin < last or (before is ground and _NOTHING_BETWEEN.fullmatch(gap)):
                merged[-1] = (first, max(last, end)), before
                continue
        merged.append(((begin, end), ground))
    return merged
