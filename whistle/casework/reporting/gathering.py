"""Facts for the report: of open and closed cases, and of cases that are erased, each counted once.

What is counted of a closed case is its anonymised record, which its registration names. A record
that no registration names is left of a case that is erased.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised, Course, Reply, anonymise
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.keys.anonymised import open_record
from whistle.keys.cases import find_registration
from whistle.keys.chain import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.report.building import Wanted
from whistle.report.periods import Step
from whistle.storage import inbox_records, registrations
from whistle.storage.rows import CaseRow, RecordKind


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, as a member may count them. ``damaged``: how many cases or records do not open.

    ``doors``: those whose main inbox was opened; ``reserve``: whether every reserve's was, too.
    """

    facts: Sequence[Anonymised]
    damaged: int = 0
    doors: frozenset[Channel] = frozenset()
    reserve: bool = False

    def wanted(self, period: Period, language: str, step: Step) -> Wanted:
        """Give what a report of these facts is to be of."""
        return Wanted(period, language, step, self.doors, self.reserve)


def gather(cases: Cases) -> Gathered:
    """Open everything that is counted, and log it by inbox. Raises as `Cases.note`."""
    facts: list[Anonymised] = []
    damaged = 0
    inboxes = cases.inboxes_opened()
    with cases.here.store.read() as db:  # one moment: a case that closes meanwhile counts once
        for inbox in inboxes:
            for fact in _of_inbox(cases, db, inbox):
                if fact is None:
                    damaged += 1
                else:
                    facts.append(fact)
    readable = [one for one in inboxes if one.inbox.epoch in one.granted]
    cases.note(*(deed(Logged.ENQUIRIES_COUNTED, inbox) for inbox in readable))
    opened = [one.inbox.root for one in readable]
    doors = frozenset(one.channel for one in opened if one.kind is InboxKind.MAIN)
    reserves = {one.root for one in cases.here.directory.inboxes if _is_reserve(one)}
    return Gathered(facts, damaged, doors, reserves <= {*opened})


def _is_reserve(inbox: TrustedInbox) -> bool:
    return inbox.root.kind is InboxKind.RESERVE


def _of_inbox(cases: Cases, db: Connection, inbox: InboxKeys) -> Iterator[Anonymised | None]:
    """Give the facts of an inbox; none for each case or record that does not open."""
    records = _records(db, inbox)
    for stored in registrations.each(db, [inbox.inbox.inbox_id]):
        try:
            known = find_registration(inbox, stored.keys, stored.registration)
        except SealingError:
            yield None
            continue
        yield records.pop(known.record, None) or _of_case(cases, inbox, stored.case, known)
    yield from records.values()


def _records(db: Connection, inbox: InboxKeys) -> dict[bytes, Anonymised | None]:
    """Open an inbox's records, by their ids; none for one that does not open."""
    rows = inbox_records.of_kind(db, inbox.inbox.inbox_id, RecordKind.ANONYMISED)
    found: dict[bytes, Anonymised | None] = {}
    for row in rows:
        try:
            found[row.id] = open_record(inbox, row)
        except SealingError:
            found[row.id] = None
    return found


def _of_case(cases: Cases, inbox: InboxKeys, case: CaseRow, known: Registration) -> Anonymised:
    """Give the fact of a case that has no record: it is open, or its record does not open.

    Of what was passed on, it knows what is still waiting.
    """
    channel, today = inbox.inbox.root.channel, cases.here.clock.today()
    course = Course(
        channel,
        case.received,
        known.closed or today,
        known.acknowledged,
        known.feedback,
        renewed=any(link.earlier for link in known.links),
    )
    fact = anonymise(course, known.enquiry, (), cases.deadlines(inbox, case))
    if channel is Channel.COUNCIL:
        return fact
    waiting = (due for due in known.due if due.kind is DueKind.REPLY)
    return replace(
        fact,
        closed=known.closed,
        acknowledged=fact.acknowledged if known.acknowledged else _late(case.acknowledge_by, today),
        feedback=fact.feedback if known.feedback else _late(case.feedback_by, today),
        replies=tuple(sorted((Reply(due.centre) for due in waiting), key=repr)),
    )


def _late(by: date | None, today: date) -> bool | None:
    """Say of a duty that is not met: false where it is late, none where it still may be met."""
    return False if by is not None and by < today else None
