"""Every form of both doors, filled in as a browser would, and what a clear refusal is."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.office import HOST, Office, Reporter, a_file, hidden_fields
from whistle.storage import tables

BOUNDARY = "en-browsers-graense"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"
TABLES = ("enquiry_case", "receipt", "item", "attachment", "chunk")


@dataclass
class Form:
    """One form: who sends it, to where, and with what. ``lang`` is its reader's."""

    browser: Reporter
    path: str
    fields: dict[str, str]
    lang: str

    def send(self, body: bytes, content_type: str, **options: object) -> TestResponse:
        """Send it with another body."""
        return self.browser.client.post(
            self.path, base_url=HOST, data=body, content_type=content_type, **options
        )


def every_form(office: Office) -> Iterator[Form]:
    """Give the forms of a reporter who came back and of an adviser with the case open."""
    reporter = office.reporter()
    receipt = reporter.report("Sagen", lang="en", files=[a_file()])
    reporter.come_back(receipt, "en")
    yield Form(reporter, "/en/report/citizen", {**reporter.form(lang="en"), "text": "Min"}, "en")
    yield Form(office.reporter(), "/en/receipt", {"receipt": receipt}, "en")
    yield Form(office.reporter(), "/en/receipt/message", {"text": "Uden kvittering"}, "en")
    page = hidden_fields(reporter.get("/en/receipt").text)
    yield Form(reporter, "/en/receipt/message", {**page, "text": "Mere"}, "en")
    for act, more in {
        "close": {"text": "Tak"},
        "identity": {"name": "Bodil"},
        "withdraw": {},
        "replace": {},
    }.items():
        shown = hidden_fields(reporter.get(f"/en/receipt/{act}").text)
        yield Form(reporter, f"/en/receipt/{act}", {**shown, **more}, "en")
    yield from _of_casework(office, f"/casework/case/{office.case_of(receipt).hex()}")


def _of_casework(office: Office, case: str) -> Iterator[Form]:
    desk = office.desk_of(office.adviser)
    stranger = Reporter(office.casework.test_client())
    yield Form(stranger, "/casework/", {"username": "x", "passphrase": "y"}, "da")
    yield Form(stranger, "/casework/language", {"lang": "da"}, "da")
    token = hidden_fields(desk.get(case).text)["csrf_token"]
    for act, more in {
        "answer": {"text": "Svar", "form_id": "a" * 32},
        "note": {"note": "Notat", "note_form": "b" * 32},
        "title": {"title": "Titel", "was": ""},
        "mark": {"mark": "unread"},
        "undo": {"version": "1"},
        "identity": {},
        "apart": {},
        "close": {"text": "", "note": "", "seen": "1", "form_id": "c" * 32},
        "reopen": {},
    }.items():
        yield Form(desk, f"{case}/{act}", {"csrf_token": token, **more}, "da")
    yield Form(desk, "/casework/founding", {"csrf_token": token}, "da")


def stored(office: Office) -> dict[str, int]:
    """Count everything that reports are made of."""
    with office.installation.store.read() as db:
        return {
            name: db.execute(
                select(func.count()).select_from(tables.metadata.tables[name])
            ).scalar_one()
            for name in TABLES
        }


def refused(form: Form, answer: TestResponse) -> int:
    """Assert that a refusal is a page for people, in their language; give its status."""
    assert 400 <= answer.status_code < 500, (form.path, answer.status_code)
    assert f'<html lang="{form.lang}">' in answer.text, form.path
    assert "<h1" in answer.text, form.path
    return answer.status_code


def multipart(*parts: bytes, end: bytes = b"--\r\n") -> bytes:
    """Write a multipart body of whole parts, headers and all."""
    line = b"--" + BOUNDARY.encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + end


def field(name: str, value: bytes | str, more: str = "") -> bytes:
    """Write a field of a multipart form."""
    content = value.encode() if isinstance(value, str) else value
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content


def fields_of(form: Form) -> list[bytes]:
    """Write what a form carries as parts."""
    return [field(name, value) for name, value in form.fields.items()]


def pairs_of(form: Form) -> bytes:
    """Write what a form carries as one line."""
    return urlencode(form.fields).encode()
