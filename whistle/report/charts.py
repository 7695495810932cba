"""Charts of a report's tables as SVG: bars with their numbers, readable in black and white.

Of several years the newest is filled, the earlier ones are outlined, and each says its name. Drawn
by hand from attributes alone: no script and no style, so that a page's policy allows them and a PDF
can hold them. What they show stands in the table beside them, and in their description.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import TypeAlias

from whistle.report.model import Cell, LineKind, Table
from whistle.report.words import words

_WIDTH, _TOP = 420, 4  # of the drawing: narrow, so that it reads on a telephone
_SIZE, _LINE, _LETTER = 14, 18, 8  # of letters; from line to line; as wide as a letter may be
_BAR, _APART, _BETWEEN = 14, 20, 10  # a bar; from bar to bar; between groups
_ROOM = 44  # at the right of the longest bar, for its number
_WIDEST_HEADING = 208  # beside a bar
_HIDDEN_BAR = 24.0
_INK, _FRAME, _FILL, _PAPER = "#1a1a1a", "#595959", "#14505c", "#ffffff"
_CHARTED = {"3.1", "3.2", "3.3", "3.4", "divisions", "themes", "ways", "outcomes", "years"}
_LEAST = 2  # bars that make a chart


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``says``: what it shows, for who cannot see it; the numbers stand in the table."""

    svg: str
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar. ``name``: among others of its group; ``value``: none where it is hidden."""

    name: str
    value: Cell


_Group: TypeAlias = tuple[str, Sequence[Bar]]


def chart_of(table: Table, language: str) -> Chart | None:
    """Draw the rows of a table by their sums; none where that would show nothing."""
    if table.id not in _CHARTED:
        return None
    bars = [
        (row.label, [Bar("", cells[0])])
        for row, cells in zip(table.rows, table.cells, strict=True)
        if row.kind is LineKind.INNER
    ]
    return grouped(table.title, bars, language) if len(bars) >= _LEAST else None


def grouped(title: str, groups: Sequence[_Group], language: str) -> Chart | None:
    """Draw bars in groups, each with a heading; the newest, which is filled, comes last everywhere.

    A group may lack some of the bars that others have. None where there is no number at all, or
    they are all 0.
    """
    there = [(label, bars) for label, bars in groups if bars]
    most = max((bar.value or 0 for _, bars in there for bar in bars), default=0)
    if not most:
        return None
    said = words(language)
    told = "; ".join(f"{label}: {_told(bars, said['hidden'])}" for label, bars in there)
    says = f"{said['chart'].format(title=title)} {told}."
    return Chart(_drawn(there, says, most), says)


def _told(bars: Sequence[Bar], hidden: str) -> str:
    numbers = (hidden if bar.value is None else str(bar.value) for bar in bars)
    return ", ".join(
        f"{bar.name} {number}".strip() for bar, number in zip(bars, numbers, strict=True)
    )


def _drawn(groups: Sequence[_Group], says: str, most: int) -> str:
    named = any(bar.name for _, bars in groups for bar in bars)
    lay_out = _below if named else _beside
    parts, height = lay_out(groups, most)
    size = f'viewBox="0 0 {_WIDTH} {height}" font-size="{_SIZE}" fill="{_INK}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(says)}">'
    return "".join([head, *parts, "</svg>"])


def _beside(groups: Sequence[_Group], most: int) -> tuple[list[str], int]:
    """Lay single bars out, each beside its heading; give what is drawn, and how high it is."""
    longest = max(len(label) for label, _ in groups)
    left = min(_LETTER * (longest + 1), _WIDEST_HEADING)
    parts, top = [], _TOP
    for label, [bar] in groups:
        lines = wrap(label, left // _LETTER) or [""]
        parts.append(_text(0, top + _BAR - 2, *lines))
        parts.append(_bar((left, top), bar.value, most, is_newest=True))
        top += _LINE * (len(lines) - 1) + _APART + 4
    return parts, top


def _below(groups: Sequence[_Group], most: int) -> tuple[list[str], int]:
    """Lay groups out, their bars below each heading."""
    left = _LETTER * (max(len(bar.name) for _, bars in groups for bar in bars) + 1)
    older = {bar.name for _, bars in groups for bar in bars[:-1]}
    parts, top = [], _TOP
    for label, bars in groups:
        lines = wrap(label, _WIDTH // _LETTER) or [""]
        parts.append(_text(0, top + _SIZE, *lines))
        top += _LINE * len(lines) + 4
        for bar in bars:
            parts.append(_text(0, top + _BAR - 2, bar.name))
            parts.append(_bar((left, top), bar.value, most, is_newest=bar.name not in older))
            top += _APART
        top += _BETWEEN
    return parts, top


def _bar(place: tuple[int, int], value: Cell, most: int, *, is_newest: bool) -> str:
    """Draw a bar with its number; where that is hidden, a dashed one of no length that tells."""
    left, top = place
    if value is None:
        width, number = _HIDDEN_BAR, "·"
        look = f'fill="none" stroke="{_FRAME}" stroke-dasharray="3 3"'
    else:
        width, number = round((_WIDTH - left - _ROOM) * value / most, 1), str(value)
        look = f'fill="{_FILL if is_newest else _PAPER}" stroke="{_FILL}"'
    bar = f'<rect x="{left}.5" y="{top}.5" width="{width}" height="{_BAR - 1}" {look}/>'
    return bar + _text(left + width + 8, top + _BAR - 2, number)


def _text(left: float, base: int, first: str, *more: str) -> str:
    below = "".join(f'<tspan x="{left}" dy="{_LINE}">{escape(line)}</tspan>' for line in more)
    return f'<text x="{left}" y="{base}">{escape(first)}{below}</text>'
