"""The attacker's programme: joint tables of whole numbers that fit everything published.

Fractions are asked first; where they leave a doubt, whole numbers are. What a solver gives is
reckoned anew in whole numbers before anybody believes it. How long it may take is counted in steps
of the solver, so that a busy machine gives the same answers as an idle one.
"""

from dataclasses import dataclass
from math import inf

import highspy
import numpy as np
import numpy.typing as npt
from highspy import HighsModelStatus as Status

from whistle.disclosure.deadline import NEVER, Deadline, OutOfTime
from whistle.disclosure.joint import Joint
from whistle.disclosure.parts import Part

NEAR = 1e-6
MOST_NODES = 2_000
"""The most that one question in whole numbers may take. What is open then counts as broken."""
LOOKED_EVERY = 16
"""How many questions are asked between two looks at the time, which is not for nothing."""

Whole = npt.NDArray[np.int64]
Fractions = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """A joint table that fits: whole numbers by atom, and what it makes of each number."""

    table: Whole
    totals: Whole


@dataclass(frozen=True, slots=True)
class Bound:
    """The least of a number, why (what each row is taken times), and a table if it is whole."""

    value: float
    why: Fractions
    fit: Fit | None


class Programme:
    """The linear programme of all joint tables that fit: a row a number, a column an atom.

    Rows are the numbers of a part, in its order, then its links; ``low`` to ``high`` is what each
    may be, which `pose` changes.
    """

    def __init__(self, joint: Joint, part: Part, deadline: Deadline = NEVER) -> None:
        """Load it."""
        self._deadline, self._asked = deadline, 0
        self._rows = Rows(joint, part)
        self._solver = _loaded(self._rows)
        self._whole: highspy.Highs | None = None
        self._cost = np.zeros(self._rows.columns)
        self.low, self.high = self._rows.low, self._rows.high
        self.gave_up = False

    def pose(self, low: Fractions, high: Fractions) -> None:
        """Say what each row may be from now on."""
        self.low, self.high = low, high
        _bound(self._solver, low, high)

    def cost_of(self, rows: npt.NDArray[np.intp], weights: Fractions) -> Fractions:
        """Give what each atom costs if each of some numbers costs so much."""
        told = np.zeros(len(self.low))
        told[rows] = weights
        return self._rows.spread(told)

    def table(
        self,
        number: int | None = None,
        value: int = 0,
        cost: Fractions | None = None,
        blank: int | None = None,
    ) -> Fit | None:
        """Give a joint table, in which a number has a value; None: there is none.

        ``cost`` of each atom: it is a cheap one. ``blank``: a number that is taken as blank. Sets
        `gave_up` where no answer was found. Raises `OutOfTime`.
        """
        self.gave_up = False
        low, high = self.low.copy(), self.high.copy()
        if blank is not None:
            low[blank], high[blank] = 1.0, inf
        if number is not None:
            if not low[number] <= value <= high[number]:
                return None
            low[number] = high[number] = value
        if not self._rows.columns:  # there is nobody, and only one table
            return self._read(np.zeros(0), low, high)
        self._set_cost(cost if cost is not None else np.zeros(self._rows.columns))
        _bound(self._solver, low, high)
        try:
            return self._solved(low, high)
        finally:
            _bound(self._solver, self.low, self.high)

    def lowest(self, row: int, sign: int = 1) -> Bound:
        """Give the least of a number (``sign`` -1: of its negative). Raises `OutOfTime`."""
        nothing = np.zeros(len(self.low))
        if not self._rows.columns:
            return Bound(0.0, nothing, None)
        self._set_cost(self.cost_of(np.array([row]), np.array([float(sign)])))
        self._run(self._solver)
        if self._solver.getModelStatus() != Status.kOptimal:
            return Bound(-inf, nothing, None)
        solution = self._solver.getSolution()
        why = np.array(solution.row_dual)
        why[np.abs(why) < NEAR] = 0
        value = self._solver.getInfo().objective_function_value
        return Bound(value, why, self._read(np.array(solution.col_value), self.low, self.high))

    def bounds(self, row: int) -> tuple[int, int | None]:
        """Give the least and the most of a number, in whole tables; None: there is no most."""
        found: list[int | None] = []
        for sign in (1, -1):
            fit = None
            if self.lowest(row, sign).value > -inf:
                fit = self.table(cost=self.cost_of(np.array([row]), np.array([float(sign)])))
            found.append(None if fit is None else int(fit.totals[row]))
        return found[0] or 0, found[1]

    def _solved(self, low: Fractions, high: Fractions) -> Fit | None:
        """Solve as fractions first, whole if need be."""
        for whole in (False, True):
            solver = self._in_whole_numbers(low, high) if whole else self._solver
            told = self._run(solver)
            if told in {Status.kUnbounded, Status.kUnboundedOrInfeasible} and self._cost.any():
                self._set_cost(np.zeros(self._rows.columns))  # without end: any table will do
                return self._solved(low, high)
            if told == Status.kInfeasible:
                return None
            if told == Status.kOptimal:
                values = np.array(solver.getSolution().col_value)
                if (fit := self._read(values, low, high)) is not None:
                    return fit
        self.gave_up = True
        return None

    def _run(self, solver: highspy.Highs) -> Status:
        if self._asked % LOOKED_EVERY == 0:
            self._deadline.check()
            solver.setOptionValue("time_limit", solver.getRunTime() + self._deadline.far_off)
        self._asked += 1
        solver.run()
        if (told := solver.getModelStatus()) == Status.kTimeLimit:
            raise OutOfTime
        return told

    def _in_whole_numbers(self, low: Fractions, high: Fractions) -> highspy.Highs:
        """Give the same programme with whole columns and today's costs."""
        if self._whole is None:
            self._whole = _loaded(self._rows)
            kinds = np.full(self._rows.columns, highspy.HighsVarType.kInteger.value, np.uint8)
            every = np.arange(self._rows.columns, dtype=np.int32)
            self._whole.changeColsIntegrality(len(every), every, kinds)
            self._whole.setOptionValue("mip_max_nodes", MOST_NODES)
        _bound(self._whole, low, high)
        _price(self._whole, self._cost)
        return self._whole

    def _set_cost(self, cost: Fractions) -> None:
        self._cost = cost
        _price(self._solver, cost)

    def _read(self, values: Fractions, low: Fractions, high: Fractions) -> Fit | None:
        """Give a solution as whole numbers if it is one: reckoned anew, without fractions."""
        table = np.rint(values)
        if (np.abs(values - table) > NEAR).any() or (table < 0).any():
            return None
        whole = table.astype(np.int64)
        totals = self._rows.totals(whole)
        if ((totals < low) | (totals > high)).any():
            return None
        return Fit(whole, totals)


class Rows:
    """What each row adds up: the atoms of a number; of a link one side less the other."""

    def __init__(self, joint: Joint, part: Part) -> None:
        """Lay them out."""
        place = {atom: column for column, atom in enumerate(part.atoms)}
        self.columns = len(part.atoms)
        numbers = [joint.numbers[n] for n in part.numbers]
        links = [joint.links[n] for n in part.links]
        atoms = [np.array([place[a] for a in n.atoms], np.int64) for n in numbers]
        both = [np.array([place[a] for a in (*one, *other)], np.int64) for one, other in links]
        factors = [np.ones(len(n.atoms), np.int64) for n in numbers]
        factors += [np.repeat([1, -1], [len(one), len(other)]) for one, other in links]
        sums = [*atoms, *both]
        self.starts = np.cumsum([0, *(len(one) for one in sums)])
        self.index = np.concatenate(sums) if sums else np.zeros(0, np.int64)
        self.factors = np.concatenate(factors) if factors else np.zeros(0, np.int64)
        self._row_of = np.repeat(np.arange(len(sums)), np.diff(self.starts))
        self.low = np.array([float(n.least) for n in numbers] + [0.0] * len(links))
        most = [inf if n.most is None else float(n.most) for n in numbers]
        self.high = np.array(most + [0.0] * len(links))

    def spread(self, told: Fractions) -> Fractions:
        """Give for each atom what is told of the rows that it is in, added up."""
        terms = told[self._row_of] * self.factors
        return np.asarray(np.bincount(self.index, terms, self.columns), np.float64)

    def totals(self, table: Whole) -> Whole:
        """Add up a joint table, row by row, in whole numbers."""
        terms = table[self.index] * self.factors
        return np.bincount(self._row_of, terms, len(self.low)).astype(np.int64)


def _loaded(rows: Rows) -> highspy.Highs:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = rows.columns, len(rows.low)
    model.col_cost_ = np.zeros(rows.columns)
    model.col_lower_ = np.zeros(rows.columns)
    model.col_upper_ = np.full(rows.columns, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = rows.low, rows.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.starts
    model.a_matrix_.index_ = rows.index
    model.a_matrix_.value_ = rows.factors.astype(np.float64)
    solver = new_solver()
    solver.passModel(model)
    return solver


def new_solver() -> highspy.Highs:
    """Give an empty solver. All of a process have to use as many threads."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("simplex_strategy", 4)):
        solver.setOptionValue(option, value)
    return solver


def _bound(solver: highspy.Highs, low: Fractions, high: Fractions) -> None:
    every = np.arange(len(low), dtype=np.int32)
    solver.changeRowsBounds(len(low), every, low, high)  # type: ignore[attr-defined] # no stub


def _price(solver: highspy.Highs, cost: Fractions) -> None:
    solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
