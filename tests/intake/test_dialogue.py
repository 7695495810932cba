"""Coming back with a receipt."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from tests.support.office import Office, a_file, hidden_fields
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Side
from whistle.storage import tables
from whistle.storage.engine import Store


def test_the_reporter_reads_the_answer_and_writes_again(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    case_id = office.case_of(receipt)
    office.desk_of(office.adviser).answer(case_id, "Mit svar")
    page = reporter.come_back(receipt)
    assert "Min sag" in page.text
    assert "Mit svar" in page.text
    assert reporter.write("Tak for svaret").status_code == 303
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert [(message.side, message.text) for message in opened.messages] == [
        (Side.REPORTER, "Min sag"),
        (Side.CASEWORK, "Mit svar"),
        (Side.REPORTER, "Tak for svaret"),
    ]


@pytest.mark.parametrize("typed", [str.lower, lambda shown: shown.replace("-", " "), str.swapcase])
def test_a_receipt_may_be_typed_in_any_way(office: Office, typed: object) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    assert callable(typed)
    assert "Jeg skriver om en sag." in reporter.come_back(typed(receipt)).text


def test_a_right_and_a_wrong_receipt_get_the_same_answer(office: Office) -> None:
    right = office.reporter().report()
    answers = [
        office.reporter().post("/da/receipt", {"receipt": shown})
        for shown in (right, Receipt.random().show())
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(answers[0].headers["Set-Cookie"]) == len(answers[1].headers["Set-Cookie"])
    assert answers[0].data == answers[1].data


def test_a_receipt_nobody_has_is_said_kindly_and_forgotten(office: Office) -> None:
    reporter = office.reporter()
    page = reporter.come_back(Receipt.random().show())
    assert page.status_code == 404
    assert "Max-Age=0" in page.headers["Set-Cookie"]
    assert reporter.get("/da/receipt").status_code == 200


@pytest.mark.parametrize("shown", ["", "x", "A" * 25, "A" * 5000, "\x00", "ÆØÅ", "0" * 24 + "1"])
def test_a_mistyped_receipt_is_told_at_once(office: Office, shown: str) -> None:
    answer = office.reporter().post("/da/receipt", {"receipt": shown})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


def test_two_symbols_that_changed_places_are_told_at_once(office: Office) -> None:
    shown = Receipt.random().show()
    first = next(place for place in range(23) if shown[place] != shown[place + 1] != "-")
    pair = shown[first + 1] + shown[first]
    swapped = shown[:first] + pair + shown[first + 2 :]
    assert office.reporter().post("/da/receipt", {"receipt": swapped}).status_code == 422


def test_the_receipt_cannot_be_read_in_the_cookie(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    cookie = reporter.post("/da/receipt", {"receipt": receipt}).headers["Set-Cookie"]
    for part in receipt.split("-"):
        assert part not in cookie
    for flag in ("__Host-", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_a_forged_cookie_opens_nothing(office: Office) -> None:
    reporter = office.reporter()
    for value in ("x", "AAAA", "æ", "A" * 120):
        reporter.client.set_cookie("__Host-receipt", value, domain="whistle.example", secure=True)
        page = reporter.get("/da/receipt")
        assert page.status_code == 200
        assert hidden_fields(page.text) == {}


def test_the_session_ends_after_twenty_minutes_without_a_sign_of_life(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    reporter.come_back(receipt)
    office.later(minutes=19)
    assert "Min sag" in reporter.get("/da/receipt").text
    office.later(minutes=19)
    assert "Min sag" in reporter.get("/da/receipt").text
    office.later(minutes=21)
    assert "Min sag" not in reporter.get("/da/receipt").text


def test_the_session_ends_after_two_hours_whatever_is_done(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    reporter.come_back(receipt)
    for _ in range(8):
        office.later(minutes=15)
        assert "Min sag" in reporter.get("/da/receipt").text
    office.later(minutes=15)
    assert "Min sag" not in reporter.get("/da/receipt").text


def test_what_was_written_outlives_the_session(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    form = hidden_fields(reporter.come_back(receipt).text)
    office.later(minutes=30)
    asked = reporter.post(
        "/da/receipt/message", {**form, "text": "Langt svar", "files": [a_file(name="f.pdf")]}
    )
    assert asked.status_code == 422
    assert "Langt svar" in asked.text
    assert "f.pdf" in asked.text
    fields = {**hidden_fields(asked.text), "text": "Langt svar"}
    wrong = reporter.post("/da/receipt/message", {**fields, "receipt": "00000"})
    assert wrong.status_code == 422
    assert "Langt svar" in wrong.text
    unknown = reporter.post("/da/receipt/message", {**fields, "receipt": Receipt.random().show()})
    assert unknown.status_code == 404
    assert "Langt svar" in unknown.text
    sent = reporter.post("/da/receipt/message", {**fields, "receipt": receipt})
    assert sent.status_code == 303
    assert "Langt svar" in reporter.get("/da/receipt").text


def test_a_message_sent_twice_is_there_once(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    form = hidden_fields(reporter.come_back(receipt).text)
    for _ in range(3):
        answer = reporter.post("/da/receipt/message", {**form, "text": "Igen", "files": [a_file()]})
        assert answer.status_code == 303
    page = reporter.get("/da/receipt").text
    assert page.count("Igen") == 1
    assert page.count("bilag.txt") == 1


def test_a_message_that_was_changed_and_sent_again_is_not_lost(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    form = hidden_fields(reporter.come_back(receipt).text)
    for text in ("Første udgave", "Anden udgave"):
        reporter.post("/da/receipt/message", {**form, "text": text})
    page = reporter.get("/da/receipt").text
    assert "Første udgave" in page
    assert "Anden udgave" in page


def test_files_alone_may_be_sent_and_nothing_at_all_may_not(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    reporter.come_back(receipt)
    assert reporter.write("  ").status_code == 422
    assert reporter.write("", files=[a_file(name="alene.txt")]).status_code == 303
    assert "alene.txt" in reporter.get("/da/receipt").text


@pytest.mark.parametrize("token", ["", "x.y", "00" * 16 + ".AAAA", "zz.zz", "ab.AAAA"])
def test_a_message_with_a_forged_token_is_not_taken_and_not_lost(
    office: Office, token: str
) -> None:
    reporter = office.reporter()
    reporter.come_back(reporter.report())
    answer = reporter.write("Skal ikke tabes", token=token)
    assert answer.status_code == 422
    assert "Skal ikke tabes" in answer.text


def test_the_reporter_gets_every_byte_of_a_file_back(office: Office) -> None:
    content = bytes(range(256)) * 3000
    reporter = office.reporter()
    receipt = reporter.report(
        files=[a_file(content, "../../etc/p\u202eas.bin"), a_file(b"", "tom")]
    )
    page = reporter.come_back(receipt).text
    addresses = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)
    assert len(addresses) == 2
    answers = [reporter.get(address) for address in addresses]
    assert [answer.data for answer in answers] == [content, b""]
    assert answers[0].headers["Content-Disposition"] == "attachment; filename=pas.bin"
    assert answers[0].mimetype == "application/octet-stream"
    assert "sandbox" in answers[0].headers["Content-Security-Policy"]


def test_nobody_gets_a_file_of_another_report(office: Office) -> None:
    owner, other = office.reporter(), office.reporter()
    page = owner.come_back(owner.report(files=[a_file()])).text
    address = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)[0]
    assert other.get(address).status_code == 303
    other.come_back(other.report())
    assert other.get(address).status_code == 404
    assert other.get("/da/receipt/file/zz").status_code == 404
    assert other.get("/da/receipt/file/00").status_code == 404


def test_a_file_that_lost_a_chunk_is_not_given_in_part(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(files=[a_file(b"x" * 600_000)])
    page = reporter.come_back(receipt).text
    with office.installation.store.write() as db:
        db.execute(tables.chunks.delete().where(tables.chunks.c.number == 1))
    address = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)[0]
    answer = reporter.get(address)
    assert answer.status_code == 500
    assert b"x" * 100 not in answer.data


def test_leaving_clears_what_a_browser_can_clear(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    reporter.come_back(receipt)
    left = reporter.post("/da/receipt/leave", {})
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "Min sag" not in reporter.get("/da/receipt").text


def test_a_dialogue_that_does_not_open_is_said_so_and_nothing_is_shown(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Min sag")
    with office.installation.store.write() as db:
        db.execute(tables.items.update().values(body=b"\x01" + bytes(4125)))
    page = reporter.come_back(receipt)
    assert page.status_code == 503
    assert "Min sag" not in page.text


def test_when_the_database_fails_a_message_is_kept_in_the_form(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    form = hidden_fields(reporter.come_back(receipt).text)

    def broken(_self: Store) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", broken)
        answer = reporter.post("/da/receipt/message", {**form, "text": "Bliver her"})
    assert answer.status_code == 503
    assert "Bliver her" in answer.text
    assert reporter.post("/da/receipt/message", {**form, "text": "Bliver her"}).status_code == 303


def test_english_stays_english_all_the_way(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(lang="en")
    page = reporter.come_back(receipt, lang="en")
    assert '<html lang="en">' in page.text
    sent = reporter.post("/en/receipt/message", {**hidden_fields(page.text), "text": "More"})
    assert sent.headers["Location"].startswith("/en/")
