"""A whole report from facts: the closed version. What may be published of it is another room's."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import Profile
from whistle.report import duties, tables
from whistle.report.model import Report, Table, Version
from whistle.report.periods import Step, is_whole_year
from whistle.report.tables import Basis

COUNCIL = "council"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to be of. ``language``: ``da`` or ``en``.

    ``doors``: those whose cases are among the facts; of another nothing is told, not even 0.
    ``reserve``: whether the cases of the reserve's inboxes are among them, too. ``told``: what else
    is said of whose cases are counted.
    """

    period: Period
    language: str = "da"
    step: Step = Step.QUARTER
    doors: frozenset[Channel] = frozenset(Channel)
    reserve: bool = True
    told: Sequence[str] = ()


def build(
    profile: Profile, facts: Sequence[Anonymised], wanted: Wanted, notes: Sequence[str] = ()
) -> Report:
    """Build the closed report. ``notes``: the gaps and changes that explain its numbers.

    Enquiries that nobody has registered are in no table; how many they are is said.
    """
    basis = basis_of(profile, facts, wanted)
    partial = not is_whole_year(wanted.period, basis.office.year_begins)
    themes = themes_of(basis) if Channel.WHISTLEBLOWER in wanted.doors else []
    left_out = sum(one.casework is None and _is_citizens(one, wanted.period) for one in facts)
    return Report(
        profile.id,
        profile.municipality,
        wanted.period.first,
        wanted.period.last,
        partial,
        Version.CLOSED,
        basis.unit.value,
        _tables(basis, wanted.doors),
        [
            *_notes(basis, partial=partial, left_out=left_out),
            *themes,
            *_not_counted(basis, wanted),
            *notes,
        ],
        left_out,
        wanted.language,
    )


def basis_of(profile: Profile, facts: Sequence[Anonymised], wanted: Wanted) -> Basis:
    """Give what the tables of a report are made from."""
    return Basis(profile, wanted.period, facts, wanted.language, wanted.step)


def _tables(basis: Basis, doors: frozenset[Channel]) -> Sequence[Table]:
    least = basis.office.disclosure.get(COUNCIL, 1)
    counted = [
        *tables.tables_3(basis),
        tables.by_division(basis),
        *tables.by_choice(basis),
        duties.replies(basis),
        duties.deadlines(basis),
        duties.statutory(basis) if Channel.WHISTLEBLOWER in doors else None,
        duties.council(basis, least=least) if Channel.COUNCIL in doors else None,
    ]
    return [one for one in counted if one is not None]


def _notes(basis: Basis, *, partial: bool, left_out: int) -> list[str]:
    told = [basis.said("partial")] if partial else []
    if left_out:
        one = "left_out_one" if left_out == 1 else "left_out"
        told.append(basis.said(one).format(number=left_out))
    return told


def themes_of(basis: Basis) -> list[str]:
    """Say which themes whistleblowers' reports had, where that may be said."""
    themes = duties.statutory_themes(basis)
    return [f"{basis.said('statutory_themes')}: {', '.join(themes)}."] if themes else []


def _not_counted(basis: Basis, wanted: Wanted) -> list[str]:
    """Say whose cases are in no table, as whoever counts cannot open them."""
    told = [] if wanted.reserve else [basis.said("without_reserve")]
    if Channel.WHISTLEBLOWER not in wanted.doors:
        told.append(basis.said("without_door"))
    return [*told, *wanted.told]


def _is_citizens(fact: Anonymised, period: Period) -> bool:
    return fact.channel is Channel.CITIZEN and fact.received in period
