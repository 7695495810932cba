"""What is published one after the other: the quarter, the half-year, then the year."""

import random
from collections.abc import Sequence
from datetime import date

import pytest

from tests.disclosure.towns import Person, crossed, people_of
from whistle.disclosure import CannotProtect, Publication, attack, check, one_way, protect

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
