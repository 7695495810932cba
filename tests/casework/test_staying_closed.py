"""A closed case never comes to lack what closing it needed: it is opened again first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.papers import place_of
from tests.casework.records import counted
from tests.casework.test_closing import PASSED_ON, SENT, answer, close, pass_on
from tests.casework.test_registration import COMPLAINT, address, send
from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import acts, documents
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.casework.entering import NewCase, enter
from whistle.casework.filing import Filing, file_new
from whistle.casework.needs import StaysClosedError
from whistle.casework.registering import register
from whistle.domain.anonymised import Reply
from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry
from whistle.keys.filed import Document
from whistle.keys.records import Registration

Open = Callable[[], OpenedCase]
GUIDED = replace(PASSED_ON, outcome="guided")


@pytest.fixture
def guided(office: Office, case_id: bytes) -> bytes:
    """A case that was guided, and closed."""
    registered(office.work_of(office.adviser), case_id, GUIDED)
    assert close(office, case_id) is Done.YES
    return case_id


@pytest.fixture
def replied(office: Office, case_id: bytes) -> bytes:
    """A case that was passed on, and closed when the copy of the reply had come."""
    pass_on(office, case_id)
    answer(office, case_id)
    assert close(office, case_id) is Done.YES
    return case_id


def test_an_outcome_that_needs_more_is_refused_in_words_and_saved_once_the_case_is_open(
    office: Office, desk: Desk, guided: bytes
) -> None:
    status, page = send(desk, guided, outcome="passed_on", purpose="Mine egne ord")
    assert status == 409
    assert 'role="alert"' in page
    assert "Mine egne ord" in page
    assert [one.outcome for one in counted(office)] == ["guided"]
    form = {**hidden_fields(page), **COMPLAINT, "outcome": "passed_on"}
    assert acts.reopen(office.work_of(office.adviser), guided) is Done.YES
    assert desk.post(address(guided), form).status_code == 303
    assert counted(office) == []


@pytest.mark.parametrize(
    "worse",
    [replace(GUIDED, outcome=""), replace(GUIDED, outcome="unknown"), Enquiry(), PASSED_ON],
    ids=["emptied", "not on the list", "not registered", "passed on"],
)
def test_what_closing_needed_is_not_taken_from_a_closed_case(
    office: Office, guided: bytes, worse: Enquiry
) -> None:
    work = office.work_of(office.adviser)
    with pytest.raises(StaysClosedError):
        register(work, guided, worse, GUIDED)
    assert [one.outcome for one in counted(office)] == ["guided"]


def test_a_closed_case_is_corrected_in_what_closing_does_not_need(
    office: Office, guided: bytes
) -> None:
    work = office.work_of(office.adviser)
    assert register(work, guided, replace(GUIDED, outcome="pointed"), GUIDED) is Done.YES
    assert [one.outcome for one in counted(office)] == ["pointed"]


def test_no_letter_that_waits_is_filed_on_a_closed_case(office: Office, guided: bytes) -> None:
    with pytest.raises(StaysClosedError):
        file_new(office.work_of(office.adviser), guided, b"f", SENT, Filing(Logged.FILED))
    assert [one.replies for one in counted(office)] == [()]


def test_a_reply_is_not_waited_for_again_while_the_case_is_closed_and_the_page_says_so(
    office: Office, desk: Desk, replied: bytes
) -> None:
    where = place_of(office, replied, Referral)
    page = f"/casework/case/{replied.hex()}/referrals/{where.filed.hex()}"
    refused = desk.post(f"{page}/wait", hidden_fields(desk.get(page).text))
    assert refused.status_code == 409
    assert f'href="/casework/case/{replied.hex()}"' in refused.text
    assert [one.replies for one in counted(office)] == [(Reply("bl", days=0),)]
    assert acts.reopen(office.work_of(office.adviser), replied) is Done.YES
    assert desk.post(f"{page}/wait", hidden_fields(desk.get(page).text)).status_code == 303


def test_the_copy_that_a_case_was_closed_with_is_not_deleted_while_it_is_closed(
    office: Office, replied: bytes, opened: Open
) -> None:
    with pytest.raises(StaysClosedError):
        documents.remove(office.work_of(office.adviser), place_of(office, replied, Document))
    assert opened().notebook.of_kind(Document)


def test_what_was_chosen_for_erasing_is_not_taken_for_words_that_somebody_wrote(
    office: Office, desk: Desk, replied: bytes
) -> None:
    where = place_of(office, replied, Document)
    page = f"/casework/case/{replied.hex()}/erase/filed/{where.filed.hex()}"
    form = {**hidden_fields(desk.get(page).text), "why": "by-mistake"}
    refused = desk.post(page, form)
    assert refused.status_code == 409
    assert "by-mistake" not in refused.text


def test_what_came_closed_and_lacking_is_corrected_all_the_same(office: Office) -> None:
    work, day = office.work_of(office.adviser), date(2020, 3, 1)
    new = NewCase(b"c" * 16, day, Registration(enquiry=PASSED_ON, closed=day))
    assert enter(work, Channel.CITIZEN, new)
    assert acts.give_title(work, new.case_id, "Fra 2020", "") is Done.YES
    better = replace(PASSED_ON, purpose="Rettet")
    assert register(work, new.case_id, better, PASSED_ON) is Done.YES
    with pytest.raises(StaysClosedError):
        register(work, new.case_id, Enquiry(), better)
