"""Reports to the council: begun, written, read with live numbers, and taken out as files."""

import json
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from tests.casework.book_pages import entries, send, the_only
from tests.report.test_golden import golden, of_demo
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.learning.book import write_new
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Change,
    ChangeKind,
    Recommendation,
    Response,
    ResponseStatus,
)
from whistle.domain.report_draft import ReportDraft
from whistle.keys.book import Page

PERIOD = {"first": "2020-01-01", "last": "2021-03-15", "by": "quarter", "language": "da"}
LIVE = "{{one-in 3.4/4.1/total of 3.2/total/total}} sagsbehandling vedrører tiden."


def begin(desk: Desk, **fields: str) -> tuple[int, str]:
    return send(desk, "/casework/report", **{**PERIOD, **fields})


def address(office: Office) -> str:
    return f"/casework/report/{the_only(office)[0]}"


@pytest.fixture
def written(office: Office, desk: Desk) -> str:
    """The address of a draft, in an office that imported Stevns' file."""
    import_files(office.work_of(office.adviser), Files(of_demo("stevns-2020-2021.csv")))
    assert begin(desk, conclusion=LIVE)[0] == 303
    return address(office)


def test_a_draft_begins_with_the_sentence_that_every_report_has(office: Office, desk: Desk) -> None:
    assert begin(desk)[0] == 303
    draft = the_only(office)[2]
    assert isinstance(draft, ReportDraft)
    assert (draft.first, draft.last) == (date(2020, 1, 1), date(2021, 3, 15))
    assert "{{3.1/total/total}} henvendelser" in draft.conclusion


def test_a_report_reads_with_its_numbers_counted(written: str, desk: Desk) -> None:
    page = desk.get(f"{written}/read").text
    assert "knap hver 3. sagsbehandling vedrører tiden." in page
    assert "1. kvt. 20" in page
    assert "Jan. – midt marts 2021" in page
    assert "Fejlhenvendelser" in page


def test_a_number_that_there_is_not_is_told_and_left_as_written(written: str, desk: Desk) -> None:
    send(desk, written, **PERIOD, version="1", conclusion="Der kom {{3.9/total/total}}.")
    page = desk.get(f"{written}/read").text
    assert page.count("{{3.9/total/total}}") == 2
    assert 'class="alert alert-warning"' in page


def test_who_is_slower_is_shown_what_the_other_wrote(written: str, desk: Desk) -> None:
    assert send(desk, written, **PERIOD, version="1", framework="Først")[0] == 303
    status, page = send(desk, written, **PERIOD, version="1", framework="Senere")
    assert status == 409
    assert "Først" in page
    assert "Senere" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first", ""),
        ("last", "2019-12-31"),
        ("last", "2061-01-01"),
        ("first", "1990-01-01"),
        ("by", "week"),
        ("language", "de"),
        ("conclusion", "x" * 20_001),
        ("case_number", "x" * 201),
        ("meeting", "soon"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    office: Office, desk: Desk, field: str, value: str
) -> None:
    status, page = begin(desk, **{"themes": "Ventetid", field: value})
    assert status == 422
    assert entries(office) == []
    assert 'aria-invalid="true"' in page or "form-error" in page or "alert" in page


def test_files_say_what_the_page_says(written: str, office: Office, desk: Desk) -> None:
    work = office.work_of(office.adviser)
    told: tuple[Page, ...] = (
        Activity(ActivityKind.REMARK, date(2020, 1, 1), "På grund af covid 19 …"),
        Change(ChangeKind.GAP, date(2020, 4, 1), "Ingen borgerrådgiver.", date(2020, 6, 30)),
        Recommendation(
            "Godt sprog",
            (2019, 2020),
            responses=(Response(date(2021, 1, 5), "Kurser", status=ResponseStatus.STARTED),),
        ),
    )
    for number, one in enumerate(told):
        write_new(work, bytes([number]) * 32, one)
    pages = PdfReader(BytesIO(taken(desk, written, "pdf"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in (
        "knap hver 3. sagsbehandling",
        "3.5 Intern supervision, undervisning m.v. Alle / Generelt På grund af covid 19",
        "April – juni 2020: Ingen borgerrådgiver.",
        "Godt sprog (fortsat)",
        "Forvaltningens redegørelse: Kurser – i gang",
    ):
        assert words in text
    with ZipFile(BytesIO(taken(desk, written, "docx"))) as word:
        document = word.read("word/document.xml").decode()
    assert "Godt sprog (fortsat)" in document
    tables = {one["id"]: one for one in json.loads(taken(desk, written, "json"))["tables"]}
    assert [[cell["value"] for cell in row] for row in tables["3.3"]["cells"]] == golden("3.3")
    assert taken(desk, written, "xlsx").startswith(b"PK")
    assert b"3.4,4.1,bl,5" in taken(desk, written, "csv")


def taken(desk: Desk, address: str, wanted: str) -> bytes:
    form = hidden_fields(desk.get(f"{address}/read").text)
    answer = desk.post(f"{address}/file", {**form, "format": wanted})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    taken: bytes = answer.data
    return taken


def test_a_report_is_not_the_reserves(office: Office, written: str) -> None:
    assert office.desk_of(office.reserve).get(written).status_code == 404
    desk = office.desk_of(office.reserve)
    assert desk.get("/casework/report").status_code == 404
    form = hidden_fields(desk.get("/casework/inboxes").text)
    for path in (written, f"{written}/file", f"{written}/public", "/casework/report"):
        assert desk.post(path, {**PERIOD, "csrf_token": form["csrf_token"]}).status_code == 404
