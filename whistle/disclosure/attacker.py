"""The attacker: which whole numbers fit everything that was ever published.

It knows every table, every blank, every fact, the thresholds, and that a blank is not 0. For every
number that is not printed, and every one that could be worked out, it asks for each value below
the threshold k whether some joint table of whole numbers, none below 0, has it (the criterion:
docs/disclosure.md). It shares the model with the protector and no line of how it reckons, and it
is never told what is true unless it is asked whether that is safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.joint import Joint, join
from whistle.disclosure.model import Place, Publication

if TYPE_CHECKING:
    from whistle.disclosure.asking import Asked

MENDS_TRIED = 12

Witness = Mapping[int, int]
"""A joint table: whole numbers by atom, 0 where there is none."""
Multipliers = Mapping[int, float]
"""What each number is taken times to bound another; from the solver, so not yet exact."""


class MendKind(StrEnum):
    """What could be done about a number that is not safe."""

    BLANK = "blank"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Mend:
    """Leave ``place`` blank too; or merge a line of it with another (``place``: the number's)."""

    kind: MendKind
    place: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A number that is not safe: what it counts, and what is known of it.

    ``possible``: which of the values 1…k-1 it could have, which should be all of them or none.
    ``least`` to ``most`` is everything it could be (``most`` None: no limit). ``certain``: it is
    surely below the threshold; otherwise it is one of ``possible``, or it is k or more.
    """

    number: str
    places: tuple[Place, ...]
    threshold: int
    possible: tuple[int, ...]
    least: int
    most: int | None
    mend: Mend

    @property
    def exact(self) -> bool:
        """Whether it is known to the digit."""
        return self.least == self.most

    @property
    def certain(self) -> bool:
        """Whether it is surely below its threshold."""
        return self.most is not None and self.most < self.threshold


@dataclass(frozen=True, slots=True)
class Attack:
    """What the attacker found. ``asked`` numbers were looked at; none of ``findings``: safe.

    ``witnesses``: joint tables that fit, which together show every value that is possible.
    ``never_small``: the numbers that cannot be below their threshold, with why.
    """

    findings: tuple[Finding, ...]
    asked: int
    blanks: int
    joint: Joint
    witnesses: tuple[Witness, ...]
    never_small: Mapping[int, tuple[int, Multipliers]]

    @property
    def safe(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def attack(
    publications: Sequence[Publication],
    truth: Mapping[Place, int] | None = None,
    deadline: Deadline = NEVER,
) -> Attack:
    """Try everything that was published, the newest last.

    Without ``truth`` a number fails when some, but not all, of 1…k-1 are possible: were it small,
    more than "under k" would be known of it. With ``truth`` (values by place) the numbers below
    their threshold, and only these, must be able to be each of 1…k-1.

    Raises `ContradictionError` if the numbers contradict each other (whoever subtracts them learns
    the difference), `PublicationError` as `join`, and `OutOfTime`.
    """
    from whistle.disclosure.asking import Asked  # noqa: PLC0415 (loads HiGHS)

    joint = join(publications)
    asked = Asked(joint, deadline)
    numbers = _asked(joint, truth)
    for number in numbers:
        asked.settle(number)
    findings = tuple(
        _finding(asked, number, len(publications) - 1)
        for number in numbers
        if not asked.is_safe(number, strict=truth is not None)
    )
    return Attack(
        findings,
        len(numbers),
        sum(not number.known and bool(number.places) for number in joint.numbers),
        joint,
        asked.witnesses(),
        asked.never_small(numbers),
    )


def asked_of(joint: Joint) -> list[int]:
    """Give the numbers that readers may not know too much of: small ones, and not printed ones."""
    return [
        index
        for index, number in enumerate(joint.numbers)
        if number.threshold and number.most != 0
        if not number.known or number.least < number.threshold
    ]


def small_ones(joint: Joint, truth: Mapping[Place, int]) -> list[int]:
    """Give the numbers that are below their threshold in truth."""
    small = {
        joint.number_at[place]
        for place, value in truth.items()
        if place in joint.number_at and 0 < value < joint.numbers[joint.number_at[place]].threshold
    }
    return sorted(small)


def _asked(joint: Joint, truth: Mapping[Place, int] | None) -> list[int]:
    return asked_of(joint) if truth is None else small_ones(joint, truth)


def _finding(asked: "Asked", index: int, newest: int) -> Finding:
    number = asked.joint.numbers[index]
    least, most = asked.bounds(index)
    return Finding(
        str(number),
        tuple(number.places),
        number.threshold,
        asked.possible(index),
        least,
        most,
        _mend(asked, index, newest),
    )


def _mend(asked: "Asked", index: int, newest: int) -> Mend:
    """Find a number whose blanking would do, among those that the newest publication adds."""
    numbers = asked.joint.numbers
    near = sorted(
        (len(numbers[other].atoms), other)
        for other in asked.held_by(index)
        if other != index and numbers[other].known and numbers[other].least
        if all(place.publication == newest for place in numbers[other].places)
        if numbers[other].places
    )
    if numbers[index].known and numbers[index].places:
        return Mend(MendKind.BLANK, str(numbers[index]))
    for _, other in near[:MENDS_TRIED]:
        if asked.opens(index, asked.missing(index), other):
            return Mend(MendKind.BLANK, str(numbers[other]))
    return Mend(MendKind.MERGE, str(numbers[index]))
