"""The attacker's search: which values below its threshold each number of a part can have.

What was found out once is kept. A joint table that fitted may fit again when other numbers are
blank, and factors that proved a number to be never small may prove it again: both are looked at
before a solver is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.joint import Joint
from whistle.disclosure.model import ContradictionError
from whistle.disclosure.parts import Part
from whistle.disclosure.programme import NEAR, Fit, Fractions, Programme

PULLED = 40
"""How many open numbers one joint table is made to settle, if it can."""
WEIGHTS = (1.0, 1.0, -0.2)
"""Most of them are pulled down, where small values are."""


@dataclass(slots=True)
class _Answer:
    """Which values below the threshold no table has, and by which factors it is never small.

    ``undecided``: for one of these nobody knows, as it took too long. It counts as broken.
    """

    refuted: set[int] = field(default_factory=set)
    never_small: tuple[int, Fractions] | None = None
    undecided: bool = False


class Search:
    """Settles the numbers of one part, by their place in it, and keeps every joint table."""

    def __init__(self, joint: Joint, part: Part, deadline: Deadline = NEVER) -> None:
        """Find one joint table that fits. Raises `ContradictionError` if there is none."""
        self.part = part
        self._numbers = [joint.numbers[n] for n in part.numbers]
        self._programme = Programme(joint, part, deadline)
        self._first = self._programme.low, self._programme.high
        self._thresholds = np.array([number.threshold for number in self._numbers], np.int64)
        self._twin = _twins([number.atoms for number in self._numbers])
        self._proofs: dict[tuple[int, int], list[Fractions]] = {}
        self._kept: list[Fit] = []
        self._begin()

    def pose(self, printed: Mapping[int, int]) -> None:
        """Ask anew, with some numbers printed, each with its value, and the others as at first."""
        low, high = self._first[0].copy(), self._first[1].copy()
        for number, value in printed.items():
            low[number] = high[number] = value
        self._programme.pose(low, high)
        self._begin()

    def _begin(self) -> None:
        low, high = self._programme.low, self._programme.high
        known = (low == high)[: len(self._numbers)]
        self._settled = known | (self._thresholds == 0)
        self._answers = [_Answer() for _ in self._numbers]
        self._shown = np.zeros((len(self._numbers), self._thresholds.max(initial=1)), bool)
        self._chance = np.random.default_rng(9)
        self.witnesses: list[Fit] = []
        for fit in self._kept:
            if not ((fit.totals < low) | (fit.totals > high)).any():
                self._show(fit)
        if not self.witnesses and not self._keep(self._programme.table()):
            raise ContradictionError("the numbers contradict each other; no table fits them all")

    def settle(self, number: int) -> None:
        """Find out which values below its threshold a number can have. Raises `OutOfTime`."""
        answer, shown = self._answers[number], self._shown[number]
        wanted = range(1, self._thresholds[number])
        if shown.sum() == len(wanted) or answer.refuted:
            return
        if not shown.any() and self._is_never_small(number):
            answer.refuted.update(wanted)
            self._settled[number] = True
            return
        for value in wanted:
            if shown[value]:
                continue
            if not self._keep(self._programme.table(number, value, self._pull())):
                answer.refuted.add(value)
                self._settled[number] = True
                answer.undecided |= self._programme.gave_up

    def possible(self, number: int) -> tuple[int, ...]:
        """Give the values below the threshold that a number can have."""
        return tuple(int(value) for value in np.flatnonzero(self._shown[number]))

    def missing(self, number: int) -> tuple[int, ...]:
        """Give the values below the threshold that it cannot have, or perhaps not."""
        shown = self._shown[number]
        return tuple(v for v in range(1, self._thresholds[number]) if not shown[v])

    def is_safe(self, number: int, *, strict: bool) -> bool:
        """Say whether all values below the threshold are possible; or, if not strict, none."""
        possible = bool(self._shown[number].any())
        return not self.missing(number) or not (
            possible or strict or self._answers[number].undecided
        )

    def nearest(self, number: int, truth: Mapping[int, int]) -> frozenset[int]:
        """Give which numbers differ from the truth, in a table in which a number is small.

        It is the table in which the fewest do; there is none where the number is never small.
        """
        rows = np.array(list(truth), np.int64)
        values = np.array(list(truth.values()), np.int64)
        found = [
            rows[fit.totals[rows] != values]
            for fit in self.witnesses
            if 0 < fit.totals[number] < self._thresholds[number]
        ]
        return frozenset(min(found, key=len).tolist()) if found else frozenset()

    def never_small(self, number: int) -> tuple[int, Fractions] | None:
        """Give the sign and the factors of the rows that prove it to be never small, if so."""
        return self._answers[number].never_small

    def bounds(self, number: int) -> tuple[int, int | None]:
        """Give the least and the most that a number can be."""
        return self._programme.bounds(number)

    def held_by(self, number: int) -> set[int]:
        """Give the numbers that keep a number from being less, or more."""
        found: set[int] = set()
        for sign in (1, -1):
            why = self._programme.lowest(number, sign).why[: len(self._numbers)]
            found.update(int(row) for row in np.flatnonzero(why))
        return found

    def opens(self, number: int, values: Sequence[int], blank: int) -> bool:
        """Say whether a number could have other values if one more were blank."""
        return all(
            self._programme.table(number, value, blank=blank) is not None for value in values
        )

    def _is_never_small(self, number: int) -> bool:
        """Say whether a number is surely k or more, or surely 0, by the bounds of its programme."""
        most = int(self._thresholds[number]) - 1
        for sign, limit in ((1, most), (-1, -1)):
            proofs = self._proofs.setdefault((self._twin[number], sign), [])
            for why in proofs:
                if self._bound(why) > limit + NEAR:
                    self._answers[number].never_small = sign, why
                    return True
        for sign, limit in ((1, most), (-1, -1)):
            found = self._programme.lowest(number, sign)
            if found.value > limit + NEAR:
                self._proofs[self._twin[number], sign].append(found.why)
                self._answers[number].never_small = sign, found.why
                return True
            self._keep(found.fit)
        return False

    def _bound(self, why: Fractions) -> float:
        """Give what the rows, each taken so many times, come to at the least."""
        rows = np.flatnonzero(why)
        told = np.where(why[rows] > 0, self._programme.low[rows], self._programme.high[rows])
        return float(why[rows] @ told)

    def _pull(self) -> Fractions:
        """Pull numbers that are not settled yet up or down, so that one table settles several."""
        open_ones = np.flatnonzero(
            ~self._settled & (self._shown.sum(axis=1) < self._thresholds - 1)
        )
        chosen = self._chance.permutation(open_ones)[:PULLED]
        return self._programme.cost_of(chosen, self._chance.choice(WEIGHTS, len(chosen)))

    def _keep(self, fit: Fit | None) -> bool:
        """Keep a joint table if it shows anything new; say whether there was one."""
        if fit is not None and self._show(fit):
            self._kept.append(fit)
        return fit is not None

    def _show(self, fit: Fit) -> bool:
        """Note what a joint table shows; say whether it is anything new."""
        totals = fit.totals[: len(self._numbers)]
        small = np.flatnonzero((totals > 0) & (totals < self._thresholds))
        new = not self.witnesses or not self._shown[small, totals[small]].all()
        if new:
            self._shown[small, totals[small]] = True
            self.witnesses.append(fit)
        return new


def _twins(atoms: Sequence[tuple[int, ...]]) -> list[int]:
    """Give for each number the first one that counts the same people."""
    first: dict[tuple[int, ...], int] = {}
    return [first.setdefault(one, number) for number, one in enumerate(atoms)]
