"""Charts of a report's tables as SVG: bars with their numbers, readable in black and white.

Of several years the newest is filled, the earlier ones are outlined, and each says its name.

Drawn by hand from attributes alone: no script and no style, so that a page's policy allows them and
a PDF can hold them. What they show stands in the table beside them, and in their description.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from whistle.report.model import Cell, LineKind, Table
from whistle.report.words import words

_WIDTH, _ROW, _BAR, _TOP = 640, 44, 18, 4
_ROOM = 44  # at the right of the longest bar, for its number
_SIZE = 14
_INK, _FRAME, _FILL = "#1a1a1a", "#595959", "#14505c"
_CHARTED = {"3.1", "3.2", "3.3", "3.4", "divisions", "themes", "ways", "outcomes", "years"}
_LEAST = 2  # bars that make a chart
_THIN, _APART = 14, 22  # of a group: a bar, and from bar to bar
_LETTER = 8  # as wide as one may be


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``says``: what it shows, for who cannot see it; the numbers stand in the table."""

    svg: str
    says: str


def chart_of(table: Table, language: str) -> Chart | None:
    """Draw the rows of a table by their sums; none where that would show nothing."""
    if table.id not in _CHARTED:
        return None
    bars = [
        (row.label, cells[0])
        for row, cells in zip(table.rows, table.cells, strict=True)
        if row.kind is LineKind.INNER
    ]
    if len(bars) < _LEAST or not any(_numbers(bars)):
        return None
    said = words(language)
    told = "; ".join(
        f"{label}: {said['hidden'] if value is None else value}" for label, value in bars
    )
    says = f"{said['chart'].format(title=table.title)} {told}."
    return Chart(_drawn(bars, says), says)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a group: what it is called, and its number, or none where that is hidden."""

    name: str
    value: Cell


def grouped(title: str, groups: Sequence[tuple[str, Sequence[Bar]]], language: str) -> Chart | None:
    """Draw bars in groups, each with a heading: the last of a group is the newest.

    None where there is no number at all.
    """
    there = [(label, bars) for label, bars in groups if bars]
    numbers = [bar.value for _, bars in there for bar in bars if bar.value is not None]
    if not any(numbers):
        return None
    said = words(language)
    told = "; ".join(
        f"{label}: "
        + ", ".join(
            f"{bar.name} {said['hidden'] if bar.value is None else bar.value}" for bar in bars
        )
        for label, bars in there
    )
    says = f"{said['chart'].format(title=title)} {told}."
    return Chart(_in_groups(there, says, max(numbers)), says)


def _in_groups(groups: Sequence[tuple[str, Sequence[Bar]]], says: str, most: int) -> str:
    parts, top = [], _TOP
    left = max(_LETTER * len(bar.name) + _LETTER for _, bars in groups for bar in bars)
    for label, bars in groups:
        parts.append(f'<text x="0" y="{top + _SIZE}" font-weight="600">{escape(label)}</text>')
        top += _SIZE + 8
        for bar in bars:
            parts.append(f'<text x="0" y="{top + _THIN - 3}">{escape(bar.name)}</text>')
            parts.append(_thin_bar((left, top), bar.value, most, is_newest=bar is bars[-1]))
            top += _APART
        top += _SIZE
    return "".join([_head(top, says), *parts, "</svg>"])


def _thin_bar(place: tuple[int, int], value: Cell, most: int, *, is_newest: bool) -> str:
    left, top = place
    if value is None:
        width, number, look = 24.0, "·", f'fill="none" stroke="{_FRAME}" stroke-dasharray="3 3"'
    else:
        width, number = round((_WIDTH - left - _ROOM) * value / most, 1), str(value)
        look = f'fill="{_FILL if is_newest else "#ffffff"}" stroke="{_FILL}"'
    bar = f'<rect x="{left}.5" y="{top}.5" width="{width}" height="{_THIN - 1}" {look}/>'
    return f'{bar}<text x="{left + width + 8}" y="{top + _THIN - 3}">{number}</text>'


def _head(height: int, says: str) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}" font-size="{_SIZE}" fill="{_INK}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(says)}">'


def _numbers(bars: Sequence[tuple[str, Cell]]) -> list[int]:
    return [value for _label, value in bars if value is not None]


def _drawn(bars: Sequence[tuple[str, Cell]], says: str) -> str:
    most = max(_numbers(bars))
    height = _TOP + _ROW * len(bars)
    parts = [_head(height, says)]
    for place, (label, value) in enumerate(bars):
        top = _TOP + place * _ROW
        parts.append(f'<text x="0" y="{top + _SIZE}">{escape(label)}</text>')
        parts.append(_bar(top + _SIZE + 5, value, most))
    return "".join([*parts, "</svg>"])


def _bar(top: int, value: Cell, most: int) -> str:
    middle = top + _BAR - 4
    if value is None:
        return (
            f'<rect x="0.5" y="{top + 0.5}" width="24" height="{_BAR - 1}" fill="none" '
            f'stroke="{_FRAME}" stroke-dasharray="3 3"/><text x="32" y="{middle}">·</text>'
        )
    width = round((_WIDTH - _ROOM) * value / most, 1)
    bar = f'<rect x="0" y="{top}" width="{width}" height="{_BAR}" fill="{_FILL}"/>' if value else ""
    line = f'<line x1="0.5" y1="{top}" x2="0.5" y2="{top + _BAR}" stroke="{_INK}"/>'
    return f'{bar}{line}<text x="{width + 8}" y="{middle}">{value}</text>'
