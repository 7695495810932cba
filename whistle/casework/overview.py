"""The adviser's overview: what is due, where replies lag, this year beside the last.

Counted as the report counts, by the same rules, from what this member's keys open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from whistle.casework.cases import Cases
from whistle.casework.dates import DueInCase, everything_due
from whistle.casework.learning.due import DueInBook
from whistle.casework.overview_facts import thinned_facts
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.registration import DueKind
from whistle.domain.reporting_year import span_of, year_of
from whistle.report.comparing import same_days, years
from whistle.report.counting import median
from whistle.report.model import Table
from whistle.report.tables import Basis

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Lag:
    """How a centre replies. ``waiting``: letters without a reply; ``late``: beyond their deadline.

    ``longest``: how many days the latest of these is beyond it. ``days`` and ``days_before``: the
    median of days to a reply, of this year's enquiries and of the last one's; none of no reply.
    """

    centre: str
    waiting: int
    late: int
    longest: int
    days: int | None
    days_before: int | None

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Where it stands in a list: whose replies are late comes first."""
        return -self.late, -self.longest, -self.waiting, self.centre


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows. ``now``: the reporting year up to today, ``before``: the same days.

    ``due``: what is overdue or due soon, the first day first. ``tables``: as of `years`; none for
    who opens no inbox of citizens. ``reports``: of whistleblowers, before and now; none likewise.
    ``unregistered``: citizens' enquiries of these days that are in no number yet.
    """

    now: Period
    before: Period
    due: Sequence[DueInCase | DueInBook]
    overdue: int
    all_due: int
    lags: Sequence[Lag]
    tables: Sequence[Table]
    reports: tuple[int, int] | None
    unregistered: int
    damaged: int


def look_over(cases: Cases, language: str) -> Overview:
    """Count everything, and log it by inbox: counted, and looked at for what is due."""
    today = cases.here.clock.today()
    begins = cases.here.profile.office.year_begins
    now = Period(span_of(year_of(today, begins), begins).first, today)
    before = same_days(now, 1)
    counted, dates = thinned_facts(cases, (before, now)), everything_due(cases)
    basis = Basis(cases.here.profiles, now, counted.facts, language)
    earlier = replace(basis, period=before)
    return Overview(
        now,
        before,
        [one for one in dates.due if one.day < today + SOON],
        sum(one.day < today for one in dates.due),
        len(dates.due),
        _lags((earlier, basis), dates.due, today),
        years([earlier, basis]) if Channel.CITIZEN in counted.doors else (),
        _reports(counted.facts, before, now) if Channel.WHISTLEBLOWER in counted.doors else None,
        sum(_is_unregistered(one, now) for one in counted.facts),
        counted.damaged,
    )


def _is_unregistered(fact: Anonymised, period: Period) -> bool:
    is_citizens = fact.channel is Channel.CITIZEN
    return is_citizens and fact.casework is None and fact.received in period


def _reports(facts: Iterable[Anonymised], before: Period, now: Period) -> tuple[int, int]:
    days = [one.received for one in facts if one.channel is Channel.WHISTLEBLOWER]
    return sum(day in before for day in days), sum(day in now for day in days)


def _lags(
    bases: tuple[Basis, Basis], due: Iterable[DueInCase | DueInBook], today: date
) -> list[Lag]:
    """Say of each centre that a reply is waited for, or came from, how it replies."""
    beyond: dict[str, list[int]] = {}
    for one in due:
        if isinstance(one, DueInCase) and one.due.kind is DueKind.REPLY:
            beyond.setdefault(one.due.centre, []).append((today - one.day).days)
    before, now = (_days_to_reply(basis) for basis in bases)
    found = [
        Lag(
            centre,
            len(days := beyond.get(centre, [])),
            sum(one > 0 for one in days),
            max([0, *days]),
            median(now.get(centre, ())),
            median(before.get(centre, ())),
        )
        for centre in {*beyond, *now, *before}
    ]
    return sorted(found, key=lambda one: one.order)


def _days_to_reply(basis: Basis) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for reply in (reply for one in basis.citizens for reply in one.replies):
        if reply.days is not None:
            found.setdefault(reply.centre, []).append(reply.days)
    return found
