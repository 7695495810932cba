"""Two tabs, two people at one computer: what is written in one dialogue never lands in another."""

import pytest

from tests.support.office import Office, hidden_fields


def texts(office: Office, receipt: str, *, with_reserve: bool = False) -> list[str]:
    keyring = office.reserve if with_reserve else office.adviser
    opened = office.work_of(keyring).open(office.case_of(receipt))
    assert opened is not None
    return [message.text for message in opened.messages]


def test_what_was_written_in_one_tab_does_not_land_in_the_other(office: Office) -> None:
    reporter = office.reporter()
    about = reporter.report("Om rådgiveren", concerns_adviser="y")
    other = reporter.report("Noget andet")
    first_tab = hidden_fields(reporter.come_back(about).text)
    reporter.come_back(other)
    asked = reporter.post("/da/receipt/message", {**first_tab, "text": "Mere om rådgiveren"})
    assert asked.status_code == 422
    assert "Mere om rådgiveren" in asked.text
    assert "Noget andet" not in asked.text
    again = {**hidden_fields(asked.text), "text": "Mere om rådgiveren"}
    assert reporter.post("/da/receipt/message", again).status_code == 422
    sent = reporter.post("/da/receipt/message", {**again, "receipt": about})
    assert sent.status_code == 303
    assert texts(office, other) == ["Noget andet"]
    assert texts(office, about, with_reserve=True) == ["Om rådgiveren", "Mere om rådgiveren"]


def test_a_receipt_that_is_typed_goes_before_the_one_that_is_open(office: Office) -> None:
    reporter = office.reporter()
    about = reporter.report("Om rådgiveren", concerns_adviser="y")
    other = reporter.report("Noget andet")
    form = hidden_fields(reporter.come_back(other).text)
    fields = {**form, "text": "Til reserven", "receipt": about}
    for _ in range(2):
        assert reporter.post("/da/receipt/message", fields).status_code == 303
    assert texts(office, other) == ["Noget andet"]
    assert texts(office, about, with_reserve=True) == ["Om rådgiveren", "Til reserven"]


def test_a_message_with_a_typed_receipt_and_no_token_is_there_once(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    for _ in range(3):
        fields = {"text": "Uden session", "receipt": receipt}
        assert reporter.post("/da/receipt/message", fields).status_code == 303
    assert texts(office, receipt) == ["Min sag", "Uden session"]


@pytest.mark.parametrize("act", ["close", "identity", "withdraw"])
def test_an_act_of_one_tab_does_not_land_in_the_other(office: Office, act: str) -> None:
    reporter = office.reporter()
    one, other = reporter.report("Den ene"), reporter.report("Den anden")
    reporter.come_back(one)
    form = hidden_fields(reporter.get(f"/da/receipt/{act}").text)
    reporter.come_back(other)
    asked = reporter.post(f"/da/receipt/{act}", {**form, "name": "Bodil", "text": "Færdig"})
    assert asked.status_code == 422
    assert texts(office, other) == ["Den anden"]
    assert not office.work_of(office.adviser).open(office.case_of(other)).identity_given  # type: ignore[union-attr]


def test_a_receipt_is_replaced_only_from_its_own_page(office: Office) -> None:
    reporter = office.reporter()
    one, other = reporter.report("Den ene"), reporter.report("Den anden")
    reporter.come_back(one)
    form = hidden_fields(reporter.get("/da/receipt/replace").text)
    reporter.come_back(other)
    refused = reporter.post("/da/receipt/replace", {**form, "written_down": "y"})
    assert refused.status_code == 422
    assert "Den anden" in office.reporter().come_back(other).text
    done = reporter.post("/da/receipt/replace", {**form, "written_down": "y", "receipt": one})
    assert done.status_code == 200
    assert office.reporter().come_back(one).status_code == 404
    assert "Den ene" in office.reporter().come_back(form["new_receipt"]).text


def test_the_reporter_is_told_who_answers(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Om rådgiveren", concerns_adviser="y")
    office.desk_of(office.reserve).answer(office.case_of(receipt), "Svar fra reserven")
    page = reporter.come_back(receipt, lang="en").text
    assert "The reserve" in page
    assert "The citizen adviser</h3>" not in page
