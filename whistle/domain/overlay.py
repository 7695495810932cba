"""Profiles laid over one another: a version, or a municipality, says only what is different.

A table is laid over a table, name by name. Where all entries of two lists have an ``id``, an entry
is laid over the one with its id, and new ones come last; any other list, and any other value,
takes the place of what was there. ``without`` names what is left out, before anything is laid over:
paths such as ``office/rejections/outside``, where an entry of a list goes by its id.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

from whistle.domain.table import ProfileError, Table

Values: TypeAlias = Mapping[str, object]
# Gives what `based_on` names, whole; the second is where it was named, for errors.
LoadBase: TypeAlias = Callable[[str, str], Values]

OVER_A_BASE = "based_on"
OF_THE_FILE = ("id", OVER_A_BASE, "earlier")  # what a version before the newest cannot say


@dataclass(frozen=True, slots=True)
class Version:
    """A whole profile as it stood from a day on; ``place`` names it in errors."""

    valid_from: date
    values: Values
    place: str


def lay_over(base: Values, over: Values, place: str) -> dict[str, object]:
    """Give ``base`` with ``over`` laid over it; neither is changed.

    Raises `ProfileError` when ``without`` names nothing; ``place`` is where ``over`` stands.
    """
    rest = {name: value for name, value in over.items() if name != "without"}
    return _tables(_thinned(base, over, place), rest)


def versions(values: Values, source: str, load_base: LoadBase) -> Iterator[Version]:
    """Yield the versions of a file, newest first, each of them whole.

    Raises `ProfileError`.
    """
    table = Table(values, source)
    rest = {name: one for name, one in values.items() if name not in {"earlier", "from"}}
    whole = on_its_base(rest, source, load_base)
    earlier = table.tables("earlier")
    newest = table.day("from") if "from" in table or earlier else date.min
    yield Version(newest, whole, source)
    after = newest
    for one in earlier:
        day = one.day("from")
        if day >= after:
            raise ProfileError(
                f"{one.place}, from: {day} should be before {after}, when the version after it "
                "begins; put the newest first"
            )
        _check_names(one)
        changes = {name: value for name, value in one.values.items() if name != "from"}
        whole, after = lay_over(whole, changes, one.place), day
        yield Version(day, whole, f"{source}, version from {day}")


def on_its_base(values: Values, source: str, load_base: LoadBase) -> dict[str, object]:
    """Lay a profile over the base that it names; one that names none is whole by itself."""
    if OVER_A_BASE not in values:
        return lay_over({}, values, source)
    base = load_base(Table(values, source).text(OVER_A_BASE), source)
    rest = {name: value for name, value in values.items() if name != OVER_A_BASE}
    return lay_over(base, rest, source)


def _check_names(earlier: Table) -> None:
    wrong = [name for name in OF_THE_FILE if name in earlier]
    if wrong:
        raise ProfileError(
            f"{earlier.place}: {', '.join(wrong)} belongs to the whole file; take it out here"
        )


# -- laying over -------------------------------------------------------------------------------


def _laid(base: object, over: object) -> object:
    if isinstance(base, dict) and isinstance(over, dict):
        return _tables(cast("Values", base), cast("Values", over))
    if _has_ids(base) and _has_ids(over):
        return _entries(cast("list[Values]", base), cast("list[Values]", over))
    return over


def _tables(base: Values, over: Values) -> dict[str, object]:
    laid = {name: _laid(base[name], over[name]) for name in base if name in over}
    return {**base, **laid, **{name: over[name] for name in over if name not in base}}


def _entries(base: Sequence[Values], over: Sequence[Values]) -> list[Values]:
    """Lay each entry over the one with its id; one that is there twice stays, to be refused."""
    entries = list(base)
    places = {entry["id"]: place for place, entry in reversed([*enumerate(base)])}
    for entry in over:
        place = places.pop(entry["id"], None)
        if place is None:
            entries.append(entry)
        else:
            entries[place] = _tables(entries[place], entry)
    return entries


def _has_ids(value: object) -> bool:
    """Say whether a value is a list of tables that all have an id; an empty list is none."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(one, dict) and isinstance(one.get("id"), str)
            for one in cast("list[object]", value)
        )
    )


# -- leaving out -------------------------------------------------------------------------------


def _thinned(base: Values, over: Values, place: str) -> Values:
    paths = Table(over, place).texts("without") if "without" in over else ()
    for path in paths:
        thinned = _left_out(base, path.split("/"))
        if thinned is None:
            raise ProfileError(
                f"{place}, without: {path} names nothing that is there; take it out, or write it "
                "like channels/council or office/rejections/outside"
            )
        base = cast("Values", thinned)
    return base


def _left_out(value: object, path: Sequence[str]) -> object | None:
    """Give a value without what a path names; none where it names nothing."""
    if isinstance(value, dict):
        return _without_name(cast("Values", value), *path)
    return _without_entry(cast("list[Values]", value), *path) if _has_ids(value) else None


def _without_name(table: Values, name: str, *further: str) -> Values | None:
    inner = _left_out(table.get(name), further) if further else None
    if name not in table or (further and inner is None):
        return None
    if further:
        return {**table, name: inner}
    return {key: value for key, value in table.items() if key != name}


def _without_entry(entries: Sequence[Values], name: str, *further: str) -> list[Values] | None:
    found = next((one for one in entries if one["id"] == name), None)
    inner = _left_out(found, further) if further else None
    if found is None or (further and inner is None):
        return None
    if further:
        return [cast("Values", inner) if one is found else one for one in entries]
    return [one for one in entries if one is not found]
