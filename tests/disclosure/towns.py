"""Made-up towns, Stevns' tables, and tables crossed from people one by one."""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from whistle.disclosure import Line, Merging, Place, Publication, Table, merged

DATA = Path(__file__).parents[1] / "data"
PERIODS = {
    "2020-K1": "2020-Q1",
    "2020-K2": "2020-Q2",
    "2020-K3": "2020-Q3",
    "2020-K4": "2020-Q4",
    "2021-jan_medio_mar": "2021-01-01/2021-03-15",
    "I alt": "total",
}
COLUMNS = {
    "antal": "total",
    "i_alt": "total",
    "uden_sagsbehandling": "without_casework",
    "til_sagsbehandling": "with_casework",
}
WITH = {"casework": "with_casework"}
DIMENSIONS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "3.1": ("period", "casework", {}),
    "3.2": ("period", "centre", WITH),
    "3.3": ("category", "centre", WITH),
    "3.4": ("category", "centre", {**WITH, "category": "4"}),
}
FOUR_COLUMNS = Merging("centre", ("pb", "tm", "ohi"), "rest", "De øvrige")
"""Arbejdsmarked, Børn & Læring, Sund & Omsorg, and the rest."""
FEWER_ROWS = (
    Merging("category", ("4.2", "4.3", "4.6")),
    Merging("category", ("3", "6", "7")),
)

Person = Mapping[str, str]
"""The code of one person in each dimension."""


def line(name: str) -> Line:
    return Line(name, name, "total" if name == "total" else "inner")


def lines(names: Sequence[str]) -> tuple[Line, ...]:
    return (*(line(name) for name in names), line("total"))


def stevns(threshold: int = 3) -> Publication:
    """Give Stevns' tables to 15 March 2021, with every number."""
    return Publication(
        date(2020, 1, 1),
        date(2021, 3, 15),
        tuple(_golden(name, *told) for name, told in DIMENSIONS.items()),
        threshold,
        codes={"category": {"4": tuple(f"4.{number}" for number in range(1, 7))}},
        profile="stevns",
        partial=True,
    )


def stevns_cross() -> Publication:
    """Give them with four columns and fewer rows, so that no total is small."""
    return merged(stevns(), [FOUR_COLUMNS, *FEWER_ROWS])


def _golden(name: str, rows: str, columns: str, population: Mapping[str, str]) -> Table:
    path = DATA / f"stevns_{name.replace('.', '_')}.csv"
    with path.open(encoding="utf-8") as file:
        head, *body = csv.reader(file)
    return Table(
        name,
        tuple(line(PERIODS.get(row[0]) or row[0].split()[0]) for row in body),
        tuple(line(COLUMNS.get(column) or column.lower()) for column in head[1:]),
        tuple(tuple(int(value) for value in row[1:]) for row in body),
        rows,
        columns,
        population,
    )


def crossed(
    name: str,
    people: Sequence[Person],
    rows: tuple[str, Sequence[str]],
    columns: tuple[str, Sequence[str]],
) -> Table:
    """Count people by two dimensions."""

    def count(row: str | None, column: str | None) -> int:
        return sum(
            (row is None or one[rows[0]] == row) and (column is None or one[columns[0]] == column)
            for one in people
        )

    cells = tuple(tuple(count(r, c) for c in [*columns[1], None]) for r in [*rows[1], None])
    return Table(name, lines(rows[1]), lines(columns[1]), cells, rows[0], columns[0])


def people_of(
    chance: random.Random, count: int, codes: Mapping[str, Sequence[str]], skew: float = 1.0
) -> list[Person]:
    """Make people up; the first codes of each dimension have the most of them."""
    weights = {
        dimension: [1 / (place + 1) ** skew for place in range(len(names))]
        for dimension, names in codes.items()
    }
    return [
        {d: chance.choices(names, weights[d])[0] for d, names in codes.items()}
        for _ in range(count)
    ]


def year_of(
    people: Sequence[Person],
    pairs: Sequence[tuple[str, str]],
    codes: Mapping[str, Sequence[str]],
    threshold: int,
) -> Publication:
    """Cross people by pairs of dimensions, as one year's publication."""
    tables = tuple(
        crossed(f"{rows}×{columns}", people, (rows, codes[rows]), (columns, codes[columns]))
        for rows, columns in pairs
    )
    return Publication(date(2023, 1, 1), date(2023, 12, 31), tables, threshold)


def linked_set(seed: int, most: int = 6) -> Publication:
    """Make a town's linked tables up: two or three, of small years, of up to ``most`` lines."""
    chance = random.Random(seed)
    codes = {
        "centre": [f"c{n}" for n in range(chance.randint(3, most))],
        "category": [f"k{n}" for n in range(chance.randint(3, most - 1))],
        "period": ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"][: most - 2],
    }
    people = people_of(chance, chance.randint(15, 20 * most), codes, chance.choice((0.5, 1.0)))
    every = [("category", "centre"), ("period", "centre"), ("period", "category")]
    pairs = every[: chance.choice((2, 2, 3))]
    return year_of(people, pairs, codes, chance.choice((3, 3, 5)))


def large_town(count: int, threshold: int, seed: int = 1) -> Publication:
    """Two linked tables of 40 divisions by 7 categories, and by 12 months."""
    codes = {
        "centre": [f"d{n:02}" for n in range(40)],
        "category": [f"k{n}" for n in range(7)],
        "period": [f"2023-{n:02}" for n in range(1, 13)],
    }
    people = people_of(random.Random(seed), count, codes)
    return year_of(people, [("centre", "category"), ("centre", "period")], codes, threshold)


def truth_of(publication: Publication, index: int = 0) -> dict[Place, int]:
    """Give every number by place."""
    return {replace(place, publication=index): value or 0 for place, value in publication.places()}


def small_places(publication: Publication) -> Iterator[tuple[str, str, str]]:
    """Yield the places of numbers below the threshold."""
    for place, value in publication.places():
        if 0 < (value or 0) < publication.threshold:
            yield place.table, place.row, place.column
