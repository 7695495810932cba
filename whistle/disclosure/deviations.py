"""The protector's linear programme: other tables, and what would have to be hidden for them.

Every number that may be hidden is its true value plus what it rises (``up``) less what it falls
(``down``). Where it is printed, moving it costs its weight, for then it has to be hidden; where it
is hidden it moves nearly for nothing, and stays 1 or more, as a blank does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import highspy
import numpy as np
from highspy import HighsModelStatus as Status

from whistle.disclosure.deadline import NEVER, Deadline, OutOfTime
from whistle.disclosure.joint import Joint
from whistle.disclosure.programme import LOOKED_EVERY, new_solver

NEAR = 1e-6
HIDDEN_COST = 0.01
"""What moving a hidden number costs, of its weight: few are moved where few will do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A value that a number should be able to have."""

    number: int
    value: int
    because: frozenset[int] = frozenset()
    """For one that is not small: it would be known not to be, were one of these printed."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made safe.

    ``joint`` has everything blank that may be; ``values`` has the true value of each number that
    may be hidden, and ``weights`` what hiding it costs. ``primary`` has to be hidden. ``derived``:
    small numbers that stand nowhere and can be worked out, with their values.
    """

    joint: Joint
    values: Mapping[int, int]
    weights: Mapping[int, float]
    primary: frozenset[int]
    derived: Mapping[int, int]

    def targets(self) -> list[Target]:
        """Give each small number's least and most value."""
        found = []
        small = {n: self.values[n] for n in self.primary} | dict(self.derived)
        for number in sorted(small):
            wanted = {1, self.joint.numbers[number].threshold - 1} - {small[number]}
            found += [Target(number, value) for value in sorted(wanted)]
        return found

    def cost(self, hidden: Iterable[int]) -> float:
        """Give what it costs to hide some numbers."""
        return sum(self.weights[number] for number in hidden)


class Deviations:
    """The programme, loaded once; bounds and costs change."""

    def __init__(self, task: Task, deadline: Deadline = NEVER) -> None:
        """Load it: columns are the atoms, then up and down of each number that may be hidden."""
        self.task, self._deadline, self._asked = task, deadline, 0
        self.order = sorted(task.values)
        self._at = {number: place for place, number in enumerate(self.order)}
        self.most = {number: self._most(number) for number in self.order}
        self._shares: dict[int, float] = {}
        self.solver = self._load()

    def _most(self, number: int) -> tuple[int, int]:
        """Give how far a hidden number can rise and fall."""
        told, value = self.task.joint.numbers[number], self.task.values[number]
        biggest = 2 * max(self.task.values.values(), default=0) + 100
        most = biggest if told.most is None else told.most
        return most - value, value - max(1, told.least)

    def up(self, number: int) -> int:
        """Give the column of what a number rises; the next one is what it falls."""
        return self.task.joint.atoms + 2 * self._at[number]

    def _load(self) -> highspy.Highs:
        joint, infinity = self.task.joint, highspy.kHighsInf
        model = highspy.HighsLp()
        columns = joint.atoms + 2 * len(self.order)
        rows = [self._row(row) for row in range(len(joint.numbers))] + [(0.0, 0.0)] * len(
            joint.links
        )
        model.num_col_, model.num_row_ = columns, len(rows)
        model.col_cost_, model.col_lower_ = np.zeros(columns), np.zeros(columns)
        upper = np.full(columns, infinity)
        upper[joint.atoms :] = 0
        model.col_upper_ = upper
        model.row_lower_ = np.array([float(low) for low, _ in rows])
        model.row_upper_ = np.array([float(high) for _, high in rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        sums = list(self._sums())
        model.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms in sums)])
        model.a_matrix_.index_ = np.array([column for terms in sums for column in terms])
        model.a_matrix_.value_ = np.array([by for terms in sums for by in terms.values()])
        solver = new_solver()
        solver.passModel(model)
        return solver

    def _sums(self) -> Iterator[dict[int, float]]:
        """Yield what each row adds up: the numbers, then the links."""
        for row, number in enumerate(self.task.joint.numbers):
            terms = dict.fromkeys(number.atoms, 1.0)
            if row in self.task.values:
                terms |= {self.up(row): -1.0, self.up(row) + 1: 1.0}
            yield terms
        for one, other in self.task.joint.links:
            yield {**dict.fromkeys(one, 1.0), **dict.fromkeys(other, -1.0)}

    def _row(self, row: int) -> tuple[float, float]:
        if row in self.task.values:
            return self.task.values[row], self.task.values[row]
        number = self.task.joint.numbers[row]
        return number.least, highspy.kHighsInf if number.most is None else number.most

    def allow(self, number: int, share: float = 1.0) -> None:
        """Let a number move, all the way or a share of it; 0 keeps it as it is."""
        self._shares[number] = share
        rise, fall = self.most[number]
        self.solver.changeColBounds(self.up(number), 0.0, rise * share)
        self.solver.changeColBounds(self.up(number) + 1, 0.0, fall * share)

    def price(self, number: int, cost: float) -> None:
        """Say what it costs to move a number by one."""
        for column in (self.up(number), self.up(number) + 1):
            self.solver.changeColCost(column, cost)

    def reach(self, target: Target) -> Mapping[int, float] | None:
        """Find the cheapest other table in which a number has a value.

        Give how far each number moves in it; None if there is no such table. Raises `OutOfTime`.
        """
        number, value = target.number, float(target.value)
        if number in self.task.values:
            by = value - self.task.values[number]
            for column, far in ((self.up(number), by), (self.up(number) + 1, -by)):
                self.solver.changeColBounds(column, max(far, 0.0), max(far, 0.0))
        else:
            self.solver.changeRowBounds(number, value, value)
        if self._asked % LOOKED_EVERY == 0:
            self._deadline.check()
            far_off = self.solver.getRunTime() + self._deadline.far_off
            self.solver.setOptionValue("time_limit", far_off)
        self._asked += 1
        self.solver.run()
        told = self.solver.getModelStatus()
        if told == Status.kTimeLimit:
            raise OutOfTime
        moved = self.moved() if told == Status.kOptimal else None
        if number in self.task.values:
            self.allow(number, self._shares[number])
        else:
            self.solver.changeRowBounds(number, *map(float, self._row(number)))
        return moved

    def moved(self) -> Mapping[int, float]:
        """Read how far each number that may be hidden moves in the solution."""
        values = self.solver.getSolution().col_value
        found = {}
        for place, number in enumerate(self.order):
            at = self.task.joint.atoms + 2 * place
            if abs(by := values[at] - values[at + 1]) > NEAR:
                found[number] = by
        return found
