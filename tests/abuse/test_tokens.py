"""Form tokens that are old, made up, or another's: nothing happens twice, and no word is lost."""

import pytest

from tests.abuse.forms import stored
from tests.support.office import Office, Reporter, hidden_fields

WORDS = "Det, jeg har skrevet"
ACTS = {
    "message": {"text": WORDS},
    "close": {"text": WORDS},
    "identity": {"name": WORDS},
    "withdraw": {},
}


def opened(office: Office) -> tuple[Reporter, str]:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    return reporter, receipt


def form_of(reporter: Reporter, act: str) -> dict[str, str]:
    page = reporter.get("/da/receipt" + ("" if act == "message" else f"/{act}"))
    return {**hidden_fields(page.text), **ACTS[act]}


@pytest.mark.parametrize("act", ACTS)
def test_a_form_that_was_open_for_days_is_sent_with_the_receipt_and_is_there_once(
    office: Office, act: str
) -> None:
    reporter, receipt = opened(office)
    form = form_of(reporter, act)
    office.later(hours=50)
    asked = reporter.post(f"/da/receipt/{act}", form)
    assert asked.status_code == 422
    assert all(words in asked.text for words in ACTS[act].values())
    again = {**hidden_fields(asked.text), **ACTS[act], "receipt": receipt}
    while (answer := reporter.post(f"/da/receipt/{act}", again)).status_code == 422:
        assert all(words in answer.text for words in ACTS[act].values())
        renewed = {**hidden_fields(answer.text), **ACTS[act]}
        assert renewed != again
        again = renewed
    assert answer.status_code == 303
    before = stored(office)
    assert reporter.post(f"/da/receipt/{act}", again).status_code == 303
    assert stored(office) == before


@pytest.mark.parametrize("act", ACTS)
def test_a_token_of_another_report_does_nothing_here(office: Office, act: str) -> None:
    (reporter, _), (other, _) = opened(office), opened(office)
    theirs = form_of(other, act)
    before = stored(office)
    for token in (theirs["token"], theirs["token"][::-1], "", "." * 80, "0" * 32 + ".AAAA"):
        answer = reporter.post(f"/da/receipt/{act}", {**ACTS[act], "token": token})
        assert answer.status_code == 422, token
        assert all(words in answer.text for words in ACTS[act].values())
    assert stored(office) == before


def test_a_token_that_is_used_again_under_another_receipt_or_door_is_refused(
    office: Office,
) -> None:
    reporter = office.reporter()
    used, fresh = reporter.form(), reporter.form()
    reporter.post("/da/report/citizen", {**used, "text": WORDS})
    before = stored(office)
    for fields, path in (
        ({**fresh, "token": used["token"]}, "/da/report/citizen"),
        (fresh, "/da/report/council"),
        ({**fresh, "receipt": used["receipt"]}, "/da/report/citizen"),
    ):
        answer = reporter.post(path, {**fields, "text": "Noget andet"})
        assert answer.status_code == 422
        assert "Noget andet" in answer.text
    assert stored(office) == before


def test_whoever_sends_anothers_receipt_in_first_takes_no_word_from_them(office: Office) -> None:
    """Somebody looked over the shoulder and was quicker: the text is kept, under a new receipt."""
    thief, reporter = office.reporter(), office.reporter()
    seen = reporter.form()
    assert thief.post("/da/report/citizen", {**seen, "text": "Vrøvl"}).status_code == 200
    answer = reporter.post("/da/report/citizen", {**seen, "text": WORDS})
    assert answer.status_code == 409
    assert WORDS in answer.text
    offered = {**hidden_fields(answer.text), "text": WORDS, "decision": "new"}
    assert offered["receipt"] != seen["receipt"]
    assert reporter.post("/da/report/citizen", offered).status_code == 200
    assert WORDS in reporter.come_back(offered["receipt"]).text
    assert WORDS not in thief.come_back(seen["receipt"]).text
