"""Sending a report: what is received, once, and what is refused without losing a word."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.support.identity import WHY
from tests.support.office import HOST, Office, Reporter, a_file, hidden_fields
from whistle import uploads
from whistle.casework.identity import open_identity
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.form_parser import MOST_TEXT_BYTES
from whistle.intake.service import Report, report_digest
from whistle.keys.records import Identity
from whistle.storage import tables
from whistle.storage.engine import Store

CHANNELS = ("whistleblower", "council", "citizen")


def count(office: Office, table: str) -> int:
    with office.installation.store.read() as db:
        return db.execute(
            select(func.count()).select_from(tables.metadata.tables[table])
        ).scalar_one()


def nothing_is_stored(office: Office) -> bool:
    names = ("enquiry_case", "receipt", "item", "attachment", "chunk")
    return all(count(office, name) == 0 for name in names)


def send(reporter: Reporter, form: dict[str, str], **fields: object) -> TestResponse:
    return reporter.post("/da/report/citizen", {**form, "text": "Min sag", **fields})


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_door_answers_with_the_receipt_it_issued(
    office: Office, channel: str, lang: str
) -> None:
    reporter = office.reporter()
    form = reporter.form(channel, lang)
    answer = reporter.post(f"/{lang}/report/{channel}", {**form, "text": "Der skete noget."})
    assert answer.status_code == 200
    for group in form["receipt"].split("-"):
        assert group in answer.text
    assert "Der skete noget." in reporter.come_back(form["receipt"], lang).text


def test_reporting_needs_no_cookie_and_sets_none(office: Office) -> None:
    reporter = office.reporter()
    page = reporter.get("/da/report/citizen")
    answer = send(reporter, hidden_fields(page.text))
    assert "Set-Cookie" not in page.headers
    assert "Set-Cookie" not in answer.headers


def test_the_receipt_comes_before_the_form(office: Office) -> None:
    page = office.reporter().get("/da/report/citizen").text
    first_group = hidden_fields(page)["receipt"].split("-")[0]
    assert page.index(first_group) < page.index("<textarea")


def test_two_tabs_have_two_receipts(office: Office) -> None:
    reporter = office.reporter()
    assert reporter.form()["receipt"] != reporter.form()["receipt"]


def test_the_same_form_sent_twice_is_stored_once(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    first = send(reporter, form, files=[a_file()])
    again = send(reporter, form, files=[a_file()])
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.text != again.text
    assert count(office, "enquiry_case") == 1
    assert count(office, "attachment") == 1


def test_other_content_under_a_used_receipt_is_not_stored_and_not_lost(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    answer = send(reporter, form, text="Noget helt andet", files=[a_file(name="nyt.pdf")])
    assert answer.status_code == 409
    assert "Noget helt andet" in answer.text
    assert "nyt.pdf" in answer.text
    assert count(office, "enquiry_case") == 1
    assert count(office, "item") == 2
    assert count(office, "attachment") == 0
    assert "Min sag" in reporter.come_back(form["receipt"]).text


def test_the_other_content_can_be_added_to_the_first_report(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    offered = hidden_fields(send(reporter, form, text="Noget andet").text)
    added = send(reporter, offered, text="Noget andet", decision="add", files=[a_file()])
    assert added.status_code == 200
    assert count(office, "enquiry_case") == 1
    page = reporter.come_back(form["receipt"]).text
    assert "Min sag" in page
    assert "Noget andet" in page
    assert "bilag.txt" in page


def test_the_other_content_can_be_sent_under_its_own_receipt(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    offered = hidden_fields(send(reporter, form, text="Noget andet").text)
    assert offered["receipt"] != form["receipt"]
    assert send(reporter, offered, text="Noget andet", decision="new").status_code == 200
    assert "Noget andet" in reporter.come_back(offered["receipt"]).text
    assert "Noget andet" not in reporter.come_back(form["receipt"]).text


def test_what_concerns_the_adviser_is_never_added_to_a_report_the_adviser_reads(
    office: Office,
) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    about = {"text": "Om rådgiveren", "concerns_adviser": "y"}
    offer = send(reporter, form, **about)
    assert offer.status_code == 409
    assert 'value="add"' not in offer.text
    offered = hidden_fields(offer.text)
    forced = send(reporter, offered, decision="add", **about)
    assert forced.status_code == 409
    assert "Om rådgiveren" in forced.text
    assert count(office, "item") == 2
    assert send(reporter, hidden_fields(forced.text), decision="new", **about).status_code == 200
    [only] = [one for inbox in office.work_of(office.adviser).inboxes() for one in inbox.cases]
    opened = office.work_of(office.adviser).open(only.case.id)
    assert opened is not None
    assert [message.text for message in opened.messages] == ["Min sag"]


def test_what_concerns_the_adviser_is_added_to_a_report_the_reserve_reads(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form, concerns_adviser="y")
    offered = hidden_fields(send(reporter, form, text="Mere", concerns_adviser="y").text)
    added = send(reporter, offered, text="Mere", concerns_adviser="y", decision="add")
    assert added.status_code == 200
    opened = office.work_of(office.reserve).open(office.case_of(form["receipt"]))
    assert opened is not None
    assert [message.text for message in opened.messages] == ["Min sag", "Mere"]


def test_a_name_given_with_what_is_added_is_not_lost(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    offered = hidden_fields(send(reporter, form, text="Mere", name="Bodil").text)
    send(reporter, offered, text="Mere", name="Bodil", contact="12 34", decision="add")
    work, case_id = office.work_of(office.adviser), office.case_of(form["receipt"])
    found = open_identity(work, case_id, WHY)
    assert found is not None
    opened, identity = found
    assert opened.identity_given
    assert (identity.name, identity.contact) == ("Bodil", "12 34")


@pytest.mark.parametrize("field", ["text", "concerns_adviser", "name", "contact"])
def test_a_change_in_any_field_is_other_content(office: Office, field: str) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    assert send(reporter, form, **{field: "y"}).status_code == 409


def test_nobody_chooses_their_own_receipt(office: Office) -> None:
    reporter = office.reporter()
    chosen = Receipt.random().show()
    answer = send(reporter, {**reporter.form(), "receipt": chosen})
    assert answer.status_code == 422
    assert "Min sag" in answer.text
    assert hidden_fields(answer.text)["receipt"] != chosen
    assert nothing_is_stored(office)


def test_a_form_of_one_door_is_refused_at_another(office: Office) -> None:
    reporter = office.reporter()
    answer = send(reporter, reporter.form("council"))
    assert answer.status_code == 422
    assert nothing_is_stored(office)


@pytest.mark.parametrize("token", ["", "x", "AAAA", "æøå", "A" * 48, "A" * 5000])
def test_a_forged_token_is_refused_and_the_text_comes_back(office: Office, token: str) -> None:
    reporter = office.reporter()
    answer = send(reporter, {**reporter.form(), "token": token})
    assert answer.status_code == 422
    assert "Min sag" in answer.text
    assert nothing_is_stored(office)


def test_a_form_is_good_for_two_days(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    office.later(hours=48)
    assert send(reporter, form).status_code == 200


def test_a_form_older_than_two_days_comes_back_with_the_same_receipt(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    office.later(hours=50)
    answer = send(reporter, form)
    renewed = hidden_fields(answer.text)
    assert answer.status_code == 422
    assert "Min sag" in answer.text
    assert renewed["receipt"] == form["receipt"]
    assert send(reporter, renewed).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://whistle.example.evil.example"},
    ],
)
def test_a_post_from_another_site_is_refused(office: Office, headers: dict[str, str]) -> None:
    reporter = office.reporter()
    form = reporter.form()
    answer = reporter.post("/da/report/citizen", {**form, "text": "x"}, headers=headers)
    assert answer.status_code == 403
    assert nothing_is_stored(office)


def test_a_post_from_our_own_page_is_taken(office: Office) -> None:
    reporter = office.reporter()
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": HOST}
    data = {**reporter.form(), "text": "x"}
    assert reporter.post("/da/report/citizen", data, headers=headers).status_code == 200


def test_an_empty_report_comes_back_with_everything_that_was_chosen(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    answer = send(
        reporter,
        form,
        text=" \r\n\t",
        name="Bodil Navn",
        contact="bodil@mail.example",
        concerns_adviser="y",
        files=[a_file(name="lønseddel.pdf")],
    )
    assert answer.status_code == 422
    assert "Bodil Navn" in answer.text
    assert "bodil@mail.example" in answer.text
    assert "checked" in answer.text
    assert "lønseddel.pdf" in answer.text
    assert hidden_fields(answer.text)["receipt"] == form["receipt"]
    assert nothing_is_stored(office)


def test_a_form_with_nothing_at_all_is_answered_kindly(office: Office) -> None:
    reporter = office.reporter()
    assert reporter.post("/da/report/citizen", {}).status_code == 422
    assert reporter.post("/da/report/citizen", b"\xff\xfe garbage").status_code == 415
    assert nothing_is_stored(office)


def test_files_beyond_the_limit_are_refused_and_the_text_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 600_000)
    reporter = office.reporter()
    big = [a_file(b"x" * 400_000, "a.bin"), a_file(b"y" * 400_000, "b.bin")]
    answer = send(reporter, reporter.form(), files=big)
    assert answer.status_code == 413
    assert "Min sag" in answer.text
    assert "a.bin" in answer.text
    assert nothing_is_stored(office)


def test_too_many_files_are_refused_and_the_text_is_kept(office: Office) -> None:
    reporter = office.reporter()
    many = [a_file(name=f"{number}.txt") for number in range(uploads.MOST_FILES + 1)]
    answer = send(reporter, reporter.form(), files=many)
    assert answer.status_code == 413
    assert "Min sag" in answer.text
    assert nothing_is_stored(office)


def test_a_text_longer_than_the_limit_comes_back(office: Office) -> None:
    reporter = office.reporter()
    answer = send(reporter, reporter.form(), text="æ" * 200_001)
    assert answer.status_code == 422
    assert "æ" * 200_001 in answer.text
    assert nothing_is_stored(office)


def test_a_body_that_cannot_be_held_gets_a_clear_page(office: Office) -> None:
    reporter = office.reporter()
    answer = send(reporter, reporter.form(), text="x" * (MOST_TEXT_BYTES + 1))
    assert answer.status_code == 413
    assert nothing_is_stored(office)


@pytest.mark.parametrize(
    "text",
    [
        "\x00nul",
        "\u202eovers\u202c",
        "😀" * 400,
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "a\r\nb",
    ],
)
def test_every_text_comes_through_as_it_was_written(office: Office, text: str) -> None:
    receipt = office.reporter().report(text)
    opened = office.work_of(office.adviser).open(office.case_of(receipt))
    assert opened is not None
    assert opened.messages[0].text == text.replace("\r\n", "\n")


def test_markup_in_a_report_is_shown_and_never_run(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("<script>alert(1)</script>{{ 7*7 }}")
    for page in (
        reporter.come_back(receipt).text,
        office.desk_of(office.adviser).open(office.case_of(receipt)).text,
    ):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


def test_when_the_database_fails_the_page_says_not_received_and_keeps_the_text(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = office.reporter()
    form = reporter.form()

    def broken(_self: Store) -> None:
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        answer = send(reporter, form, files=[a_file(b"x" * 600_000)])
    assert answer.status_code == 503
    assert "Min sag" in answer.text
    assert hidden_fields(answer.text)["receipt"] == form["receipt"]
    assert nothing_is_stored(office)
    assert send(reporter, form).status_code == 200


def test_a_closed_or_unknown_door_is_not_there(office: Office) -> None:
    assert office.reporter().get("/da/report/mayor").status_code == 404
    assert office.reporter().get("/de/report/citizen").status_code == 404


def test_only_the_day_is_stored(office: Office) -> None:
    receipt = office.reporter().report()
    opened = office.work_of(office.adviser).open(office.case_of(receipt))
    assert opened is not None
    assert opened.case.received == date(2026, 11, 20)
    assert type(opened.case.received) is date
    assert type(opened.messages[0].written) is date
    assert opened.case.acknowledge_by == date(2026, 11, 27)
    assert opened.case.feedback_by == date(2027, 2, 27)


def test_a_used_receipt_stays_used_when_its_case_is_erased(office: Office) -> None:
    reporter = office.reporter()
    form = reporter.form()
    send(reporter, form)
    with office.installation.store.write() as db:
        db.execute(tables.cases.delete())
    assert send(reporter, form).status_code == 409
    assert count(office, "enquiry_case") == 0
    assert reporter.post("/da/receipt", {"receipt": form["receipt"]}).status_code == 303
    assert reporter.get("/da/receipt").status_code == 404


def test_the_digest_kept_in_the_dialogue_does_not_betray_a_name(office: Office) -> None:
    """Who reads the dialogue must not be able to try out names without opening the identity."""
    nobody, bodil = Identity(), Identity("Bodil", "")
    one, other = Receipt.random(), Receipt.random()
    digests = {
        report_digest(office.installation.id, Channel.CITIZEN, receipt, Report("x", who, False))
        for receipt in (one, other)
        for who in (nobody, bodil)
    }
    assert len(digests) == 4
