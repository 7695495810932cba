"""What the law and the office's own promises ask to be told: § 27, deadlines, replies, the council.

Whistleblowerloven § 27: reports received, rejected, dealt with on the merits, reported to the
police, and the overall themes, worded within the duty of secrecy. Its totals stay exact, so the
public version has them of whole years alone. Of the council's door one total a term is told, once
the term is over, or nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from whistle.domain.anonymised import Anonymised, Reply, first_day_of_term
from whistle.domain.channel import Channel
from whistle.domain.legal_clock import add_months
from whistle.report import vocabulary
from whistle.report.counting import median
from whistle.report.model import Line, LineKind, Table
from whistle.report.periods import days_label, is_whole_year
from whistle.report.tables import Basis

_TERM_MONTHS = 48
_CALENDAR = (1, 1)
_REJECTED, _ON_MERITS = "rejected", "on_merits"


def statutory(basis: Basis) -> Table:
    """Count what § 27 demands of the period's reports; ``pending``: neither of the two results.

    It says its days: beside other reports of other days they are what differs.
    """
    reports = _reports(basis)
    results = Counter(one.result for one in reports)
    numbers = {
        "received": len(reports),
        _REJECTED: results[_REJECTED],
        _ON_MERITS: results[_ON_MERITS],
        "police": sum(bool(one.police) for one in reports),
        "pending": len(reports) - results[_REJECTED] - results[_ON_MERITS],
    }
    return Table(
        "statutory",
        basis.said("statutory"),
        [Line("number", basis.said("number"), LineKind.TOTAL)],
        [Line(name, basis.said(f"statutory/{name}")) for name in numbers],
        [[number] for number in numbers.values()],
        [basis.said("statutory/days").format(days=days_label(basis.period, basis.language))],
    )


def is_statutory_period(basis: Basis) -> bool:
    """Say whether everybody may be told § 27's numbers: of whole years, the office's or calendar's.

    They are exact. Of any days, two reports a day apart would tell of a single whistleblower.
    """
    return any(is_whole_year(basis.period, one) for one in (basis.office.year_begins, _CALENDAR))


def statutory_themes(basis: Basis) -> Sequence[str]:
    """Name the themes of the period's reports, in the profile's order; never how many of each.

    None where fewer came than the door's threshold: a theme of few is what one of them told.
    """
    reports = _reports(basis)
    if len(reports) < basis.office.disclosure[Channel.WHISTLEBLOWER]:
        return []
    seen = {issue.theme for one in reports for issue in one.issues if issue.theme}
    themes = vocabulary.choices_in(basis.offices, lambda office: office.whistleblowing.themes)
    return [one.label for one in vocabulary.lines(themes, (), basis.language) if one.id in seen]


def council(basis: Basis, *, least: int) -> Table | None:
    """Count the council's door by terms that ended within the period.

    A term with fewer than ``least`` is not told of, as if nobody had come; none if no term is.
    """
    terms = Counter(
        first_day_of_term(one.received) for one in basis.facts if one.channel is Channel.COUNCIL
    )
    told = {
        first: number
        for first, number in sorted(terms.items())
        if number >= least and _last_day(first) in basis.period
    }
    if not told:
        return None
    return Table(
        "council",
        basis.said("council"),
        [Line("number", basis.said("number"), LineKind.TOTAL)],
        [Line(_term_id(first), f"{first.year}–{_last_day(first).year}") for first in told],
        [[number] for number in told.values()],
        [basis.said("council/note")],
    )


def replies(basis: Basis) -> Table | None:
    """Count what was passed on to each centre, and its replies; none where nothing was.

    The median of days stands under the table, by centre, in whole days.
    """
    given = [reply for one in basis.worked_on for reply in one.replies]
    if not given:
        return None
    centres = vocabulary.choices_in(basis.offices, lambda office: office.centres)
    seen = {one.centre for one in given}
    rows = vocabulary.lines(centres, seen, basis.language)
    names = ("sent", "answered", "unanswered", "waiting")
    of_centre = {row.id: [one for one in given if one.centre == row.id] for row in rows}
    return Table(
        "replies",
        basis.said("replies"),
        [Line(name, basis.said(f"replies/{name}")) for name in names],
        rows,
        [_answered(of_centre[row.id]) for row in rows],
        _medians(basis, rows, of_centre),
        "referrals",
    )


def deadlines(basis: Basis) -> Table | None:
    """Count which deadlines were met, at the citizens' and the whistleblowers' door together."""
    facts = [
        one
        for one in basis.facts
        if one.channel is not Channel.COUNCIL and one.received in basis.period
    ]
    rows = ("acknowledged", "feedback")
    counted = {name: Counter(getattr(one, name) for one in facts) for name in rows}
    if all(told is None for each in counted.values() for told in each):
        return None
    return Table(
        "deadlines",
        basis.said("deadlines"),
        [Line(name, basis.said(f"deadlines/{name}")) for name in ("in_time", "late")],
        [Line(name, basis.said(f"deadlines/{name}")) for name in rows],
        [[each[True], each[False]] for each in counted.values()],
    )


def _reports(basis: Basis) -> Sequence[Anonymised]:
    return [
        one
        for one in basis.facts
        if one.channel is Channel.WHISTLEBLOWER and one.received in basis.period
    ]


def _answered(given: Sequence[Reply]) -> list[int]:
    answered = sum(one.days is not None for one in given)
    unanswered = sum(one.days is None and one.unanswered for one in given)
    return [len(given), answered, unanswered, len(given) - answered - unanswered]


def _medians(
    basis: Basis, rows: Iterable[Line], of_centre: dict[str, list[Reply]]
) -> Sequence[str]:
    found = (
        (row.label, median([one.days for one in of_centre[row.id] if one.days is not None]))
        for row in rows
    )
    told = ", ".join(f"{label}: {days}" for label, days in found if days is not None)
    return [f"{basis.said('replies/median')}: {told}"] if told else []


def _last_day(first: date) -> date:
    return add_months(first, _TERM_MONTHS) - timedelta(days=1)


def _term_id(first: date) -> str:
    return f"{first.isoformat()}/{_last_day(first).isoformat()}"
