"""Blanking: as few numbers as are found, of one publication whose lines are merged already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from whistle.disclosure.codes import Codes, inner, meeting
from whistle.disclosure.cuts import least_hidden
from whistle.disclosure.deadline import Deadline, Steps
from whistle.disclosure.deviations import Target, Task
from whistle.disclosure.joint import join
from whistle.disclosure.judge import Judge
from whistle.disclosure.merging import grand_totals
from whistle.disclosure.model import INNER, SIDES, TOTAL, Place, Publication, Table
from whistle.disclosure.refusal import CannotProtect
from whistle.disclosure.repair import CannotReach, repaired

INNER_COST, TOTAL_COST = 1.0, 1.05
"""A total tells more than a number within, so hiding it costs more."""
ROUNDS = 6
"""How often what the attacker found is mended before more lines are merged."""


def loosest_of(
    publication: Publication, index: int = 0, keep: frozenset[Place] = frozenset()
) -> tuple[Publication, Mapping[Place, int]]:
    """Give a publication with everything blank but zeros, grand totals and ``keep``.

    With it what is true of each place, of the publication's ``index`` among others.
    """
    kept = {replace(place, publication=0) for place in {*keep, *grand_totals(publication)}}
    told = list(publication.places())
    blank = {(p.table, p.row, p.column) for p, value in told if value and p not in kept}
    truth = {replace(place, publication=index): value or 0 for place, value in told}
    return publication.blanked(blank), truth


class Blanking:
    """What can be done with one publication beside those that were published before it."""

    def __init__(
        self,
        publication: Publication,
        earlier: Sequence[Publication],
        deadline: Deadline,
        beside: Sequence[Publication] = (),
    ) -> None:
        """Put it together with the earlier ones whose days meet its own; ``beside``: as in `join`.

        Raises `PublicationError` if it contradicts them.
        """
        self._publication, self._deadline = publication, deadline
        self._newest = len(earlier)
        loosest, self._truth = loosest_of(publication, self._newest)
        every = [*earlier, loosest]
        self._codes = Codes([*every, *beside])
        self._told = every, beside
        near = set[int]().union(*meeting(self._codes, every)[self._newest].values())
        self._joint = join(every, beside, near)
        self._judge = Judge(self._joint, deadline)

    def check(self) -> None:
        """Raise `CannotProtect` if a small number stays known whatever is blank: it is a proof.

        Raises `OutOfTime`.
        """
        number = self._judge.first_broken(sorted({*self._task.primary, *self._task.derived}))
        if number is not None:
            raise self._refusal(number)

    def check_others(self) -> None:
        """Raise `CannotProtect` if a number that only earlier ones name is known of, all blank.

        Whatever is blank or merged here does not make it less known; it could only turn out not to
        be small, which is not waited for. Raises `OutOfTime`.
        """
        every, beside = self._told
        own = {*join(every, beside, {self._newest}).keys}
        for one in self._judge.missing(self._task, frozenset(self._task.values)):
            if self._joint.keys[one.number] not in own:
                raise self._refusal(one.number)

    def run(self, effort: int) -> tuple[Publication, str]:
        """Blank as little as is found, and name the search that found it.

        ``effort``: how many steps of a solver may be spent on finding less, once it is safe. Raises
        `CannotProtect` and `OutOfTime`.
        """
        self.check()
        task = self._task
        quick = self._until_safe(self._greedy())
        if effort and quick != task.primary:
            steps = Steps(effort, self._deadline)
            best = least_hidden(task, task.cost(quick), steps, self._missing)
            if best is not None:
                return self._with_hidden(best), "cutting planes"
        return self._with_hidden(quick), "greedy"

    @cached_property
    def _task(self) -> Task:
        """The task of hiding as little of it as possible."""
        joint = self._joint
        values = {
            joint.number_at[place]: value
            for place, value in self._truth.items()
            if not joint.numbers[joint.number_at[place]].known
        }
        primary = frozenset(n for n, v in values.items() if v < joint.numbers[n].threshold)
        weights = {n: self._weight(n) for n in values}
        return Task(joint, values, weights, primary, self._derived)

    @cached_property
    def _derived(self) -> Mapping[int, int]:
        """The numbers that stand nowhere, and are small: sums of inner cells of a table."""
        cells = [self._cells(table) for table in self._publication.tables]
        found: dict[int, int] = {}
        for index, number in enumerate(self._joint.numbers):
            if number.places or not number.threshold or not number.atoms:
                continue
            for atom_of, values in cells:
                parts = {atom_of.get(atom, -1) for atom in number.atoms}
                whole = -1 not in parts and len(number.atoms) == sum(
                    len(self._joint.numbers[part].atoms) for part in parts
                )
                if whole and 0 < (value := sum(values[p] for p in parts)) < number.threshold:
                    found[index] = value
        return found

    def _cells(self, table: Table) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """Give the inner number of a table that each atom lies in, and what these numbers are."""
        within = [
            {line.id for line in lines if line.kind == INNER} or {line.id for line in lines}
            for lines in (table.rows, table.columns)
        ]
        values = {
            self._joint.number_at[place]: value
            for place, value in self._truth.items()
            if place.table == table.id and place.row in within[0] and place.column in within[1]
        }
        return {a: n for n in values for a in self._joint.numbers[n].atoms}, values

    def _refusal(self, number: int) -> CannotProtect:
        """Say which number stays known, and in which lines it stands."""
        told, near = self._joint.numbers[number], []
        for dimension, leaves in self._joint.keys[number]:
            for table in self._publication.tables:
                for side in SIDES:
                    lines = table.lines(side) if table.dimension(side) == dimension else ()
                    some = [
                        line.id
                        for line in inner(lines)
                        if self._codes.line(dimension, line) <= leaves
                    ]
                    near += [(dimension, tuple(some))] if some else []
        return CannotProtect([str(told)], told.places, near)

    def _weight(self, number: int) -> float:
        tables = {table.id: table for table in self._publication.tables}
        for place in self._joint.numbers[number].places:
            if place.publication != self._newest:
                continue
            table = tables[place.table]
            lines = [*table.rows, *table.columns]
            if any(line.kind == TOTAL and line.id in {place.row, place.column} for line in lines):
                return TOTAL_COST
        return INNER_COST

    def _with_hidden(self, hidden: frozenset[int]) -> Publication:
        """Give the publication with these numbers blank wherever they stand."""
        places = {
            (place.table, place.row, place.column)
            for number in hidden
            for place in self._joint.numbers[number].places
            if place.publication == self._newest
        }
        return self._publication.blanked(places)

    def _greedy(self) -> frozenset[int]:
        task = self._task
        if not (targets := task.targets()):
            return task.primary
        try:
            return repaired(task, targets, deadline=self._deadline)
        except CannotReach:
            return frozenset(task.values)

    def _until_safe(self, hidden: frozenset[int]) -> frozenset[int]:
        """Hide more until the judge finds nothing new. Raises `CannotProtect` if it always does."""
        task = self._task
        shown: frozenset[int] = frozenset()
        missing: list[Target] = []
        for _ in range(ROUNDS):
            missing = self._missing(hidden)
            if not missing:
                return hidden
            try:
                targets = [*task.targets(), *missing]
                more = repaired(task, targets, hidden, shown, self._deadline)
            except CannotReach as error:  # not small, and told too much of: show it instead
                if (part := self._to_show(error.target.number, hidden)) is None:
                    raise self._refusal(error.target.number) from error
                shown |= {part}
                more = hidden - shown
            if more == hidden:
                break
            hidden = more
        raise self._refusal(missing[0].number)

    def _to_show(self, number: int, hidden: frozenset[int]) -> int | None:
        """Give what to print of a number that is told too much of: itself, or its biggest part."""
        task, numbers = self._task, self._joint.numbers
        if number in task.values:
            return number if number in hidden - task.primary else None
        atoms = {*numbers[number].atoms}
        parts = [
            (-task.values[n], n)
            for n in hidden - task.primary
            if atoms.issuperset(numbers[n].atoms)
        ]
        return min(parts)[1] if parts else None

    def _missing(self, hidden: frozenset[int]) -> list[Target]:
        """Give what the judge finds: values that numbers should be able to have, and cannot."""
        return self._judge.missing(self._task, hidden)
