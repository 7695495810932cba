"""Cutting planes: the least that can be hidden (Fischetti and Salazar, 2001).

A master programme chooses what to hide; for each small number and value another asks how near it
comes to that value, and if not near enough its dual solution is a cut: of these numbers, so much
has to be hidden. What is chosen then goes before a judge, the attacker: what it finds beside the
small numbers (one that is hidden, not small, and yet told too much of) becomes a cut as well.
"""

from collections.abc import Callable, Sequence

import highspy
import numpy as np
from highspy import HighsModelStatus as Status

from whistle.disclosure.deadline import OutOfTime, Steps
from whistle.disclosure.deviations import NEAR, Deviations, Target, Task
from whistle.disclosure.programme import new_solver

VIOLATED = 1e-3
MOST_NODES = 1_000
QUESTION, WHOLE_QUESTION, NODE = 25, 1_000, 500
"""What asking costs beside the solver's own steps, as measured; and a node of whole numbers."""
Cut = tuple[dict[int, float], float]
"""Numbers with what hiding each is worth, and what they have to be worth together."""


class _Spent(Exception):
    """No steps are left to look for less."""


Judge = Callable[[frozenset[int]], Sequence[Target]]
"""Given what is hidden, says which values of which numbers are missing; none: it is safe."""


def least_hidden(task: Task, below: float, steps: Steps, judge: Judge) -> frozenset[int] | None:
    """Give what to hide at the least cost, if few steps find it and it costs less than ``below``.

    Raises `OutOfTime`.
    """
    search = _Cutting(task, steps)
    try:
        search.run(below, whole=False)
        while (hidden := search.run(below, whole=True)) is not None:
            missing = judge(hidden)
            if not missing:
                return hidden
            search.object(hidden, missing)
    except _Spent:
        return None
    return None


class _Cutting:
    def __init__(self, task: Task, steps: Steps) -> None:
        self._task, self._steps = task, steps
        self._moves = Deviations(task)
        self._free = [number for number in self._moves.order if number not in task.primary]
        self._column = {number: column for column, number in enumerate(self._free)}
        self._up = np.array([self._moves.up(number) for number in self._free], np.int64)
        most = [self._moves.most[number] for number in self._free]
        self._most = np.array(most, np.float64).reshape(-1, 2)
        self._targets = [one for one in task.targets() if one.number in task.values]
        self._master = self._load()

    def _load(self) -> highspy.Highs:
        master = new_solver()
        master.setOptionValue("mip_rel_gap", 0.0)
        master.setOptionValue("mip_max_nodes", MOST_NODES)
        for number in self._free:
            master.addVar(0.0, 1.0)
            master.changeColCost(self._column[number], self._task.weights[number])
        return master

    def run(self, below: float, *, whole: bool) -> frozenset[int] | None:
        """Add cuts until none is violated; in whole numbers at the end.

        Give what is then hidden; None if it costs no less than ``below``. Raises `_Spent`.
        """
        base = self._task.cost(self._task.primary)
        if whole:
            for column in range(len(self._free)):
                self._master.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        while True:
            if self._run(self._master) != Status.kOptimal:
                raise _Spent
            if base + self._master.getInfo().objective_function_value >= below - NEAR:
                return None
            chosen = dict(zip(self._free, self._master.getSolution().col_value, strict=False))
            if not self._add_cuts(chosen):
                hidden = {number for number, share in chosen.items() if share > 1 / 2}
                return frozenset(hidden | self._task.primary)

    def object(self, hidden: frozenset[int], missing: Sequence[Target]) -> None:
        """Add a cut for each value that a judge finds missing of a number.

        More is hidden, of what brings the number nearer to the value; or, if it is not small, it
        becomes known not to be, as one of those is printed that kept it from being so.
        """
        chosen = {number: float(number in hidden) for number in self._free}
        for number in self._moves.order:
            self._moves.allow(number, chosen.get(number, 1.0))
        for target in missing:
            worth, least = {number: 1.0 for number in self._free if number not in hidden}, 1.0
            if target.number in self._task.values:
                worth, least = self._cut(target, chosen) or (worth, least)
            worth = {number: by / least for number, by in worth.items()}
            small = target.number in self._task.primary or target.number in self._task.derived
            kept = [] if small else [n for n in target.because or hidden if n in self._column]
            for number in kept:
                worth[number] = worth.get(number, 0.0) - 1
            self._add_row(worth, 1.0 - len(kept))

    def _add_row(self, worth: dict[int, float], least: float) -> None:
        columns = [self._column[number] for number in worth]
        infinity = highspy.kHighsInf
        self._master.addRow(least, infinity, len(worth), columns, list(worth.values()))

    def _add_cuts(self, chosen: dict[int, float]) -> bool:
        """Add a cut for each target that is not reached; say whether there were any."""
        for number in self._moves.order:
            self._moves.allow(number, min(1.0, max(0.0, chosen.get(number, 1.0))))
        found = False
        for target in self._targets:
            if (cut := self._cut(target, chosen)) is not None:
                found = True
                self._add_row(*cut)
        return found

    def _cut(self, target: Target, chosen: dict[int, float]) -> Cut | None:
        """Ask how near a number comes to a value; give the cut, if not near enough."""
        moves, by = self._moves, target.value - self._task.values[target.number]
        up, need = moves.up(target.number), float(abs(by))
        sign = 1.0 if by > 0 else -1.0
        moves.solver.changeColCost(up, -sign)
        moves.solver.changeColCost(up + 1, sign)
        moves.solver.changeColBounds(up if by > 0 else up + 1, 0.0, need)
        optimal = self._run(moves.solver) == Status.kOptimal
        reached = -moves.solver.getInfo().objective_function_value
        duals = np.array(moves.solver.getSolution().col_dual)
        moves.price(target.number, 0.0)
        moves.allow(target.number)
        if not optimal or reached >= need - VIOLATED:
            return None
        gains = np.maximum(0.0, -np.stack([duals[self._up], duals[self._up + 1]], 1)) * self._most
        worth = {
            number: float(gain)
            for number, gain in zip(self._free, gains.sum(axis=1), strict=True)
            if gain > NEAR and number != target.number
        }
        least = need - reached + sum(gain * chosen[number] for number, gain in worth.items())
        return {number: min(gain, least) for number, gain in worth.items()}, least

    def _run(self, solver: highspy.Highs) -> Status:
        """Run a solver and count its steps. Raises `_Spent`, and `OutOfTime`."""
        solver.setOptionValue("time_limit", solver.getRunTime() + self._steps.far_off)
        solver.run()
        if (told := solver.getModelStatus()) == Status.kTimeLimit:
            raise OutOfTime
        info = solver.getInfo()
        taken = QUESTION + max(0, info.simplex_iteration_count)
        if info.mip_node_count >= 0:
            taken += WHOLE_QUESTION + NODE * info.mip_node_count
        if not self._steps.spend(taken):
            raise _Spent
        return told
