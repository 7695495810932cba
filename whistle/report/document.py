"""A report as a document: title, sections, paragraphs and tables, for PDF, Word and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whistle.domain.counting import Period
from whistle.report.model import Cell, LineKind, Report, Table
from whistle.report.periods import days_label
from whistle.report.words import words

HIDDEN = "·"


@dataclass(frozen=True, slots=True)
class Part:
    """A section. ``text``: paragraphs; ``tables`` and ``notes`` come after it."""

    title: str
    text: Sequence[str] = ()
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
    def of(cls, report: Report, parts: Sequence[Part] = ()) -> "Document":
        """Make a document of a report; ``parts`` come before the period in numbers."""
        said = words(report.language)
        days = days_label(Period(report.first, report.last), report.language)
        title = said["report"].format(municipality=report.municipality, period=days)
        numbers = Part(said["in_numbers"], report.sentences, report.tables, report.notes)
        facts = [(said["period"], days), (said["version"], said[report.version.value])]
        return cls(title, report.language, title, facts, [*parts, numbers])

    def as_data(self) -> Mapping[str, Any]:
        """Give what the layouts show: plain lists and texts, cells as they are read."""
        return {
            "language": self.language,
            "title": self.title,
            "footer": self.footer,
            "facts": [{"label": label, "lines": [text]} for label, text in self.facts],
            "parts": [_part(one) for one in self.parts],
        }


def _part(part: Part) -> Mapping[str, Any]:
    return {
        "title": part.title,
        "text": list(part.text),
        "tables": [_table(one) for one in part.tables],
        "notes": list(part.notes),
    }


def _table(table: Table) -> Mapping[str, Any]:
    number = table.id if table.id[:1].isdigit() else ""
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
    }


def _shown(cell: Cell) -> str:
    return HIDDEN if cell is None else str(cell)
