"""Reads and writes what is published: ``whistle-report/1``, as docs/disclosure.md has it.

A report that does not say what its tables' lines are codes of is read as the contract names them:
3.1 period by casework, 3.2 period by centre, 3.3 category by centre, 3.4 sub-category by centre.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from whistle.disclosure.model import (
    INNER,
    TOTAL,
    Fact,
    Line,
    Publication,
    PublicationError,
    Table,
    Value,
)

FORMAT = "whistle-report/1"
MOST_BYTES = 20_000_000
_WITH = {"casework": "with_casework"}
_SUBCATEGORIES = "subcategories"
BY_CONTRACT: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "3.1": ("period", "casework", {}),
    "3.2": ("period", "centre", _WITH),
    "3.3": ("category", "centre", _WITH),
    "3.4": ("category", "centre", {**_WITH, "category": _SUBCATEGORIES}),
}
"""Dimensions of rows and columns, and the population, of the tables that every report has."""


def read_publication(text: str | bytes, *, threshold: int | None = None) -> Publication:
    """Read a report's JSON; ``threshold`` counts where the report does not say its own.

    Raises `PublicationError` with the place and the mend.
    """
    if len(text) > MOST_BYTES:
        raise PublicationError("too long to be a report")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PublicationError("no JSON") from error
    report = _Reader(read, "the report")
    if report.text("format", "") != FORMAT:
        raise PublicationError(f'no report: "format" should be "{FORMAT}"')
    told = _Reader(report.get("disclosure", {}), "disclosure")
    tables = tuple(_table(each) for each in report.readers("tables"))
    return Publication(
        first=report.day("from"),
        last=report.day("to"),
        tables=tables,
        threshold=told.number("threshold", threshold or 3),
        codes=_codes(told, tables),
        population=told.texts("population"),
        facts=tuple(_fact(each) for each in told.readers("facts")),
        profile=report.text("profile", ""),
        version=report.text("version", "public"),
        unit=report.text("unit", "enquiries"),
        partial=report.get("partial", default=False) is True,
    )


def write_publication(publication: Publication) -> str:
    """Write a report's JSON: what the contract has, and what the attacker needs to know."""
    return json.dumps(publication_as_dict(publication), ensure_ascii=False, indent=1) + "\n"


def publication_as_dict(publication: Publication) -> dict[str, object]:
    """Give what `write_publication` writes."""
    return {
        "format": FORMAT,
        "profile": publication.profile,
        "from": publication.first.isoformat(),
        "to": publication.last.isoformat(),
        "partial": publication.partial,
        "version": publication.version,
        "unit": publication.unit,
        "disclosure": {
            "threshold": publication.threshold,
            "population": dict(publication.population),
            "codes": {
                dimension: {code: list(children) for code, children in codes.items()}
                for dimension, codes in publication.codes.items()
            },
            "facts": [_fact_as_dict(fact) for fact in publication.facts],
        },
        "tables": [_table_as_dict(table) for table in publication.tables],
    }


def _fact_as_dict(fact: Fact) -> dict[str, object]:
    most = {} if fact.most is None else {"most": fact.most}
    return {"text": fact.text, "cell": dict(fact.cell), "least": fact.least, **most}


def _table_as_dict(table: Table) -> dict[str, object]:
    told = {"rows": table.row_dimension, "columns": table.column_dimension}
    return {
        "id": table.id,
        "title": table.title,
        "dimensions": {side: dimension for side, dimension in told.items() if dimension},
        "population": dict(table.population),
        **({"threshold": table.threshold} if table.threshold else {}),
        "columns": [_line_as_dict(line) for line in table.columns],
        "rows": [_line_as_dict(line) for line in table.rows],
        "cells": [[_cell_as_dict(value) for value in row] for row in table.cells],
    }


def _line_as_dict(line: Line) -> dict[str, object]:
    of = {"of": list(line.of)} if line.of else {}
    return {"id": line.id, "label": line.label, "kind": line.kind, **of}


def _cell_as_dict(value: Value) -> dict[str, object]:
    return {"hidden": True} if value is None else {"value": value}


class _Reader:
    """Reads values of a kind from an object of the JSON, or says where and what is wrong."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise PublicationError(f"{place}: should be an object")
        self._values = cast("dict[str, object]", values)
        self.place = place

    def get(self, name: str, default: object = None) -> object:
        return self._values.get(name, default)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise PublicationError(f"{self.place}, {name}: should be a text")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self._values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise PublicationError(f"{self.place}, {name}: should be a whole number, 0 or more")
        return value

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError as error:
            raise PublicationError(f"{self.place}, {name}: should be a day, 2021-05-01") from error

    def items(self, name: str) -> Sequence[object]:
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise PublicationError(f"{self.place}, {name}: should be a list")
        return cast("list[object]", value)

    def readers(self, name: str) -> "list[_Reader]":
        place = f"{self.place}, {name}"
        return [_Reader(each, f"{place} {n}") for n, each in enumerate(self.items(name), 1)]

    def texts(self, name: str) -> dict[str, str]:
        inner = _Reader(self._values.get(name, {}), f"{self.place}, {name}")
        return {each: inner.text(each) for each in inner}

    def names(self, name: str) -> tuple[str, ...]:
        values = self.items(name)
        if not all(isinstance(each, str) for each in values):
            raise PublicationError(f"{self.place}, {name}: should be a list of texts")
        return tuple(cast("str", each) for each in values)

    def inside(self, name: str) -> "dict[str, _Reader]":
        inner = _Reader(self._values.get(name, {}), f"{self.place}, {name}")
        return {each: _Reader(inner.get(each), f"{name} {each}") for each in inner}

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


def _table(told: _Reader) -> Table:
    name = told.text("id")
    rows, columns, population = BY_CONTRACT.get(name, (None, None, {}))
    if told.get("dimensions") is not None:
        dimensions = told.texts("dimensions")
        rows, columns = dimensions.get("rows"), dimensions.get("columns")
        population = {}
    if told.get("population") is not None:
        population = told.texts("population")
    return Table(
        id=name,
        title=told.text("title", ""),
        rows=tuple(_line(each) for each in told.readers("rows")),
        columns=tuple(_line(each) for each in told.readers("columns")),
        cells=tuple(_row(told, row) for row in told.items("cells")),
        row_dimension=rows,
        column_dimension=columns,
        population=population,
        threshold=None if told.get("threshold") is None else told.number("threshold"),
    )


def _row(table: _Reader, row: object) -> tuple[Value, ...]:
    if not isinstance(row, list):
        raise PublicationError(f"{table.place}, cells: should be a list of rows, each a list")
    return tuple(
        _value(_Reader(each, f"{table.place}, cells")) for each in cast("list[object]", row)
    )


def _value(cell: _Reader) -> Value:
    if cell.get("hidden") is None:
        return cell.number("value")
    if cell.get("hidden") is not True or cell.get("value") is not None:
        raise PublicationError(f'{cell.place}: a blank is {{"hidden": true}} and nothing else')
    return None


def _line(told: _Reader) -> Line:
    kind = told.text("kind", INNER)
    if kind == TOTAL:
        return Line(told.text("id"), told.text("label", ""), TOTAL)
    if kind != INNER:
        raise PublicationError(f'{told.place}, kind: should be "{INNER}" or "{TOTAL}"')
    return Line(told.text("id"), told.text("label", ""), INNER, told.names("of"))


def _fact(told: _Reader) -> Fact:
    most = None if told.get("most") is None else told.number("most")
    return Fact(told.texts("cell"), told.number("least"), most, told.text("text", ""))


def _codes(told: _Reader, tables: Sequence[Table]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give what has children: as told, or as 3.4's rows of the contract go into 3.3's.

    ``4.1`` is a part of ``4`` where nothing else is said.
    """
    if told.get("codes") is not None:
        return {
            dimension: {code: codes.names(code) for code in codes}
            for dimension, codes in told.inside("codes").items()
        }
    rows = [
        code
        for table in tables
        if table.population.get("category") == _SUBCATEGORIES
        for line in table.rows
        if line.kind == INNER
        for code in line.of or (line.id,)
    ]
    found: dict[str, list[str]] = {_SUBCATEGORIES: rows} if rows else {}
    for code in rows:
        found.setdefault(code.rpartition(".")[0], []).append(code)
    return {"category": {code: tuple(children) for code, children in found.items() if code}}
