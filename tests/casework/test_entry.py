"""A new enquiry by telephone, letter or meeting: one page, saved once, nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.cases import OpenedCase
from whistle.domain.registration import Issue

CALL = {
    "purpose": "Hvem kan jeg ringe til om en opkrævning?",
    "issues-0-category": "1",
    "issues-0-centre": "ohi",
    "approached": "no",
    "outcome": "pointed",
}


def enter(desk: Desk, action: str = "save", **fields: str) -> tuple[int, str, str]:
    form = hidden_fields(desk.get("/casework/new").text)
    return sent(desk, {**form, **defaults(desk), **CALL, **fields, "action": action})


def sent(desk: Desk, form: dict[str, str]) -> tuple[int, str, str]:
    answer = desk.post("/casework/new", form)
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def defaults(_: Desk) -> dict[str, str]:
    return {
        "received": "2026-11-20",
        "way_in": "phone",
        "handling": "phone",
        "enquirer": "citizen",
    }


def opened(office: Office, address: str) -> OpenedCase:
    found = office.work_of(office.adviser).open(bytes.fromhex(address.rpartition("/")[2]))
    assert found is not None
    return found


def test_a_call_is_one_page_and_is_registered_with_it(office: Office, desk: Desk) -> None:
    status, address, _ = enter(desk, note="Ringede fra arbejde.")
    assert status == 303
    case = opened(office, address)
    enquiry = case.registration.enquiry
    assert enquiry.purpose == CALL["purpose"]
    assert enquiry.issues == (Issue(category="1", centre="ohi"),)
    assert (enquiry.way_in, enquiry.handling, enquiry.enquirer) == ("phone", "phone", "citizen")
    assert (enquiry.approached, enquiry.outcome, enquiry.casework) == (False, "pointed", True)
    assert case.case.received == date(2026, 11, 20)
    assert case.case.is_open
    assert [note.newest.text for note in case.notebook.shown] == ["Ringede fra arbejde."]
    page = desk.get(address)
    assert page.status_code == 200
    assert CALL["purpose"] in page.text


def test_a_double_click_enters_once_and_other_words_are_asked_about(
    office: Office, desk: Desk
) -> None:
    form = {**hidden_fields(desk.get("/casework/new").text), **defaults(desk), **CALL}
    first, second = sent(desk, form), sent(desk, form)
    assert first[:2] == second[:2]
    assert first[0] == 303
    status, _, page = sent(desk, {**form, "purpose": "Noget andet"})
    assert status == 409
    assert "Noget andet" in page
    assert first[1] in page
    again = {**form, **hidden_fields(page), "purpose": "Noget andet"}
    status, address, _ = sent(desk, again)
    assert status == 303
    assert address != first[1]
    assert opened(office, first[1]).registration.enquiry.purpose == CALL["purpose"]


def test_enter_without_choosing_says_what_is_missing_and_keeps_everything(desk: Desk) -> None:
    status, _, page = enter(desk, **{"issues-0-category": "", "note": "Min note"})
    assert status == 422
    assert 'href="#issues-0-category"' in page
    assert CALL["purpose"] in page
    assert "Min note" in page


def test_save_and_close_closes_what_needs_nothing_more(office: Office, desk: Desk) -> None:
    _, address, _ = enter(desk, "close")
    case = opened(office, address)
    assert not case.case.is_open
    assert case.registration.closed == date(2026, 11, 20)
    assert (case.case.acknowledge_by, case.case.feedback_by) == (None, None)
    assert not case.messages


def test_what_is_passed_on_stays_open_and_the_next_page_says_why(
    office: Office, desk: Desk
) -> None:
    status, address, _ = enter(desk, "close", outcome="passed_on")
    assert status == 303
    case = opened(office, address)
    assert case.case.is_open
    assert case.registration.feedback is None
    assert "alert-warning" in desk.get(address).text


def test_a_letter_waits_for_an_answer_and_a_call_was_heard(office: Office, desk: Desk) -> None:
    letter = opened(office, enter(desk, way_in="letter", handling="writing")[1])
    call = opened(office, enter(desk)[1])
    assert letter.registration.acknowledged is None
    assert call.registration.acknowledged == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("received", "2026-11-21"),
        ("received", "i går"),
        ("received", ""),
        ("matter_date", "31-02-2026"),
        ("matter_date", "2026-11-21"),
        ("issues-0-category", "99"),
        ("issues-0-subcategory", "4.1"),
        ("issues-0-centre", "ukendt"),
        ("issues-0-division", "x"),
        ("issues-0-theme", "x" * 5_000),
        ("outcome", "<script>"),
        ("way_in", "brevdue"),
        ("approached", "måske"),
        ("purpose", "æ" * 2_001),
        ("title", "æ" * 121),
        ("note", "æ" * 20_001),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_lost(
    office: Office, desk: Desk, field: str, value: str
) -> None:
    status, _, page = enter(desk, **{field: value})
    assert status == 422
    assert 'role="alert"' in page
    assert "<script>" not in page.replace('<script src="', "")
    assert field == "purpose" or CALL["purpose"] in page
    assert not office.work_of(office.adviser).inboxes()[0].cases


def test_a_row_is_added_by_a_button_that_keeps_everything(office: Office, desk: Desk) -> None:
    status, _, page = enter(desk, "add")
    assert status == 200
    assert 'name="issues-1-category"' in page
    assert CALL["purpose"] in page
    second = {"issues-1-category": "4", "issues-1-subcategory": "4.1", "issues-1-centre": "bl"}
    _, address, _ = enter(desk, **second)
    assert opened(office, address).registration.enquiry.issues == (
        Issue(category="1", centre="ohi"),
        Issue(category="4", subcategory="4.1", centre="bl"),
    )


def test_more_rows_than_there_can_be_are_refused_and_shown_again(desk: Desk) -> None:
    rows = {f"issues-{n}-category": "1" for n in range(40)}
    status, _, page = enter(desk, **rows, **{f"issues-{n}-centre": "bl" for n in range(1, 40)})
    assert status == 422
    assert 'name="issues-39-category"' in page
    many = {f"issues-{n}-{one}": "1" for n in range(200) for one in ("category", "centre")}
    status, _, page = enter(desk, **many)  # as many as an import may have
    assert status == 422
    assert 'name="issues-199-category"' in page
    more = {f"issues-{n}-{one}": "1" for n in range(600) for one in ("category", "centre")}
    assert enter(desk, **more)[0] == 413


def test_a_council_member_who_calls_is_entered_at_their_own_door(
    office: Office, desk: Desk
) -> None:
    form = hidden_fields(desk.get("/casework/new?door=council").text)
    told = {"behaviours": "threat", "reported_role": "mayor", "wish": "record_only"}
    fields = {**form, **defaults(desk), "purpose": "Et opkald", **told}
    status, address, _ = sent(desk, fields)
    assert status == 303
    enquiry = opened(office, address).registration.enquiry
    assert (enquiry.behaviours, enquiry.reported_role) == (("threat",), "mayor")


def test_who_has_the_reserve_alone_has_no_door_to_enter_by(office: Office) -> None:
    assert office.desk_of(office.reserve).get("/casework/new").status_code == 404


def test_the_page_of_a_call_has_no_answer_and_asks_for_nobodys_name(
    office: Office, desk: Desk
) -> None:
    _, address, _ = enter(desk)
    page = desk.open(opened(office, address).case.id).text
    assert "/answer" not in page
    assert 'name="name"' not in page, "who it is is written apart, on a page of its own"


def test_two_who_press_the_same_button_enter_one_case(office: Office, desk: Desk) -> None:
    form = {**hidden_fields(desk.get("/casework/new").text), **defaults(desk), **CALL}
    desks = [office.desk_of(office.adviser) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: sent(one, {**form, **token(one)})[1], desks))
    assert len(set(answers)) == 1


def token(desk: Desk) -> dict[str, str]:
    found = hidden_fields(desk.get("/casework/new").text)
    return {"csrf_token": found["csrf_token"]}


@pytest.mark.parametrize("received", ["0001-01-01", "1969-12-31", "1900-01-01"])
def test_an_enquiry_of_a_mistyped_year_is_refused_and_kept(desk: Desk, received: str) -> None:
    status, _, page = enter(desk, "close", received=received, note="Ringede fra arbejde.")
    assert status == 422
    assert "Ringede fra arbejde." in page
