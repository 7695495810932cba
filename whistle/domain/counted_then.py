"""Who a published report counted, as far as its tables tell: what a correction is compared with.

No id, no text, nothing of a case but what the report's cells are made of. Days are kept as they
are, since another report may divide the same days in another way.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.registration import Issue


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """One person at the citizens' door: the day they came, and the first issue they came with."""

    received: date
    casework: bool = False
    category: str = ""
    subcategory: str = ""
    centre: str = ""

    @classmethod
    def of(cls, fact: Anonymised) -> "Person":
        """Give what tables tell of a fact: without casework, of its issue nothing."""
        first = fact.issues[0] if fact.issues and fact.casework else Issue()
        told = (first.category, first.subcategory, first.centre)
        return cls(fact.received, bool(fact.casework), *told)

    @property
    def fact(self) -> Anonymised:
        """Give a fact that tables tell the same of."""
        issues = (Issue(self.category, self.subcategory, self.centre),)
        return Anonymised(Channel.CITIZEN, self.received, casework=self.casework, issues=issues)


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """A release that was counted: its inbox (16 bytes), its days, the SHA-256 of all it tells."""

    source: bytes
    first: date
    last: date
    digest: bytes


@dataclass(frozen=True, slots=True)
class Sources:
    """Where those counted came from. ``opened``: the inboxes that the maker opened, sorted.

    ``lots``: what was released of other inboxes, and counted; sorted.
    """

    opened: tuple[bytes, ...] = ()
    lots: tuple[Lot, ...] = ()


@dataclass(frozen=True, slots=True)
class CountedThen:
    """Everybody that a report counted at the citizens' door, sorted, each as often as counted.

    ``sources``: of all doors.
    """

    people: tuple[Person, ...] = ()
    sources: Sources = Sources()

    @classmethod
    def of(cls, people: Iterable[Person]) -> "CountedThen":
        """Give it of people in any order."""
        return cls(tuple(sorted(people)))


@dataclass(frozen=True, slots=True)
class Difference:
    """Who came and who went between two counts of the same days."""

    came: Counter[Person]
    went: Counter[Person]

    @classmethod
    def of(cls, then: Counter[Person], now: Counter[Person]) -> "Difference":
        """Give it of two counts."""
        return cls(now - then, then - now)

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.came or self.went)

    @property
    def with_casework(self) -> "Difference":
        """The part with casework."""
        return Difference(_with_casework(self.came), _with_casework(self.went))


def _with_casework(people: Counter[Person]) -> Counter[Person]:
    return Counter({one: number for one, number in people.items() if one.casework})


def is_told(fact: Anonymised) -> bool:
    """Say whether a public report tells of a fact.

    How many enquiries wait to be registered is nobody's. Of the citizens, people are counted: one
    who came back is told of once. Section 27 asks for all reports received.
    """
    if fact.channel is not Channel.CITIZEN:
        return True
    return fact.casework is not None and not fact.renewed


def people_in(facts: Iterable[Anonymised]) -> Counter[Person]:
    """Count the people at the citizens' door that a public report tells of."""
    return Counter(
        Person.of(one) for one in facts if one.channel is Channel.CITIZEN and is_told(one)
    )
