"""The public version of a report: what may be known to everybody, with the proof that it may.

People are counted, not what they wrote: an enquirer who came back is no new person, and an enquiry
counts by its first issue, whatever the municipality's own unit is. Of the tables there are 3.1 to
3.4, made safe together and beside everything published before (`whistle.disclosure`); § 27's totals
stay exact, by law; of the council's door one total a term, or nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from whistle.disclosure import (
    EXACT,
    CannotProtect,
    Certificate,
    Deadline,
    Merging,
    Protected,
    Publication,
    Single,
    merged,
    protect,
)
from whistle.disclosure import Line as PublicLine
from whistle.disclosure import Table as PublicTable
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.office import Unit
from whistle.domain.profile import Profile
from whistle.report.building import Wanted, basis_of, build
from whistle.report.model import Line, LineKind, Report, Table, Version
from whistle.report.tables import Basis, subcategories_of

ORDER = ("category", "centre", "period")
SECONDS = 1.0  # of looking for the least to hide, once something safe is found
MOST_SECONDS = 20.0  # of processor time, after which no more crosses are tried
LAST_SECONDS = 10.0  # of processor time for one-way tables after that
PROTECTED = ("3.1", "3.2", "3.3", "3.4")
EXACT_TABLES = {"statutory": Channel.WHISTLEBLOWER, "council": Channel.COUNCIL}
_WITH = {"casework": "with_casework"}
_DIMENSIONS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "3.1": ("period", "casework", {}),
    "3.2": ("period", "centre", _WITH),
    "3.3": ("category", "centre", _WITH),
    "3.4": ("category", "centre", _WITH),
}


@dataclass(frozen=True, slots=True)
class Public:
    """What may be published.

    ``hidden``: how many numbers are blank. ``warnings``: lines whose people have something in
    common, which counts alone do not show.
    """

    report: Report
    publication: Publication
    certificate: Certificate
    hidden: int
    warnings: Sequence[Single]


def make_public(
    profile: Profile,
    facts: Sequence[Anonymised],
    wanted: Wanted,
    earlier: Sequence[Publication] = (),
    *,
    dressed: Callable[[Publication], Publication] | None = None,
) -> Public:
    """Make the public version, beside all ``earlier`` ones, in the order of their publication.

    Two-way tables where these can be made safe, else one-way ones, else none of the citizens' and
    a sentence that says so. ``dressed`` may say more of a publication before it is made safe
    (`whistle.report.batches`). Raises `CannotProtect` rather than give anything that the attacker
    breaks.
    """
    first_time = [one for one in facts if _is_told(one)]
    people = _counting_people(profile)
    basis, closed = basis_of(people, first_time, wanted), build(people, first_time, wanted)
    everything = _publication(closed, basis)
    everything = dressed(everything) if dressed else everything
    safe = _protected(_as_preferred(everything, basis), earlier)
    told = {one.id for one in safe.publication.tables}
    notes = [] if told - {*EXACT_TABLES} else [basis.said("too_few_to_tell")]
    return Public(
        _report(replace(closed, notes=[*closed.notes, *notes]), safe.publication),
        safe.publication,
        safe.certificate,
        safe.hidden,
        safe.singles,
    )


def _protected(publication: Publication, earlier: Sequence[Publication]) -> Protected:
    """Merge as little as can be: categories alone, then centres and periods too; one-way at last.

    Where that is not enough, table 3.1 is left out: a single enquiry without casework is the
    difference of two totals. Where nothing is, what a law wants is published by itself.
    """
    without = _without(publication, {"3.1"})
    until = Deadline.after(MOST_SECONDS)
    for some in (publication, without):
        for many in range(1, len(ORDER) + 1):
            with suppress(CannotProtect):
                return _tried(some, earlier, ORDER[:many], until)
    with suppress(CannotProtect):
        return _tried(without, earlier, ORDER, Deadline.after(LAST_SECONDS), crossed=False)
    lawful = _without(publication, {*PROTECTED})
    if not lawful.tables:
        raise CannotProtect(PROTECTED)
    return _tried(lawful, earlier, (), Deadline.after(LAST_SECONDS))


def _tried(
    publication: Publication,
    earlier: Sequence[Publication],
    order: Sequence[str],
    until: Deadline,
    *,
    crossed: bool = True,
) -> Protected:
    return protect(
        publication, earlier, order=order, crossed=crossed, seconds=SECONDS, deadline=until
    )


def _without(publication: Publication, tables: set[str]) -> Publication:
    kept = tuple(one for one in publication.tables if one.id not in tables)
    return replace(publication, tables=kept)


def _as_preferred(publication: Publication, basis: Basis) -> Publication:
    """Merge the centres that the profile has published as one, where no version has others."""
    known = {line.id for table in publication.tables for line in table.columns}
    for one in basis.office.merged:
        if known.issuperset(one.centres):
            name = "+".join(one.centres)
            whole = Merging("centre", one.centres, name, one.label[basis.language])
            publication = merged(publication, [whole])
    return publication


def _is_told(fact: Anonymised) -> bool:
    """Say whether a fact is told of: how many enquiries wait to be registered is nobody's.

    Of the citizens, people are counted: one who came back is told of once. Section 27 asks for
    all reports received, those that come again, too.
    """
    if fact.channel is not Channel.CITIZEN:
        return True
    return fact.casework is not None and not fact.renewed


def _counting_people(profile: Profile) -> Profile:
    versions = [
        replace(one, office=replace(one.office, unit=Unit.ENQUIRIES)) for one in profile.versions
    ]
    return replace(versions[0], earlier=tuple(versions[1:]))


def _publication(report: Report, basis: Basis) -> Publication:
    """Give every number of a report, named by what it counts."""
    known, codes = [*PROTECTED, *EXACT_TABLES], _codes(basis)
    return Publication(
        report.first,
        report.last,
        tuple(_table(one, codes) for one in report.tables if one.id in known),
        basis.office.disclosure[Channel.CITIZEN],
        {"category": codes},
        profile=report.profile,
        unit=report.unit,
        partial=report.partial,
    )


def _table(table: Table, codes: Iterable[str]) -> PublicTable:
    rows, columns, population = _DIMENSIONS.get(table.id, (table.id, None, {}))
    if table.id == "3.4":
        population = {**population, "category": list(codes)[-1]}
    exact = EXACT_TABLES.get(table.id)
    return PublicTable(
        table.id,
        tuple(_line(one) for one in table.rows),
        tuple(_line(one) for one in table.columns),
        tuple(tuple(row) for row in table.cells),
        rows,
        columns,
        {"channel": exact or Channel.CITIZEN, **population},
        table.title,
        EXACT if exact else None,
    )


def _line(line: Line) -> PublicLine:
    return PublicLine(line.id, line.label, "total" if line.kind is not LineKind.INNER else "inner")


def _codes(basis: Basis) -> dict[str, tuple[str, ...]]:
    """Give the sub-categories of each category that has any, and these categories together."""
    codes = subcategories_of(basis)
    below = tuple(sub for subs in codes.values() for sub in subs)
    return {**codes, _together(codes): below} if codes else {}


def _together(codes: Iterable[str]) -> str:
    """Name several categories; another year may have sub-categories of others."""
    return f"divided:{'+'.join(codes)}"


def _report(closed: Report, publication: Publication) -> Report:
    titled = {one.id: one for one in closed.tables}
    tables = [_shown(titled[one.id], one) for one in publication.tables if one.id in titled]
    return replace(closed, version=Version.PUBLIC, unit=Unit.ENQUIRIES.value, tables=tables)


def _shown(closed: Table, safe: PublicTable) -> Table:
    return replace(
        closed,
        rows=[_public_line(one) for one in safe.rows],
        columns=[_public_line(one) for one in safe.columns],
        cells=safe.cells,
        notes=[*closed.notes, *_merged_lines(closed, safe)],
    )


def _merged_lines(closed: Table, safe: PublicTable) -> Iterable[str]:
    """Say what is in a merged line, where its name does not."""
    labels = {one.id: one.label for one in (*closed.rows, *closed.columns)}
    for line in (*safe.rows, *safe.columns):
        parts = " + ".join(labels.get(one, one) for one in line.of)
        if parts and line.label != parts:
            yield f"{line.label} = {parts}"


def _public_line(line: PublicLine) -> Line:
    return Line(line.id, line.label, LineKind(line.kind), line.of)
