"""What a report counts is gathered quickly, and is what opening each case by itself gives."""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, update

from tests.support.office import Office
from whistle.casework.done import Done
from whistle.casework.entering import NewCase, Rows, inbox_to_enter, insert, rows_of
from whistle.casework.recusal import Declaration, recuse
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.opening import _of_case
from whistle.casework.service import CaseworkService
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.recusal import Ground
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.anonymised import open_record
from whistle.keys.cases import find_registration
from whistle.keys.records import Registration
from whistle.storage import inbox_records, registrations, tables
from whistle.storage.rows import RecordKind

DAY = date(2026, 11, 2)


def entered(work: CaseworkService, way_in: str, *, closed: bool = True) -> Rows:
    """Enter a case that is known again by its way in."""
    inbox = inbox_to_enter(work, Channel.CITIZEN)
    enquiry = Enquiry(way_in=way_in, casework=True, issues=(Issue("1", centre="pb"),))
    # Words that look like what is looked for: a quote within a text is written otherwise.
    title = '"record":"AAAAAAAAAAAAAAAAAAAAAA=="'
    known = Registration(title, closed=DAY if closed else None, enquiry=enquiry)
    rows = rows_of(work, inbox, NewCase(secrets.token_bytes(16), DAY, known))
    with work.here.store.write() as db:
        insert(db, inbox, [rows])
    return rows


def plainly(work: CaseworkService) -> Iterator[Anonymised | None]:
    """Open every case and every record by itself; none for what does not open."""
    with work.here.store.read() as db:
        for inbox in work.inboxes_opened():
            records: dict[bytes, Anonymised | None] = {}
            for row in inbox_records.of_kind(db, inbox.inbox.inbox_id, RecordKind.ANONYMISED):
                try:
                    records[row.id] = open_record(inbox, row)
                except SealingError:
                    records[row.id] = None
            for one in registrations.each(db, [inbox.inbox.inbox_id]):
                try:
                    known = find_registration(inbox, one.keys, one.registration)
                except SealingError:
                    yield None
                    continue
                yield records.pop(known.record, None) or _of_case(work, inbox, one.case, known)
            yield from records.values()


@pytest.fixture
def work(office: Office) -> CaseworkService:
    """The adviser, with cases of every kind."""
    work = office.work_of(office.adviser)
    for way_in in ("phone", "phone", "mail"):
        entered(work, way_in)
    entered(work, "open", closed=False)
    office.reporter().report()  # which nobody has opened
    return work


def change(work: CaseworkService, rows: Rows, what: str) -> None:
    """Damage a case or its record, or take it away."""
    assert rows.record
    case_id, record_id = rows.case.id, rows.record.id
    changes = {
        "registration damaged": update(tables.registrations)
        .where(tables.registrations.c.case_id == case_id)
        .values(body=b"\x01damaged"),
        "registration gone": delete(tables.registrations).where(
            tables.registrations.c.case_id == case_id
        ),
        "record damaged": update(tables.inbox_records)
        .where(tables.inbox_records.c.id == record_id)
        .values(body=b"\x01damaged"),
        "record gone": delete(tables.inbox_records).where(tables.inbox_records.c.id == record_id),
        "case gone": delete(tables.cases).where(tables.cases.c.id == case_id),
        "both damaged": update(tables.registrations)
        .where(tables.registrations.c.case_id == case_id)
        .values(body=b"\x01damaged"),
    }
    with work.here.store.write() as db:
        db.execute(changes[what])
        if what == "both damaged":
            db.execute(changes["record damaged"])


def test_gathered_is_what_opening_one_by_one_gives(work: CaseworkService) -> None:
    told = {
        "registration damaged": (1, 1),  # its record counts it; that it is damaged is told
        "registration gone": (1, 0),  # as that of an erased case; and a case that nobody registered
        "record damaged": (1, 0),
        "record gone": (1, 0),
        "case gone": (1, 0),
        "both damaged": (0, 2),
    }
    damaged, ways = 0, Counter[str]()
    for what, (counted, broken) in told.items():
        change(work, entered(work, what), what)
        damaged += broken
        gathered = gather(work)
        ways = Counter(one.way_in for one in gathered.facts)
        assert (ways[what], gathered.damaged) == (counted, damaged)
        one_by_one = list(plainly(work))
        assert Counter(gathered.facts) == Counter(one for one in one_by_one if one)
        assert one_by_one.count(None) == damaged
    assert (ways["phone"], ways["open"], ways[""]) == (2, 1, 2)


def test_a_case_that_was_handed_over_counts_where_it_is(office: Office) -> None:
    mine, theirs = office.work_of(office.adviser), office.work_of(office.reserve)
    rows = entered(mine, "handed over")
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min søster.", seen=0)
    assert recuse(mine, rows.case.id, declared) is Done.YES
    assert [one.way_in for one in gather(mine).facts] == []
    assert [one.way_in for one in gather(theirs).facts] == ["handed over"]
    assert list(gather(theirs).facts) == list(plainly(theirs))
