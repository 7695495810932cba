"""Any value of a frozen dataclass that is written by `whistle.keys.shapes`, for Hypothesis."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from whistle.crypto.secret import SymmetricKey
from whistle.crypto.stream import chunk_count
from whistle.domain.anonymised import Anonymised, first_day_of_term
from whistle.domain.channel import Channel
from whistle.domain.released import Release
from whistle.keys.records import FileManifest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
KEYS = st.binary(min_size=32, max_size=32).map(SymmetricKey)
IDS = st.binary(min_size=16, max_size=16)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**65) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
_PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 10**6),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    date: st.dates(),
    types.NoneType: st.none(),
}


@st.composite
def manifests(draw: st.DrawFn) -> FileManifest:
    """Give any file's manifest."""
    length = draw(st.integers(0, 2**40))
    told = draw(st.tuples(IDS, KEYS, TEXTS, TEXTS))
    return FileManifest(*told, length, chunk_count(length))


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """Give any release."""
    begins = sorted(draw(st.sets(st.dates(date(1900, 1, 1)), min_size=1, max_size=3)))
    last = draw(st.dates(begins[-1]))
    days = st.sampled_from(begins)
    doors = st.sampled_from([Channel.CITIZEN, Channel.WHISTLEBLOWER])
    council = days.map(lambda day: Anonymised(Channel.COUNCIL, first_day_of_term(day)))
    facts = st.lists(council | shaped(Anonymised, channel=doors, received=days), max_size=3)
    return Release(draw(IDS), tuple(begins), last, tuple(draw(facts)))


def shaped(shape: type[Any], **told: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give any value of a dataclass, by its annotations; ``told``: fields with rules of their own.

    A field that may be left out is, half of the time.
    """
    hints, made = get_type_hints(shape), {}
    for one in fields(shape):
        found = told[one.name] if one.name in told else _any(hints[one.name])
        made[one.name] = found if one.default is MISSING else st.just(one.default) | found
    return st.builds(shape, **made)


def _any(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in {Union, types.UnionType}:
        return st.one_of(*(_any(one) for one in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(_any(get_args(hint)[0]), max_size=2).map(tuple)
    return _PLAIN[hint] if hint in _PLAIN else _made(hint)


def _made(shape: Any) -> st.SearchStrategy[Any]:
    if shape is FileManifest:
        return manifests()
    is_record: bool = is_dataclass(shape)
    return shaped(shape) if is_record else st.sampled_from(list(shape))
