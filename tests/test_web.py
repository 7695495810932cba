"""What every page of both doors carries, and what a refused request reads."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import gettext

from tests.support.office import HOST, Office, a_file, hidden_fields
from whistle.app import create_casework, create_intake
from whistle.gateway.bodies import CUT, Cut, GoneError
from whistle.gateway.gateway import WHOLE
from whistle.storage.engine import Store
from whistle.web import current_language, file_size, speaking

EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def pages(office: Office) -> Iterator[tuple[str, dict[str, str], str]]:
    reporter = office.reporter()
    receipt = reporter.report()
    desk = office.desk_of(office.adviser)
    answers = [
        reporter.get("/"),
        reporter.get("/da/"),
        reporter.get("/en/report/citizen"),
        reporter.post("/da/report/citizen", {"text": ""}),
        reporter.come_back(receipt),
        reporter.get("/nowhere"),
        reporter.get("/da/nowhere"),
        reporter.post("/da/receipt", {}, headers={"Origin": "null"}),
        reporter.get("/healthz"),
        office.reporter().get("/da/receipt"),
        desk.get("/casework/"),
        desk.get("/casework/inboxes"),
        desk.open(office.case_of(receipt)),
        desk.get("/casework/nowhere"),
    ]
    for answer in answers:
        yield answer.request.path, dict(answer.headers), answer.text


def test_no_answer_can_be_framed(office: Office) -> None:
    for path, headers, _ in pages(office):
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
    reporter = office.reporter()
    page = reporter.come_back(reporter.report(files=[a_file()])).text
    (path,) = re.findall(r'href="(/da/receipt/file/[^"]+)"', page)
    saved = reporter.get(path)
    assert saved.status_code == 200
    assert "frame-ancestors 'none'" in saved.headers["Content-Security-Policy"]


def test_no_variable_switches_debugging_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not create_intake(office.installation).debug
    assert not create_casework(office.installation).debug


def test_every_answer_carries_the_headers(office: Office) -> None:
    for path, headers, _ in pages(office):
        for name, value in EXPECTED.items():
            assert headers.get(name) == value, (path, name)
        assert "camera=()" in headers["Permissions-Policy"], path
        assert "Content-Encoding" not in headers, path


def test_no_page_has_anything_inline_or_from_elsewhere(office: Office) -> None:
    for path, _, page in pages(office):
        for forbidden in (" style=", "<style", " onclick=", "javascript:", "http://", "https://"):
            assert forbidden not in page, (path, forbidden)
        assert page.count("<script") == page.count("<script src="), path


def test_nothing_is_compressed_whatever_the_browser_offers(office: Office) -> None:
    answer = office.reporter().get("/da/report/citizen", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("languages", "path"),
    [("da", "/da/"), ("en", "/en/"), ("en-GB,en;q=0.9", "/en/"), ("fr", "/da/"), ("", "/da/")],
)
def test_the_first_page_is_danish_unless_english_is_asked_for(
    office: Office, languages: str, path: str
) -> None:
    answer = office.reporter().get("/", headers={"Accept-Language": languages})
    assert answer.headers["Location"] == path


def test_each_page_links_to_itself_in_the_other_language(office: Office) -> None:
    page = office.reporter().get("/da/report/council").text
    assert 'href="/en/report/council"' in page
    assert 'href="/da/report/council"' not in page


def test_an_error_page_speaks_the_language_of_its_address(office: Office) -> None:
    assert '<html lang="en">' in office.reporter().get("/en/nowhere").text
    assert '<html lang="da">' in office.reporter().get("/da/nowhere").text


def test_healthz_is_well_only_while_it_can_receive(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.reporter().get("/healthz").status_code == 200

    def broken(_self: Store) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Store, "write", broken)
    assert office.reporter().get("/healthz").status_code == 500


def test_a_fault_of_ours_is_logged_without_what_it_broke_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("kanariefugl: the text of a report")

    monkeypatch.setattr("whistle.intake.service.IntakeService.receive", broken)
    reporter = office.reporter()
    with caplog.at_level(logging.DEBUG):
        answer = reporter.post(
            "/da/report/citizen", {**reporter.form(), "text": "kanariefugl i teksten"}
        )
    assert answer.status_code == 500
    assert "RuntimeError" in caplog.text
    assert "kanariefugl" not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "Traceback" not in answer.text


def test_the_doors_do_not_answer_for_each_other(office: Office) -> None:
    assert office.reporter().get("/casework/").status_code == 404
    assert office.desk_of(office.adviser).get("/da/").status_code == 404


def test_static_files_are_served_and_folders_are_not(office: Office) -> None:
    reporter = office.reporter()
    with reporter.get("/static/whistle.css") as answer:
        assert answer.status_code == 200
    assert reporter.get("/static/../settings.py").status_code == 404
    assert reporter.get("/static/").status_code == 404


@pytest.mark.parametrize("door", ["intake", "casework"])
def test_every_route_of_a_door_is_documented(office: Office, door: str) -> None:
    app: Flask = getattr(office, door)
    documented = (office.root / "docs" / "http.md").read_text("utf-8")
    for rule in app.url_map.iter_rules():
        shown = rule.rule.replace("<any(da, en):lang>", "<lang>")
        assert f"`{shown}`" in documented, shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1500, "1,5 kB"), (50_000_000, "50 MB")],
)
def test_sizes_are_written_for_people(office: Office, size: int, shown: str) -> None:
    with office.intake.test_request_context("/da/", base_url=HOST):
        assert file_size(size) == shown


def test_a_letter_in_the_middle_of_a_page_leaves_the_page_its_language(office: Office) -> None:
    with office.intake.test_request_context("/en/", base_url=HOST):
        with speaking("da"):
            assert (current_language(), gettext("Closed"), file_size(1500)) == (
                "da",
                "Lukket",
                "1,5 kB",
            )
        assert (current_language(), gettext("Closed"), file_size(1500)) == (
            "en",
            "Closed",
            "1.5 kB",
        )
        with pytest.raises(ZeroDivisionError), speaking("da"):
            raise ZeroDivisionError
        assert current_language() == "en"


def test_hidden_fields_of_a_refused_form_hold_no_text(office: Office) -> None:
    answer = office.reporter().post("/da/report/citizen", {"text": "Kun i tekstfeltet"})
    assert all("Kun i" not in value for value in hidden_fields(answer.text).values())


@pytest.mark.parametrize(
    ("cut", "status", "told"),
    [
        (Cut.SLOW, 408, "Nothing is stored"),
        (Cut.UNMEASURED, 411, "Nothing was stored"),
        (Cut.BUSY, 503, "Nothing is stored"),
    ],
)
def test_what_the_gateway_did_not_hand_over_whole_is_refused_in_words(
    office: Office, cut: Cut, status: int, told: str
) -> None:
    answer = office.reporter().post(
        "/en/report/citizen", {"text": "Half of a wh"}, environ_overrides={CUT: cut}
    )
    assert answer.status_code == status
    assert told in answer.text
    assert ("Retry-After" in answer.headers) == (cut is Cut.BUSY)


def test_a_form_that_was_cut_in_its_files_comes_back_filled_in(office: Office) -> None:
    reporter = office.reporter()
    data = {**reporter.form(lang="en"), "text": "The text", "files": [a_file(b"x", "big.mov")]}
    refused = reporter.post("/en/report/citizen", data, environ_overrides={CUT: Cut.BUSY})
    assert refused.status_code == 503
    for told in ("The text", "big.mov", "13:05", "without the files"):
        assert told in refused.text
    assert reporter.post("/en/report/citizen", data).status_code == 200


def test_who_leaves_in_the_middle_of_a_file_is_no_fault_of_ours(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Leaving:
        def read(self, _size: int = -1) -> bytes:
            raise GoneError

    answer = office.intake.test_client().post(
        "/da/report/citizen",
        base_url=HOST,
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"wsgi.input": Leaving(), "CONTENT_LENGTH": "1000000"},
    )
    assert answer.status_code == 400
    assert not caplog.records


class Unread(io.BytesIO):
    """A body of which not a byte is wanted."""

    def readinto(self, _buffer: object) -> int:
        raise AssertionError("it was read")


def test_what_is_longer_than_any_text_is_refused_unread_where_no_files_are_taken(
    office: Office,
) -> None:
    """It came for as long as its sender liked, long after the guards had looked who they are."""
    with_files = {"casework.answer", "intake.message", "intake.report", "casework.add_document"}
    with_files |= {"casework.reply", "casework.try_file", "casework.insert_text"}
    with_files.add("casework.publish_document")
    desk = office.desk_of(office.adviser).client
    tried = 0
    for app, client in ((office.casework, desk), (office.intake, office.intake.test_client())):
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or set()) or rule.endpoint in with_files:
                continue
            path = re.sub(r"<[^>]+>", "da", rule.rule)
            answer = client.post(
                path,
                base_url=HOST,
                input_stream=Unread(bytes(WHOLE + 1)),
                content_type="application/x-www-form-urlencoded",
            )
            assert answer.status_code == 413, path
            tried += 1
    assert tried > 30
