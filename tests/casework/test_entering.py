"""Cases that no reporter wrote: they are like any other, and nobody has a receipt for them."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.audit.test_sealed_state import check, day_is_over
from tests.casework.records import GUIDED, opened_case
from tests.casework.test_rotation import finish, take
from tests.support.office import Office
from whistle.casework.acts import Done, give_title
from whistle.casework.cases import OpenedCase
from whistle.casework.entering import NewCase, case_id_of, enter, inbox_to_enter, insert, rows_of
from whistle.casework.filing import Filing, file_new
from whistle.casework.notes import write_note
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.casework.service import CaseworkService
from whistle.crypto.errors import NotGrantedError
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.filed import Task
from whistle.domain.logged import Logged
from whistle.domain.recusal import Ground
from whistle.keys.records import Registration
from whistle.storage import tables
from whistle.storage.errors import ConflictError, DuplicateError

DAY = date(2026, 11, 18)


@pytest.fixture
def work(office: Office) -> CaseworkService:
    """The adviser's work."""
    return office.work_of(office.adviser)


def new(work: CaseworkService, form: bytes = b"form") -> NewCase:
    registration = Registration("Om et tag", enquiry=GUIDED)
    return NewCase(case_id_of(work, form), DAY, registration, "Ringede om sit tag.")


def entered(work: CaseworkService) -> bytes:
    told = new(work)
    assert enter(work, Channel.CITIZEN, told)
    return told.case_id


def holds(opened: OpenedCase) -> None:
    """Hold that a case has all that it was entered with."""
    assert opened.registration.title == "Om et tag"
    assert opened.registration.enquiry == GUIDED
    assert [one.newest.text for one in opened.notebook.shown] == ["Ringede om sit tag."]
    assert opened.case.received == DAY
    assert not opened.has_reporter


def test_it_opens_with_its_note_and_registration_and_has_no_dialogue(
    office: Office, work: CaseworkService
) -> None:
    opened = opened_case(work, entered(work))
    holds(opened)
    assert opened.messages == []
    assert opened.stored.keys.in_vault
    root = opened.inbox.inbox.root
    assert (root.channel, root.kind) == (Channel.CITIZEN, InboxKind.MAIN)
    with office.installation.store.read() as db:
        for table in (tables.receipts, tables.reporter_keys):
            assert db.execute(select(table)).first() is None


def test_a_double_click_enters_once(work: CaseworkService) -> None:
    entered(work)
    assert not enter(work, Channel.CITIZEN, new(work))
    assert enter(work, Channel.CITIZEN, new(work, b"another form"))


def test_who_has_not_the_main_inbox_of_a_door_enters_nothing_into_it(office: Office) -> None:
    theirs = office.work_of(office.reserve)
    with pytest.raises(NotGrantedError):
        enter(theirs, Channel.CITIZEN, new(theirs))


def test_the_clock_runs_from_the_day_of_the_call_and_not_for_a_closed_case(
    work: CaseworkService,
) -> None:
    inbox = inbox_to_enter(work, Channel.WHISTLEBLOWER)
    case = rows_of(work, inbox, new(work)).case
    assert (case.received, case.is_open) == (DAY, True)
    assert case.acknowledge_by == date(2026, 11, 25)
    assert case.feedback_by == date(2027, 2, 25)
    told = replace(new(work).registration, closed=DAY)
    closed = rows_of(work, inbox, replace(new(work), registration=told)).case
    assert (closed.is_open, closed.acknowledge_by, closed.feedback_by) == (False, None, None)


def test_of_a_bulk_all_are_stored_or_none(office: Office, work: CaseworkService) -> None:
    inbox = inbox_to_enter(work, Channel.CITIZEN)
    cases = [rows_of(work, inbox, new(work, form)) for form in (b"1", b"2", b"1")]
    with pytest.raises(DuplicateError), office.installation.store.write() as db:
        insert(db, inbox, cases)
    assert work.attempt(cases[1].case.id, holds) is None
    with office.installation.store.write() as db:
        insert(db, inbox, cases[:2])
    for one in cases[:2]:
        holds(opened_case(work, one.case.id))


def test_under_a_key_that_is_over_nothing_is_entered(office: Office, work: CaseworkService) -> None:
    inbox = inbox_to_enter(work, Channel.CITIZEN)
    rows = [rows_of(work, inbox, new(work))]
    take(office, office.adviser)
    with pytest.raises(ConflictError), office.installation.store.write() as db:
        insert(db, inbox, rows)
    entered(work)  # with the new one


def test_it_survives_new_keys_and_is_written_to_afterwards(
    office: Office, work: CaseworkService
) -> None:
    case_id = entered(work)
    take(office, office.adviser)
    finish(office, office.adviser)
    opened = opened_case(work, case_id)
    holds(opened)
    assert (opened.stored.keys.epoch, opened.items.keys.newest) == (2, 1)
    assert write_note(work, case_id, b"note", "Mere") is Done.YES
    assert file_new(work, case_id, b"task", Task("Ring"), Filing(Logged.FILED)) is Done.YES
    assert len(opened_case(work, case_id).notebook.all_filed) == 1


def test_it_is_passed_to_the_reserve_and_handed_back_with_everything(
    office: Office, work: CaseworkService
) -> None:
    case_id = entered(work)
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min bror.", 0)
    assert recuse(work, case_id, declared) is Done.YES
    assert work.attempt(case_id, holds) is None
    reserve = office.work_of(office.reserve)
    opened = reserve.open(case_id)
    assert opened is not None
    holds(opened)
    assert hand_back(reserve, case_id, "En fejl.", len(opened.messages)) is Done.YES
    back = opened_case(work, case_id)
    holds(back)
    assert back.items.keys.newest == 2
    with office.installation.store.read() as db:
        assert db.execute(select(tables.reporter_keys)).first() is None


def test_the_log_knows_its_rows_and_that_it_was_entered(
    office: Office, work: CaseworkService
) -> None:
    case_id = entered(work)
    day_is_over(office)
    day_is_over(office)
    give_title(work, case_id, "Ny titel", "Om et tag")
    assert check(office).is_fine
    day_is_over(office)
    day_is_over(office)
    report = check(office)
    assert report.is_fine, report.findings
    assert report.rows == 3  # the case's keys, its registration, its note
