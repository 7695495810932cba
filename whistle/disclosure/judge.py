"""The judge of what is blank: the attacker's search, asked again and again while blanks change.

Only what meets the newest publication is in the joint table. A joint table that fitted once, and a
proof that a number is never small, are kept for the next question (`search.py`). What the judge
lets pass goes before the attacker, who starts afresh from the published numbers.
"""

from collections.abc import Iterable

from whistle.disclosure.asking import Asked
from whistle.disclosure.attacker import asked_of
from whistle.disclosure.deadline import Deadline
from whistle.disclosure.deviations import Target, Task
from whistle.disclosure.joint import Joint


class Judge:
    """Judges choices of blanks, in a joint table in which everything is blank that may be."""

    def __init__(self, joint: Joint, deadline: Deadline) -> None:
        """Load it. Raises `PublicationError` if the numbers contradict each other."""
        self._joint = joint
        self._asked = Asked(joint, deadline)
        self._numbers = asked_of(joint)

    def first_broken(self, small: Iterable[int]) -> int | None:
        """Give one of some small numbers that stays known though all is blank that may be.

        None: there is none. Raises `OutOfTime`.
        """
        for number in small:
            self._asked.settle(number)
            if not self._asked.is_safe(number, strict=True):
                return number
        return None

    def missing(self, task: Task, hidden: frozenset[int]) -> list[Target]:
        """Give values that numbers should be able to have and cannot, with some ``hidden``.

        A number that is never small, but not so that a certificate could prove it, is one as well.
        Raises `OutOfTime`.
        """
        printed = {n: value for n, value in task.values.items() if n not in hidden}
        self._asked.pose(printed)
        found: list[Target] = []
        for number in self._numbers:
            if printed.get(number, 0) >= self._joint.numbers[number].threshold:
                continue
            self._asked.settle(number)
            if not self._asked.is_proved(number):
                because = self._asked.nearest(number, task.values) & hidden
                found += [Target(number, v, because) for v in self._asked.missing(number)]
        return found
