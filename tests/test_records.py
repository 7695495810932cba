"""What `whistle.records` makes is what the standard library would have made."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, InitVar, field, fields, replace
from inspect import signature
from types import ModuleType
from typing import Any, ClassVar

import pytest

from whistle import records


def _family(by: ModuleType) -> dict[str, Any]:
    """Make the same classes by one of the two modules."""
    frozen: Callable[..., Any] = by.dataclass(frozen=True, slots=True)

    @frozen
    class Empty:
        """Nothing in it."""

    @frozen
    class Base:
        """Every kind of field."""

        kinds: ClassVar[int] = 5
        name: str
        many: list[int] = field(default_factory=list, compare=False)
        number: int = 7
        quiet: str = field(default="hush", repr=False)
        own: int = field(default=3, init=False)
        made: list[int] = field(default_factory=lambda: [1], init=False, compare=False)
        later: int = field(init=False, hash=False)

        def __post_init__(self) -> None:
            """Set what nobody gives."""
            object.__setattr__(self, "later", self.number + 1)

    @frozen
    class Child(Base):
        """A field more, and another default."""

        number: int = 8
        more: str = ""

    @by.dataclass(frozen=True, slots=True, repr=False)
    class Secret:  # noqa: PLW1641  (a decorator gives it one)
        """Shows nothing, and tells itself who is equal."""

        value: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

    return {one.__name__: one for one in (Empty, Base, Child, Secret)}


OURS, THEIRS = _family(records), _family(dataclasses)


@records.dataclass(frozen=True, slots=True)
class Sent:
    """Found by its name, as pickle asks."""

    one: int
    two: tuple[int, ...] = ()


@pytest.mark.parametrize("family", [OURS, THEIRS], ids=["ours", "the standard library's"])
def test_a_record_holds_compares_shows_and_refuses(family: dict[str, Any]) -> None:
    base, child, secret = family["Base"], family["Child"], family["Secret"]
    one = base("a", [1])
    assert (one.name, one.many, one.number, one.quiet, one.own) == ("a", [1], 7, "hush", 3)
    assert (one.made, one.later, base("a").many) == ([1], 8, [])
    assert base("a").many is not base("a").many
    assert one == base("a", [2])
    assert hash(one) == hash(base("a"))
    assert one not in (base("b"), base("a", number=6), child("a"), "a")
    assert repr(child("a")).endswith(
        "Child(name='a', many=[], number=8, own=3, made=[1], later=9, more='')"
    )
    assert replace(one, name="b").name == "b"
    assert copy.deepcopy(child("a", more="x")) == child("a", more="x")
    assert secret(1) == secret(2)
    assert "value" not in repr(secret(1))
    assert family["Empty"]() == family["Empty"]()
    with pytest.raises(FrozenInstanceError):
        one.name = "b"
    with pytest.raises(FrozenInstanceError):
        del one.name
    with pytest.raises(TypeError, match="name"):
        base()
    with pytest.raises((AttributeError, TypeError)):
        one.unknown = 1


@pytest.mark.parametrize("name", OURS)
def test_both_make_the_same_shape(name: str) -> None:
    ours, theirs = OURS[name], THEIRS[name]
    assert [(one.name, one.type, one.repr) for one in fields(ours)] == [
        (one.name, one.type, one.repr) for one in fields(theirs)
    ]
    assert [*signature(ours).parameters] == [*signature(theirs).parameters]
    assert (ours.__slots__, ours.__match_args__) == (theirs.__slots__, theirs.__match_args__)
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    assert not hasattr(ours, "__dict__") or not hasattr(object.__new__(ours), "__dict__")


def test_a_record_is_the_same_after_it_was_packed_up() -> None:
    assert pickle.loads(pickle.dumps(Sent(1, (2,)))) == Sent(1, (2,))  # noqa: S301  (our own)


def test_what_is_not_of_that_kind_is_the_standard_librarys() -> None:
    @records.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """In an order."""

        number: int

    @records.dataclass
    class Open:
        """To be changed, with something to begin with."""

        number: int
        twice: InitVar[int] = 2

        def __post_init__(self, twice: int) -> None:
            """Begin."""
            self.number *= twice

    assert Ordered(1) < Ordered(2)
    assert Open(2).number == 4
    with pytest.raises(TypeError, match="frozen"):
        dataclasses.dataclass(frozen=True)(type("Mixed", (OURS["Base"],), {}))
