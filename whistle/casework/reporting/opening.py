"""Opening what is counted of inboxes: each case and each erased one once.

A closed case is counted by its anonymised record, so nothing of its registration is read but which
record that is. What has no record is opened whole: open cases, closed ones that nobody has opened
here yet, and those whose record does not open.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from sqlalchemy import Connection

from whistle.casework.cases import Cases
from whistle.casework.filters import DAMAGED
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised, Course, Reply, anonymise
from whistle.domain.channel import Channel
from whistle.domain.registration import DueKind
from whistle.keys.anonymised import Records, named_by
from whistle.keys.bulk import BulkInbox
from whistle.keys.cases import find_registration
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import case_texts
from whistle.storage import registrations as queries
from whistle.storage.rows import CaseRow, RegistrationRow

_Facts: TypeAlias = dict[tuple[bytes, bytes], Anonymised | None]


def facts_of(
    cases: Cases, db: Connection, inboxes: Sequence[InboxKeys]
) -> Iterator[Anonymised | None]:
    """Give the facts of inboxes; none for each case or record that does not open."""
    bulk = {one.inbox.inbox_id: BulkInbox(one) for one in inboxes}
    records = _records(db, bulk)
    closed, whole = _standing(db, bulk)
    for case_id, version, body in case_texts.registrations(db, list(closed)):
        inbox_id, epoch = closed.pop(case_id)
        row = RegistrationRow(case_id, version, body)
        try:
            name = named_by(bulk[inbox_id].registration(epoch, row))
        except (SealingError, *DAMAGED):
            yield None
            continue
        fact = records.pop((inbox_id, name), None)
        if fact is None:
            whole.append(case_id)
        else:
            yield fact
    known = {one.inbox.inbox_id: one for one in inboxes}
    yield from _opened_whole(cases, db, known, sorted([*whole, *closed]), records)
    yield from records.values()


def _records(db: Connection, bulk: Mapping[bytes, BulkInbox]) -> _Facts:
    """Open all records, by their inboxes and ids; none for one that does not open."""
    openers = {inbox_id: Records(one) for inbox_id, one in bulk.items()}
    found: _Facts = {}
    for record_id, inbox_id, epoch, body in queries.records(db, list(bulk)):
        try:
            found[inbox_id, record_id] = openers[inbox_id].open(record_id, epoch, body)
        except (SealingError, *DAMAGED):
            found[inbox_id, record_id] = None
    return found


def _standing(
    db: Connection, bulk: Collection[bytes]
) -> tuple[dict[bytes, tuple[bytes, int]], list[bytes]]:
    """Give the cases that should have a record, with inbox and epoch; and all others."""
    closed, whole = {}, []
    for case_id, inbox_id, epoch, in_vault, is_open in queries.standings(db, bulk):
        if in_vault and not is_open:
            closed[case_id] = inbox_id, epoch
        else:
            whole.append(case_id)
    return closed, whole


def _opened_whole(
    cases: Cases,
    db: Connection,
    inboxes: Mapping[bytes, InboxKeys],
    case_ids: Sequence[bytes],
    records: _Facts,
) -> Iterator[Anonymised | None]:
    for stored in queries.of_cases(db, case_ids):
        inbox = inboxes[stored.case.inbox_id]
        try:
            known = find_registration(inbox, stored.keys, stored.registration)
        except (SealingError, *DAMAGED):
            yield None
            continue
        record = records.pop((stored.case.inbox_id, known.record), None)
        yield record or _of_case(cases, inbox, stored.case, known)


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
