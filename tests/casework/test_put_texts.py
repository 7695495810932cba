"""A text put before the reporter, form by form, by both doors; and the letter it becomes."""

import re
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from tests.casework.records import opened_case
from tests.casework.test_entering import entered
from tests.casework.told import WORDS, approve, back, correct, printed, text_of
from tests.support.office import Desk, Office, Reporter, hidden_fields
from whistle.domain.approval import PutText, texts_in
from whistle.domain.registration import DueKind

COMPLAINT = {
    "kind": "complaint",
    "recipient": "Ankestyrelsen",
    "complain_by": "2026-12-11",
    "text": "Jeg klager over, at min ansøgning har ligget siden marts.",
    "answer_by": "2026-12-04",
}
_FORM = re.compile(r"<form[^>]*action=\"([^\"]*)\".*?</form>", re.DOTALL)


def form_of(page: str, ending: str) -> dict[str, str]:
    """Give the hidden fields of the form whose address ends so."""
    found = next(one for one in _FORM.finditer(page) if one[1].endswith(ending))
    return hidden_fields(found[0])


def put(desk: Desk, case_id: str, **fields: str) -> str:
    """Put a text before the reporter, and give its address."""
    address = f"/casework/case/{case_id}/texts"
    form = form_of(desk.get(address).text, "/texts")
    answer = desk.post(address, {**form, **COMPLAINT, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0]


def change(desk: Desk, address: str, **fields: str) -> int:
    """Put another version before the reporter."""
    form = form_of(desk.get(address).text, address.rpartition("/")[2])
    return desk.post(address, {**form, **COMPLAINT, **fields}).status_code


def texts(office: Office, case_id: str) -> list[PutText]:
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    return texts_in(opened.messages)


def letter(desk: Desk, address: str, kind: str) -> bytes:
    form = form_of(desk.get(address).text, f"/letter/{kind}")
    answer = desk.post(f"{address}/letter/{kind}", form)
    assert answer.status_code == 200
    made: bytes = answer.data
    return made


def pdf_text(made: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split()
    )


@pytest.fixture
def told(desk: Desk) -> tuple[str, str]:
    """A receipt on paper, and its case."""
    return printed(desk)


def test_the_reporter_checks_corrects_and_approves_what_was_written_down(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    reporter = back(office, receipt)
    address = text_of(reporter)
    assert WORDS in reporter.get(address).text
    assert WORDS in reporter.get(address + "/correct").text  # the form is filled in
    assert correct(reporter, address, "Siden februar, ikke marts.") == 303
    assert "Siden februar, ikke marts." in reporter.get(address).text
    assert approve(reporter, address) == 303
    (text,) = texts(office, case_id)
    assert text.approved is not None
    assert (text.approved.version.text, text.approved.version.number) == (
        "Siden februar, ikke marts.",
        2,
    )
    assert text.approved.shared  # the receipt was printed here, and not replaced
    page = desk.get(f"/casework/case/{case_id}/texts/{text.id.hex()}").text
    assert WORDS in page  # the first version stays to be read
    desk.get(f"/casework/case/{case_id}")
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    assert opened.registration.due == ()  # nothing is waited for any more


def test_a_complaint_is_drafted_approved_and_exported_without_a_name(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    reporter = back(office, receipt)
    (_minutes, text) = texts(office, case_id)
    theirs = f"/da/receipt/text/{text.id.hex()}"
    page = reporter.get(theirs).text
    assert "Ankestyrelsen" in page
    assert "11.\xa0december\xa02026" in page
    token = form_of(desk.get(address).text, "/drop")
    assert desk.post(f"{address}/letter/pdf", token).status_code == 404  # not approved yet
    assert approve(reporter, theirs) == 303
    for said in (pdf_text(letter(desk, address, "pdf")), _word(letter(desk, address, "docx"))):
        assert COMPLAINT["text"] in said
        assert "Ankestyrelsen" in said
        assert "11. december 2026" in said
        assert "20. november 2026" in said  # the day it was approved


def _word(made: bytes) -> str:
    return " ".join(one.text for one in Document(BytesIO(made)).paragraphs).replace("\xa0", " ")


def test_their_name_stands_under_it_only_if_they_said_so_and_still_do(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    reporter = back(office, receipt)
    text = texts(office, case_id)[1]
    theirs = f"/da/receipt/text/{text.id.hex()}"
    assert approve(reporter, theirs, with_name="yes") == 409  # nobody knows who they are
    say_who(reporter, "Anna Holm")
    assert approve(reporter, theirs) == 303
    assert "Anna Holm" not in pdf_text(letter(desk, address, "pdf"))
    assert approve(reporter, theirs, with_name="yes") == 303
    assert "Anna Holm" in pdf_text(letter(desk, address, "pdf"))
    form = hidden_fields(reporter.get("/da/receipt/withdraw").text)
    assert reporter.post("/da/receipt/withdraw", form).status_code == 303
    assert "Anna Holm" not in pdf_text(letter(desk, address, "pdf"))


def say_who(reporter: Reporter, name: str) -> None:
    form = hidden_fields(reporter.get("/da/receipt/identity").text)
    answer = reporter.post("/da/receipt/identity", {**form, "name": name, "contact": ""})
    assert answer.status_code == 303


def test_who_is_slower_than_a_new_version_approves_nothing_and_reads_it(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    reporter = back(office, receipt)
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    form = hidden_fields(reporter.get(theirs).text)
    corrections = hidden_fields(reporter.get(theirs + "/correct").text)
    assert change(desk, address, text="Nu står der noget andet.") == 303
    answer = reporter.post(theirs, form)
    assert answer.status_code == 409
    assert "Nu står der noget andet." in answer.text
    answer = reporter.post(theirs + "/correct", {**corrections, "text": "Mine ord."})
    assert answer.status_code == 409
    assert "Mine ord." in answer.text  # nothing of theirs is lost
    assert "Nu står der noget andet." in answer.text
    assert texts(office, case_id)[1].approved is None
    again = hidden_fields(answer.text)
    assert reporter.post(theirs + "/correct", {**again, "text": "Mine ord."}).status_code == 303


def test_casework_puts_nothing_over_what_it_has_not_read(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    form = form_of(desk.get(address).text, address.rpartition("/")[2])
    back(office, receipt).write("Vent lidt med klagen.")
    answer = desk.post(address, {**form, **COMPLAINT, "text": "Mere."})
    assert answer.status_code == 409
    assert "Mere." in answer.text
    assert len(texts(office, case_id)[1].versions) == 1


def test_a_double_click_puts_and_approves_once(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = f"/casework/case/{case_id}/texts"
    form = {**form_of(desk.get(address).text, "/texts"), **COMPLAINT}
    assert [desk.post(address, form).status_code for _ in range(2)] == [303, 303]
    reporter = back(office, receipt)
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    yes = hidden_fields(reporter.get(theirs).text)
    assert [reporter.post(theirs, yes).status_code for _ in range(2)] == [303, 303]
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    assert [one.act.value for one in opened.messages] == ["wrote in", "proposed", "approved"]


def test_when_the_session_is_over_the_receipt_is_asked_for_and_the_words_stay(
    office: Office, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    reporter = back(office, receipt)
    address = text_of(reporter)
    yes = hidden_fields(reporter.get(address).text)
    words = {**hidden_fields(reporter.get(address + "/correct").text), "text": "Mine ord."}
    office.later(minutes=30)
    locked = reporter.post(address, yes)
    assert locked.status_code == 422
    assert WORDS not in locked.text  # it is locked: of the text nothing is shown
    answer = reporter.post(address + "/correct", words)
    assert answer.status_code == 422
    assert "Mine ord." in answer.text
    again = {**hidden_fields(answer.text), "text": "Mine ord.", "receipt": receipt}
    assert reporter.post(address + "/correct", again).status_code == 303
    assert texts(office, case_id)[0].newest.text == "Mine ord."


def test_who_reads_on_paper_approves_by_voice_and_it_is_shown_as_that(
    office: Office, desk: Desk
) -> None:
    case_id = entered(office.work_of(office.adviser)).hex()
    address = put(desk, case_id)
    page = desk.get(address).text
    form = {**form_of(page, "/approved"), "means": "voice", "day": "2026-11-20"}
    assert desk.post(f"{address}/approved", form).status_code == 422  # how?
    form["how"] = "Læst op i telefonen"
    assert desk.post(f"{address}/approved", form).status_code == 303
    page = desk.get(address).text
    assert "Læst op i telefonen" in page
    assert "Ida Rådgiver" in page
    said = pdf_text(letter(desk, address, "pdf"))
    assert COMPLAINT["text"] in said
    for path in ("", "/timeline", "/export", "/erase", "/registration", "/texts"):
        assert desk.get(f"/casework/case/{case_id}{path}").status_code == 200, path


def test_its_dates_stand_on_the_list_until_it_is_sent(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    assert f"/casework/case/{case_id}/texts" in desk.get("/casework/dates").text
    reporter = back(office, receipt)
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    assert approve(reporter, theirs) == 303
    form = {**form_of(desk.get(address).text, "/sent"), "day": "2026-11-20"}
    assert desk.post(f"{address}/sent", form).status_code == 303
    opened = opened_case(office.work_of(office.adviser), bytes.fromhex(case_id))
    assert [due.kind for due in opened.registration.due] == [DueKind.APPROVAL]  # the minutes
    late = {**form_of(desk.get(f"/casework/case/{case_id}/texts").text, "/texts"), **COMPLAINT}
    assert desk.post(address, {**late, "text": "For sent."}).status_code == 409
    assert reporter.get(theirs).status_code == 200


def test_what_is_laid_aside_is_asked_for_no_more(
    office: Office, desk: Desk, told: tuple[str, str]
) -> None:
    receipt, case_id = told
    address = put(desk, case_id)
    form = form_of(desk.get(address).text, "/drop")
    assert desk.post(f"{address}/drop", form).status_code == 303
    reporter = back(office, receipt)
    theirs = f"/da/receipt/text/{texts(office, case_id)[1].id.hex()}"
    page = reporter.get(theirs)
    assert 'type="submit" class="button button-primary"' not in page.text
    assert texts(office, case_id)[1].dropped is not None


def test_at_the_whistleblowers_door_minutes_are_approved_and_no_complaint_is_drafted(
    office: Office, desk: Desk
) -> None:
    receipt, case_id = printed(desk, door="whistleblower")
    reporter = back(office, receipt)
    assert approve(reporter, text_of(reporter)) == 303
    address = f"/casework/case/{case_id}/texts"
    form = {**form_of(desk.get(address).text, "/texts"), **COMPLAINT}
    assert desk.post(address, form).status_code == 422
    minutes = {**form, "kind": "report", "text": "Mødet den 20."}
    assert desk.post(address, minutes).status_code == 303


def test_a_text_of_another_case_is_not_there(office: Office, desk: Desk) -> None:
    receipt, case_id = printed(desk)
    other, _case = printed(desk, text="En anden sag.")
    theirs = text_of(back(office, other))
    reporter = back(office, receipt)
    assert reporter.get(theirs).status_code == 303
    form = hidden_fields(reporter.get(text_of(reporter)).text)
    assert reporter.post(theirs, form).status_code in {303, 409}
    assert texts(office, case_id)[0].approved is None
    assert reporter.get("/da/receipt/text/nonsense").status_code == 303
    assert desk.get(f"/casework/case/{case_id}/texts/{'0' * 32}").status_code == 404
