"""The attacker's programme: joint tables of whole numbers that fit everything published.

Fractions are asked first; where they leave a doubt, whole numbers are. What a solver gives is
reckoned anew in whole numbers before anybody believes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.joint import Joint
from whistle.records import dataclass

if TYPE_CHECKING:
    from highspy import Highs, HighsModelStatus

NEAR = 1e-6
SECONDS = 20.0
"""The most that one question may take. What is not answered by then counts as broken."""

Table = Mapping[int, int]
"""A joint table: whole numbers by atom, 0 where there is none."""
Multipliers = Mapping[int, float]
"""What each number is taken times to bound another; from the solver, so not yet exact."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A joint table that fits, and what it makes of each number that is not 0."""

    table: Table
    totals: Mapping[int, int]


class Programme:
    """The linear programme of all joint tables that fit: a row a number, a column an atom."""

    def __init__(self, joint: Joint, deadline: Deadline = NEVER) -> None:
        """Load it."""
        import highspy  # noqa: PLC0415 (a server that starts does not pay for it)

        self._highspy = highspy
        self._numbers = joint.numbers
        self._columns = range(joint.atoms)
        self._parts_of = joint.numbers_of()
        self._limits = [(float(n.least), inf if n.most is None else n.most) for n in joint.numbers]
        self._solver = _load(joint)
        self._whole: Highs | None = None
        self._joint, self._deadline = joint, deadline
        self._pulled: set[int] = set()
        self.gave_up = False

    def table(
        self,
        index: int | None = None,
        value: int = 0,
        pull: Sequence[tuple[int, float]] = (),
        blank: int | None = None,
    ) -> Fit | None:
        """Give a joint table, in which a number has a value; None: there is none.

        ``pull``: numbers with weights, to be low where the weight is above 0. ``blank``: a printed
        number that is taken as blank. Raises `PublicationError` if it takes too long to tell.
        """
        if index is not None and not self._limits[index][0] <= value <= self._limits[index][1]:
            return None
        self._cost(pull)
        bounds = {} if index is None else {index: (float(value), float(value))}
        if blank is not None:
            bounds[blank] = (1.0, self._highspy.kHighsInf)
        return self._solved(bounds)

    def lowest(self, index: int, sign: int = 1) -> tuple[float, Multipliers, Fit | None]:
        """Give the least of a number (``sign`` -1: of its negative), why, and a table if whole."""
        if not self._columns:
            return 0.0, {}, None
        self._cost([(index, float(sign))])
        self._solver.run()
        if self._solver.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return (-self._highspy.kHighsInf, {}, None)
        solution = self._solver.getSolution()
        why = {row: dual for row, dual in enumerate(solution.row_dual) if abs(dual) > NEAR}
        value = self._solver.getInfo().objective_function_value
        return value, why, self._read(solution.col_value, {})

    def bounds(self, index: int) -> tuple[int, int | None]:
        """Give the least and the most of a number, in whole tables; None: there is no most."""
        found: list[int | None] = []
        for sign in (1, -1):
            fit = None
            if self.lowest(index, sign)[0] > -inf:
                fit = self._solved({})
            found.append(None if fit is None else fit.totals.get(index, 0))
        return found[0] or 0, found[1]

    def _solved(self, bounds: Mapping[int, tuple[float, float]]) -> Fit | None:
        """Solve with some rows' bounds as told: as fractions first, whole if need be.

        Sets `gave_up` where no answer was found in time.
        """
        self.gave_up = False
        if not self._columns:  # there is nobody, and only one table
            return self._read([], bounds)
        status = self._highspy.HighsModelStatus
        for solver in (self._solver, None):
            told, values = self._run(solver or self._in_whole_numbers(), bounds)
            if told in {status.kUnbounded, status.kUnboundedOrInfeasible} and self._pulled:
                self._cost(())  # pulled without end: any table will do
                return self._solved(bounds)
            if told == status.kInfeasible:
                return None
            if told == status.kOptimal and (fit := self._read(values, bounds)) is not None:
                return fit
        self.gave_up = True
        return None

    def _run(
        self, solver: "Highs", bounds: Mapping[int, tuple[float, float]]
    ) -> "tuple[HighsModelStatus, Sequence[float]]":
        """Run a solver with some rows' bounds changed; give what it said, and the columns."""
        for row, (low, high) in bounds.items():
            solver.changeRowBounds(row, low, high)
        solver.run()
        told = solver.getModelStatus()
        values = list(solver.getSolution().col_value)
        for row in bounds:
            solver.changeRowBounds(row, *self._limits[row])
        return told, values

    def _in_whole_numbers(self) -> "Highs":
        """Give the same programme with whole columns and today's costs."""
        if self._whole is None:
            self._whole = _load(self._joint)
            kind = self._highspy.HighsVarType.kInteger
            for column in self._columns:
                self._whole.changeColIntegrality(column, kind)
        cost = self._solver.getLp().col_cost_
        for column in self._columns:
            self._whole.changeColCost(column, float(cost[column]))
        self._whole.setOptionValue("time_limit", self._whole.getRunTime() + self._most())
        return self._whole

    def _most(self) -> float:
        """Give the seconds that one question may take."""
        return min(SECONDS, max(0.05, self._deadline.left))

    def _cost(self, pull: Sequence[tuple[int, float]]) -> None:
        costs = dict.fromkeys(self._pulled, 0.0)
        for index, weight in pull:
            for atom in self._numbers[index].atoms:
                costs[atom] = costs.get(atom, 0.0) + weight
        for atom, cost in costs.items():
            self._solver.changeColCost(atom, cost)
        self._pulled = {atom for atom, cost in costs.items() if cost}

    def _read(
        self, values: Sequence[float], bounds: Mapping[int, tuple[float, float]]
    ) -> Fit | None:
        """Give a solution as whole numbers if it is one: reckoned anew, without fractions."""
        table: dict[int, int] = {}
        totals: dict[int, int] = {}
        for atom, value in enumerate(values):
            if value < NEAR and value > -NEAR:
                continue
            whole = round(value)
            if abs(value - whole) > NEAR or whole < 0:
                return None
            table[atom] = whole
            for index in self._parts_of[atom]:
                totals[index] = totals.get(index, 0) + whole
        for row, (low, high) in enumerate(self._limits):
            if not low <= totals.get(row, 0) <= high and row not in bounds:
                return None
        if any(not low <= totals.get(row, 0) <= high for row, (low, high) in bounds.items()):
            return None
        return Fit(table, totals) if _is_linked(self._joint, table) else None


def _is_linked(joint: Joint, table: Table) -> bool:
    return all(
        sum(table.get(atom, 0) for atom in one) == sum(table.get(atom, 0) for atom in other)
        for one, other in joint.links
    )


def _rows(joint: Joint) -> Iterator[tuple[float, float | None, list[int], list[float]]]:
    """Yield bounds, columns and factors: the numbers, then the links."""
    for number in joint.numbers:
        most = None if number.most is None else float(number.most)
        yield float(number.least), most, list(number.atoms), [1.0] * len(number.atoms)
    for one, other in joint.links:
        yield 0.0, 0.0, [*one, *other], [1.0] * len(one) + [-1.0] * len(other)


def _load(joint: Joint) -> "Highs":
    import highspy  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    rows = list(_rows(joint))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = joint.atoms, len(rows)
    model.col_cost_ = np.zeros(joint.atoms)
    model.col_lower_ = np.zeros(joint.atoms)
    model.col_upper_ = np.full(joint.atoms, highspy.kHighsInf)
    model.row_lower_ = np.array([least for least, _, _, _ in rows])
    model.row_upper_ = np.array([highspy.kHighsInf if m is None else m for _, m, _, _ in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(columns) for _, _, columns, _ in rows)])
    model.a_matrix_.index_ = np.array([column for row in rows for column in row[2]])
    model.a_matrix_.value_ = np.array([factor for row in rows for factor in row[3]])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("simplex_strategy", 4)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver
