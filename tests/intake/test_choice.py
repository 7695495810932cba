"""Other content under a used receipt: the choice stays, whatever else is refused meanwhile."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from tests.support.office import Office, Reporter, a_file, hidden_fields
from whistle import uploads
from whistle.limits import Budgets, Limits
from whistle.storage.engine import Store

AT = "/da/report/citizen"


@pytest.fixture
def offered(office: Office) -> tuple[Reporter, dict[str, str], str]:
    """Give somebody who is offered the choice, with the form, and the receipt they used."""
    reporter = office.reporter()
    first = {**reporter.form(), "text": "Min sag"}
    reporter.post(AT, first)
    answer = reporter.post(AT, {**first, "text": "Mere om den"})
    assert answer.status_code == 409
    form = {**hidden_fields(answer.text), "text": "Mere om den"}
    return reporter, form, first["receipt"]


Offered = tuple[Reporter, dict[str, str], str]


def is_offered(page: str, chosen: str = "add") -> bool:
    radios = re.findall(r'<input[^>]*name="decision"[^>]*>', page)
    assert len(radios) == 2
    return [f'value="{chosen}"' in radio for radio in radios if "checked" in radio] == [True]


def test_the_choice_survives_a_question_about_a_cpr_number(offered: Offered) -> None:
    reporter, form, used = offered
    text = "Hun hedder 010203-1234"
    asked = reporter.post(AT, {**form, "text": text, "decision": "add"})
    assert asked.status_code == 422
    assert is_offered(asked.text)
    again = {**hidden_fields(asked.text), "text": text, "accept_cpr": "y", "decision": "add"}
    assert reporter.post(AT, again).status_code == 200
    assert text in reporter.come_back(used).text


def test_the_choice_survives_files_that_are_refused(
    offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, form, _ = offered
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    for decision in ("add", "new"):
        data = {**form, "decision": decision, "files": [a_file(b"x" * 11)]}
        refused = reporter.post(AT, data)
        assert refused.status_code == 413
        assert is_offered(refused.text, decision)


def test_the_choice_survives_when_nothing_is_taken_or_the_database_fails(
    office: Office, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, form, _ = offered
    limits = office.installation.limits
    vars(limits).update(vars(Limits(Budgets(messages_per_hour=0, reports_per_hour=0))))
    for decision in ("add", "new"):
        refused = reporter.post(AT, {**form, "decision": decision})
        assert refused.status_code == 503
        assert is_offered(refused.text, decision)

    def broken(_self: Store) -> None:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Store, "read", broken)
    refused = reporter.post(AT, {**form, "decision": "add"})
    assert refused.status_code == 503
    assert is_offered(refused.text)


def test_who_did_not_choose_is_asked_again_and_nothing_is_sent_apart(offered: Offered) -> None:
    reporter, form, _ = offered
    asked = reporter.post(AT, form)
    assert asked.status_code == 409
    assert "Mere om den" in asked.text
    reporter.post("/da/receipt", {"receipt": form["receipt"]})
    assert reporter.get("/da/receipt").status_code == 404


def test_the_choice_stands_before_the_files_so_that_a_cut_upload_keeps_it(
    offered: Offered,
) -> None:
    reporter, form, _ = offered
    page = reporter.post(AT, form).text
    assert page.rindex('name="decision"') < page.index('type="file"')
