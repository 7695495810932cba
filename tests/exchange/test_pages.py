"""Import and export in the page: a check first, then the import; downloads with a recent proof."""

from collections.abc import Callable, Mapping
from importlib import resources

import pytest
from werkzeug.test import TestResponse

from tests.casework.journal import Journal
from tests.exchange.tables import a_table
from tests.support.office import Desk, File, Office, a_file, hidden_fields
from whistle.domain.logged import Logged
from whistle.storage import attachments

Rows = Callable[[], Mapping[str, object]]
STEVNS = resources.files("whistle.demo").joinpath("stevns-2020-2021.csv").read_bytes()
TOTALS = resources.files("whistle.demo").joinpath("stevns-2020-2021-totals.csv").read_bytes()


@pytest.fixture
def desk(office: Office) -> Desk:
    """The adviser's browser."""
    return office.desk_of(office.adviser)


def check(desk: Desk, *files: File) -> TestResponse:
    form = hidden_fields(desk.get("/casework/exchange").text)
    return desk.post("/casework/exchange", {**form, "files": list(files)})


def test_a_file_is_checked_shown_and_then_imported(desk: Desk, journal: Journal) -> None:
    shown = check(desk, a_file(STEVNS, "stevns.csv"), a_file(TOTALS, "totals.csv"))
    assert shown.status_code == 200
    assert "2021-014" in shown.text
    assert journal.acts() == [Logged.CASES_IMPORTED]
    done = desk.post("/casework/exchange/import", hidden_fields(shown.text))
    assert done.status_code == 303
    assert done.location.endswith("?imported=33")
    (entry,) = journal.new()
    assert (entry.act, entry.about["number"]) == (Logged.CASES_IMPORTED, 33)
    assert desk.get(done.location).status_code == 200


def test_the_check_writes_no_case_and_keeps_the_file_sealed(desk: Desk, rows: Rows) -> None:
    before = rows()
    shown = check(desk, a_file(STEVNS, "stevns.csv"))
    after = rows()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"attachment", "chunk"}
    assert "2021-014" not in repr(after["chunk"])
    assert "2021-014" not in hidden_fields(shown.text)["held"]


def test_a_double_click_imports_once(desk: Desk) -> None:
    fields = hidden_fields(check(desk, a_file(STEVNS, "stevns.csv")).text)
    assert desk.post("/casework/exchange/import", fields).status_code == 303
    assert desk.post("/casework/exchange/import", fields).status_code == 409


def test_nothing_of_a_file_stays_once_it_is_imported_or_refused(desk: Desk, rows: Rows) -> None:
    fields = hidden_fields(check(desk, a_file(STEVNS, "stevns.csv")).text)
    desk.post("/casework/exchange/import", fields)
    check(desk, a_file(STEVNS, "stevns.csv"))  # which is there already
    assert not rows()["attachment"]


def test_what_nobody_imports_is_swept_away(office: Office, desk: Desk) -> None:
    fields = hidden_fields(check(desk, a_file(STEVNS, "stevns.csv")).text)
    office.later(days=2)
    with office.installation.store.write() as db:
        assert attachments.sweep(db, office.clock.today()) == 1
    answer = office.desk_of(office.adviser).post(
        "/casework/exchange/import",
        {**fields, **hidden_fields(office.desk_of(office.adviser).get("/casework/exchange").text)},
    )
    assert answer.status_code in {403, 409}


def test_faults_are_listed_and_nothing_is_offered(desk: Desk, rows: Rows) -> None:
    before = rows()
    shown = check(desk, a_file(a_table({"centre": "xx"}), "a.csv"))
    assert shown.status_code == 422
    assert "xx" in shown.text
    assert "held" not in hidden_fields(shown.text)
    assert rows() == before


@pytest.mark.parametrize("files", [[], ["a.csv", "b.csv"], ["a.csv", "b.csv", "c.csv"]])
def test_one_table_is_asked_for(desk: Desk, files: list[str]) -> None:
    shown = check(desk, *(a_file(a_table({}), name) for name in files))
    assert shown.status_code == 422


@pytest.mark.parametrize("held", ["", "x", "e30=", "eyJmaWxlcyI6W3t9XX0="])
def test_what_was_made_up_opens_nothing(desk: Desk, held: str) -> None:
    form = hidden_fields(desk.get("/casework/exchange").text)
    assert desk.post("/casework/exchange/import", {**form, "held": held}).status_code == 409


@pytest.mark.parametrize(
    ("wanted", "begins"), [("csv", b"\xef\xbb\xbfenquiry_id"), ("xlsx", b"PK"), ("json", b"{")]
)
def test_registrations_are_taken_out(
    desk: Desk, journal: Journal, wanted: str, begins: bytes
) -> None:
    fields = hidden_fields(check(desk, a_file(STEVNS, "stevns.csv")).text)
    desk.post("/casework/exchange/import", fields)
    journal.skip()
    form = hidden_fields(desk.get("/casework/exchange/export").text)
    answer = desk.post("/casework/exchange/export", {**form, "format": wanted})
    assert answer.data.startswith(begins)
    assert answer.headers["Content-Disposition"].endswith(f".{wanted}")
    assert answer.headers["Cache-Control"] == "no-store"
    numbers = [one.about["number"] for one in journal.new()]
    assert sorted(numbers, key=str) == [0, 0, 33]


@pytest.mark.parametrize("path", ["/casework/exchange/export", "/casework/case/{}/export"])
def test_taking_out_needs_a_recent_proof(office: Office, desk: Desk, path: str) -> None:
    case = office.case_of(office.reporter().report())
    page = desk.get(path.format(case.hex()))
    assert page.status_code == 200
    office.later(minutes=11)
    for answer in (
        desk.get(path.format(case.hex())),
        desk.post(path.format(case.hex()), hidden_fields(page.text)),
    ):
        assert answer.status_code == 303
        assert "/casework/prove" in answer.location


def test_a_case_is_taken_out_as_an_archive(office: Office, desk: Desk) -> None:
    case = office.case_of(office.reporter().report())
    path = f"/casework/case/{case.hex()}/export"
    answer = desk.post(path, hidden_fields(desk.get(path).text))
    assert answer.data.startswith(b"PK")
    assert case.hex()[:8] in answer.headers["Content-Disposition"]


def test_a_case_that_is_closed_to_somebody_is_not_there(office: Office) -> None:
    case = office.case_of(office.reporter().report())
    theirs = office.desk_of(office.reserve)
    assert theirs.get(f"/casework/case/{case.hex()}/export").status_code == 404
    form = hidden_fields(theirs.get("/casework/exchange").text)
    assert theirs.post(f"/casework/case/{case.hex()}/export", form).status_code == 404


@pytest.mark.parametrize(
    "path", ["/casework/exchange", "/casework/exchange/import", "/casework/exchange/export"]
)
def test_another_sites_page_sends_nothing(desk: Desk, path: str) -> None:
    answer = desk.post(path, {"csrf_token": "0" * 64, "held": "e30="})
    assert answer.status_code in {403, 422}
