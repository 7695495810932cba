"""Greedy repair: for each small number find the cheapest other tables, and hide what differs.

Then what turns out not to be needed is shown again. Quick, and seldom far from the best.
"""

from collections.abc import Iterable, Mapping

from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.deviations import HIDDEN_COST, Deviations, Target, Task


class CannotReach(Exception):
    """Whatever is hidden, a number cannot have a value: its other values give it away."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.target = target


class Repair:
    """Hides until every target is reached. Tables once found stay possible, as more is hidden."""

    def __init__(
        self,
        task: Task,
        hidden: Iterable[int] = (),
        shown: frozenset[int] = frozenset(),
        deadline: Deadline = NEVER,
    ) -> None:
        """Begin with what has to be hidden, and what else is; ``shown`` is never hidden."""
        self.task = task
        self._moves = Deviations(task, deadline)
        self.hidden: set[int] = set()
        self._tables: dict[Target, Mapping[int, float]] = {}
        for number in task.values:
            self._moves.allow(number, float(number not in shown))
            self._moves.price(number, task.weights[number])
        for number in {*task.primary, *hidden}:
            self._hide(number)

    def reach(self, targets: Iterable[Target]) -> None:
        """Hide what each target needs. Raises `CannotReach`, and `OutOfTime`."""
        for target in targets:
            moved = self._moves.reach(target)
            if moved is None:
                raise CannotReach(target)
            self._tables[target] = moved
            for number in moved:
                self._hide(number)

    def unhide(self) -> None:
        """Show again what is not needed, the dearest first."""
        self._only_hidden_move()
        extra = sorted(self.hidden - self.task.primary, key=lambda n: (-self.task.weights[n], n))
        for number in extra:
            self._show(number)

    def _only_hidden_move(self) -> None:
        for number in self.task.values:
            self._moves.allow(number, float(number in self.hidden))

    def _hide(self, number: int) -> None:
        if number not in self.hidden:
            self.hidden.add(number)
            self._moves.price(number, HIDDEN_COST * self.task.weights[number])

    def _show(self, number: int) -> None:
        """Show a number if everything can be reached without it."""
        self._moves.allow(number, 0.0)
        found: dict[Target, Mapping[int, float]] = {}
        for target, moved in self._tables.items():
            if number not in moved:
                continue
            if (other := self._moves.reach(target)) is None:
                self._moves.allow(number)
                return
            found[target] = other
        self._tables |= found
        self.hidden.discard(number)


def repaired(
    task: Task,
    targets: Iterable[Target],
    hidden: Iterable[int] = (),
    shown: frozenset[int] = frozenset(),
    deadline: Deadline = NEVER,
) -> frozenset[int]:
    """Give what to hide so that every target is reached. Raises `CannotReach`, and `OutOfTime`.

    Without anything ``hidden`` before, what turns out not to be needed is shown again.
    """
    before = frozenset(hidden)
    repair = Repair(task, before, shown, deadline)
    repair.reach(targets)
    if not before:
        repair.unhide()
    return frozenset(repair.hidden)
