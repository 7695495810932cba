"""The tables of a report: Stevns' 3.1 to 3.4, and what else is registered of enquiries."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias

from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.office import Choice, Office, Unit
from whistle.domain.profile import Profile
from whistle.domain.registration import Issue
from whistle.report import periods, vocabulary
from whistle.report.counting import Layout, Names, count, issues_of
from whistle.report.model import TOTAL, Line, LineKind, Table
from whistle.report.periods import Step
from whistle.report.words import words

NOT_TOLD = "not_told"
_CASEWORK = {False: "without_casework", True: "with_casework"}
_InSpan: TypeAlias = tuple[str, Issue]
"""An issue of an enquiry that lies in a row by period."""


@dataclass(frozen=True)
class Basis:
    """What tables are made from. ``facts``: of all registered enquiries at the citizens' door."""

    profile: Profile
    period: Period
    facts: Sequence[Anonymised]
    language: str
    step: Step = Step.QUARTER

    @cached_property
    def offices(self) -> Sequence[Office]:
        """The office as it stood in the period, newest first."""
        return vocabulary.offices_in(self.profile, self.period)

    @property
    def office(self) -> Office:
        """As it stood last."""
        return self.offices[0]

    @property
    def unit(self) -> Unit:
        """What the municipality counts."""
        return self.office.unit

    @cached_property
    def citizens(self) -> Sequence[Anonymised]:
        """The registered enquiries of citizens in the period."""
        first, last = self.period.first, self.period.last
        return [
            one
            for one in self.facts
            if one.channel is Channel.CITIZEN
            and one.casework is not None
            and first <= one.received <= last
        ]

    @cached_property
    def worked_on(self) -> Sequence[Anonymised]:
        """Those with casework."""
        return [one for one in self.citizens if one.casework]

    @cached_property
    def spans(self) -> Sequence[periods.Span]:
        """The rows of tables by period."""
        return periods.split(self.period, self.step, self.office.year_begins)

    @cached_property
    def issues(self) -> Mapping[_InSpan, int]:
        """The issues that count, with casework, by the rows of tables by period; and how often."""
        return Counter(
            (self.span_of(one), issue)
            for one in self.worked_on
            for issue in issues_of(one, self.unit)
        )

    @cached_property
    def several(self) -> bool:
        """Whether an enquiry has more than one issue."""
        return any(len(one.issues) > 1 for one in self.worked_on)

    @cached_property
    def _begins(self) -> Sequence[date]:
        return [span.days.first for span in self.spans]

    def span_of(self, fact: Anonymised) -> str:
        """Give the row that an enquiry of the period lies in."""
        return self.spans[bisect(self._begins, fact.received) - 1].id

    def said(self, name: str) -> str:
        """Give a word of the report's language."""
        return words(self.language)[name]

    def seen(self, of: Callable[[Issue], str]) -> Names:
        """Give what the issues that count say of something."""
        return {of(issue) for _span, issue in self.issues} - {""}

    @property
    def total(self) -> Line:
        """The column that the others add up to."""
        return Line(TOTAL, self.said("total"), LineKind.TOTAL)


def tables_3(basis: Basis) -> list[Table]:
    """Count tables 3.1 to 3.4; the last where there are sub-categories."""
    tables = [by_casework(basis), by_centre(basis), by_category(basis), by_subcategory(basis)]
    return [one for one in tables if one is not None]


def by_casework(basis: Basis) -> Table:
    """Count 3.1: enquiries by period, with and without casework."""
    layout: Layout[tuple[str, bool]] = Layout(
        "3.1",
        basis.said("3.1"),
        [
            Line(TOTAL, basis.said("3.1/total"), LineKind.TOTAL),
            Line("without_casework", basis.said("3.1/without_casework")),
            Line("with_casework", basis.said("3.1/with_casework")),
        ],
        _span_lines(basis),
        lambda kind: ((kind[0], TOTAL), (TOTAL, _CASEWORK[kind[1]])),
        basis.said("total"),
        [basis.said("footnote")],
    )
    kinds = Counter((basis.span_of(one), bool(one.casework)) for one in basis.citizens)
    return count(layout, kinds)


def by_centre(basis: Basis) -> Table:
    """Count 3.2: enquiries with casework by period and centre."""
    columns, key = _centres(basis)
    columns[0] = Line(TOTAL, basis.said("3.2/total"), LineKind.TOTAL)
    layout: Layout[_InSpan] = Layout(
        "3.2",
        basis.said("3.2"),
        columns,
        _span_lines(basis),
        lambda kind: ((kind[0], TOTAL), (TOTAL, kind[1].centre or NOT_TOLD)),
        basis.said("total"),
        [key, _unit_note(basis)],
        basis.unit.value,
    )
    return count(layout, basis.issues)


def by_category(basis: Basis) -> Table:
    """Count 3.3: enquiries with casework by category and centre."""
    columns, key = _centres(basis)
    categories = vocabulary.choices_in(basis.offices, lambda office: office.categories)
    seen = basis.seen(lambda issue: issue.category)
    layout: Layout[_InSpan] = Layout(
        "3.3",
        basis.said("3.3"),
        columns,
        _and_not_told(basis, vocabulary.lines(categories, seen, basis.language), "category"),
        lambda kind: (
            (kind[1].category or NOT_TOLD, TOTAL),
            (TOTAL, kind[1].centre or NOT_TOLD),
        ),
        basis.said("total"),
        [key, _unit_note(basis)],
        basis.unit.value,
    )
    return count(layout, basis.issues)


def by_subcategory(basis: Basis) -> Table | None:
    """Count 3.4: the categories that have sub-categories by these and centre; none without any."""
    columns, key = _centres(basis)
    divided = subcategories_of(basis)
    if not divided:
        return None
    categories = vocabulary.choices_in(basis.offices, lambda office: office.categories)
    labels = {one: _label(basis, categories[one]) for one in divided if one in categories}
    labels |= {one: one for one in divided if one not in categories}
    named = ", ".join(_numbered(one, label) for one, label in labels.items())
    layout: Layout[_InSpan] = Layout(
        "3.4",
        basis.said("3.4").format(categories=named),
        columns,
        _subcategory_lines(basis, divided, labels),
        lambda kind: (
            _subcategory_rows(kind[1], divided),
            (TOTAL, kind[1].centre or NOT_TOLD),
        ),
        basis.said("total"),
        [key, _unit_note(basis)],
        basis.unit.value,
    )
    return count(layout, basis.issues)


def _subcategory_rows(issue: Issue, divided: Collection[str]) -> Names:
    category = issue.category or NOT_TOLD
    if issue.subcategory or category in divided:
        return issue.subcategory or untold(category), TOTAL
    return ()


def untold(category_id: str) -> str:
    """Name the row of a category's enquiries that have none of its sub-categories."""
    return f"{category_id}/{NOT_TOLD}"


def subcategories_of(basis: Basis) -> dict[str, tuple[str, ...]]:
    """Give the rows of 3.4 by category: what a version knows, what was registered, or was not."""
    categories = vocabulary.choices_in(basis.offices, lambda office: office.categories)
    below = _below(basis)
    counted = sorted({issue for _span, issue in basis.issues}, key=lambda one: one.subcategory)
    found: dict[str, dict[str, None]] = {}
    for choice in (one for office in basis.offices for one in office.categories):
        if choice.subcategories:
            known = dict.fromkeys(sub.id for sub in choice.subcategories)
            found.setdefault(choice.id, {}).update(known)
    for issue in counted:
        if issue.subcategory and issue.subcategory not in below:
            found.setdefault(issue.category or NOT_TOLD, {})[issue.subcategory] = None
    for issue in counted:
        if (one := issue.category or NOT_TOLD) in found and not issue.subcategory:
            found[one][untold(one)] = None
    places = {one: place for place, one in enumerate(categories)}
    ordered = sorted(found, key=lambda one: places.get(one, len(places)))
    return {one: tuple(found[one]) for one in ordered}


def _below(basis: Basis) -> Mapping[str, Choice]:
    return vocabulary.choices_in(
        basis.offices,
        lambda office: (sub for one in office.categories for sub in one.subcategories),
    )


def _subcategory_lines(
    basis: Basis, divided: Mapping[str, Sequence[str]], labels: Mapping[str, str]
) -> list[Line]:
    said = {untold(one): f"{labels[one]}: {basis.said('not_told')}" for one in divided}
    told = {one.id: _label(basis, one) for one in _below(basis).values()} | said
    return [Line(one, told.get(one, one)) for subs in divided.values() for one in subs]


def by_division(basis: Basis) -> Table | None:
    """Count enquiries with casework by centre and division (Aalborg); none where there are none."""
    centres = vocabulary.choices_in(basis.offices, lambda office: office.centres)
    rows = [
        Line(
            f"{centre.id}/{one.id}", f"{centre.label[basis.language]}: {one.label[basis.language]}"
        )
        for centre in centres.values()
        for one in centre.divisions
    ]
    if not rows:
        return None
    known = {row.id for row in rows}
    seen = {f"{issue.centre}/{issue.division}" for _span, issue in basis.issues}
    for one in sorted(seen - known):  # a centre's own, or a division that no version knows
        centre_id, _, division = one.partition("/")
        centre = centres.get(centre_id)
        named = centre.label[basis.language] if centre else centre_id
        rows.append(Line(one, f"{named}: {division or basis.said('not_told')}"))
    layout: Layout[_InSpan] = Layout(
        "divisions",
        basis.said("divisions"),
        [basis.total],
        rows,
        lambda kind: ((f"{kind[1].centre}/{kind[1].division}", TOTAL), (TOTAL,)),
        basis.said("total"),
        [_unit_note(basis)],
        basis.unit.value,
    )
    return count(layout, basis.issues)


def by_choice(basis: Basis) -> Iterable[Table]:
    """Count enquiries by way in, handling, outcome and enquirer; and issues by theme."""
    for name, of, value in _CHOICES:
        told = Counter(map(value, basis.citizens))
        choices = vocabulary.choices_in(basis.offices, of)
        yield _by_one(basis, name, vocabulary.lines(choices, told, basis.language), told)
    themes = vocabulary.choices_in(basis.offices, lambda office: office.themes)
    if themes:
        seen = basis.seen(lambda issue: issue.theme)
        rows = _and_not_told(basis, vocabulary.lines(themes, seen, basis.language), "theme")
        layout: Layout[_InSpan] = Layout(
            "themes",
            basis.said("themes"),
            [basis.total],
            rows,
            lambda kind: ((kind[1].theme or NOT_TOLD, TOTAL), (TOTAL,)),
            basis.said("total"),
            [_unit_note(basis)],
            basis.unit.value,
        )
        yield count(layout, basis.issues)


_CHOICES: Sequence[
    tuple[str, Callable[[Office], Iterable[Choice]], Callable[[Anonymised], str]]
] = (
    ("ways", lambda office: office.ways_in, attrgetter("way_in")),
    ("handlings", lambda office: office.handlings, attrgetter("handling")),
    ("outcomes", lambda office: office.outcomes, attrgetter("outcome")),
    ("enquirers", lambda office: office.enquirers, attrgetter("enquirer")),
)


def _by_one(basis: Basis, name: str, rows: list[Line], told: Mapping[str, int]) -> Table:
    if "" in told:
        rows = [*rows, Line(NOT_TOLD, basis.said("not_told"))]
    layout: Layout[str] = Layout(
        name,
        basis.said(name),
        [basis.total],
        rows,
        lambda value: ((value or NOT_TOLD, TOTAL), (TOTAL,)),
        basis.said("total"),
    )
    return count(layout, told)


def _span_lines(basis: Basis) -> list[Line]:
    return [Line(span.id, periods.label(span, basis.language)) for span in basis.spans]


def _centres(basis: Basis) -> tuple[list[Line], str]:
    centres = vocabulary.choices_in(basis.offices, lambda office: office.centres)
    seen = basis.seen(lambda issue: issue.centre)
    lines, key = vocabulary.centre_lines(centres, seen, basis.language)
    return [basis.total, *_and_not_told(basis, lines, "centre")], key


def _and_not_told(basis: Basis, lines: list[Line], field: str) -> list[Line]:
    """Add a line for the issues that do not say it, where there are any."""
    if all(getattr(issue, field) for _span, issue in basis.issues):
        return lines
    return [*lines, Line(NOT_TOLD, basis.said("not_told"))]


def _label(basis: Basis, choice: Choice) -> str:
    return choice.label[basis.language]


def _numbered(category_id: str, label: str) -> str:
    """Say a category as the seed's table 3.4 does: ``nr. 4 (Klager over sagsbehandling)``."""
    begins = f"{category_id}. "
    if not label.startswith(begins):
        return label
    return f"nr. {category_id} ({label.removeprefix(begins)})"


def _unit_note(basis: Basis) -> str:
    if not basis.several:
        return ""
    return basis.said("each_issue" if basis.unit is Unit.ISSUES else "first_issue")
