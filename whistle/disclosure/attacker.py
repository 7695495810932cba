"""The attacker: which whole numbers fit everything that was ever published.

It knows every table, every blank, every fact, the thresholds, and that a blank is not 0. For every
number that is not printed, and every one that could be worked out, it asks for each value below
the threshold k whether some joint table of whole numbers, none below 0, has it (the criterion:
docs/disclosure.md). It shares the model with the protector and no line of how it reckons, and it
is never told what is true unless it is asked whether that is safe.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.grid import Key
from whistle.disclosure.joint import Joint, Number, join
from whistle.disclosure.model import Place, Publication, PublicationError
from whistle.disclosure.programme import NEAR, Fit, Multipliers, Programme, Table
from whistle.records import dataclass

MENDS_TRIED = 12


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
    witnesses: tuple[Table, ...]
    never_small: Mapping[int, tuple[int, Multipliers]]

    @property
    def safe(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def attack(publications: Sequence[Publication], truth: Mapping[Place, int] | None = None) -> Attack:
    """Try everything that was published, the newest last.

    Without ``truth`` a number fails when some, but not all, of 1…k-1 are possible: were it small,
    more than "under k" would be known of it. With ``truth`` (values by place) the numbers below
    their threshold, and only these, must be able to be each of 1…k-1.

    Raises `PublicationError` if the numbers contradict each other.
    """
    search, asked = _searched(join(publications), truth)
    strict = truth is not None
    findings = tuple(
        _finding(search, index, len(publications) - 1)
        for index in asked
        if not search.is_safe(index, strict=strict)
    )
    return Attack(
        findings,
        len(asked),
        sum(not number.known and bool(number.places) for number in search.joint.numbers),
        search.joint,
        tuple(search.witnesses),
        search.never_small,
    )


def broken_before(
    earlier: Sequence[Publication], publication: Publication, deadline: Deadline = NEVER
) -> frozenset[Key]:
    """Give what was known before a publication, by what it counts: nothing new takes it back."""
    if not earlier:
        return frozenset()
    joint = join(earlier, [publication])
    search, asked = _searched(joint, None, deadline)
    return frozenset(joint.keys[n] for n in asked if not search.is_safe(n, strict=False))


def first_broken(
    publications: Sequence[Publication],
    truth: Mapping[Place, int],
    deadline: Deadline = NEVER,
) -> Number | None:
    """Give a number that `attack` would find; None: there is none. Quick where there is one.

    Raises `OutOfTime`.
    """
    joint = join(publications)
    search = Search(joint, deadline)
    for index in _asked(joint, truth):
        search.settle(index)
        if not search.is_safe(index, strict=True):
            return joint.numbers[index]
    return None


def shortfalls(
    publications: Sequence[Publication], deadline: Deadline = NEVER
) -> dict[int, tuple[int, ...]]:
    """Give what `attack` would find, as the values that are missing by number.

    A number that is never small, but not so that the certificate could prove it, is one as well.
    Raises `OutOfTime`.
    """
    search, asked = _searched(join(publications), None, deadline)
    return {
        index: tuple(
            value
            for value in range(1, search.joint.numbers[index].threshold)
            if value not in search.possible(index)
        )
        for index in asked
        if not search.is_safe(index, strict=False)
        or not (search.possible(index) or index in search.never_small)
    }


def _searched(
    joint: Joint, truth: Mapping[Place, int] | None, deadline: Deadline = NEVER
) -> "tuple[Search, list[int]]":
    asked, search = _asked(joint, truth), Search(joint, deadline)
    for index in asked:
        search.settle(index)
    return search, asked


def _asked(joint: Joint, truth: Mapping[Place, int] | None) -> list[int]:
    if truth is None:
        return [
            index
            for index, number in enumerate(joint.numbers)
            if number.threshold and number.most != 0
            if not number.known or number.least < number.threshold
        ]
    small = {
        joint.number_at[place]
        for place, value in truth.items()
        if place in joint.number_at and 0 < value < joint.numbers[joint.number_at[place]].threshold
    }
    return sorted(small)


@dataclass(slots=True)
class _Answer:
    """Which values below the threshold some witness has, and which no table has.

    ``undecided``: for one of these nobody knows, as it took too long. It counts as broken.
    """

    shown: set[int] = field(default_factory=set)
    refuted: set[int] = field(default_factory=set)
    undecided: bool = False


class Search:
    """Settles numbers one after the other, and keeps every joint table on the way."""

    def __init__(self, joint: Joint, deadline: Deadline = NEVER) -> None:
        """Find one joint table that fits. Raises `PublicationError` if there is none."""
        self.joint = joint
        self.witnesses: list[Table] = []
        self.never_small: dict[int, tuple[int, Multipliers]] = {}
        self._answers = [_Answer() for _ in joint.numbers]
        self._deadline = deadline
        self._programme = Programme(joint, deadline)
        self._chance = random.Random(9)  # noqa: S311 (any table that fits will do)
        if not self._keep(self._programme.table()):
            raise PublicationError("the numbers contradict each other; no table fits them all")

    def settle(self, index: int) -> None:
        """Find out which values below its threshold a number can have. Raises `OutOfTime`."""
        self._deadline.check()
        number, answer = self.joint.numbers[index], self._answers[index]
        wanted = set(range(1, number.threshold))
        if wanted <= answer.shown:
            return
        if not answer.shown and self._is_never_small(index):
            answer.refuted |= wanted
            return
        for value in sorted(wanted):
            if value in answer.shown:
                continue
            self._deadline.check()
            if not self._keep(self._programme.table(index, value, self._pull())):
                answer.refuted.add(value)
                answer.undecided |= self._programme.gave_up

    def possible(self, index: int) -> tuple[int, ...]:
        """Give the values below the threshold that a number can have."""
        return tuple(sorted(self._answers[index].shown))

    def is_safe(self, index: int, *, strict: bool) -> bool:
        """Say whether all values below the threshold are possible; or, if not strict, none."""
        answer = self._answers[index]
        everything = len(answer.shown) == self.joint.numbers[index].threshold - 1
        return everything or not (answer.shown or strict or answer.undecided)

    def bounds(self, index: int) -> tuple[int, int | None]:
        """Give the least and the most that a number can be."""
        return self._programme.bounds(index)

    def held_by(self, index: int) -> set[int]:
        """Give the numbers that keep a number from being less, or more."""
        found: set[int] = set()
        for sign in (1, -1):
            found |= self._programme.lowest(index, sign)[1].keys()
        return {row for row in found if row < len(self.joint.numbers)}

    def opens(self, index: int, values: Sequence[int], blank: int) -> bool:
        """Say whether a number could have other values if one more were blank."""
        return all(self._programme.table(index, value, blank=blank) is not None for value in values)

    def _is_never_small(self, index: int) -> bool:
        """Say whether a number is surely k or more, or surely 0, by the bounds of its programme."""
        threshold = self.joint.numbers[index].threshold
        for sign, limit in ((1, threshold - 1), (-1, -1)):
            bound, why, fit = self._programme.lowest(index, sign)
            if bound > limit + NEAR:
                self.never_small[index] = sign, why
                return True
            self._keep(fit)
        return False

    def _pull(self) -> list[tuple[int, float]]:
        """Pull numbers that are not settled yet up or down, so that one table settles several."""
        open_ones = [
            index
            for index, number in enumerate(self.joint.numbers)
            if number.threshold
            and not number.known
            and len(self._answers[index].shown) < number.threshold - 1
            and not self._answers[index].refuted
            and index not in self.never_small
        ]
        self._chance.shuffle(open_ones)
        return [(index, self._chance.choice((1.0, 1.0, -0.2))) for index in open_ones[:40]]

    def _keep(self, fit: Fit | None) -> bool:
        """Keep a joint table if it shows anything new; say whether there was one."""
        if fit is None:
            return False
        new = not self.witnesses
        for index, value in fit.totals.items():
            if 0 < value < self.joint.numbers[index].threshold:
                shown = self._answers[index].shown
                new = new or value not in shown
                shown.add(value)
        if new:
            self.witnesses.append(fit.table)
        return True


def _finding(search: Search, index: int, newest: int) -> Finding:
    number = search.joint.numbers[index]
    least, most = search.bounds(index)
    return Finding(
        str(number),
        tuple(number.places),
        number.threshold,
        search.possible(index),
        least,
        most,
        _mend(search, index, newest),
    )


def _mend(search: Search, index: int, newest: int) -> Mend:
    """Find a number whose blanking would do, among those that the newest publication adds."""
    numbers = search.joint.numbers
    near = sorted(
        (len(numbers[other].atoms), other)
        for other in search.held_by(index)
        if other != index and numbers[other].known and numbers[other].least
        if all(place.publication == newest for place in numbers[other].places)
        if numbers[other].places
    )
    shown = search.possible(index)
    missing = [value for value in range(1, numbers[index].threshold) if value not in shown]
    if numbers[index].known and numbers[index].places:
        return Mend(MendKind.BLANK, str(numbers[index]))
    for _, other in near[:MENDS_TRIED]:
        if search.opens(index, missing, other):
            return Mend(MendKind.BLANK, str(numbers[other]))
    return Mend(MendKind.MERGE, str(numbers[index]))
