"""The public version of a report: what may be known to everybody, with the proof that it may.

People are counted, not what they wrote: an enquirer who came back is no new person, and an enquiry
counts by its first issue, whatever the municipality's own unit is. Of the tables there are 3.1 to
3.4, made safe together and beside everything published before (`whistle.disclosure`); § 27's totals
stay exact, by law, and are told of whole years alone; of the council's door one total a term, or
nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whistle.disclosure import (
    EXACT,
    Certificate,
    Deadline,
    Fact,
    Form,
    Merging,
    Publication,
    Side,
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
from whistle.report.building import Wanted, basis_of, build, themes_of
from whistle.report.duties import is_statutory_period
from whistle.report.model import Line, LineKind, Report, Table, Version
from whistle.report.tables import Basis, subcategories_of
from whistle.report.vocabulary import choices_in

ORDER = ("category", "centre", "period")
SECONDS = 0.5  # of looking for the least to hide, once something safe is found
MOST_SECONDS = 60.0  # of processor time, for all that one request makes; then it is refused
PROTECTED = ("3.1", "3.2", "3.3", "3.4")
EXACT_TABLES = {"statutory": Channel.WHISTLEBLOWER, "council": Channel.COUNCIL}
_WITH = {"casework": "with_casework"}
_TOLD_BY: Mapping[str, Sequence[Side]] = {"3.3": ("rows", "columns"), "3.4": ("rows",)}
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
    deadline: Deadline | None = None,
) -> Public:
    """Make the public version, beside all ``earlier`` ones, in the order of their publication.

    Two-way tables where these can be made safe, else one-way ones, else none of the citizens' and
    a sentence that says so. ``dressed`` may say more of a publication before it is made safe
    (`whistle.report.batches`). ``deadline``: `MOST_SECONDS` from now, unless told. Raises
    `CannotProtect` rather than give anything that the attacker breaks, or when it is over.
    """
    first_time = [one for one in facts if _is_told(one)]
    people = _counting_people(profile)
    basis = basis_of(people, first_time, wanted)
    closed = _of_whole_years(build(people, first_time, wanted), basis)
    everything = _with_facts(_publication(closed, basis), basis)
    everything = dressed(everything) if dressed else everything
    safe = protect(
        _as_preferred(everything, basis),
        earlier,
        seconds=SECONDS,
        deadline=deadline or Deadline.after(MOST_SECONDS),
        forms=tuple(_forms()),
    )
    told = {one.id for one in safe.publication.tables}
    notes = [] if told - {*EXACT_TABLES} else [basis.said("too_few_to_tell")]
    return Public(
        _report(replace(closed, notes=[*closed.notes, *notes]), safe.publication),
        safe.publication,
        safe.certificate,
        safe.hidden,
        safe.singles,
    )


def _of_whole_years(closed: Report, basis: Basis) -> Report:
    """Leave out § 27's exact numbers and themes of other days than whole years; say where they are.

    Days that differ by one would tell of the one who reported on it.
    """
    if is_statutory_period(basis) or all(one.id != "statutory" for one in closed.tables):
        return closed
    notes = [one for one in closed.notes if one not in themes_of(basis)]
    return replace(
        closed,
        tables=[one for one in closed.tables if one.id != "statutory"],
        notes=[*notes, basis.said("statutory/years")],
    )


def _forms() -> Iterator[Form]:
    """Say what may be published, the preferred form first.

    As little merged as can be: categories alone, then centres and periods too. Where that is not
    enough, table 3.1 is left out: a single enquiry without casework is the difference of two
    totals. Then no crosses; and where nothing is, what a law wants is published by itself.
    """
    for without in (frozenset[str](), frozenset({"3.1"})):
        for many in range(1, len(ORDER) + 1):
            yield Form(ORDER[:many], without=without)
    yield Form(ORDER, crossed=False, without=frozenset({"3.1"}))
    yield Form((), without=frozenset(PROTECTED))


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


def _with_facts(publication: Publication, basis: Basis) -> Publication:
    """Say of each line that is there only because somebody is in it that it is at least 1.

    Readers know what the profile says: that any other line stands there tells them as much, though
    it were merged or blank.
    """
    known = _of_profile(basis)
    facts = [
        Fact({**table.population, dimension: line.id}, 1, text=f"{table.id}: {line.id}")
        for table in publication.tables
        for side in _TOLD_BY.get(table.id, ())
        if (dimension := table.dimension(side) or "") in known
        for line in table.lines(side)
        if line.kind == "inner" and line.id not in known[dimension]
    ]
    return replace(publication, facts=(*publication.facts, *facts))


def _of_profile(basis: Basis) -> Mapping[str, Collection[str]]:
    """Give the lines that are there whoever comes, by dimension."""
    categories = choices_in(basis.offices, lambda office: office.categories)
    below = choices_in(
        basis.offices,
        lambda office: (sub for one in office.categories for sub in one.subcategories),
    )
    centres = choices_in(basis.offices, lambda office: office.centres)
    return {"category": {*categories, *below}, "centre": centres}


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
    told = ((titled.get(one.id.removesuffix("/columns")), one) for one in publication.tables)
    tables = [_shown(table, one) for table, one in told if table is not None]
    return replace(closed, version=Version.PUBLIC, unit=Unit.ENQUIRIES.value, tables=tables)


def _shown(closed: Table, safe: PublicTable) -> Table:
    return replace(
        closed,
        id=safe.id,
        rows=[_public_line(one) for one in safe.rows],
        columns=[_public_line(one) for one in safe.columns],
        cells=safe.cells,
    )


def _public_line(line: PublicLine) -> Line:
    return Line(line.id, line.label, LineKind(line.kind), line.of)
