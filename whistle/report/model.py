"""A report's tables as they are published: JSON of the form ``whistle-report/1``.

``docs/report.md`` describes the form. A table has a cell for each row and column, none missing; a
cell that is hidden carries nothing else, whatever the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

FORMAT = "whistle-report/1"
TOTAL = "total"
Json: TypeAlias = dict[str, Any]


class LineKind(StrEnum):
    """What a row or column is: one of those that add up, their sum, or a figure beside them."""

    INNER = "inner"
    TOTAL = "total"
    FIGURE = "figure"  # a median, a share: part of no sum


class Version(StrEnum):
    """For whom a report is: the council's closed agenda, or everybody."""

    CLOSED = "closed"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column. ``of``: the lines that were merged into it."""

    id: str
    label: str
    kind: LineKind = LineKind.INNER
    of: tuple[str, ...] = ()


Cell: TypeAlias = int | None
"""A number, or none where it is hidden."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``cells``: by row, then by column. ``notes``: what stands under it.

    ``counts``: what its numbers are, ``enquiries``, ``issues`` or another word of the report's.
    """

    id: str
    title: str
    columns: Sequence[Line]
    rows: Sequence[Line]
    cells: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    counts: str = "enquiries"

    def cell(self, row: str, column: str) -> Cell:
        """Give a cell by the identifiers of its lines, or raise `KeyError`."""
        return self.cells[_place(self.rows, row)][_place(self.columns, column)]


@dataclass(frozen=True, slots=True)
class Report:
    """A report. ``first`` and ``last``: its days, both counted. ``partial``: a year cut short.

    ``notes``: gaps and changes of method that explain its numbers. ``left_out``: how many
    enquiries of the period are in no table, as nobody has registered them yet.
    """

    profile: str
    municipality: str
    first: date
    last: date
    partial: bool
    version: Version
    unit: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    left_out: int = 0
    language: str = "da"
    sentences: Sequence[str] = field(default=())

    def table(self, table_id: str) -> Table:
        """Give a table by its identifier, or raise `KeyError`."""
        for one in self.tables:
            if one.id == table_id:
                return one
        raise KeyError(table_id)


def as_json(report: Report) -> Json:
    """Give the published form."""
    told: Json = {
        "format": FORMAT,
        "profile": report.profile,
        "municipality": report.municipality,
        "language": report.language,
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "partial": report.partial,
        "version": report.version.value,
        "unit": report.unit,
        "tables": [_table(one) for one in report.tables],
    }
    for name in ("sentences", "notes"):
        if given := getattr(report, name):
            told[name] = list(given)
    if report.left_out:
        told["left_out"] = report.left_out
    return told


def from_json(told: Json) -> Report:
    """Read what `as_json` gave; `KeyError`, `TypeError` or `ValueError` for anything else."""
    if told["format"] != FORMAT:
        raise ValueError("not a report")
    return Report(
        told["profile"],
        told["municipality"],
        date.fromisoformat(told["from"]),
        date.fromisoformat(told["to"]),
        bool(told["partial"]),
        Version(told["version"]),
        told["unit"],
        [_table_of(one) for one in told["tables"]],
        told.get("notes", ()),
        told.get("left_out", 0),
        told["language"],
        told.get("sentences", ()),
    )


def _table_of(told: Json) -> Table:
    return Table(
        told["id"],
        told["title"],
        [_line_of(one) for one in told["columns"]],
        [_line_of(one) for one in told["rows"]],
        [[_cell_of(one) for one in row] for row in told["cells"]],
        told.get("notes", ()),
        told["counts"],
    )


def _cell_of(told: Json) -> Cell:
    return None if told.get("hidden") else int(told["value"])


def _line_of(told: Json) -> Line:
    return Line(told["id"], told["label"], LineKind(told["kind"]), tuple(told.get("of", ())))


def _table(table: Table) -> Json:
    told: Json = {
        "id": table.id,
        "title": table.title,
        "counts": table.counts,
        "columns": [_line(one) for one in table.columns],
        "rows": [_line(one) for one in table.rows],
        "cells": [[_cell(one) for one in row] for row in table.cells],
    }
    if table.notes:
        told["notes"] = list(table.notes)
    return told


def _line(line: Line) -> Json:
    told: Json = {"id": line.id, "label": line.label, "kind": line.kind.value}
    if line.of:
        told["of"] = list(line.of)
    return told


def _cell(cell: Cell) -> Mapping[str, object]:
    return {"hidden": True} if cell is None else {"value": cell}


def _place(lines: Sequence[Line], line_id: str) -> int:
    for place, one in enumerate(lines):
        if one.id == line_id:
            return place
    raise KeyError(line_id)
