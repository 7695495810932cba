"""Entries that do not stand where, or as, they were logged: what was done to them.

An entry's hash is over its number, too. So who moves entries, or puts some in or takes some out and
numbers the rest anew, leaves hashes that fit other numbers, and those say what was there.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from whistle.audit.findings import Fault, Finding
from whistle.audit.written import leaf_at

NEARBY = 64  # numbers that are tried in both directions
FAR_SEARCHES = 8  # how often all numbers of the log are tried
FARTHEST = 1 << 20
MOST = 256  # entries that are looked at alone; of more, only that there are more is told
MOST_GAPS = 1024  # of others, only that there are more is told
NUMBERS = range(1 << 64)


@dataclass(slots=True)
class Run:
    """Neighbours that fit numbers higher by ``offset`` than those under which they stand."""

    first: int
    last: int
    offset: int

    def holds(self, number: int) -> bool:
        """Say whether what was logged under ``number`` is among them."""
        return self.first + self.offset <= number <= self.last + self.offset


@dataclass(frozen=True, slots=True)
class Misfit:
    """An entry that fits its hash under no number that was tried. ``tail``: all but its number."""

    number: int
    tail: bytes
    leaf: bytes


class Suspects:
    """Collects what is odd while entries pass by. ``size``: about how many there should be."""

    def __init__(self, size: int) -> None:
        """Suspect nothing yet."""
        self._size = min(size, FARTHEST)
        self._runs: list[Run] = []
        self._misfits: list[Misfit] = []
        self._more = 0
        self._far = FAR_SEARCHES
        self._gaps: list[range] = []  # the lowest first
        self._crowded = False  # whether some were forgotten: then nobody knows what stands twice
        self._late: int | None = None  # the lowest number that stands behind a higher one
        self._twice: list[int] = []
        self._findings: list[Finding] = []

    def unreadable(self, fault: Fault, message: str, number: int) -> None:
        """Note an entry that is none."""
        if len(self._findings) < MOST:
            self._findings.append(Finding(fault, message, number))
        else:
            self._more += 1

    def out_of_order(self, number: int, expected: int) -> None:
        """Look at an entry that stands where another number should."""
        if number > expected:
            self._put(len(self._gaps), range(expected, number))
        elif self._fill(number) or self._crowded:
            self._late = number if self._late is None else min(number, self._late)
        elif len(self._twice) < MOST:
            self._twice.append(number)
        else:
            self._more += 1

    def _fill(self, number: int) -> bool:
        """Say whether an entry was missing so far; from now on it is not."""
        place = bisect_right(self._gaps, number, key=attrgetter("start")) - 1
        if place < 0 or number not in self._gaps[place]:
            return False
        gap = self._gaps.pop(place)
        self._put(place, range(gap.start, number), range(number + 1, gap.stop))
        return True

    def _put(self, place: int, *gaps: range) -> None:
        """Remember gaps, as many as there may be: the lower ones."""
        wide = [gap for gap in gaps if gap]
        room = MOST_GAPS - len(self._gaps)
        self._gaps[place:place] = wide[:room]
        if len(wide) > room:
            self._crowded = True
            self._more += 1

    def misfit(self, number: int, tail: bytes, leaf: bytes) -> None:
        """Look at an entry whose hash is not its own."""
        run = self._runs[-1] if self._runs else None
        if run and run.last == number - 1 and _fits(number + run.offset, tail, leaf):
            run.last = number
        elif len(self._misfits) + len(self._runs) >= MOST:
            self._more += 1
        else:
            found = next(self._fitting(number, tail, leaf), None)
            if found is None:
                self._misfits.append(Misfit(number, tail, leaf))
            else:
                self._runs.append(Run(number, number, found - number))

    def _fitting(self, number: int, tail: bytes, leaf: bytes) -> Iterator[int]:
        nearby = range(max(0, number - NEARBY), number + NEARBY + 1)
        yield from (other for other in nearby if _fits(other, tail, leaf))
        if self._far:
            self._far -= 1
            everywhere = range(self._size + NEARBY)
            yield from (other for other in everywhere if _fits(other, tail, leaf))

    def judge(self) -> list[Finding]:
        """Say what was found, the first first."""
        found = [*self._findings, *self._order(), *map(self._moved, self._runs)]
        inserted = {one.first for one in found if one.fault is Fault.INSERTED}
        found += [self._changed(one) for one in self._misfits if one.number not in inserted]
        if self._more:
            found.append(
                Finding(Fault.CHANGED, f"{self._more} more entries are not what was logged.")
            )
        return sorted(found, key=_place)

    def _order(self) -> Iterator[Finding]:
        for gap in self._gaps:
            gone = _entries(gap.start, gap.stop - gap.start)
            yield Finding(Fault.REMOVED, f"{gone} not there.", gap.start)
        if self._late is not None:
            told = f"Entry {self._late} stands behind later ones; others may, too."
            yield Finding(Fault.REORDERED, told, self._late)
        for number in self._twice:
            yield Finding(Fault.INSERTED, f"There is more than one entry {number}.", number)

    def _moved(self, run: Run) -> Finding:
        if run.offset > 0 and not self._is_held(run.first):
            gone = _entries(run.first, run.offset)
            return Finding(
                Fault.REMOVED,
                f"{gone} not there, and those after were numbered anew: what stands as entry "
                f"{run.first} was logged as entry {run.first + run.offset}.",
                run.first,
            )
        if run.offset < 0 and not self._is_held(run.last):
            first = run.first + run.offset
            put = _entries(first, -run.offset).removesuffix(" are").removesuffix(" is")
            return Finding(
                Fault.INSERTED,
                f"{put} was put in, and those after were numbered anew: what stands as entry "
                f"{run.first} was logged as entry {first}.",
                first,
            )
        logged = run.first + run.offset
        return Finding(
            Fault.REORDERED,
            f"What stands as entry {run.first} was logged as entry {logged}.",
            min(run.first, logged),
        )

    def _is_held(self, number: int) -> bool:
        return any(run.holds(number) for run in self._runs)

    def _changed(self, one: Misfit) -> Finding:
        for other in self._misfits:
            if other is not one and _fits(other.number, one.tail, other.leaf):
                return Finding(
                    Fault.REORDERED,
                    f"What stands as entry {one.number} was logged as entry {other.number}.",
                    min(one.number, other.number),
                )
        return Finding(
            Fault.CHANGED,
            f"Entry {one.number} does not fit the hash that is kept with it.",
            one.number,
        )


def _fits(number: int, tail: bytes, leaf: bytes) -> bool:
    return number in NUMBERS and leaf_at(number, tail) == leaf


def _entries(first: int, count: int) -> str:
    return f"Entry {first} is" if count == 1 else f"Entries {first} to {first + count - 1} are"


def _place(one: Finding) -> int:
    return -1 if one.first is None else one.first
