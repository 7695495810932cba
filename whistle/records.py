"""Dataclasses that are quick to make. What they are is what `dataclasses.dataclass` says.

The standard library writes and compiles seven functions for each frozen one. A server makes more
than two hundred of them before it can receive anything: a sixth of its start. Here ``__init__``
alone is written for each; what the other functions do is the same for all.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

if TYPE_CHECKING:  # whoever checks types sees the standard library's
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Do as `dataclasses.dataclass`; quickly for what is frozen, with slots and no order.

        The standard library takes no such class for frozen, so one that it made frozen and one that
        was made here cannot inherit from each other: it raises a `TypeError`.
        """
        if cls is None:
            return lambda found: dataclass(found, **options)
        if options.get("frozen") and options.get("slots") and set(options) <= _OPTIONS:
            return _make(cls, eq=options.get("eq", True), shown=options.get("repr", True))
        return dataclasses.dataclass(cls, **options)


_OPTIONS = {"frozen", "slots", "eq", "repr"}
_NOT_GIVEN = object()


def _make(cls: type, *, eq: bool, shown: bool) -> Any:
    own = {name for name, value in vars(cls).items() if value is not None}
    made: Any = dataclasses.dataclass(init=False, eq=False, repr=False, slots=True)(cls)
    functions: dict[str, Callable[..., Any]] = {
        "__init__": _initialiser(made),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": _state,
        "__setstate__": _restore,
    }
    if eq:
        functions |= _comparing(fields(made))
    if shown:
        functions["__repr__"] = _show
    for name, function in functions.items():
        if name not in own:
            setattr(made, name, function)
    return made


def _initialiser(made: Any) -> Any:
    """Write the one function that is each class's own: its parameters are the fields."""
    known: dict[str, Any] = {"_put": object.__setattr__, "_NOT_GIVEN": _NOT_GIVEN}
    parameters, lines = ["self"], []
    for one in fields(made):
        if one.init:
            parameters.append(_parameter(one, known))
        value = _value(one, known)
        if value:
            lines.append(f"_put(self, {one.name!r}, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, known)  # noqa: S102  (names of fields, as the standard library does)
    written: Any = known["__init__"]
    written.__qualname__ = f"{made.__qualname__}.__init__"
    written.__annotations__ = {one.name: one.type for one in fields(made) if one.init}
    return written


def _parameter(one: "Field[Any]", known: dict[str, Any]) -> str:
    if one.default is not MISSING:
        known[f"_default_{one.name}"] = one.default
        return f"{one.name}=_default_{one.name}"
    return one.name if one.default_factory is MISSING else f"{one.name}=_NOT_GIVEN"


def _value(one: "Field[Any]", known: dict[str, Any]) -> str:
    """Say what a field is set to; nothing where ``__post_init__`` sets it."""
    if one.default_factory is not MISSING:
        known[f"_new_{one.name}"] = one.default_factory
        new = f"_new_{one.name}()"
        return f"{new} if {one.name} is _NOT_GIVEN else {one.name}" if one.init else new
    if one.init:
        return one.name
    if one.default is not MISSING:
        known[f"_default_{one.name}"] = one.default
        return f"_default_{one.name}"
    return ""


def _comparing(of: "Sequence[Field[Any]]") -> dict[str, Callable[..., Any]]:
    compared = _values([one.name for one in of if one.compare])
    hashed = _values([one.name for one in of if (one.compare if one.hash is None else one.hash)])

    def equal(self: object, other: object) -> Any:
        return compared(self) == compared(other) if type(other) is type(self) else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(hashed(self))}


def _values(names: Sequence[str]) -> Callable[[object], Any]:
    return attrgetter(*names) if names else lambda _self: ()


def _show(self: object) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(_any(self)) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _state(self: object) -> list[Any]:
    return [getattr(self, one.name) for one in fields(_any(self))]


def _restore(self: object, state: Sequence[Any]) -> None:
    for one, value in zip(fields(_any(self)), state, strict=True):
        object.__setattr__(self, one.name, value)


def _any(self: object) -> Any:
    return self
