"""The protector's linear programme: other tables, and what would have to be hidden for them.

Every number that may be hidden is its true value plus what it rises (``up``) less what it falls
(``down``). Where it is printed, moving it costs its weight, for then it has to be hidden; where it
is hidden it moves nearly for nothing, and stays 1 or more, as a blank does.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from whistle.disclosure.joint import Joint
from whistle.records import dataclass

if TYPE_CHECKING:
    from highspy import Highs

NEAR = 1e-6
HIDDEN_COST = 0.01
"""What moving a hidden number costs, of its weight: few are moved where few will do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A value that a number should be able to have."""

    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made safe.

    ``joint`` has everything blank that may be; ``values`` has the true value of each number that
    may be hidden, and ``weights`` what hiding it costs. ``primary`` has to be hidden.
    """

    joint: Joint
    values: Mapping[int, int]
    weights: Mapping[int, float]
    primary: frozenset[int]

    def targets(self, *, middle: bool = False) -> list[Target]:
        """Give each small number's least and most value; the ``middle`` ones as well if wanted."""
        found = []
        for number in sorted(self.primary):
            most = self.joint.numbers[number].threshold - 1
            wanted = range(1, most + 1) if middle else {1, most}
            found += [Target(number, v) for v in sorted(wanted) if v != self.values[number]]
        return found

    def cost(self, hidden: Iterable[int]) -> float:
        """Give what it costs to hide some numbers."""
        return sum(self.weights[number] for number in hidden)


class Deviations:
    """The programme, loaded once; bounds and costs change."""

    def __init__(self, task: Task) -> None:
        """Load it: columns are the atoms, then up and down of each number that may be hidden."""
        import highspy  # noqa: PLC0415 (a server that starts does not pay for it)

        self._highspy = highspy
        self.task = task
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

    def _load(self) -> "Highs":
        import numpy as np  # noqa: PLC0415

        joint, infinity = self.task.joint, self._highspy.kHighsInf
        model = self._highspy.HighsLp()
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
        model.a_matrix_.format_ = self._highspy.MatrixFormat.kRowwise
        sums = list(self._sums())
        model.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms in sums)])
        model.a_matrix_.index_ = np.array([column for terms in sums for column in terms])
        model.a_matrix_.value_ = np.array([by for terms in sums for by in terms.values()])
        solver = self._highspy.Highs()  # type: ignore[no-untyped-call]
        for option, told in (("output_flag", False), ("threads", 1), ("simplex_strategy", 4)):
            solver.setOptionValue(option, told)
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
        return number.least, self._highspy.kHighsInf if number.most is None else number.most

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

        Give how far each number moves in it; None if there is no such table.
        """
        number, value = target.number, float(target.value)
        if number in self.task.values:
            by = value - self.task.values[number]
            for column, far in ((self.up(number), by), (self.up(number) + 1, -by)):
                self.solver.changeColBounds(column, max(far, 0.0), max(far, 0.0))
        else:
            self.solver.changeRowBounds(number, value, value)
        self.solver.run()
        done = self.solver.getModelStatus() == self._highspy.HighsModelStatus.kOptimal
        moved = self.moved() if done else None
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
