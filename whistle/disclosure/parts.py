"""The parts of a joint table that nothing ties together: each can be asked about by itself.

Reports whose days do not meet share no atom, nor do a door's own totals and another's. So five
years are five small programmes, and a new year is asked about without the four before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from whistle.disclosure.joint import Joint


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers, atoms and links that hang together, by their index in the joint table."""

    numbers: tuple[int, ...]
    atoms: tuple[int, ...]
    links: tuple[int, ...]


def parts_of(joint: Joint) -> list[Part]:
    """Divide a joint table, in the order of its numbers. What counts nobody at all is one part."""
    joined = _Joined(joint.atoms)
    for number in joint.numbers:
        joined.join(number.atoms)
    for one, other in joint.links:
        joined.join((*one, *other))
    parts: dict[int, tuple[list[int], list[int], list[int]]] = {}
    for index, number in enumerate(joint.numbers):
        parts.setdefault(joined.root_of(number.atoms), ([], [], []))[0].append(index)
    for atom in range(joint.atoms):
        parts.setdefault(joined.root_of((atom,)), ([], [], []))[1].append(atom)
    for index, (one, other) in enumerate(joint.links):
        if one or other:
            parts[joined.root_of((*one, *other))][2].append(index)
    return [Part(tuple(n), tuple(a), tuple(links)) for n, a, links in parts.values()]


class _Joined:
    """Atoms that are joined have one root; of no atom at all it is -1."""

    def __init__(self, atoms: int) -> None:
        self._above = list(range(atoms))

    def root_of(self, atoms: Iterable[int]) -> int:
        atom = next(iter(atoms), -1)
        while atom >= 0 and self._above[atom] != atom:
            self._above[atom] = self._above[self._above[atom]]
            atom = self._above[atom]
        return atom

    def join(self, atoms: Iterable[int]) -> None:
        first = -1
        for atom in atoms:
            root = self.root_of((atom,))
            first = root if first < 0 else first
            self._above[root] = first
