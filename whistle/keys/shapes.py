"""Frozen dataclasses as canonical records and back: what a field may be stands in its annotation.

A field may be a text, a number from 0 up, true or false, bytes (base64), a day, an enumeration of
texts, another such dataclass, any of them or none, or a tuple of any of them. What is as it would
be anyway is left out, so that a record is short and has one form only. A class that writes itself
(``to_json``, ``from_json``) is asked to.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import (
    Any,
    Generic,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from whistle.crypto.errors import ContentError
from whistle.keys.canonical import (
    Json,
    as_any_bytes,
    as_choice,
    as_day,
    as_number,
    as_object,
    as_string,
    as_truth,
    write_bytes,
    write_day,
)

_Shape = TypeVar("_Shape")
_Read: TypeAlias = Callable[[object], Any]
_AS_THEY_ARE = {str, bool, int, types.NoneType}


def to_json(value: object) -> Json:
    """Give the record of a frozen dataclass."""
    if hasattr(value, "to_json"):
        return cast("Json", value.to_json())
    return {
        name: given if given.__class__ in _AS_THEY_ARE else _written(given)
        for name, default in _plan(cast("Any", type(value))).known
        if (given := getattr(value, name)) != default
    }


def from_json(shape: type[_Shape], record: Json) -> _Shape:
    """Read what `to_json` wrote, or raise `ContentError`."""
    plan = _plan(cast("Any", shape))
    if plan.own is not None:
        return cast("_Shape", plan.own(record))
    return _made(shape, {name: plan.field(name, value) for name, value in record.items()})


def _made(shape: type[_Shape], given: Mapping[str, Any]) -> _Shape:
    try:
        return shape(**given)
    except (TypeError, ValueError) as error:
        raise ContentError("a field of this record is missing") from error


class ManyReader(Generic[_Shape]):
    """Reads thousands of records of one dataclass: what stood in a field before is not read again.

    What it remembers goes with it: it is for one request.
    """

    def __init__(self, shape: type[_Shape]) -> None:
        """Take a dataclass that does not write itself."""
        self._shape, self._plan = shape, _plan(cast("Any", shape))
        self._texts: dict[str, dict[str, Any]] = {name: {} for name in self._plan.readers}
        self._lists: dict[str, dict[str, Any]] = {name: {} for name in self._plan.readers}

    def read(self, record: Json) -> _Shape:
        """Read what `to_json` wrote, as `from_json` does, or raise `ContentError`."""
        given, texts, lists = {}, self._texts, self._lists
        for name, value in record.items():
            if isinstance(value, str) and name in texts:
                known, key = texts[name], value
            elif isinstance(value, list) and name in lists:
                known, key = lists[name], repr(value)
            else:  # a number equals a truth
                given[name] = self._plan.field(name, value)
                continue
            if key not in known:
                known[key] = self._plan.field(name, value)
            given[name] = known[key]
        return _made(self._shape, given)


def as_records(shape: type[_Shape], value: object) -> tuple[_Shape, ...]:
    """Read a list of records, or raise `ContentError`."""
    if not isinstance(value, list | tuple):
        raise ContentError("not a list")
    return tuple(from_json(shape, as_object(one)) for one in value)


def _default(one: "Field[Any]") -> object:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


def _written(value: object) -> object:
    write = _WRITERS.get(value.__class__)
    if write is not None:
        return write(value)
    if isinstance(value, str):  # one of an enumeration
        return str(value)
    return to_json(value)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A class as it is written and read, looked at once.

    ``known``: its fields with their defaults, in order; ``defaults``: of those that have one.
    ``own``: what reads it, where it does so itself.
    """

    known: Sequence[tuple[str, object]]
    readers: Mapping[str, _Read]
    defaults: Mapping[str, object]
    own: Callable[[Json], Any] | None = None

    def field(self, name: str, value: object) -> Any:
        """Read a field, or raise `ContentError`."""
        if name not in self.readers:
            raise ContentError("other fields than this record has")
        read = self.readers[name](value)
        if name in self.defaults and read == self.defaults[name]:
            raise ContentError("a field that says nothing")
        return read


@cache
def _plan(shape: type) -> _Plan:
    if hasattr(shape, "from_json"):
        return _Plan((), {}, {}, cast("Any", shape).from_json)
    hints = get_type_hints(shape)
    known = {one.name: _default(one) for one in fields(shape)}
    defaults = {name: default for name, default in known.items() if default is not MISSING}
    readers = {name: _reader(hints[name]) for name in known}
    return _Plan(tuple(known.items()), readers, defaults)


def _reader(hint: Any) -> _Read:
    if get_origin(hint) in {Union, types.UnionType}:
        (inner,) = (one for one in get_args(hint) if one is not types.NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        return _tuple_reader(_reader(get_args(hint)[0]))
    if is_dataclass(hint):
        return lambda value: from_json(cast("type", hint), as_object(value))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _choice_reader(hint)
    return _PLAIN[hint]


def _tuple_reader(read: _Read) -> _Read:
    def read_all(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ContentError("not a list")
        return tuple(read(one) for one in value)

    return read_all


def _choice_reader(kind: type[StrEnum]) -> _Read:
    known = {one.value: one for one in kind}

    def read(value: object) -> StrEnum:
        found = known.get(value) if isinstance(value, str) else None
        return found or as_choice(kind, value)

    return read


def _day(value: object) -> date:
    day = as_day(value)
    if day is None:
        raise ContentError("not a date")
    return day


_WRITERS: Mapping[type, Callable[[Any], object]] = {
    bytes: write_bytes,
    date: write_day,
    tuple: lambda values: [_written(one) for one in values],
    **dict.fromkeys(_AS_THEY_ARE, lambda value: value),
}
_PLAIN: Mapping[Any, _Read] = {
    str: as_string,
    int: as_number,
    bool: as_truth,
    bytes: as_any_bytes,
    date: _day,
}
