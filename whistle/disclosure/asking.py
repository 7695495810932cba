"""A joint table that is asked about, part by part."""

from collections.abc import Mapping, Sequence

from whistle.disclosure.attacker import Multipliers, Witness
from whistle.disclosure.deadline import NEVER, Deadline
from whistle.disclosure.joint import Joint
from whistle.disclosure.parts import parts_of
from whistle.disclosure.search import Search


class Asked:
    """What is known of the numbers of a joint table, by their index in it."""

    def __init__(self, joint: Joint, deadline: Deadline = NEVER) -> None:
        """Find a table that fits, of each part. Raises `PublicationError` if there is none."""
        self.joint = joint
        self._searches = [Search(joint, part, deadline) for part in parts_of(joint)]
        self._at = {
            number: (search, place)
            for search in self._searches
            for place, number in enumerate(search.part.numbers)
        }

    def pose(self, printed: Mapping[int, int]) -> None:
        """Ask anew, with some numbers printed, each with its value, and the others as at first."""
        for search in self._searches:
            told = enumerate(search.part.numbers)
            search.pose({place: printed[number] for place, number in told if number in printed})

    def settle(self, number: int) -> None:
        """Find out which values below its threshold a number can have. Raises `OutOfTime`."""
        search, place = self._at[number]
        search.settle(place)

    def possible(self, number: int) -> tuple[int, ...]:
        """Give the values below the threshold that a number can have."""
        search, place = self._at[number]
        return search.possible(place)

    def missing(self, number: int) -> tuple[int, ...]:
        """Give the values below the threshold that it cannot have, or perhaps not."""
        search, place = self._at[number]
        return search.missing(place)

    def nearest(self, number: int, truth: Mapping[int, int]) -> frozenset[int]:
        """Give which numbers differ from the truth, in the nearest table in which one is small."""
        search, place = self._at[number]
        numbers = search.part.numbers
        told = {row: truth[one] for row, one in enumerate(numbers) if one in truth}
        return frozenset(numbers[row] for row in search.nearest(place, told))

    def is_safe(self, number: int, *, strict: bool = False) -> bool:
        """Say whether all values below the threshold are possible; or, if not strict, none."""
        search, place = self._at[number]
        return search.is_safe(place, strict=strict)

    def is_proved(self, number: int) -> bool:
        """Say whether it is safe, and so that a certificate can prove it."""
        search, place = self._at[number]
        shown = bool(search.possible(place)) or search.never_small(place) is not None
        return shown and search.is_safe(place, strict=False)

    def bounds(self, number: int) -> tuple[int, int | None]:
        """Give the least and the most that a number can be."""
        search, place = self._at[number]
        return search.bounds(place)

    def held_by(self, number: int) -> set[int]:
        """Give the numbers that keep a number from being less, or more."""
        search, place = self._at[number]
        return {search.part.numbers[row] for row in search.held_by(place)}

    def opens(self, number: int, values: Sequence[int], blank: int) -> bool:
        """Say whether a number could have other values if one more were blank."""
        search, place = self._at[number]
        return search.opens(place, values, self._at[blank][1])

    def witnesses(self) -> tuple[Witness, ...]:
        """Give whole joint tables: each one is of all parts, and a part may show all at first."""
        most = max((len(search.witnesses) for search in self._searches), default=0)
        found = []
        for which in range(most):
            table: dict[int, int] = {}
            for search in self._searches:
                fit = search.witnesses[which if which < len(search.witnesses) else 0]
                told = zip(search.part.atoms, fit.table.tolist(), strict=True)
                table |= {atom: value for atom, value in told if value}
            found.append(table)
        return tuple(found)

    def never_small(self, numbers: Sequence[int]) -> Mapping[int, tuple[int, Multipliers]]:
        """Give the numbers that are never below their threshold, with sign and factors."""
        found: dict[int, tuple[int, Multipliers]] = {}
        for number in numbers:
            search, place = self._at[number]
            if (why := search.never_small(place)) is not None:
                links = (len(self.joint.numbers) + link for link in search.part.links)
                rows = [*search.part.numbers, *links]
                factors = {rows[row]: by for row, by in enumerate(why[1].tolist()) if by}
                found[number] = why[0], factors
        return found
