"""What is published one after the other: the quarter, the half-year, then the year."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.disclosure.towns import Person, crossed, people_of
from whistle.disclosure import (
    CannotProtect,
    Deadline,
    Line,
    Publication,
    Table,
    attack,
    check,
    one_way,
    protect,
)

QUARTERS = ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]
CODES = {"centre": ["a", "b", "c", "d"], "category": ["u", "v", "w", "x"], "period": QUARTERS}
SPANS = {
    "Q1": (date(2023, 1, 1), date(2023, 3, 31), QUARTERS[:1]),
    "Q2": (date(2023, 4, 1), date(2023, 6, 30), QUARTERS[1:2]),
    "H1": (date(2023, 1, 1), date(2023, 6, 30), QUARTERS[:2]),
    "Q3": (date(2023, 7, 1), date(2023, 9, 30), QUARTERS[2:3]),
    "Q4": (date(2023, 10, 1), date(2023, 12, 31), QUARTERS[3:]),
    "year": (date(2023, 1, 1), date(2023, 12, 31), QUARTERS),
}
PEOPLE = people_of(random.Random(4), 130, CODES, 0.6)
MORE = people_of(random.Random(4), 200, CODES, 0.6)


def of(name: str, people: Sequence[Person] = PEOPLE) -> Publication:
    """Cross what happened in a span, category by centre."""
    first, last, quarters = SPANS[name]
    within = [one for one in people if one["period"] in quarters]
    table = crossed("3.3", within, ("category", CODES["category"]), ("centre", CODES["centre"]))
    return Publication(first, last, (table,))


def alone(name: str) -> Publication:
    return protect(of(name, MORE), crossed=True, seconds=0, order=()).publication


def test_two_way_tables_that_are_safe_each_alone_give_each_other_away() -> None:
    published = [alone(name) for name in SPANS]
    for one in published:
        assert attack([one]).safe
    found = attack(published)
    exact = [one for one in found.findings if one.exact]
    assert len(exact) > 15
    assert len(found.findings) > 20


def test_the_year_can_be_made_safe_beside_its_quarters() -> None:
    published: list[Publication] = []
    for name in ("Q1", "Q2", "H1", "Q3", "Q4"):
        made = protect(of(name), published, crossed=False, seconds=0)
        published.append(made.publication)
        assert attack(published).safe, name
    year = protect(of("year"), published, crossed=True, seconds=0)
    assert attack([*published, year.publication]).safe


def test_one_way_tables_by_quarter_cost_the_year_few_blanks_more() -> None:
    by_quarter = [
        protect(one_way(of(name)), crossed=False, seconds=0).publication
        for name in ("Q1", "Q2", "Q3", "Q4")
    ]
    assert attack(by_quarter).safe
    year = of("year")
    before = protect(year, crossed=True, seconds=0).hidden
    after = protect(year, by_quarter, crossed=True, seconds=0)
    both = sum(value is None for _, value in after.publication.places())
    assert attack([*by_quarter, after.publication]).safe
    assert both <= before + 8


def test_what_was_broken_before_does_not_stop_what_comes_now() -> None:
    whole = of("H1")
    small = {(p.table, p.row, p.column) for p, v in whole.places() if 0 < (v or 0) < 3}
    broken = whole.blanked(small)
    assert not attack([broken]).safe
    made = protect(of("Q3"), [broken], crossed=False, seconds=0)
    new = [one for one in made.attack.findings if any(p.publication for p in one.places)]
    assert not new


def test_a_report_of_two_people_is_not_published() -> None:
    with pytest.raises(CannotProtect, match="cannot be made safe"):
        protect(of("year", PEOPLE[:2]), crossed=False)


@pytest.mark.parametrize("way", ["crossed", "one way"])
def test_a_year_with_nobody_in_it_is_published_as_it_is(way: str) -> None:
    made = protect(of("year", []), crossed=way == "crossed")
    assert {value for _, value in made.publication.places()} == {0}
    assert check([made.publication], made.certificate).valid


def test_a_year_with_one_person_in_each_of_many_lines_is_merged_until_it_is_safe() -> None:
    people = [{"centre": c, "category": "u", "period": "2023-Q1"} for c in CODES["centre"]]
    made = protect(of("year", people), crossed=True)
    assert made.mergings
    assert attack([made.publication]).safe


def by_centre(year: int, cells: Mapping[str, int | None], threshold: int = 3) -> Publication:
    """Say how many each centre had in a year; ``a+b`` are merged."""
    rows = tuple(
        Line(one, one, "total" if one == "total" else "inner", tuple(one.split("+")) * ("+" in one))
        for one in cells
    )
    columns, values = (Line("total", "", "total"),), tuple((value,) for value in cells.values())
    table = Table("3.3", rows, columns, values, "centre")
    return Publication(date(year, 1, 1), date(year, 12, 31), (table,), threshold)


OLD = by_centre(2022, {"a": None, "b": None, "c": None, "d": 5, "total": 9})
MERGED = by_centre(2023, {"a+b": 6, "c": 4, "d": 5, "total": 15})


def test_what_a_later_year_merges_is_not_asked_of_an_earlier_one() -> None:
    assert attack([OLD, MERGED]).safe
    assert not attack([MERGED, OLD]).safe  # the earlier one's words are asked of the later one


def test_what_is_merged_later_in_days_that_meet_is_asked_of_both() -> None:
    same = by_centre(2022, {"a+b": None, "c": None, "d": 5, "total": 9})
    whole = replace(by_centre(2023, {"total": 30}), first=date(2021, 1, 1))
    assert not attack([OLD, same]).safe
    assert not attack([OLD, whole, MERGED]).safe


def test_three_years_are_published_one_after_the_other() -> None:
    published: list[Publication] = []
    for year in (2021, 2022, 2023):
        people = people_of(random.Random(year), 45, CODES, 0.6)
        table = crossed("3.3", people, ("category", CODES["category"]), ("centre", CODES["centre"]))
        whole = Publication(date(year, 1, 1), date(year, 12, 31), (table,))
        made = protect(whole, published, crossed=True, seconds=0)
        published.append(made.publication)
        assert attack(published).safe, year
        assert check(published, made.certificate).valid
        assert made.hidden <= made.publication.hidden


def test_a_number_keeps_the_threshold_that_it_was_published_under() -> None:
    told = {"a": 4, "b": 3, "c": 6, "total": 13}
    assert attack([by_centre(2022, told), by_centre(2022, told, 5)]).safe
    assert not attack([by_centre(2022, told, 5)]).safe


def test_words_are_corrected_and_the_numbers_stay_as_they_were() -> None:
    first = protect(of("Q1"), crossed=True, seconds=0)
    assert first.hidden
    again = protect(of("Q1"), [first.publication], crossed=True, seconds=0)
    assert again.publication == first.publication


def test_what_takes_too_long_is_not_published() -> None:
    with pytest.raises(CannotProtect, match="in the time there is"):
        protect(of("Q1"), crossed=True, deadline=Deadline.after(0))
