"""Files that nobody asked for, and files of whom nobody knows: nothing of them is stored."""

import pytest

from tests.abuse.forms import MULTIPART, Form, every_form, field, fields_of, multipart
from tests.support.office import Office, hidden_fields
from whistle.crypto.receipt import Receipt
from whistle.keys.files import SealingUpload

TAKE_FILES = ("/report/citizen", "/answer")
BIG = b"x" * 300_000


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note every write of a file's bytes, even of one that is removed again."""
    lengths: list[int] = []
    write = SealingUpload.write

    def noted(upload: SealingUpload, data: bytes) -> None:
        lengths.append(len(data))
        write(upload, data)

    monkeypatch.setattr(SealingUpload, "write", noted)
    return lengths


def with_a_file(form: Form, name: str = "files") -> bytes:
    return multipart(*fields_of(form), field(name, BIG, '; filename="stort.bin"'))


def test_a_form_without_a_file_field_is_sent_none(office: Office, sealed: list[int]) -> None:
    forms = [form for form in every_form(office) if not form.path.endswith(TAKE_FILES)]
    forms = [form for form in forms if not form.path.endswith("/message")]
    sealed.clear()
    assert len(forms) > 15
    for form in forms:
        assert form.send(with_a_file(form), MULTIPART).status_code < 500, form.path
    stranger = Form(office.reporter(), "/da/nosuch", {}, "da")
    assert stranger.send(with_a_file(stranger), MULTIPART).status_code == 404
    assert sealed == []


def test_a_file_in_another_field_is_dropped_and_the_text_beside_it_is_not(
    office: Office, sealed: list[int]
) -> None:
    reporter = office.reporter()
    form = Form(reporter, "/da/report/citizen", {**reporter.form(), "text": "Teksten"}, "da")
    assert form.send(with_a_file(form, "text2"), MULTIPART).status_code == 200
    assert sealed == []
    assert "Teksten" in reporter.come_back(form.fields["receipt"]).text


def test_nothing_of_a_strangers_files_is_stored_and_they_are_asked_for_again(
    office: Office, sealed: list[int]
) -> None:
    unused = Receipt.random().show()
    for fields in ({}, {"receipt": "x"}, {"receipt": unused}):
        form = Form(office.reporter(), "/da/receipt/message", {"text": "Teksten", **fields}, "da")
        answer = form.send(with_a_file(form), MULTIPART)
        assert answer.status_code in {404, 422}
        assert "Teksten" in answer.text
        assert "stort.bin" in answer.text
    office.reporter().post("/da/receipt", {"receipt": unused})
    assert sealed == []


def test_who_shows_a_receipt_with_the_message_may_send_files_too(
    office: Office, sealed: list[int]
) -> None:
    receipt = office.reporter().report()
    form = Form(office.reporter(), "/da/receipt/message", {"text": "x", "receipt": receipt}, "da")
    assert form.send(with_a_file(form), MULTIPART).status_code == 303
    assert sum(sealed) == len(BIG)


def test_casework_takes_files_of_those_who_are_signed_in_alone(
    office: Office, sealed: list[int]
) -> None:
    case = office.case_of(office.reporter().report()).hex()
    desk = office.desk_of(office.adviser)
    fields = {**hidden_fields(desk.get(f"/casework/case/{case}").text), "text": "Svar"}
    desk.client.delete_cookie("__Host-casework", domain="whistle.example")
    form = Form(desk, f"/casework/case/{case}/answer", fields, "da")
    answer = form.send(with_a_file(form), MULTIPART)
    assert answer.status_code == 401
    assert "Svar" in answer.text
    assert sealed == []
