"""Tables, codes and periods are read as they are meant, or refused with the mend."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.towns import lines, linked_set, stevns
from whistle.disclosure import (
    Line,
    Merging,
    Publication,
    PublicationError,
    Table,
    attack,
    merged,
    read_publication,
    write_publication,
)
from whistle.disclosure.joint import join
from whistle.disclosure.spans import span_of


@given(st.integers(0, 60))
def test_what_is_written_is_read_as_it_was(seed: int) -> None:
    whole = linked_set(seed)
    blank = whole.blanked({(t.id, t.rows[0].id, t.columns[0].id) for t in whole.tables})
    assert read_publication(write_publication(blank)) == blank


def test_stevns_is_read_as_it_was() -> None:
    whole = merged(stevns(), [Merging("centre", ("pb", "tm", "ohi"), "rest", "De øvrige")])
    assert read_publication(write_publication(whole)) == whole


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-H1", date(2020, 1, 1), date(2020, 6, 30)),
        ("2020-H2", date(2020, 7, 1), date(2020, 12, 31)),
        ("2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("2021-01-01/2021-03-15", date(2021, 1, 1), date(2021, 3, 15)),
    ],
)
def test_a_period_is_its_days(code: str, first: date, last: date) -> None:
    span = span_of(code)
    assert span is not None
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize("code", ["total", "2020-13", "2020-H3", "0000", "autumn", "2020-00"])
def test_what_is_no_period_is_none(code: str) -> None:
    assert span_of(code) is None


def test_numbers_of_the_same_leaves_are_one_number() -> None:
    joint = join([stevns()])
    of = {str(place): number for place, number in joint.number_at.items()}
    assert of["3.1: 2020-Q1 × with_casework"] == of["3.2: 2020-Q1 × total"]
    assert of["3.2: total × bl"] == of["3.3: total × bl"]
    assert of["3.3: 4 × bl"] == of["3.4: total × bl"]
    assert of["3.1: total × total"] != of["3.2: total × total"]


def table(*cells: tuple[int, ...]) -> Table:
    return Table("t", lines(["a"]), lines(["x"]), cells, "centre", "category")


def year(*tables: Table, threshold: int = 3) -> Publication:
    return Publication(date(2023, 1, 1), date(2023, 12, 31), tables, threshold)


@pytest.mark.parametrize(
    "cells", [((1, 1),), ((1,), (1,)), ((-1, 1), (1, 1))], ids=["rows", "columns", "below 0"]
)
def test_a_table_that_is_none_is_refused(cells: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(PublicationError, match="table t"):
        table(*cells)


def test_lines_without_a_dimension_are_refused() -> None:
    with pytest.raises(PublicationError, match="dimensions"):
        Table("t", lines(["a"]), lines([]), ((1,), (1,)))


def test_two_tables_of_one_name_and_a_threshold_of_none_are_refused() -> None:
    with pytest.raises(PublicationError, match="one id"):
        year(table((5, 5), (5, 5)), table((5, 5), (5, 5)))
    with pytest.raises(PublicationError, match="threshold"):
        year(table((5, 5), (5, 5)), threshold=0)


def test_a_code_that_is_a_part_of_itself_is_refused() -> None:
    looped = Publication(
        date(2023, 1, 1),
        date(2023, 12, 31),
        (table((5, 5), (5, 5)),),
        codes={"centre": {"a": ("b",), "b": ("a",)}},
    )
    with pytest.raises(PublicationError, match="part of itself"):
        attack([looped])


def test_a_period_that_is_none_is_refused() -> None:
    wrong = Table("t", (Line("autumn"),), lines([]), ((5,),), "period")
    with pytest.raises(PublicationError, match="autumn"):
        attack([year(wrong)])


def test_reports_of_two_municipalities_are_not_mixed() -> None:
    here, there = (
        Publication(date(2023, 1, 1), date(2023, 12, 31), (), profile=name) for name in "ab"
    )
    with pytest.raises(PublicationError, match="municipalities"):
        attack([here, there])


def test_a_merged_line_has_its_parts_and_their_sums() -> None:
    whole = merged(stevns(), [Merging("centre", ("pb", "tm", "ohi"), "rest", "De øvrige")])
    for one in whole.tables[1:]:
        (rest,) = [line for line in one.columns if line.of]
        assert (rest.id, rest.of) == ("rest", ("pb", "tm", "ohi"))
    last = whole.tables[1].cells[-1]
    assert dict(zip([line.id for line in whole.tables[1].columns], last, strict=True)) == {
        "total": 30,
        "rest": 6,
        "am": 5,
        "bl": 13,
        "so": 6,
    }
    with pytest.raises(PublicationError, match="no table"):
        merged(stevns(), [Merging("centre", ("pb", "zz"))])
