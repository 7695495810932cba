"""The anonymised record: made as a case closes, true while it is closed, gone when it is not."""

import secrets
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from tests.audit.test_sealed_state import check, day_is_over
from tests.casework.records import GUIDED, close_case, counted, opened_case, register, rows
from tests.support.office import Office
from whistle.audit.log import deed
from whistle.casework.acts import Closing, Done, close, reopen, undo
from whistle.casework.entering import NewCase, case_id_of, enter, inbox_to_enter, insert, rows_of
from whistle.casework.erasing import Seen, erase_case
from whistle.casework.filing import Filing, Place, change, file_new, strike
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.domain.anonymised import Reply
from whistle.domain.channel import Channel
from whistle.domain.erasing import Early
from whistle.domain.filed import Referral
from whistle.domain.logged import Logged
from whistle.domain.recusal import Ground
from whistle.domain.registration import Enquiry, Link, LinkKind
from whistle.keys.filed import Content
from whistle.keys.records import Registration
from whistle.storage import tables

TODAY = date(2026, 11, 20)
LETTER = Referral("BL", date(2026, 11, 2), date(2026, 11, 30))
REFERRED = Filing(Logged.FILED)


def test_an_open_case_has_no_record(office: Office, case_id: bytes) -> None:
    register(office.work_of(office.adviser), case_id)
    assert rows(office) == []


def test_closing_makes_a_record_of_what_is_counted(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    office.later(days=3)
    close_case(work, case_id, "Vi har set på det.", "Et notat")
    (record,) = counted(office)
    assert (record.channel, record.received, record.closed) == (
        Channel.CITIZEN,
        TODAY,
        date(2026, 11, 23),
    )
    assert (record.way_in, record.casework, record.approached) == ("phone", False, True)
    assert record.issues == GUIDED.issues
    assert (record.acknowledged, record.renewed, record.replies) == (True, False, ())


def test_a_record_tells_neither_which_case_it_is_of_nor_its_words(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id, "Vi har set på det.", "Et notat")
    (row,) = rows(office)
    assert case_id not in row.id + row.body
    assert "Hvad skal jeg gøre?" not in repr(counted(office))
    assert opened_case(work, case_id).registration.record == row.id


def test_reopening_takes_the_record_away_and_closing_again_makes_another(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    (first,) = rows(office)
    assert reopen(work, case_id) is Done.YES
    assert rows(office) == []
    assert opened_case(work, case_id).registration.record == b""
    close_case(work, case_id)
    (second,) = rows(office)
    assert second.id != first.id


def test_undoing_a_closing_takes_the_record_away_and_undoing_a_reopening_brings_one(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    assert undo(work, case_id, work.version(case_id) or 0) is Done.YES
    assert rows(office) == []
    close_case(work, case_id)
    reopen(work, case_id)
    assert undo(work, case_id, work.version(case_id) or 0) is Done.YES
    (record,) = counted(office)
    assert record.closed == TODAY


def test_a_closed_case_that_is_registered_anew_has_a_record_that_says_so(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    (before,) = rows(office)
    register(work, case_id, replace(GUIDED, enquirer="business"))
    (after,) = rows(office)
    assert after.id != before.id
    assert [one.enquirer for one in counted(office)] == ["business"]


def test_what_statistics_do_not_need_leaves_the_record_as_it_is(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    before = rows(office)
    register(work, case_id, replace(GUIDED, purpose="Noget andet", matter_date=TODAY))
    work.open(case_id)
    assert rows(office) == before


def test_a_centre_s_reply_after_the_closing_is_counted(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    work.open(case_id)
    register(work, case_id)
    assert file_new(work, case_id, b"f", LETTER, REFERRED) is Done.YES
    unanswered = Closing(b"g", 1, unanswered="Intet svar")
    assert close(work, case_id, unanswered) is Done.YES
    assert [one.replies for one in counted(office)] == [(Reply("BL", unanswered=True),)]
    (kept,) = opened_case(work, case_id).notebook.all_filed

    def reply(content: Content) -> Content:
        assert isinstance(content, Referral)
        return replace(content, replied=date(2026, 11, 9))

    where = Place(case_id, kept.filed_id, 2)
    assert change(work, where, reply, Filing(Logged.FILED)) is Done.YES
    assert [one.replies for one in counted(office)] == [(Reply("BL", days=7, unanswered=True),)]
    assert strike(work, replace(where, version=3), REFERRED) is Done.YES
    assert [one.replies for one in counted(office)] == [()]
    assert undo(work, case_id, work.version(case_id) or 0) is Done.YES
    assert [one.replies for one in counted(office)] == [(Reply("BL", days=7, unanswered=True),)]


def test_a_council_member_s_record_tells_the_term_and_nothing_else(office: Office) -> None:
    case_id = office.case_of(office.reporter().report(channel="council"))
    work = office.work_of(office.adviser)
    office.later(days=400)
    close_case(work, case_id, "Tak.")
    (record,) = counted(office)
    assert record.channel is Channel.COUNCIL
    assert record.received == date(2026, 1, 1)
    assert record.closed is None
    assert "phone" not in repr(record)


def test_a_case_leaves_its_record_behind_and_the_reserve_makes_its_own(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    seen = len(opened_case(work, case_id).messages)
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min søster.", seen)
    assert recuse(work, case_id, declared) is Done.YES
    assert rows(office) == []
    reserve = office.work_of(office.reserve)
    reserve.open(case_id)
    assert [one.enquirer for one in counted(office, office.reserve)] == ["citizen"]
    assert counted(office) == []
    seen = len(opened_case(reserve, case_id).messages)
    assert hand_back(reserve, case_id, "En fejl.", seen) is Done.YES
    assert rows(office) == []
    work.open(case_id)
    assert len(counted(office)) == 1


def test_a_record_that_is_gone_or_damaged_is_made_anew_when_its_case_is_opened(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    (told,) = counted(office)
    with office.installation.store.write() as db:
        db.execute(update(tables.inbox_records).values(body=b"\x01damaged"))
    work.open(case_id)
    assert counted(office) == [told]
    with office.installation.store.write() as db:
        db.execute(tables.inbox_records.delete())
    work.open(case_id)
    assert counted(office) == [told]


def test_nobody_else_can_have_a_record_deleted_by_naming_it(office: Office) -> None:
    work, reserve = office.work_of(office.adviser), office.work_of(office.reserve)
    mine, theirs = (office.case_of(office.reporter().report()) for _ in range(2))
    close_case(work, mine)
    (row,) = rows(office)
    seen = len(opened_case(work, theirs).messages)
    declared = Declaration(office.adviser.member_id, Ground.OTHER, "x", seen)
    recuse(work, theirs, declared)
    opened = opened_case(reserve, theirs)
    done = deed(Logged.CASE_REGISTERED, opened.inbox, case=theirs)
    with reserve.writing(opened, replace(opened.registration, record=row.id), done):
        pass
    assert rows(office) == [row]


def test_the_record_stays_when_the_case_is_erased_and_nothing_names_it(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    close_case(work, case_id)
    opened = work.open(case_id)
    assert opened is not None
    before = counted(office)
    seen = Seen(work.version(case_id) or 0, len(opened.messages))
    assert erase_case(work, case_id, seen, Early.TWICE) is Done.YES
    assert work.open(case_id) is None
    assert counted(office) == before
    day_is_over(office)
    day_is_over(office)
    report = check(office)
    assert report.is_fine, report.findings
    assert report.rows == 1


# -- cases that nobody reported ----------------------------------------------------------------


def test_a_case_that_is_closed_when_it_is_entered_has_its_record(office: Office) -> None:
    work = office.work_of(office.adviser)
    new = NewCase(case_id_of(work, b"f"), TODAY, Registration(closed=TODAY, enquiry=GUIDED))
    assert enter(work, Channel.CITIZEN, new)
    (record,) = counted(office)
    assert (record.enquirer, record.closed) == ("citizen", TODAY)
    assert (record.acknowledged, record.feedback) == (None, None)
    (row,) = rows(office)
    assert opened_case(work, new.case_id).registration.record == row.id
    work.open(new.case_id)
    assert rows(office) == [row]


def test_an_import_gives_each_closed_case_a_record_in_no_order_of_theirs(office: Office) -> None:
    work = office.work_of(office.adviser)
    inbox = inbox_to_enter(work, Channel.CITIZEN)
    entered = [
        rows_of(
            work,
            inbox,
            NewCase(
                secrets.token_bytes(16),
                TODAY,
                Registration(
                    closed=TODAY if number % 2 else None,
                    enquiry=Enquiry(casework=True),
                    links=(Link(bytes(16), LinkKind.RENEWED, earlier=True),),
                ),
            ),
        )
        for number in range(8)
    ]
    with office.installation.store.write() as db:
        insert(db, inbox, entered)
    assert [one.renewed for one in counted(office)] == [True] * 4
    assert [one.record is None for one in entered] == [True, False] * 4


@pytest.mark.parametrize("channel", Channel)
def test_all_records_of_an_inbox_look_the_same(office: Office, channel: Channel) -> None:
    work = office.work_of(office.adviser)
    for number, registration in enumerate(
        (Registration(closed=TODAY), Registration(closed=TODAY, enquiry=GUIDED))
    ):
        enter(work, channel, NewCase(case_id_of(work, bytes([number])), TODAY, registration))
    assert len({(row.inbox_id, row.epoch, len(row.body)) for row in rows(office)}) == 1
