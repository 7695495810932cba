"""A report as a document: title, sections, paragraphs and tables, for PDF, Word and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whistle.domain.counting import Period
from whistle.report.charts import chart_of
from whistle.report.model import Cell, LineKind, Report, Table, Version
from whistle.report.periods import days_label
from whistle.report.words import words

HIDDEN = "·"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that is told under a heading of its own; ``text``: paragraphs."""

    title: str
    text: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A section. ``text``: paragraphs; ``told``, ``tables`` and ``notes`` come after it."""

    title: str
    text: Sequence[str] = ()
    told: Sequence[Told] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report as it is read. ``facts``: label and text, under the title."""

    title: str
    language: str
    footer: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]

    @classmethod
    def of(
        cls, report: Report, before: Sequence[Part] = (), after: Sequence[Part] = ()
    ) -> "Document":
        """Make a document of a report; its numbers stand between two lots of sections."""
        said = words(report.language)
        days = days_label(Period(report.first, report.last), report.language)
        title = said["report"].format(municipality=report.municipality, period=days)
        tables, under = report.tables, report.notes
        numbers = Part(said["in_numbers"], report.sentences, tables=tables, notes=under)
        facts = [(said["period"], days), (said["version"], said[report.version.value])]
        if report.version is Version.PUBLIC:
            facts.append((said["dot"], said["dot/means"]))
        return cls(title, report.language, title, facts, [*before, numbers, *after])

    def as_data(self) -> Mapping[str, Any]:
        """Give what the layouts show: plain lists and texts, cells as they are read."""
        return {
            "language": self.language,
            "title": self.title,
            "footer": self.footer,
            "facts": [{"label": label, "lines": [text]} for label, text in self.facts],
            "parts": [_part(one, self.language) for one in self.parts],
        }


def _part(part: Part, language: str) -> Mapping[str, Any]:
    return {
        "title": part.title,
        "text": list(part.text),
        "told": [{"title": one.title, "text": list(one.text)} for one in part.told],
        "tables": [_table(one, language) for one in part.tables],
        "notes": list(part.notes),
    }


def _table(table: Table, language: str) -> Mapping[str, Any]:
    chart = chart_of(table, language)
    number = table.id.partition("/")[0] if table.id[:1].isdigit() else ""
    return {
        "title": f"{number} {table.title}".strip(),
        "columns": [one.label for one in table.columns],
        "rows": [
            {
                "label": row.label,
                "total": row.kind is LineKind.TOTAL,
                "cells": [_shown(cell) for cell in cells],
            }
            for row, cells in zip(table.rows, table.cells, strict=True)
        ],
        "notes": list(table.notes),
        "chart": chart.svg if chart else "",
        "chart_says": chart.says if chart else "",
    }


def _shown(cell: Cell) -> str:
    return HIDDEN if cell is None else str(cell)
