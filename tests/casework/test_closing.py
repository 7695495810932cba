"""What closing needs, giving up on a centre's reply, and cases that nobody has a receipt for."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.papers import place_of, received
from tests.casework.records import counted
from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import acts, documents, erasing
from whistle.casework.acts import Closing, Done
from whistle.casework.cases import OpenedCase
from whistle.casework.entering import NewCase, enter
from whistle.casework.filing import Filing, file_new
from whistle.casework.referring import Reply, record_reply
from whistle.domain.channel import Channel
from whistle.domain.erasing import Reason
from whistle.domain.filed import Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.office import Centre
from whistle.domain.registration import Enquiry, Issue, Rule
from whistle.keys.filed import Document
from whistle.keys.records import Registration

Open = Callable[[], OpenedCase]
PASSED_ON = Enquiry(
    casework=True,
    approached=True,
    outcome="passed_on",
    issues=(Issue("4", "4.1", "bl"),),
)
SENT = Referral("bl", date(2026, 11, 20), date(2026, 12, 4))


def close(office: Office, case_id: bytes, note: str = "", unanswered: str = "") -> Done:
    work = office.work_of(office.adviser)
    opened = work.open(case_id)
    assert opened is not None
    closing = Closing(secrets.token_bytes(16), len(opened.messages), "", note, unanswered)
    return acts.close(work, case_id, closing)


def pass_on(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    registered(work, case_id, PASSED_ON)
    assert file_new(work, case_id, b"f", SENT, Filing(Logged.FILED)) is Done.YES


def answer(office: Office, case_id: bytes) -> None:
    """Note the centre's reply, with its copy."""
    copy = Reply(b"r", date(2026, 11, 20), "Svar", Marking.NONE, [received(office)])
    where = place_of(office, case_id, Referral)
    assert record_reply(office.work_of(office.adviser), where, copy) is Done.YES


@pytest.fixture
def called(office: Office) -> bytes:
    """A case that was entered from the telephone."""
    guided = replace(PASSED_ON, outcome="guided")
    new = NewCase(b"c" * 16, date(2026, 11, 20), Registration(enquiry=guided))
    assert enter(office.work_of(office.adviser), Channel.CITIZEN, new)
    return new.case_id


def test_a_case_that_is_not_registered_is_not_closed_and_the_page_leads_there(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    assert close(office, case_id) is Done.INCOMPLETE
    page = desk.get(f"/casework/case/{case_id.hex()}/close").text
    assert f'href="/casework/case/{case_id.hex()}/registration"' in page
    assert "data-once" not in page
    assert opened().case.is_open


def test_words_sent_with_a_closing_that_lacks_something_come_back(
    desk: Desk, case_id: bytes
) -> None:
    address = f"/casework/case/{case_id.hex()}/close"
    token = hidden_fields(desk.open(case_id).text)["csrf_token"]
    form = {"csrf_token": token, "form_id": "f", "seen": "1", "text": "Mine ord", "note": "Og et"}
    refused = desk.post(address, form)
    assert refused.status_code == 422
    assert "Mine ord" in refused.text
    assert "Og et" in refused.text


def test_what_was_passed_on_waits_for_the_copy_of_the_reply(
    office: Office, case_id: bytes, opened: Open
) -> None:
    registered(office.work_of(office.adviser), case_id, PASSED_ON)
    assert close(office, case_id) is Done.INCOMPLETE
    pass_on(office, case_id)
    assert close(office, case_id) is Done.INCOMPLETE
    assert close(office, case_id, unanswered=" ") is Done.INCOMPLETE
    assert opened().case.is_open


def test_closed_unanswered_has_its_reason_where_it_is_counted_and_nothing_is_due(
    office: Office, case_id: bytes, opened: Open
) -> None:
    pass_on(office, case_id)
    assert opened().registration.due
    assert close(office, case_id, unanswered="Centret svarer ikke") is Done.YES
    case = opened()
    given = case.registration.enquiry.reason_for(Rule.UNANSWERED)
    assert given is not None
    assert given.reason == "Centret svarer ikke"
    ((_, referral),) = case.notebook.of_kind(Referral)
    assert referral.unanswered == "Centret svarer ikke"
    assert not case.registration.due


def test_a_centre_that_is_younger_than_the_case_is_called_by_its_name(
    office: Office, case_id: bytes
) -> None:
    old, day = office.installation.profiles, date(2026, 11, 24)
    young = Centre("nyt", {"da": "Et nyt center", "en": "A new centre"})
    centres = (*old.office.centres, young)
    newest = replace(
        old, valid_from=day, office=replace(old.office, centres=centres), earlier=old.versions
    )
    office.installation = replace(office.installation, profiles=newest)
    office.casework.extensions["whistle"] = office.installation
    work = office.work_of(office.adviser)
    registered(work, case_id, PASSED_ON)
    office.later(days=4)
    sent = replace(SENT, centre="nyt", sent=day, reply_by=day)
    assert file_new(work, case_id, b"f", sent, Filing(Logged.FILED)) is Done.YES
    page = office.desk_of(office.adviser).get(f"/casework/case/{case_id.hex()}/close").text
    assert "Et nyt center" in page


def test_a_reply_that_comes_while_its_lack_is_explained_is_not_called_missing(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    pass_on(office, case_id)
    address = f"/casework/case/{case_id.hex()}/close"
    form = {**hidden_fields(desk.get(address).text), "unanswered": "Centret svarer ikke"}
    answer(office, case_id)
    refused = desk.post(address, {**form, "note": "Ringet to gange"})
    assert refused.status_code == 409
    assert "Ringet to gange\n\nCentret svarer ikke" in refused.text.replace("\r", "")
    assert close(office, case_id, unanswered="Centret svarer ikke") is Done.CHANGED
    assert close(office, case_id) is Done.YES
    case = opened()
    assert case.registration.enquiry == PASSED_ON
    assert acts.undo(office.work_of(office.adviser), case_id, case.version) is Done.YES
    assert opened().registration.enquiry == PASSED_ON


@pytest.mark.parametrize("how", ["deleted", "erased"])
def test_a_reply_whose_copy_is_gone_is_missing(
    office: Office, case_id: bytes, opened: Open, how: str
) -> None:
    pass_on(office, case_id)
    answer(office, case_id)
    work, copy = office.work_of(office.adviser), place_of(office, case_id, Document)
    if how == "deleted":
        assert documents.remove(work, copy) is Done.YES
    else:
        target = erasing.Target(case_id, erasing.Kind.FILED, copy.filed, copy.version)
        assert erasing.erase(work, target, Reason.BY_MISTAKE) is Done.YES
    assert close(office, case_id) is Done.INCOMPLETE
    assert close(office, case_id, unanswered="Kopien er væk") is Done.YES
    ((_, referral),) = opened().notebook.of_kind(Referral)
    assert referral.unanswered == "Kopien er væk"


def test_undoing_a_closing_waits_for_the_reply_again(
    office: Office, case_id: bytes, opened: Open
) -> None:
    pass_on(office, case_id)
    before = opened().registration
    close(office, case_id, note="Opgivet", unanswered="Centret svarer ikke")
    work = office.work_of(office.adviser)
    assert acts.undo(work, case_id, opened().version) is Done.YES
    case = opened()
    assert case.case.is_open
    assert case.registration.enquiry == before.enquiry
    assert case.registration.due == before.due
    ((_, referral),) = case.notebook.of_kind(Referral)
    assert referral == SENT
    assert not case.notebook.shown


def test_a_call_is_closed_reopened_and_undone_without_a_line_to_anybody(
    office: Office, called: bytes
) -> None:
    work = office.work_of(office.adviser)

    def state() -> OpenedCase:
        found = work.open(called)
        assert found is not None
        assert not found.messages
        return found

    assert close(office, called, note="Slut") is Done.YES
    assert [one.newest.text for one in state().notebook.shown] == ["Slut"]
    assert acts.undo(work, called, state().version) is Done.YES
    assert state().case.is_open
    assert not state().notebook.shown
    assert close(office, called) is Done.YES
    assert acts.reopen(work, called) is Done.YES
    assert state().case.is_open
    assert acts.undo(work, called, state().version) is Done.YES
    assert not state().case.is_open


def test_undoing_a_reopening_keeps_the_day_on_which_a_call_was_closed(
    office: Office, called: bytes
) -> None:
    work = office.work_of(office.adviser)
    assert close(office, called) is Done.YES
    before = counted(office)
    office.later(days=60)
    for _ in range(2):
        assert acts.reopen(work, called) is Done.YES
        opened = work.open(called)
        assert opened is not None
        assert acts.undo(work, called, opened.version) is Done.YES
        assert counted(office) == before
    assert [one.closed for one in before] == [date(2026, 11, 20)]


def test_a_final_answer_with_the_closing_is_feedback_where_that_is_said(
    office: Office, desk: Desk
) -> None:
    case_id = office.case_of(office.reporter().report(channel="whistleblower"))
    registered(office.work_of(office.adviser), case_id, Enquiry(casework=False))
    address = f"/casework/case/{case_id.hex()}/close"
    page = desk.get(address).text
    assert 'name="is_feedback"' in page
    form = {**hidden_fields(page), "is_feedback": "y"}
    refused = desk.post(address, form)
    assert refused.status_code == 422
    assert desk.post(address, {**form, "text": "Det er rettet."}).status_code == 303
    assert [(one.acknowledged, one.feedback) for one in counted(office)] == [(True, True)]


def test_words_with_the_closing_are_no_feedback_by_themselves(
    office: Office, case_id: bytes, opened: Open
) -> None:
    work = office.work_of(office.adviser)
    opened()
    registered(work, case_id)
    assert acts.close(work, case_id, Closing(b"f", 1, "Slut")) is Done.YES
    assert opened().registration.feedback is None


def test_a_call_is_closed_once_by_a_double_click(office: Office, called: bytes) -> None:
    work = office.work_of(office.adviser)
    work.open(called)
    closing = Closing(b"f", 0, note="Slut")
    assert acts.close(work, called, closing) is Done.YES
    assert acts.close(work, called, closing) is Done.ALREADY
    assert acts.close(work, called, Closing(b"g", 0, note="Andet")) is Done.TOO_LATE
