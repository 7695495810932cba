"""A dialogue without end has pages that end, and pages tell little by their length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.support.identity import WHY
from tests.support.office import Office, Reporter, hidden_fields
from whistle.casework.identity import open_identity
from whistle.crypto.receipt import Receipt
from whistle.intake import dialogue
from whistle.intake.views.lengths import SHORTEST, padded
from whistle.keys.records import Identity

PATHS = ("", "advice", "report/citizen", "report/council", "receipt", "log", "privacy/citizen", "x")


def length(reporter: Reporter, path: str, lang: str = "da") -> int:
    return on_the_wire(reporter.get(f"/{lang}/{path}"))


def on_the_wire(answer: TestResponse) -> int:
    return len(f"HTTP/1.1 {answer.status}\r\n{answer.headers}") + len(answer.data)


@given(st.integers(1, 2**24), st.integers(200, 2_000))
def test_a_page_with_all_around_it_is_a_power_of_two_and_hardly_twice_as_much(
    size: int, around: int
) -> None:
    length = padded(size, around)
    whole = around + len(str(length)) + length
    assert length >= size
    assert whole.bit_count() == 1
    assert whole == SHORTEST or whole <= 2 * (size + around + len(str(length)))


def test_a_dialogue_with_an_answer_is_as_long_as_the_front_page(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    office.desk_of(office.adviser).answer(office.case_of(receipt), "Et svar. " * 200)
    reporter.come_back(receipt)
    stranger = office.reporter()
    seen = {length(reporter, "receipt")}
    seen |= {length(stranger, path, lang) for path in PATHS for lang in ("da", "en")}
    stranger.post("/da/receipt", {"receipt": Receipt.random().show()})
    wrong = stranger.get("/da/receipt")
    assert wrong.status_code == 404
    assert seen | {on_the_wire(wrong)} == {SHORTEST}


def test_a_long_dialogue_is_read_page_by_page(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Den første besked.")
    reporter.come_back(receipt)
    for number in range(5):
        reporter.write(f"Besked {number}. " + "x" * 90_000)
    newest = reporter.get("/da/receipt").text
    assert "Besked 4." in newest
    assert "Den første besked." not in newest
    assert "Tidligere beskeder" in newest
    oldest = reporter.get("/da/receipt?page=99").text
    assert "Den første besked." in oldest
    assert "Tidligere beskeder" not in oldest
    assert "Senere beskeder" in oldest
    case = f"/casework/case/{office.case_of(receipt).hex()}"
    desk = office.desk_of(office.adviser)
    assert "Besked 4." in desk.get(case).text
    assert "Den første besked." not in desk.get(case).text
    assert "Den første besked." in desk.get(f"{case}?page=3").text
    assert len(reporter.get("/da/receipt?page=2").data) < 512 * 1024


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 5000, "%00", "2"])
def test_a_page_that_there_is_not_is_the_nearest_one(office: Office, page: str) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Den eneste besked.")
    reporter.come_back(receipt)
    assert "Den eneste besked." in reporter.get(f"/da/receipt?page={page}").text


def test_a_dialogue_that_is_full_says_so_and_can_still_be_read_and_left(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "MOST_BYTES", 40_000)
    reporter = office.reporter()
    receipt = reporter.report(name="Åse")
    reporter.come_back(receipt)
    while (answer := reporter.write("Mere.")).status_code == 303:
        pass
    assert answer.status_code == 409
    assert "Der er ikke plads til mere i denne henvendelse." in answer.text
    assert "Mere." in answer.text
    assert office.desk_of(office.adviser).answer(office.case_of(receipt), "Ja.").status_code == 303
    withdraw = hidden_fields(reporter.get("/da/receipt/withdraw").text)
    assert reporter.post("/da/receipt/withdraw", withdraw).status_code == 303
    found = open_identity(office.work_of(office.adviser), office.case_of(receipt), WHY)
    assert found is not None
    assert found[1] == Identity()
