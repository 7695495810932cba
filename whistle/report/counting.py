"""Counting facts into tables: each table adds up, and its totals are counted beside its cells.

An enquiry with several issues is counted by its first one where the profile's unit is enquiries, so
that every table adds up to the enquiries there are; where it is issues, each issue counts. Rows and
columns without an enquiry stay: a zero is a finding. No employee is a dimension.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from whistle.domain.anonymised import Anonymised
from whistle.domain.office import Unit
from whistle.domain.registration import Issue
from whistle.report.model import TOTAL, Line, LineKind, Table

Names: TypeAlias = Iterable[str]
_Kind = TypeVar("_Kind", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Layout(Generic[_Kind]):
    """A table that is to be counted. ``total_row``: none where its rows do not add up.

    ``place``: the rows and the columns that enquiries, or issues, of one kind count in; of a
    hundred thousand there are some hundred kinds.
    """

    id: str
    title: str
    columns: Sequence[Line]
    rows: Sequence[Line]
    place: Callable[[_Kind], tuple[Names, Names]]
    total_row: str = ""
    notes: Sequence[str] = ()
    counts: str = "enquiries"


def count(layout: Layout[_Kind], kinds: Mapping[_Kind, int]) -> Table:
    """Count a table; ``kinds``: how many there are of each."""
    cells: Counter[tuple[str, str]] = Counter()
    for kind, number in kinds.items():
        rows, columns = layout.place(kind)
        across = tuple(columns)
        for row in rows:
            for column in across:
                cells[row, column] += number
    lines = list(layout.rows)
    if layout.total_row:
        lines.append(Line(TOTAL, layout.total_row, LineKind.TOTAL))
    return Table(
        layout.id,
        layout.title,
        layout.columns,
        lines,
        [[cells[row.id, column.id] for column in layout.columns] for row in lines],
        [one for one in layout.notes if one],
        layout.counts,
    )


def issues_of(fact: Anonymised, unit: Unit | None) -> Sequence[Issue]:
    """Give the issues of an enquiry that count; one without any counts as one that says nothing."""
    if unit is Unit.ISSUES and fact.issues:
        return fact.issues
    return fact.issues[:1] or (Issue(),)


def median(numbers: Sequence[int]) -> int | None:
    """Give the median in whole days, a half upwards; of none there is none."""
    if not numbers:
        return None
    ordered, middle = sorted(numbers), len(numbers) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle] + 1) // 2
