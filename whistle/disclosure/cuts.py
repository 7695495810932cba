"""Cutting planes: the least that can be hidden (Fischetti and Salazar, 2001).

A master programme chooses what to hide; for each small number and value another asks how near it
comes to that value, and if not near enough its dual solution is a cut: of these numbers, so much
has to be hidden. What is chosen then goes before a judge, the attacker: what it finds beside the
small numbers (one that is hidden, not small, and yet told too much of) becomes a cut as well.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from whistle.disclosure.deadline import Deadline, OutOfTime
from whistle.disclosure.deviations import NEAR, Deviations, Target, Task

if TYPE_CHECKING:
    from highspy import Highs

VIOLATED = 1e-3
Cut = tuple[dict[int, float], float]
"""Numbers with what hiding each is worth, and what they have to be worth together."""


Judge = Callable[[frozenset[int]], Sequence[Target]]
"""Given what is hidden, says which values of which numbers are missing; none: it is safe."""


def least_hidden(
    task: Task, below: float, deadline: Deadline, judge: Judge
) -> frozenset[int] | None:
    """Give what to hide at the least cost, if it is found in time and costs less than ``below``."""
    search = _Cutting(task, deadline)
    try:
        search.run(below, whole=False)
        while (hidden := search.run(below, whole=True)) is not None:
            missing = judge(hidden)
            if not missing:
                return hidden
            search.object(hidden, missing)
    except OutOfTime:
        return None
    return None


class _Cutting:
    def __init__(self, task: Task, deadline: Deadline) -> None:
        import highspy  # noqa: PLC0415

        self._highspy = highspy
        self._task, self._deadline = task, deadline
        self._moves = Deviations(task)
        self._free = [number for number in self._moves.order if number not in task.primary]
        self._column = {number: column for column, number in enumerate(self._free)}
        self._targets = [one for one in task.targets() if one.number in task.values]
        self._master = self._load()

    def _load(self) -> "Highs":
        master = self._highspy.Highs()  # type: ignore[no-untyped-call]
        for option, told in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0)):
            master.setOptionValue(option, told)
        for number in self._free:
            master.addVar(0.0, 1.0)
            master.changeColCost(self._column[number], self._task.weights[number])
        return master

    def run(self, below: float, *, whole: bool) -> frozenset[int] | None:
        """Add cuts until none is violated; in whole numbers at the end.

        Give what is then hidden; None if it costs no less than ``below``. Raises `OutOfTime`.
        """
        base = self._task.cost(self._task.primary)
        if whole:
            for column in range(len(self._free)):
                self._master.changeColIntegrality(column, self._highspy.HighsVarType.kInteger)
        while True:
            self._deadline.check()
            left = max(0.05, self._deadline.left)
            self._master.setOptionValue("time_limit", self._master.getRunTime() + left)
            self._master.run()
            if self._master.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
                raise OutOfTime
            if base + self._master.getInfo().objective_function_value >= below - NEAR:
                return None
            chosen = dict(zip(self._free, self._master.getSolution().col_value, strict=False))
            if not self._add_cuts(chosen):
                hidden = {number for number, share in chosen.items() if share > 1 / 2}
                return frozenset(hidden | self._task.primary)

    def object(self, hidden: frozenset[int], missing: Sequence[Target]) -> None:
        """Add cuts for what a judge finds missing; if there are none, forbid this very choice."""
        chosen = {number: float(number in hidden) for number in self._free}
        for number in self._moves.order:
            self._moves.allow(number, chosen.get(number, 1.0))
        cuts = [
            (target, cut)
            for target in missing
            if target.number in self._task.values
            if (cut := self._cut(target, chosen)) is not None
        ]
        for target, (worth, least) in cuts:
            if target.number in self._column:  # it may be shown instead
                self._add_row({**worth, target.number: -least}, 0.0)
            else:
                self._add_row(worth, least)
        if not cuts:
            worth = {number: 1 - 2 * share for number, share in chosen.items()}
            self._add_row(worth, 1 - sum(chosen.values()))

    def _add_row(self, worth: dict[int, float], least: float) -> None:
        columns = [self._column[number] for number in worth]
        infinity = self._highspy.kHighsInf
        self._master.addRow(least, infinity, len(worth), columns, list(worth.values()))

    def _add_cuts(self, chosen: dict[int, float]) -> bool:
        """Add a cut for each target that is not reached; say whether there were any."""
        for number in self._moves.order:
            self._moves.allow(number, min(1.0, max(0.0, chosen.get(number, 1.0))))
        found = False
        for target in self._targets:
            self._deadline.check()
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
        moves.solver.run()
        reached = -moves.solver.getInfo().objective_function_value
        duals = moves.solver.getSolution().col_dual
        optimal = moves.solver.getModelStatus() == self._highspy.HighsModelStatus.kOptimal
        moves.price(target.number, 0.0)
        moves.allow(target.number)
        if not optimal or reached >= need - VIOLATED:
            return None
        worth = {}
        for number in self._free:
            if number == target.number:
                continue
            column, (rise, fall) = moves.up(number), moves.most[number]
            gain = max(0.0, -duals[column]) * rise + max(0.0, -duals[column + 1]) * fall
            if gain > NEAR:
                worth[number] = gain
        least = need - reached + sum(gain * chosen[number] for number, gain in worth.items())
        return {number: min(gain, least) for number, gain in worth.items()}, least
