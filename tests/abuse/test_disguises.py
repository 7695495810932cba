"""Text and file names that pretend to be others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from tests.abuse.forms import MULTIPART, field, multipart
from tests.support.identity import opened_page
from tests.support.office import Office, Reporter, hidden_fields
from whistle.domain.disguise import show_controls

TURNED = "Betal til \u202e4321 0000\u202c \u2066nu\u2069"
SHOWN = "Betal til [U+202E]4321 0000[U+202C] [U+2066]nu[U+2069]"


def test_what_turns_letters_round_is_shown_to_every_reader_and_kept_as_it_was(
    office: Office,
) -> None:
    reporter, desk = office.reporter(), office.desk_of(office.adviser)
    receipt = reporter.report(TURNED, channel="citizen", name=TURNED, contact=TURNED)
    case = office.case_of(receipt)
    token = {"csrf_token": hidden_fields(desk.open(case).text)["csrf_token"]}
    address = f"/casework/case/{case.hex()}"
    desk.answer(case, TURNED)
    desk.post(f"{address}/note", {**token, "note": TURNED, "note_form": "a" * 32})
    desk.post(f"{address}/title", {**token, "title": TURNED, "was": ""})
    seen = [
        reporter.come_back(receipt).text,
        desk.open(case).text,
        desk.get("/casework/inboxes").text,
        opened_page(desk, case),
    ]
    for page in seen:
        assert SHOWN in page
        shown = page.partition("<main")[2].replace(f'value="{TURNED}"', "")  # a form keeps it
        assert "\u202e" not in shown
    opened = office.work_of(office.adviser).open(case)
    assert opened is not None
    assert opened.messages[0].text == TURNED


@given(st.text())
def test_whatever_is_shown_has_no_control_left_and_nothing_else_is_changed(text: str) -> None:
    shown = show_controls(text)
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\x9b"
    )
    if shown == text:
        assert show_controls(shown) == text


@pytest.mark.parametrize(
    "text", ["æøå ÆØÅ", "a\n\tb\r\n", "שלום", "مرحبا\u200f", "👩\u200d👧", "e\u0301", "\ufffd"]
)
def test_what_people_write_is_left_alone(text: str) -> None:
    assert show_controls(text) == text


def _named(name: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n'


FILE_NAMES = {
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\cmd.exe": "windowssystem32cmd.exe",
    "/absolut.txt": "absolut.txt",
    "....": "fil",
    ".": "fil",
    "   ": "fil",
    "\x00": "fil",
    "nul\x00l.txt": "null.txt",
    "x" * 300 + ".docx": "x" * 145 + ".docx",
    "faktura\u202exslx.exe": "fakturaxslx.exe",
    "a\tb.txt": "ab.txt",
    "<script>.svg": "script .svg",
    "%22%0D%0ASet-Cookie%3A a=b": "%0D%0ASet-Cookie%3A a=b",
    "' onmouseover=alert(1) .txt": "' onmouseover=alert(1) .txt",
    "r\u00e9sum\u00e9 \u0440\u0430ypal.pdf": "r\u00e9sum\u00e9 \u0440\u0430ypal.pdf",
    "e" + "\u0301" * 400 + ".txt": "\u00e9" + "\u0301" * 145 + ".txt",
    ".htaccess": "htaccess",
    "CON": "CON",
}
MEDIA_TYPES = [
    "text/html",
    "image/svg+xml",
    "text/html; charset=utf-7",
    "multipart/form-data; boundary=x",
    "",
    "x" * 3_000,
    "a/b\x0b",
    "../..",
    '"',
]


@pytest.mark.parametrize("door", ["intake", "casework"])
def test_a_file_is_saved_under_a_harmless_name_and_never_opened_by_the_browser(
    office: Office, door: str
) -> None:
    reporter = office.reporter()
    receipt, pairs = _send_files(reporter)
    page = reporter.come_back(receipt).text
    browser: Reporter = reporter
    if door == "casework":
        browser = office.desk_of(office.adviser)
        page = browser.get(f"/casework/case/{office.case_of(receipt).hex()}").text
    addresses = [part.partition('"')[0] for part in page.split('<a href="')[1:]]
    files = [address for address in addresses if "/file/" in address]
    assert len(files) == len(pairs)
    for address, kept in zip(files, pairs.values(), strict=True):
        answer = browser.get(address)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename")
        assert disposition.isascii()
        assert not set(disposition) & set("\r\n\x00")
        assert _saved_as(disposition) == kept
        assert "Set-Cookie: a=b" not in str(answer.headers)


def _saved_as(disposition: str) -> str:
    return parse_options_header(disposition)[1]["filename"]


def _send_files(reporter: Reporter) -> tuple[str, dict[str, str]]:
    """Send as many files as a report takes; give the names they should have by those they had."""
    names = dict(FILE_NAMES)
    form = reporter.form()
    parts = [field(name, value) for name, value in {**form, "text": "Filer"}.items()]
    for number, name in enumerate(names):
        kind = MEDIA_TYPES[number % len(MEDIA_TYPES)].encode()
        head = _named(name.encode()).removesuffix(b"\r\n")
        parts.append(head + b"Content-Type: " + kind + b"\r\n\r\nindhold")
    answer = reporter.client.post(
        "/da/report/citizen",
        base_url="https://whistle.example",
        data=multipart(*parts),
        content_type=MULTIPART,
    )
    assert answer.status_code == 200, answer.text
    return form["receipt"], names
