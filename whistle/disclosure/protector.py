"""The protector: merge first, then blank as little as possible, until the attacker gives up."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf

from whistle.disclosure.attacker import (
    Attack,
    Finding,
    attack,
    broken_before,
    first_broken,
    shortfalls,
)
from whistle.disclosure.certificate import Certificate, certify
from whistle.disclosure.cuts import least_hidden
from whistle.disclosure.deadline import NEVER, Deadline, OutOfTime
from whistle.disclosure.deviations import Target, Task
from whistle.disclosure.grid import Key
from whistle.disclosure.joint import Joint, join
from whistle.disclosure.merging import (
    Merging,
    Single,
    grand_totals,
    merged,
    mergings_of,
    next_merging,
    one_way,
    singles,
    too_small,
)
from whistle.disclosure.model import TOTAL, Place, Publication, PublicationError
from whistle.disclosure.repair import CannotReach, repaired
from whistle.domain.errors import RefusedError
from whistle.records import dataclass

ORDER = ("category", "centre", "period")
FEW = 100
"""Fewer people than this a year are shown in one-way tables, unless crossed ones are asked for."""
INNER_COST, TOTAL_COST = 1.0, 1.05
"""A total tells more than a number within, so hiding it costs more."""
ROUNDS = 6
"""How often what the attacker found is mended before more lines are merged."""


class CannotProtect(RefusedError):
    """However much were hidden and merged, some numbers would stay known."""

    def __init__(
        self, names: Sequence[str], places: Sequence[Place] = (), *, late: bool = False
    ) -> None:
        """Name some of them, and where one of them stands; ``late``: the time was up."""
        when = " in the time there is" if late else ""
        super().__init__(
            f"these tables cannot be made safe{when} ({', '.join(names)}); merge lines by hand, "
            "leave a table out, or publish a longer period"
        )
        self.places = tuple(places)


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be published, with the proof that it may.

    ``mergings``: what was merged, in turn. ``singles``: lines whose people have something in
    common. ``method``: which search hid least. ``attack``: that found nothing.
    """

    publication: Publication
    certificate: Certificate
    mergings: tuple[Merging, ...]
    singles: tuple[Single, ...]
    method: str
    attack: Attack

    @property
    def hidden(self) -> int:
        """Count the numbers that are blank, each once wherever it stands."""
        newest = len(self.certificate.reports) - 1
        told = self.publication.places(newest)
        return len({self.attack.joint.number_at[place] for place, v in told if v is None})


def protect(
    publication: Publication,
    earlier: Sequence[Publication] = (),
    *,
    order: Sequence[str] = ORDER,
    crossed: bool | None = None,
    seconds: float = 2.0,
    deadline: Deadline = NEVER,
) -> Protected:
    """Make a publication safe beside everything published before it.

    ``publication`` has every number; ``earlier`` as they were published. ``order``: the dimensions
    that may be merged, the first one first. ``crossed``: two-way tables, or one-way ones; unless
    told, two-way from `FEW` people.
    ``seconds`` of processor time to look for the least to hide, after something safe was found;
    ``deadline`` for all of it. Lines that were merged in a report of the same days are merged here.

    What is returned, the attacker has failed at, and the certificate has been checked. Raises
    `CannotProtect`, and `PublicationError` for tables with blanks or contradictions.
    """
    if publication.hidden:
        raise PublicationError("it has blanks already; every number is needed to make it safe")
    if crossed is None:
        crossed = _people(publication) >= FEW
    if not crossed:
        publication = one_way(publication)
    try:
        return _safe(publication, earlier, order, seconds, deadline)
    except OutOfTime as error:
        raise CannotProtect([table.id for table in publication.tables], late=True) from error


def _safe(
    publication: Publication,
    earlier: Sequence[Publication],
    order: Sequence[str],
    seconds: float,
    deadline: Deadline,
) -> Protected:
    """Merge until blanks are enough. Raises `CannotProtect` and `OutOfTime`."""
    mergings: list[Merging] = []
    for merging in mergings_of(earlier, publication, order):
        with suppress(PublicationError):  # a line of it is not there
            publication = merged(publication, [merging])
            mergings.append(merging)
    while small := too_small(publication, order):
        publication = merged(publication, [small])
        mergings.append(small)
    search = _Search(earlier, broken_before(earlier, publication, deadline), seconds, deadline)
    while True:
        try:
            safe, method, found = _blanked(publication, search)
        except CannotProtect as error:
            if (next_one := next_merging(publication, order, error.places)) is None:
                raise
            publication = merged(publication, [next_one])
            mergings.append(next_one)
            continue
        certificate = certify([*earlier, safe], found)
        return Protected(
            safe, certificate, tuple(mergings), tuple(singles(publication)), method, found
        )


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked beside a publication: ``known`` before it, and the time there is."""

    earlier: Sequence[Publication]
    known: frozenset[Key]
    seconds: float
    deadline: Deadline


def possible(
    publication: Publication,
    earlier: Sequence[Publication] = (),
    keep: frozenset[Place] = frozenset(),
) -> tuple[Finding, ...]:
    """Say what stays known though everything is blank but zeros, grand totals and ``keep``.

    Anything but an empty answer proves that no blanking makes the publication safe.
    """
    task_of = _Loosest(publication, earlier, keep)
    return attack([*earlier, task_of.loosest], task_of.truth).findings


def _people(publication: Publication) -> int:
    return max((v or 0 for _, v in publication.places()), default=0)


class _Loosest:
    """A publication with everything blank that may be, and what is true of it."""

    def __init__(
        self,
        publication: Publication,
        earlier: Sequence[Publication],
        keep: frozenset[Place] = frozenset(),
    ) -> None:
        index = len(earlier)
        kept = {replace(place, publication=0) for place in {*keep, *grand_totals(publication)}}
        told = list(publication.places())
        self.publication, self.earlier = publication, earlier
        self.loosest = publication.blanked(
            {(p.table, p.row, p.column) for p, value in told if value and p not in kept}
        )
        self.truth = {replace(place, publication=index): value or 0 for place, value in told}

    def task(self) -> Task:
        """Give the task of hiding as little of it as possible."""
        joint = join([*self.earlier, self.loosest])
        values = {
            joint.number_at[place]: value
            for place, value in self.truth.items()
            if not joint.numbers[joint.number_at[place]].known
        }
        primary = frozenset(n for n, v in values.items() if v < joint.numbers[n].threshold)
        return Task(joint, values, {n: self._weight(joint, n) for n in values}, primary)

    def _weight(self, joint: Joint, number: int) -> float:
        tables = {table.id: table for table in self.publication.tables}
        for place in joint.numbers[number].places:
            if place.publication != len(self.earlier):
                continue
            table = tables[place.table]
            lines = [*table.rows, *table.columns]
            if any(line.kind == TOTAL and line.id in {place.row, place.column} for line in lines):
                return TOTAL_COST
        return INNER_COST

    def with_hidden(self, joint: Joint, hidden: frozenset[int]) -> Publication:
        """Give the publication with these numbers blank wherever they stand."""
        places = {
            (place.table, place.row, place.column)
            for number in hidden
            for place in joint.numbers[number].places
            if place.publication == len(self.earlier)
        }
        return self.publication.blanked(places)


def _blanked(publication: Publication, search: _Search) -> tuple[Publication, str, Attack]:
    """Blank as little as is found. Raises `CannotProtect` and `OutOfTime`."""
    earlier, deadline = search.earlier, search.deadline
    loosest = _Loosest(publication, earlier)
    if number := first_broken([*earlier, loosest.loosest], loosest.truth, deadline):
        raise CannotProtect([str(number)], number.places)
    task = loosest.task()
    quick = _until_safe(loosest, task, _greedy(task, deadline), search)
    if search.seconds and quick != task.primary:
        below = inf if quick is None else task.cost(quick)
        soon = Deadline(min(Deadline.after(search.seconds).until, deadline.until))
        best = least_hidden(
            task, below, soon, lambda hidden: _missing(loosest, task, hidden, search)
        )
        if best is not None:
            return _found(loosest, task, best, "cutting planes")
    if quick is None:
        raise CannotProtect([table.id for table in publication.tables])
    return _found(loosest, task, quick, "greedy")


def _greedy(task: Task, deadline: Deadline) -> frozenset[int]:
    if not (targets := task.targets()):
        return task.primary
    try:
        return repaired(task, targets, deadline=deadline)
    except CannotReach:
        return frozenset(task.values)


def _until_safe(
    loosest: _Loosest, task: Task, hidden: frozenset[int], search: _Search
) -> frozenset[int] | None:
    """Hide more until the attacker finds nothing new; None if that does not come about."""
    shown: frozenset[int] = frozenset()
    for _ in range(ROUNDS):
        missing = _missing(loosest, task, hidden, search)
        if not missing:
            return hidden
        try:
            more = repaired(task, [*task.targets(), *missing], hidden, shown, search.deadline)
        except CannotReach as error:  # not small, and told too much of: show it instead
            if (number := error.target.number) in task.primary or number not in hidden:
                return None
            shown |= {number}
            more = hidden - shown
        if more == hidden:
            return None
        hidden = more
    return None


def _missing(
    loosest: _Loosest, task: Task, hidden: frozenset[int], search: _Search
) -> list[Target]:
    """Give what the attacker finds: values that numbers should be able to have, and cannot."""
    # Both joint tables list the same numbers in the same order.
    told = [*loosest.earlier, loosest.with_hidden(task.joint, hidden)]
    found = shortfalls(told, search.deadline)
    return [
        Target(number, value)
        for number, values in found.items()
        if task.joint.keys[number] not in search.known
        for value in values
    ]


def _found(
    loosest: _Loosest, task: Task, hidden: frozenset[int], method: str
) -> tuple[Publication, str, Attack]:
    publication = loosest.with_hidden(task.joint, hidden)
    return publication, method, attack([*loosest.earlier, publication])


def values_of(publication: Publication, index: int = 0) -> Mapping[Place, int]:
    """Give what is printed by place, as ``truth`` for the attack."""
    return {
        replace(place, publication=index): value
        for place, value in publication.places()
        if value is not None
    }
