"""Counts that an inbox's members release for a report, to who makes it and cannot open the inbox.

What is released is what a report counts, and nothing else. What it counts by itself (the way in,
the outcome, a theme, a centre's reply) is put in order by itself, so that nothing tells to which of
the enquiries it belongs. Days are the first of their row of the tables; of a whistleblower's report
that of the whole period; of a council member's enquiry the term of the council, once it is over.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from whistle.domain.anonymised import Anonymised, Reply, first_day_of_term
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.legal_clock import add_months
from whistle.domain.registration import Issue

_DAY = timedelta(days=1)
_TERM_MONTHS = 48
_BY_THEMSELVES = ("way_in", "handling", "enquirer", "outcome")  # of what is registered
_DEADLINES = ("acknowledged", "feedback")
Facts: TypeAlias = list[Anonymised]


@dataclass(frozen=True, slots=True, repr=False)
class Release:
    """What an inbox tells of a period. ``source``: the inbox, 16 bytes.

    ``begins``: the first day of each row of the tables by period; ``last``: the last day of all.
    Raises `ValueError` for days or facts that cannot be.
    """

    source: bytes
    begins: tuple[date, ...]
    last: date
    facts: tuple[Anonymised, ...] = ()

    def __post_init__(self) -> None:
        """Check the days, and that no fact lies on another."""
        in_order = all(one < after for one, after in pairwise(self.begins))
        if not self.begins or not in_order or self.last < self.begins[-1]:
            raise ValueError("days that are in no order")
        known = {*self.begins}
        if any(
            one.channel is not Channel.COUNCIL and one.received not in known for one in self.facts
        ):
            raise ValueError("a fact on a day that is no row's")

    @property
    def days(self) -> Period:
        """All its days."""
        return Period(self.begins[0], self.last)

    @property
    def rows(self) -> Sequence[Period]:
        """The rows of its tables by period."""
        ends = [*(one - _DAY for one in self.begins[1:]), self.last]
        return [Period(*row) for row in zip(self.begins, ends, strict=True)]


def release(
    source: bytes, channel: Channel, rows: Sequence[Period], facts: Iterable[Anonymised]
) -> Release:
    """Give what an inbox tells of ``rows``, which follow each other; ``facts``: all it counts."""
    days = Period(rows[0].first, rows[-1].last)
    if channel is not Channel.CITIZEN:
        rows = [days]
    told = _TOLD[channel](rows, list(facts))
    return Release(source, tuple(one.first for one in rows), days.last, tuple(told))


def last_day_of_term(first: date) -> date:
    """Give the last day of the council's term that begins on ``first``."""
    return add_months(first, _TERM_MONTHS) - _DAY


def ends_a_term(period: Period) -> bool:
    """Say whether a term of the council ends within a period."""
    return last_day_of_term(first_day_of_term(period.first)) <= period.last


# -- what is told ------------------------------------------------------------------------------


def _citizens(rows: Sequence[Period], facts: Facts) -> Facts:
    """Tell what tables 3.1 to 3.4 count, row by row, and all else by itself."""
    there = [(row, one) for row in rows for one in facts if one.received in row]
    told = sorted((_core(one, row) for row, one in there), key=_in_order)
    known = [one for _, one in there if one.casework is not None]
    for name in _BY_THEMSELVES:
        told = _dealt(told, name, [getattr(one, name) for one in known])
    for name in _DEADLINES:
        told = _dealt(told, name, [getattr(one, name) for _, one in there])
    worked_on = [one for one in known if one.casework]
    return _with_replies(_with_themes(told, worked_on), worked_on)


def _core(fact: Anonymised, row: Period) -> Anonymised:
    told = Anonymised(Channel.CITIZEN, row.first, casework=fact.casework, renewed=fact.renewed)
    if not fact.casework:
        return told
    issues = [replace(one, theme="") for one in fact.issues]
    return replace(told, issues=(*issues[:1], *sorted(issues[1:], key=repr)))


def _in_order(fact: Anonymised) -> tuple[bool, bool, str]:
    """Order facts: those with casework, those without, those that wait to be registered."""
    return fact.casework is None, not fact.casework, repr(fact)


def _dealt(facts: Facts, name: str, values: Sequence[Any]) -> Facts:
    """Deal values out in their order, one to each of the first facts."""
    dealt = zip(facts, sorted(values, key=repr), strict=False)
    return [replace(one, **{name: value}) for one, value in dealt] + facts[len(values) :]


def _with_themes(told: Facts, worked_on: Facts) -> Facts:
    """Deal the themes out: an enquiry's first issue may count alone, so these by themselves."""
    first = iter(sorted(one.issues[0].theme for one in worked_on if one.issues))
    others = iter(sorted(issue.theme for one in worked_on for issue in one.issues[1:]))
    return [
        replace(
            one,
            issues=tuple(
                replace(issue, theme=next(others if place else first))
                for place, issue in enumerate(one.issues)
            ),
        )
        for one in told
    ]


def _with_replies(told: Facts, worked_on: Facts) -> Facts:
    """Tell the centres' replies with one enquiry, whosever they were."""
    replies = [
        Reply(one.centre, "", one.days, one.unanswered)
        for fact in worked_on
        for one in fact.replies
    ]
    if not replies:
        return told
    return [replace(told[0], replies=tuple(sorted(replies, key=repr))), *told[1:]]


def _whistleblowers(rows: Sequence[Period], facts: Facts) -> Facts:
    """Tell what § 27 asks for, and deadlines: how many of each, and which themes there were."""
    days = rows[0]
    there = [one for one in facts if one.received in days]
    told = [Anonymised(Channel.WHISTLEBLOWER, days.first) for _ in there]
    told = _dealt(told, "result", [one.result for one in there])
    told = _dealt(told, "police", [one.police or None for one in there])
    for name in _DEADLINES:
        told = _dealt(told, name, [getattr(one, name) for one in there])
    themes = {issue.theme for one in there for issue in one.issues if issue.theme}
    if not themes:
        return told
    return [replace(told[0], issues=tuple(Issue(theme=one) for one in sorted(themes))), *told[1:]]


def _council(rows: Sequence[Period], facts: Facts) -> Facts:
    """Tell how many came in each term that ended within the days."""
    terms = sorted(first_day_of_term(one.received) for one in facts)
    return [Anonymised(Channel.COUNCIL, one) for one in terms if last_day_of_term(one) in rows[0]]


_TOLD: Mapping[Channel, Callable[[Sequence[Period], Facts], Facts]] = {
    Channel.CITIZEN: _citizens,
    Channel.WHISTLEBLOWER: _whistleblowers,
    Channel.COUNCIL: _council,
}


# -- what a report counts of it ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a report counts of one inbox's releases; ``apart``: what else meets its days."""

    used: Sequence[Release]
    apart: Sequence[Release]

    def covers(self, period: Period) -> bool:
        """Say whether every day of a period is told of."""
        return sum(map(_length, (one.days for one in self.used))) == _length(period)


def choose(releases: Iterable[Release], rows: Sequence[Period]) -> Chosen:
    """Choose what counts of one inbox's releases, the newest first, in a report with ``rows``.

    A release counts whole or not at all: each of its rows lies within one of the report's. Of two
    that share a day the longer one counts, of two as long the newer one.
    """
    period = Period(rows[0].first, rows[-1].last)
    of_days: dict[Period, Release] = {}
    for one in releases:
        of_days.setdefault(one.days, one)
    used: list[Release] = []
    meeting = [one for one in of_days.values() if _meet(one.days, period)]
    for one in sorted(meeting, key=lambda one: -_length(one.days)):
        if _fits(one, rows) and not any(_meet(one.days, other.days) for other in used):
            used.append(one)
    told = {day for one in used for day in _each(one.days)}
    apart = [one for one in meeting if any(day not in told for day in _each(one.days, period))]
    return Chosen(sorted(used, key=lambda one: one.begins), apart)


def _fits(one: Release, rows: Sequence[Period]) -> bool:
    return all(any(_within(row, other) for other in rows) for row in one.rows)


def _within(inner: Period, outer: Period) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _meet(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def _length(days: Period) -> int:
    return (days.last - days.first).days + 1


def _each(days: Period, within: Period | None = None) -> Iterable[int]:
    """Give days by number, those within others."""
    first = max(days.first, within.first) if within else days.first
    last = min(days.last, within.last) if within else days.last
    return range(first.toordinal(), last.toordinal() + 1)
