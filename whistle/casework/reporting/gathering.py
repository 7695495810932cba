"""Facts for the report: of open and closed cases, and of cases that are erased, each counted once.

What is counted of a closed case is its anonymised record, which its registration names. A record
that no registration names is left of a case that is erased.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.casework.reporting.opening import facts_of
from whistle.casework.reporting.released import (
    Counted,
    Received,
    count_released,
    receive,
    rows_of,
)
from whistle.casework.reporting.same_lots import sources_of
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel, InboxRoot
from whistle.domain.counted_then import Sources
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.profile import Profile
from whistle.keys.keyring import InboxKeys
from whistle.report.building import Wanted
from whistle.report.comparing import earlier_periods
from whistle.report.periods import Step, days_label
from whistle.report.tables import Basis
from whistle.report.words import words


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, as a member may count them.

    ``damaged``: how many cases, records or releases do not open. ``opened``: the inboxes that were,
    of all that are ``known``. ``received``: what was released of others. ``today``: the day.
    """

    facts: Sequence[Anonymised]
    damaged: int = 0
    opened: Sequence[InboxRoot] = ()
    known: Sequence[InboxRoot] = ()
    received: Received = field(default_factory=Received)
    today: date = date.max

    def for_report(self, profile: Profile, period: Period, step: Step) -> "ForReport":
        """Give what a report of a period counts: these facts, and what was released for it."""
        rows = rows_of(profile, period, step)
        released = count_released(self.received, self.opened, self.known, rows)
        facts = [*self.facts, *released.facts]
        earlier = self._of_earlier(period) if self.received.releases else []
        sources = sources_of(self.opened, released)
        told = (facts, self.damaged, released, step, self.today)
        return ForReport(*told, sources, self.received.rows, earlier)

    def _of_earlier(self, period: Period) -> list[Anonymised]:
        """Give what was released of the same days of the years before."""
        return [
            fact
            for one in earlier_periods(period)
            for fact in count_released(self.received, self.opened, self.known, [one]).facts
        ]


@dataclass(frozen=True, slots=True)
class ForReport:
    """The facts that one report counts. ``damaged``: as of `Gathered`.

    ``sources``: where they come from; ``stood``: the ids of all releases that stood. ``earlier``:
    what was released of the years that it is compared with.
    """

    facts: Sequence[Anonymised]
    damaged: int
    released: Counted
    step: Step
    today: date
    sources: Sources
    stood: frozenset[bytes] = frozenset()
    earlier: Sequence[Anonymised] = ()

    def with_earlier(self, basis: Basis) -> Basis:
        """Give what the years are compared from."""
        if not self.earlier:
            return basis
        return replace(basis, facts=[*basis.facts, *self.earlier])

    def wanted(self, language: str, *, public: bool = False) -> Wanted:
        """Give what the report is to be of, with what has to be said of its days.

        The ``public`` one is of days that are over. That nobody came its noughts say: a sentence
        about today would tell of somebody who is not counted yet.
        """
        one = self.released
        told = [*([] if public else self._of_days(language)), *one.told(language)]
        return Wanted(one.period, language, self.step, one.doors, one.reserve, told)

    def _of_days(self, language: str) -> Iterator[str]:
        period, said = self.released.period, words(language)
        if period.last >= self.today:
            day = days_label(Period(self.today, self.today), language)
            yield said["not_over"].format(day=day)
        if not any(_is_registered(one, period) for one in self.facts):
            yield said["nothing"]


def _is_registered(fact: Anonymised, period: Period) -> bool:
    is_citizens = fact.channel is Channel.CITIZEN and fact.casework is not None
    return is_citizens and fact.received in period


def gather(cases: Cases) -> Gathered:
    """Open everything that is counted, and log it by inbox. Raises as `Cases.note`."""
    inboxes = cases.inboxes_opened()
    with cases.here.store.read() as db:  # one moment: a case that closes meanwhile counts once
        facts, damaged = facts_in(cases, db, inboxes)
        readable = [one for one in inboxes if one.inbox.epoch in one.granted]
        received = receive(cases, db, readable)
    cases.note(*(deed(Logged.ENQUIRIES_COUNTED, inbox) for inbox in readable))
    theirs = [one.inbox.root for one in readable]
    known = [one.root for one in cases.here.directory.inboxes]
    damaged += received.damaged
    return Gathered(facts, damaged, theirs, known, received, cases.here.clock.today())


def facts_in(
    cases: Cases, db: Connection, inboxes: Sequence[InboxKeys]
) -> tuple[list[Anonymised], int]:
    """Open what is counted of inboxes; and say how many of their cases or records do not open."""
    facts: list[Anonymised] = []
    damaged = 0
    for fact in facts_of(cases, db, inboxes):
        if fact is None:
            damaged += 1
        else:
            facts.append(fact)
    return facts, damaged
