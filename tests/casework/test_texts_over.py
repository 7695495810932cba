"""Texts put before the reporter, where somebody goes round the pages, or erases what was sent."""

import pytest

from tests.casework.records import opened_case
from tests.casework.test_put_texts import change, form_of, put, say_who, texts
from tests.casework.told import approve, back, printed, text_of
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework import erasing
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.erasing import Kind, Target
from whistle.domain.approval import PutText, TextKind
from whistle.domain.erasing import Reason

BY_VOICE = {"means": "voice", "day": "2026-11-20", "how": "Læst op i telefonen"}


@pytest.fixture
def told(desk: Desk) -> tuple[str, str]:
    """A receipt on paper, and its case."""
    return printed(desk)


def opened(office: Office, case_id: str) -> OpenedCase:
    return opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))


def erase_newest(office: Office, case_id: str, text: PutText) -> None:
    """Erase the message that is a text's newest version."""
    case = opened(office, case_id)
    (row_id,) = [
        row_id
        for row_id, one in case.items.dialogue_rows(case.stored.items)
        if one.fingerprint == text.newest.fingerprint
    ]
    work = office.work_of(office.adviser)
    target = Target(case.case.id, Kind.MESSAGE, row_id)
    assert erasing.erase(work, target, Reason.BY_MISTAKE) is Done.YES


def answered(desk: Desk, address: str, what: str, **fields: str) -> int:
    """Note that a text was approved, or sent."""
    form = form_of(desk.get(address).text, f"/{what}")
    return desk.post(f"{address}/{what}", {**form, **fields}).status_code


def test_an_old_page_never_says_that_the_newest_version_is_approved(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    reporter = back(office, receipt)
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    old = hidden_fields(reporter.get(theirs).text)
    assert reporter.post(theirs, old).status_code == 303
    assert reporter.post(theirs, old).status_code == 303  # a double click
    assert change(desk, address, text="Ny tekst om noget andet") == 303
    answer = reporter.post(theirs, old)
    assert answer.status_code == 409
    assert "Ny tekst om noget andet" in answer.text
    assert not texts(office, case_id)[1].is_approved


def test_an_old_page_never_says_approved_of_what_was_approved_otherwise_since(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    put(desk, case_id)
    reporter = back(office, receipt)
    say_who(reporter, "Anna Holm")
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    old = hidden_fields(reporter.get(theirs).text)
    assert reporter.post(theirs, old).status_code == 303
    assert approve(reporter, theirs, with_name="yes") == 303
    assert reporter.post(theirs, old).status_code == 409
    approved = texts(office, case_id)[1].approved
    assert approved is not None
    assert approved.about.with_name


def test_minutes_never_become_a_complaint_whatever_a_form_says(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    reporter = back(office, receipt)
    theirs = text_of(reporter)
    assert approve(reporter, theirs) == 303
    address = f"/casework/case/{case_id}/texts/{theirs.rpartition('/')[2]}"
    assert change(desk, address, text="Jeg klager") == 409
    (minutes,) = texts(office, case_id)
    assert (minutes.kind, len(minutes.versions)) == (TextKind.REPORT, 1)
    token = form_of(desk.get(address).text, "/drop")
    assert desk.post(f"{address}/letter/pdf", token).status_code == 404


def test_what_was_sent_stays_sent_when_its_version_is_erased(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    assert change(desk, address, text="Anden udgave") == 303
    assert answered(desk, address, "approved", **BY_VOICE) == 303
    assert answered(desk, address, "sent", day="2026-11-20") == 303
    before = texts(office, case_id)[1]
    dues = opened(office, case_id).registration.due
    erase_newest(office, case_id, before)
    after = texts(office, case_id)[1]
    assert (after.sent, len(after.versions), after.approved) == (before.sent, 1, None)
    assert opened(office, case_id).registration.due == dues
    page = desk.get(address)
    assert page.status_code == 200
    assert "Anden udgave" not in page.text
    form = form_of(desk.get(f"/casework/case/{case_id}/texts").text, "/texts")
    again = {**form, "kind": "complaint", "recipient": "Ankestyrelsen", "text": "Mere."}
    assert desk.post(address, again).status_code == 409
    theirs = f"/da/receipt/text/{before.id.hex()}"
    reporter = back(office, receipt)
    assert "Anden udgave" not in reporter.get(theirs).text
    assert not texts(office, case_id)[1].is_approved


def test_a_text_of_which_nothing_is_left_has_no_dates_and_no_new_version(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    _receipt, case_id = told
    address = put(desk, case_id)
    form = form_of(desk.get(address).text, address.rpartition("/")[2])
    (_minutes, text) = texts(office, case_id)
    assert any(due.item == text.id for due in opened(office, case_id).registration.due)
    erase_newest(office, case_id, text)
    assert all(due.item != text.id for due in opened(office, case_id).registration.due)
    again = {**form, "kind": "complaint", "recipient": "Ankestyrelsen", "text": "Mere."}
    assert desk.post(address, again).status_code == 404
    assert len(texts(office, case_id)) == 1


def test_nothing_was_approved_before_it_was_written_nor_sent_before_it_was_approved(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    _receipt, case_id = told
    address = put(desk, case_id)
    office.later(days=2)
    desk = office.desk_of(office.adviser)  # the session of before is over
    early, late = {**BY_VOICE, "day": "2026-11-19"}, {**BY_VOICE, "day": "2026-11-21"}
    assert answered(desk, address, "approved", **early) == 422
    assert answered(desk, address, "approved", **late) == 303
    assert answered(desk, address, "sent", day="2026-11-20") == 422
    assert answered(desk, address, "sent", day="2026-11-23") == 422  # yet to come
    assert answered(desk, address, "sent", day="2026-11-21") == 303
    assert texts(office, case_id)[1].sent is not None
