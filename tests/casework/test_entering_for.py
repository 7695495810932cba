"""A report written in for who told it: a sealed case, a receipt on paper, and no trace of that."""

import logging
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.audit.test_sealed_state import check, day_is_over
from tests.casework.records import opened_case
from tests.casework.told import (
    DAY,
    WORDS,
    back,
    case_on,
    entry_form,
    printed,
    receipt_on,
    write_in,
)
from tests.support.office import Desk, Office, Reporter, hidden_fields
from whistle.casework.entering import NewCase, case_id_of
from whistle.casework.entering_for import Told, enter_for
from whistle.casework.recusal import Declaration, recuse
from whistle.casework.service import CaseworkService
from whistle.crypto.errors import NotGrantedError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Channel, Side
from whistle.domain.recusal import Ground
from whistle.domain.registration import DueKind, Enquiry
from whistle.intake.service import IntakeService, Outcome
from whistle.keys.records import Identity, Registration
from whistle.storage import tables


@pytest.fixture
def work(office: Office) -> CaseworkService:
    """The adviser's work."""
    return office.work_of(office.adviser)


def test_it_is_a_sealed_case_that_its_reporter_opens_with_the_receipt(
    office: Office, desk: Desk
) -> None:
    receipt, case_id = printed(desk, name="Anna Holm", contact="20 30 40 50")
    page = back(office, receipt).get("/da/receipt").text
    assert WORDS in page
    assert "Ida Rådgiver" in page  # who wrote it down
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    first = opened.messages[0]
    assert (first.side, first.act, first.author) == (Side.CASEWORK, Act.WROTE_IN, "Ida Rådgiver")
    assert (opened.has_reporter, opened.identity_given) == (True, True)
    assert opened.case.received == DAY
    assert opened.registration.acknowledged == DAY  # who called was heard at once
    assert [(due.kind, due.day) for due in opened.registration.due] == [
        (DueKind.APPROVAL, date(2026, 12, 4))
    ]
    identities = opened.items.identities(opened.stored.items)
    assert identities == [Identity("Anna Holm", "20 30 40 50")]


def test_a_letter_that_is_written_in_is_still_to_be_acknowledged(
    office: Office, desk: Desk
) -> None:
    _receipt, case_id = printed(desk, door="whistleblower", way_in="letter")
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    assert opened.registration.acknowledged is None
    assert opened.case.acknowledge_by == date(2026, 11, 25)
    assert not opened.identity_given
    assert len(opened.items.identities(opened.stored.items)) == 1  # which says nothing


def test_the_doors_own_fields_go_with_it_and_those_kept_apart_are(
    office: Office, desk: Desk
) -> None:
    form = entry_form(desk, "council", **{"answer-reported_name": "Kim"})
    page = desk.post("/casework/new/for", form)
    assert page.status_code == 200, page.text
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_on(page.text)))
    assert opened.has_answers_apart
    assert "Kim" not in desk.get(f"/casework/case/{case_on(page.text)}").text
    (identity,) = opened.items.identities(opened.stored.items)
    assert identity.answers == {"reported_name": ("Kim",)}


def test_a_double_click_shows_the_same_receipt_and_enters_once(office: Office, desk: Desk) -> None:
    form = entry_form(desk)
    pages = [desk.post("/casework/new/for", form).text for _ in range(3)]
    assert len({(receipt_on(page), case_on(page)) for page in pages}) == 1
    assert "Det var gemt i forvejen" in pages[1] or "It was saved before" in pages[1]
    with office.installation.store.read() as db:
        assert len(db.execute(select(tables.cases)).all()) == 1
        assert len(db.execute(select(tables.receipts)).all()) == 1


def test_once_it_is_printed_no_page_shows_it_again(office: Office, desk: Desk) -> None:
    form = entry_form(desk)
    page = desk.post("/casework/new/for", form).text
    receipt, case_id = receipt_on(page), case_on(page)
    button = hidden_fields(page)
    assert desk.post(f"/casework/case/{case_id}/receipt-given", button).status_code == 303
    again = desk.post("/casework/new/for", form)
    assert again.status_code == 409
    assert receipt not in again.text
    assert case_id in again.text  # the way to it
    assert receipt not in desk.get(f"/casework/case/{case_id}").text
    assert back(office, receipt).get("/da/receipt").status_code == 200


def test_other_words_under_the_same_form_show_no_receipt(desk: Desk) -> None:
    form = entry_form(desk)
    receipt = receipt_on(desk.post("/casework/new/for", form).text)
    other = desk.post("/casework/new/for", {**form, "text": "Noget andet."})
    assert other.status_code == 409
    assert receipt not in other.text


def test_once_the_reporter_was_there_the_receipt_is_not_shown_again(
    office: Office, desk: Desk
) -> None:
    form = entry_form(desk)
    receipt = receipt_on(desk.post("/casework/new/for", form).text)
    back(office, receipt).write("Jeg er her.")
    assert desk.post("/casework/new/for", form).status_code == 409


def test_the_receipt_is_in_no_row_no_address_and_no_log(
    office: Office, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        receipt, _case = printed(desk)
    spelled = {receipt, receipt.replace("-", ""), Receipt.parse(receipt).reveal().hex()}
    with office.installation.store.read() as db:
        held = [
            value
            for table in tables.metadata.sorted_tables
            for row in db.execute(select(table))
            for value in row
        ]
    kept = [one for one in held if isinstance(one, bytes)]
    assert not [one for one in kept if Receipt.parse(receipt).reveal() in one]
    assert not any(secret in str(one) for secret in spelled for one in held)
    assert not any(secret in caplog.text for secret in spelled)


def test_what_is_missing_is_asked_for_and_nothing_is_lost(office: Office, desk: Desk) -> None:
    form = entry_form(desk, text="", name="Anna")
    page = desk.post("/casework/new/for", form)
    assert page.status_code == 422
    assert 'value="Anna"' in page.text
    for wrong in (
        {"received": "2027-01-01"},
        {"received": ""},
        {"way_in": "form"},
        {"answer_by": "2026-11-01"},
        {"receipt": "nonsense"},
    ):
        page = desk.post("/casework/new/for", {**form, "text": WORDS, **wrong})
        assert page.status_code == 422, wrong
        assert WORDS in page.text
    with office.installation.store.read() as db:
        assert db.execute(select(tables.cases)).first() is None


def test_a_receipt_that_was_used_enters_no_second_case(
    office: Office, work: CaseworkService
) -> None:
    receipt = Receipt.random()
    write_in(work, receipt)
    new = NewCase(case_id_of(work, b"other"), DAY, Registration(enquiry=Enquiry()))
    assert not enter_for(work, Channel.CITIZEN, new, Told("x", "Ida"), receipt)
    assert work.open(new.case_id) is None
    assert WORDS in back(office, receipt.show()).get("/da/receipt").text


def test_who_has_not_the_main_inbox_of_a_door_writes_nothing_in(office: Office) -> None:
    theirs = office.work_of(office.reserve)
    with pytest.raises(NotGrantedError):
        write_in(theirs, Receipt.random())
    assert office.desk_of(office.reserve).get("/casework/new/for").status_code == 404


def test_a_replaced_receipt_and_a_recusal_leave_who_printed_it_with_nothing_new(
    office: Office, work: CaseworkService
) -> None:
    """The adviser kept the paper. What is said after it was replaced is not theirs to read."""
    receipt, new = Receipt.random(), Receipt.random()
    case_id = write_in(work, receipt)
    dialogue = replace_receipt(office, receipt, new)
    seen = len(opened_case(work, case_id).messages)
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min bror.", seen)
    assert recuse(work, case_id, declared).value == "yes"
    reporter = back(office, new.show())
    reporter.write("Kun til reserven.")
    assert "Kun til reserven." in reporter.get("/da/receipt").text
    assert dialogue.get("/da/receipt").status_code == 404
    assert work.open(case_id) is None
    theirs = office.work_of(office.reserve).open(case_id)
    assert theirs is not None
    assert theirs.messages[-1].text == "Kun til reserven."


def replace_receipt(office: Office, old: Receipt, new: Receipt) -> Reporter:
    """Replace a receipt, and give a browser that still has the old one."""
    stale = back(office, old.show())
    assert IntakeService(office.installation).replace_receipt(old, new) is Outcome.RECEIVED
    return stale


def test_the_paper_says_what_it_is_for_how_and_until_when(office: Office, desk: Desk) -> None:
    office.installation = replace(office.installation, public_address="whistle.example")
    office.casework.extensions["whistle"] = office.installation
    page = desk.post("/casework/new/for", entry_form(desk)).text
    sheet = page[page.index('<article class="sheet">') : page.index("</article>")]
    for told in ("whistle.example", "4.\xa0december\xa02026", "18.\xa0november", "Ida Rådgiver"):
        assert told in sheet
    assert 'class="receipt"' in sheet


def test_the_log_knows_its_rows_also_when_it_was_told_days_before(
    office: Office, work: CaseworkService
) -> None:
    write_in(work, Receipt.random())
    for _ in range(2):
        day_is_over(office)
    report = check(office)
    assert report.is_fine, report.findings
    assert report.rows == 5  # its keys, also the reporter's; registration, report, identity
