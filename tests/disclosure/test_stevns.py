"""Stevns' own tables to March 2021: what can be published of them, and what cannot."""

import pytest

from tests.disclosure.heuristics import row_and_column, small_only
from tests.disclosure.towns import FOUR_COLUMNS, stevns, stevns_cross, truth_of
from whistle.disclosure import attack, check, merged, one_way, possible, protect, singles


def test_without_merging_no_blanking_makes_them_safe() -> None:
    findings = possible(stevns(3))
    assert [str(one.places[-1]) for one in findings] == ["3.4: 4.6 × total"]
    # It is the sum of two blanks, so it cannot be 1.
    assert findings[0].least == 2


def test_with_five_as_the_threshold_both_columns_of_3_1_cannot_be_shown() -> None:
    assert possible(merged(stevns(5), [FOUR_COLUMNS]))


def test_the_cross_of_four_columns_hides_27_of_87_numbers_and_no_grand_total() -> None:
    made = protect(stevns_cross(), crossed=True, seconds=30)
    numbers = [one for one in made.attack.joint.numbers if one.places]
    assert (made.hidden, len(numbers)) == (27, 87)
    assert not made.mergings
    shown = {
        (place.table, place.column): value
        for place, value in made.publication.places()
        if place.row == "total"
    }
    assert shown["3.1", "total"] == 33
    assert shown["3.1", "with_casework"] == 30
    assert [shown[table, "total"] for table in ("3.2", "3.3", "3.4")] == [30, 30, 13]
    assert check([made.publication], made.certificate).valid


def test_the_zeros_stay_where_they_are() -> None:
    whole = stevns_cross()
    made = protect(whole, crossed=True, seconds=0)
    for (place, value), (_, shown) in zip(whole.places(), made.publication.places(), strict=True):
        assert shown in {value, None}, place
        assert value or shown == 0, place


def test_unless_told_the_lines_are_merged_as_the_order_says() -> None:
    made = protect(stevns(), crossed=True, seconds=0)
    columns = [line.id for line in made.publication.tables[1].columns]
    assert columns == ["total", "pb+ohi+tm", "am", "bl", "so"]
    assert made.hidden <= 30
    assert attack([made.publication]).safe


def test_a_small_year_is_published_in_one_way_tables() -> None:
    made = protect(stevns())
    names = [table.id for table in made.publication.tables]
    assert names == [
        *("3.1", "3.1/columns", "3.2", "3.2/columns", "3.3", "3.3/columns", "3.4", "3.4/columns"),
    ]
    assert made.hidden <= 6
    assert attack([made.publication]).safe
    assert len(one_way(stevns()).tables) == 8


@pytest.mark.parametrize(("way", "hidden"), [(small_only, 18), (row_and_column, 34)])
def test_the_usual_heuristics_do_not_hold(way: object, hidden: int) -> None:
    whole = stevns_cross()
    blanked = way(whole)  # type: ignore[operator]
    found = attack([blanked], truth_of(whole))
    assert found.blanks <= hidden
    assert found.findings


def test_a_row_with_a_single_entry_is_warned_of() -> None:
    told = {(one.table, one.line, one.other) for one in singles(stevns())}
    assert ("3.3", "3", "so") in told
    assert ("3.3", "pb", "7") in told
