"""The attacker finds what can be found: it is held against every joint table there is."""

import random
from dataclasses import replace
from datetime import date

import pytest

from tests.disclosure.brute import possible_values
from tests.disclosure.towns import crossed, line, people_of, truth_of
from whistle.disclosure import (
    ContradictionError,
    Fact,
    Line,
    Merging,
    Place,
    Publication,
    Table,
    attack,
    merged,
)

SETS = 170
CODES = {"2023-H1": {"2023-Q1", "2023-Q2"}}


def small_set(seed: int) -> tuple[list[Publication], dict[str, list[str]], int]:
    """Make a few small linked tables with blanks up: one publication, or a later one too."""
    chance = random.Random(seed)
    dimensions = {
        "centre": ["a", "b", "c"][: chance.choice((2, 2, 2, 3))],
        "category": ["x", "y"],
        "period": ["2023-Q1", "2023-Q2"],
    }
    count = chance.randint(3, 6 if len(dimensions["centre"]) == 2 else 4)
    people = people_of(chance, count, dimensions, 0.5)
    every = [("centre", "category"), ("centre", "period"), ("category", "period")]
    pairs = chance.sample(every, chance.choice((1, 2, 2, 3)))
    tables = [
        crossed(f"{one}{other}", people, (one, dimensions[one]), (other, dimensions[other]))
        for one, other in pairs
    ]
    threshold = chance.choice((3, 3, 4))
    # A blanked number is blank wherever it stands: it is hidden by what it counts.
    whole = Publication(date(2023, 1, 1), date(2023, 6, 30), tuple(tables), threshold)
    first = blanks_of(whole, chance)
    if len(dimensions["centre"]) == 3 and chance.random() < 0.4:
        later = (
            merged(whole, [Merging("centre", ("b", "c"))])
            if any("centre" in pair for pair in pairs)
            else whole
        )
        return [first, blanks_of(later, chance)], dimensions, count
    return [first], dimensions, count


def blanks_of(publication: Publication, chance: random.Random) -> Publication:
    """Blank some numbers that are not 0, but not the grand totals."""
    share = chance.choice((0.5, 0.8, 1.0))
    return publication.blanked(
        {
            (place.table, place.row, place.column)
            for place, value in publication.places()
            if value and (place.row, place.column) != ("total", "total") and chance.random() < share
        }
    )


@pytest.mark.parametrize("part", range(5))
def test_every_verdict_is_that_of_brute_force(part: int) -> None:
    open_ones = broken = 0
    for seed in range(part, SETS, 5):
        publications, dimensions, count = small_set(seed)
        truth = possible_values(publications, dimensions, CODES, count)
        found = attack(publications)
        k = publications[0].threshold
        told = {place: one.possible for one in found.findings for place in one.places}
        for place, values in truth.items():
            small = {value for value in values if 0 < value < k}
            open_ones += len(values) > 1
            if small and len(small) < k - 1:
                broken += 1
                assert set(told.pop(place)) == small, (seed, place)
                finding = next(one for one in found.findings if place in one.places)
                assert (finding.least, finding.most) == (min(values), max(values))
            else:
                assert place not in told, (seed, place, values)
        assert not told, (seed, told)
    assert open_ones > 50
    assert broken > 50


def two_by_two(*cells: tuple[int | None, ...], threshold: int = 3) -> Publication:
    names = [line("a"), line("b"), line("total")]
    columns = [line("x"), line("y"), line("total")]
    table = Table("t", tuple(names), tuple(columns), cells, "centre", "category")
    return Publication(date(2023, 1, 1), date(2023, 12, 31), (table,), threshold)


def test_a_blank_alone_in_its_row_is_known_to_the_digit() -> None:
    found = attack([two_by_two((None, 5, 7), (4, 6, 10), (6, 11, 17))])
    (finding,) = found.findings
    assert finding.exact
    assert (finding.least, finding.possible) == (2, (2,))
    assert finding.certain


def test_a_number_that_is_printed_though_it_is_small_is_found() -> None:
    found = attack([two_by_two((2, 5, 7), (4, 6, 10), (6, 11, 17))])
    assert [str(place) for one in found.findings for place in one.places] == ["t: a × x"]


def test_a_blank_is_not_0_so_four_blanks_can_be_too_few() -> None:
    # Were 0 possible, a × x could be 0, 1 or 2.
    found = attack([two_by_two((None, None, 3), (None, None, 30), (2, 31, 33))])
    known = {str(place): one.least for one in found.findings for place in one.places if one.exact}
    assert known == {"t: a × x": 1, "t: a × y": 2, "t: b × x": 1, "t: total × x": 2}


def test_the_mend_that_is_proposed_does_mend_it() -> None:
    whole = two_by_two((2, 8, 10), (11, 12, 23), (13, 20, 33))
    first = attack([whole.blanked({("t", "a", "x"), ("t", "a", "y"), ("t", "b", "x")})])
    assert {one.mend.place for one in first.findings} == {"t: b × y"}
    places = {("t", row, column) for row in "ab" for column in "xy"}
    assert attack([whole.blanked(places)]).safe


def test_truth_asks_only_about_what_is_small() -> None:
    whole = two_by_two((4, 5, 9), (4, 6, 10), (8, 11, 19))
    open_one = whole.blanked({("t", "a", "x")})
    assert attack([open_one], truth_of(whole)).safe


def test_a_blank_without_any_total_may_be_anything() -> None:
    table = Table("t", (line("a"), line("b")), (line("total"),), ((None,), (7,)), "centre")
    alone = Publication(date(2023, 1, 1), date(2023, 12, 31), (table,))
    assert attack([alone]).safe
    sentence = Fact({"centre": "a"}, 2, None, "at least two from a")
    (finding,) = attack([replace(alone, facts=(sentence,))]).findings
    assert (finding.possible, finding.least, finding.most) == ((2,), 2, None)
    assert not finding.certain


def test_lines_that_are_there_because_somebody_is_in_them_leave_less_for_the_others() -> None:
    merged_line = Line("a+n+m", "", "inner", ("a", "n", "m"))
    table = Table("t", (merged_line, line("total")), (line("total"),), ((3,), (3,)), "centre")
    alone = Publication(date(2023, 1, 1), date(2023, 12, 31), (table,))
    assert attack([alone]).safe
    told = (Fact({"centre": "n"}, 1), Fact({"centre": "m"}, 1))
    found = attack([replace(alone, facts=told)])
    assert {one.number: one.possible for one in found.findings}["t: a × total"] == (1,)


def test_a_sentence_gives_a_blank_away() -> None:
    whole = two_by_two((2, 8, 10), (11, 12, 23), (13, 20, 33))
    safe = whole.blanked({("t", row, column) for row in "ab" for column in "xy"})
    told = Publication(
        safe.first,
        safe.last,
        safe.tables,
        facts=(Fact({"centre": "a", "category": "x"}, 2, 2, "two of them"),),
    )
    assert attack([safe]).safe
    assert not attack([told]).safe


def test_numbers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ContradictionError, match="contradict"):
        attack([two_by_two((2, 8, 10), (11, 12, 23), (13, 21, 33))])


def test_a_total_that_a_law_wants_printed_is_no_finding() -> None:
    table = Table("§ 27", (line("total"),), (line("total"),), ((2,),), threshold=1)
    assert attack([Publication(date(2023, 1, 1), date(2023, 12, 31), (table,), 5)]).safe


def test_what_is_printed_in_one_table_is_not_hidden_in_another() -> None:
    whole = two_by_two((2, 8, 10), (11, 12, 23), (13, 20, 33))
    hidden = whole.blanked({("t", row, column) for row in "ab" for column in "xy"})
    other = Table(
        "u",
        (line("a"), line("b"), line("total")),
        (line("x"),),
        ((2,), (11,), (13,)),
        "centre",
        "category",
    )
    both = Publication(whole.first, whole.last, (*hidden.tables, other))
    assert Place(0, "t", "a", "x") in {p for one in attack([both]).findings for p in one.places}
