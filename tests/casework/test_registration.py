"""Registering a case: by its door, from the reporter's answers, by two at once, and refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.registering import merge, register
from whistle.domain.registration import Enquiry, Issue, Override, Rule
from whistle.keys.keyring import Keyring

Open = Callable[[], OpenedCase]
COMPLAINT = {
    "purpose": "Vi venter på svar",
    "issues-0-category": "4",
    "issues-0-subcategory": "4.1",
    "issues-0-centre": "bl",
    "approached": "yes",
    "outcome": "pointed",
    "way_in": "form",
    "handling": "writing",
    "enquirer": "citizen",
}
TODAY = date(2026, 11, 20)


def address(case_id: bytes) -> str:
    return f"/casework/case/{case_id.hex()}/registration"


def send(desk: Desk, case_id: bytes, **fields: str) -> tuple[int, str]:
    form = hidden_fields(desk.get(address(case_id)).text)
    answer = desk.post(address(case_id), {**form, **COMPLAINT, **fields})
    return answer.status_code, answer.text


def test_a_case_is_registered_with_everything(desk: Desk, case_id: bytes, opened: Open) -> None:
    assert send(desk, case_id, matter_date="13-05-2026")[0] == 303
    assert opened().registration.enquiry == Enquiry(
        purpose="Vi venter på svar",
        way_in="form",
        handling="writing",
        casework=True,
        enquirer="citizen",
        approached=True,
        matter_date=date(2026, 5, 13),
        outcome="pointed",
        issues=(Issue("4", "4.1", "bl"),),
    )


def test_what_the_reporter_answered_is_filled_in_and_not_stored_before_somebody_saves(
    office: Office, desk: Desk
) -> None:
    receipt = office.reporter().report(centre="so", approached="yes", happened="2026-05-13")
    case_id = office.case_of(receipt)
    page = desk.get(address(case_id)).text
    assert '<option value="so" selected>' in page
    assert 'value="2026-05-13"' in page
    found = office.work_of(office.adviser).open(case_id)
    assert found is not None
    assert not found.registration.enquiry.is_registered


def test_a_sub_category_of_another_category_is_refused_in_words(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    status, page = send(desk, case_id, **{"issues-0-category": "1"})
    assert status == 422
    assert 'href="#issues-0-subcategory"' in page
    assert COMPLAINT["purpose"] in page
    assert not opened().registration.enquiry.is_registered


def test_without_casework_nothing_more_is_asked(desk: Desk, case_id: bytes, opened: Open) -> None:
    nothing = dict.fromkeys(COMPLAINT, "")
    assert send(desk, case_id, **{**nothing, "without_casework": "y"})[0] == 303
    assert opened().registration.enquiry.casework is False


def test_an_old_matter_is_warned_of_and_a_reason_lifts_it(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    assert send(desk, case_id, matter_date="2026-05-19")[0] == 303
    page = desk.get(address(case_id)).text
    assert 'href="#half_year"' in page
    assert send(desk, case_id, matter_date="2026-05-19", half_year="Det står på endnu")[0] == 303
    page = desk.get(address(case_id)).text
    assert 'href="#half_year"' not in page
    assert "Det står på endnu" in page
    assert opened().registration.enquiry.overrides == (
        Override(Rule.HALF_YEAR, "Det står på endnu", TODAY),
    )


def test_a_matter_of_just_half_a_year_is_not_warned_of(desk: Desk, case_id: bytes) -> None:
    assert send(desk, case_id, matter_date="2026-05-20")[0] == 303
    assert 'href="#half_year"' not in desk.get(address(case_id)).text


def test_a_reason_that_stands_keeps_its_day_and_those_of_others_stay(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    declined = Override(Rule.DECLINED, "Intet nyt", TODAY)
    send(desk, case_id, centre_first="Det haster")
    stored = opened().registration.enquiry
    with_both = replace(stored, overrides=(*stored.overrides, declined))
    work = office.work_of(office.adviser)
    case = opened()
    with work.writing(case, replace(case.registration, enquiry=with_both)):
        pass
    office.later(days=3)
    send(desk, case_id, purpose="Noget nyt", centre_first="Det haster")
    assert opened().registration.enquiry.overrides == (
        Override(Rule.CENTRE_FIRST, "Det haster", TODAY),
        declined,
    )


def test_who_is_second_sees_field_by_field_what_changed_and_loses_nothing(
    office: Office, desk: Desk, case_id: bytes, deputy: Keyring, opened: Open
) -> None:
    registered(office.work_of(office.adviser), case_id, Enquiry(casework=True, purpose="Før"))
    mine = hidden_fields(desk.get(address(case_id)).text)
    other = office.desk_of(deputy)
    assert send(other, case_id, purpose="Deres ord", outcome="guided")[0] == 303
    refused = desk.post(address(case_id), {**mine, **COMPLAINT, "purpose": "Mine ord"})
    assert refused.status_code == 409
    assert "Deres ord" in refused.text
    assert "Mine ord" in refused.text
    form = {**COMPLAINT, **hidden_fields(refused.text), "purpose": "Mine ord"}
    assert desk.post(address(case_id), form).status_code == 303
    assert opened().registration.enquiry.purpose == "Mine ord"


def test_what_one_did_not_touch_says_what_the_other_wrote() -> None:
    was = Enquiry(casework=True, purpose="Før", outcome="guided")
    theirs = replace(was, purpose="Deres", outcome="pointed")
    mine = replace(was, purpose="Mit", approached=True)
    merged = merge(was, theirs, mine, TODAY)
    assert merged.enquiry == replace(mine, outcome="pointed")
    assert merged.changed == ("purpose", "outcome")


def test_two_who_save_at_the_same_moment_store_one_and_tell_the_other(
    office: Office, case_id: bytes, deputy: Keyring, opened: Open
) -> None:
    was = opened().registration.enquiry

    def each(member: Keyring) -> Done:
        mine = Enquiry(casework=True, purpose=member.member_id.hex())
        return register(office.work_of(member), case_id, mine, was)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(each, (office.adviser, deputy)))
    assert sorted(one.name for one in done) == ["CHANGED", "YES"]
    first = (office.adviser, deputy)[done.index(Done.YES)]
    assert opened().registration.enquiry.purpose == first.member_id.hex()


def test_a_note_meanwhile_is_in_nobodys_way(desk: Desk, case_id: bytes, opened: Open) -> None:
    form = hidden_fields(desk.get(address(case_id)).text)
    page = hidden_fields(desk.open(case_id).text)
    desk.post(f"/casework/case/{case_id.hex()}/note", {**page, "note": "Et notat"})
    assert desk.post(address(case_id), {**form, **COMPLAINT}).status_code == 303
    assert opened().registration.enquiry.is_registered


@pytest.mark.parametrize("was", ["", "{}", "nonsense", "[]", '{"purpose": 7}', "æ" * 9_000])
def test_a_form_that_brings_nonsense_of_what_it_showed_changes_nothing_unseen(
    office: Office, desk: Desk, case_id: bytes, opened: Open, was: str
) -> None:
    registered(office.work_of(office.adviser), case_id, Enquiry(casework=True, purpose="Før"))
    assert send(desk, case_id, was=was)[0] == 409
    assert opened().registration.enquiry.purpose == "Før"


def test_a_session_that_ended_carries_what_was_written(office: Office, case_id: bytes) -> None:
    stranger = Desk(office.casework.test_client())
    answer = stranger.post(address(case_id), {**COMPLAINT, "half_year": "En grund"})
    assert answer.status_code == 401
    assert COMPLAINT["purpose"] in answer.text
    assert "En grund" in answer.text


def test_nobody_registers_a_case_that_their_keys_do_not_open(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    form = {**hidden_fields(desk.get(address(case_id)).text), **COMPLAINT}
    assert office.desk_of(office.reserve).get(address(case_id)).status_code == 404
    assert office.desk_of(office.reserve).post(address(case_id), form).status_code == 404
    assert desk.get(address(b"x" * 16)).status_code == 404
    assert desk.post(address(b"x" * 16), form).status_code == 404


def test_two_hundred_issues_are_too_many_and_come_back_as_they_were(
    desk: Desk, case_id: bytes
) -> None:
    rows = {
        f"issues-{row}-{name}": value
        for row in range(200)
        for name, value in (
            ("category", "4"),
            ("subcategory", "4.1"),
            ("centre", "bl"),
            ("theme", ""),
        )
    }
    status, page = send(desk, case_id, purpose="Mine egne ord", **rows)
    assert status == 422
    assert "Mine egne ord" in page
    assert 'name="issues-199-category"' in page
