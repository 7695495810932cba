"""Profiles laid over one another: what is not named is never lost, and the order is kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.filling import fill
from whistle.domain.overlay import Values, lay_over, versions
from whistle.domain.profile import Profile, load_profile
from whistle.domain.table import ProfileError

names = st.sampled_from(["a", "b", "c", "d", "id"])
ids = st.sampled_from(["1", "2", "4.1", "x"])
leaves = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.text(max_size=2), max_size=3))
entries = st.lists(
    st.fixed_dictionaries({"id": ids}, optional={"a": leaves, "b": leaves}),
    max_size=4,
    unique_by=lambda entry: cast("str", entry["id"]),
)
tables: st.SearchStrategy[dict[str, object]] = st.recursive(
    st.dictionaries(names, st.one_of(leaves, entries), max_size=4),
    lambda inner: st.dictionaries(names, st.one_of(leaves, entries, inner), max_size=4),
    max_leaves=12,
)


def is_list_with_ids(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and "id" in one for one in value)
    )


def check(base: object, over: object, laid: object) -> None:
    """Hold the rule: what is named stands, what is not named stays, and nothing else is there."""
    if isinstance(base, dict) and isinstance(over, dict):
        assert isinstance(laid, dict)
        assert list(laid) == [*base, *(name for name in over if name not in base)]
        for name in laid:
            if name in base and name in over:
                check(base[name], over[name], laid[name])
            else:
                assert laid[name] == (over if name in over else base)[name]
    elif is_list_with_ids(base) and is_list_with_ids(over):
        before, said, after = (
            {one["id"]: one for one in cast("list[dict[str, object]]", value)}
            for value in (base, over, laid)
        )
        check(before, said, after)
    else:
        assert laid == over


@given(tables, tables)
def test_what_is_not_named_is_never_lost_and_the_order_is_kept(
    base: dict[str, object], over: dict[str, object]
) -> None:
    check(base, over, lay_over(base, over, "x"))


@given(tables)
def test_what_says_nothing_changes_nothing(base: dict[str, object]) -> None:
    assert lay_over(base, {}, "x") == base
    assert lay_over({}, base, "x") == base


@given(tables, tables)
def test_laying_over_twice_is_laying_over_once(
    base: dict[str, object], over: dict[str, object]
) -> None:
    once = lay_over(base, over, "x")
    assert lay_over(once, over, "x") == once


@given(entries, ids)
def test_an_entry_that_is_left_out_is_gone_and_the_others_stay(
    listed: list[dict[str, object]], one: str
) -> None:
    there = one in [entry["id"] for entry in listed]
    if not there:
        with pytest.raises(ProfileError, match="names nothing"):
            lay_over({"a": listed}, {"without": [f"a/{one}"]}, "x")
        return
    left = lay_over({"a": listed}, {"without": [f"a/{one}"]}, "x")["a"]
    assert left == [entry for entry in listed if entry["id"] != one]


def test_what_is_left_out_can_be_written_anew() -> None:
    base = {"a": [{"id": "1", "b": "old"}, {"id": "2"}], "c": {"d": 1, "e": 2}}
    over = {"without": ["a", "c/d"], "a": [{"id": "2", "b": "new"}], "c": {"f": 3}}
    assert lay_over(base, over, "x") == {"a": [{"id": "2", "b": "new"}], "c": {"e": 2, "f": 3}}


def test_a_path_goes_through_lists_by_the_ids_of_their_entries() -> None:
    base = {"a": [{"id": "4", "b": [{"id": "4.1"}, {"id": "4.2"}]}]}
    left = lay_over(base, {"without": ["a/4/b/4.1"]}, "x")
    assert left == {"a": [{"id": "4", "b": [{"id": "4.2"}]}]}


def test_neither_side_is_changed() -> None:
    base: Values = {"a": {"b": 1}, "c": [{"id": "1", "d": 1}]}
    over: Values = {"without": ["a/b"], "c": [{"id": "1", "d": 2}]}
    lay_over(base, over, "x")
    assert base == {"a": {"b": 1}, "c": [{"id": "1", "d": 1}]}
    assert over == {"without": ["a/b"], "c": [{"id": "1", "d": 2}]}


def no_base(name: str, place: str) -> Mapping[str, object]:
    raise AssertionError((name, place))


def test_each_version_is_laid_over_the_one_after_it() -> None:
    days = [date(2022, 1, 1), date(2021, 1, 1), date(2020, 1, 1)]
    file: Values = {
        "from": days[0],
        "a": {"b": 1, "c": 1},
        "earlier": [{"from": days[1], "a": {"b": 2}}, {"from": days[2], "a": {"c": 3}}],
    }
    made = list(versions(file, "x", no_base))
    assert [one.valid_from for one in made] == days
    assert [one.values["a"] for one in made] == [
        {"b": 1, "c": 1},
        {"b": 2, "c": 1},
        {"b": 2, "c": 3},
    ]
    assert made[2].place == "x, version from 2020-01-01"


days_apart = st.lists(st.dates(date(2000, 1, 1), date(2050, 1, 1)), min_size=1, unique=True)


STEVNS = load_profile("stevns")


@given(days_apart, st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 40))
def test_a_day_has_the_newest_version_that_had_begun(
    begun: list[date], day: date, seen_from: int
) -> None:
    made: tuple[Profile, ...] = ()
    for first in sorted(begun):
        made = (replace(STEVNS, valid_from=first, earlier=made), *made)
    version = made[seen_from % len(made)]  # the newest of all may still be to come
    candidates = [one.valid_from for one in version.versions if one.valid_from <= day]
    assert version.on(day).valid_from == max(candidates, default=min(begun))
    assert version.on(day) in made


CONTACT = {"phone": "12 34", "email": "e", "address": "Torvet"}
ROOT = {"contact": CONTACT, "municipality": "Andeby"}


def test_placeholders_are_filled_in_anywhere() -> None:
    said = {**ROOT, "a": [{"b": "Ring {phone}. {Council}, {council}"}], "c": "{phone}"}
    filled = fill(said, "x")
    assert filled["a"] == [
        {"b": "Ring 12\N{NO-BREAK SPACE}34. Kommunalbestyrelsen, kommunalbestyrelsen"}
    ]
    assert filled["c"] == "12 34", "an address of its own is as it was written"


def test_only_letters_and_standard_texts_keep_placeholders_for_later() -> None:
    office = {"letter": {"da": {"greeting": "Kære {centre}, {day}"}}}
    assert fill({**ROOT, "office": office}, "x")["office"] == office
    with pytest.raises(ProfileError, match=r"x, office, kle: \{day\} is no placeholder"):
        fill({**ROOT, "office": {"kle": "{day}"}}, "x")


def test_a_placeholder_that_the_contact_does_not_fill_is_told() -> None:
    with pytest.raises(ProfileError, match=r"add town_hall to \[contact\]"):
        fill({**ROOT, "a": "{town_hall}"}, "x")
