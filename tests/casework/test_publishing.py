"""Public documents and evaluations: published at once, taken down at once, and nothing unsafe."""

import zipfile
from io import BytesIO

import pytest

from tests.casework.book_pages import send, the_only
from tests.support.logged import Watch, check_details
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.domain.logged import Logged
from whistle.domain.published import MOST_BYTES, media_type_of
from whistle.storage import public_documents
from whistle.storage.figures import figures
from whistle.storage.public_documents import ListedDocument

PAGE, PUBLIC = "/casework/standing", "/da/statistics/"
PDF = b"%PDF-1.7\nvedtaegter"
STATUTES = {"document": "statutes", "title": "Vedtægter", "dated": "2021-01-14"}
DECIDED = {"held": "2020-12-07", "body": "Byrådet", "decision": "Funktionen videreføres"}


def publish(desk: Desk, content: bytes = PDF, name: str = "vedtægter.pdf", **told: str) -> int:
    return send(desk, PAGE, **{**STATUTES, **told}, files=[a_file(content, name)])[0]


def listed(office: Office) -> list[ListedDocument]:
    with office.installation.store.read() as db:
        return list(public_documents.listed(db))


def zipped(*names: str) -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, "")
    return archive.getvalue()


OPENED = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"


def test_a_document_is_public_at_once_and_gone_at_once(office: Office, desk: Desk) -> None:
    assert publish(desk) == 303
    [one] = listed(office)
    page = office.reporter().get(PUBLIC)
    assert "Vedtægter" in page.text
    address = f"{PUBLIC}document/{one.id.hex()}"
    assert address in page.text
    assert office.reporter().get(address).data == PDF
    assert send(desk, PAGE, f"{PAGE}/{one.id.hex()}/take-down")[0] == 303
    assert office.reporter().get(address).status_code == 404
    assert "Vedtægter" not in office.reporter().get(PUBLIC).text


def test_it_is_saved_and_never_shown(office: Office, desk: Desk) -> None:
    publish(desk)
    answer = office.reporter().get(f"{PUBLIC}document/{listed(office)[0].id.hex()}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("side.html", b"<script>alert(1)</script>"),
        ("tegning.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("vedtaegter.pdf", b"<html>no pdf</html>"),
        ("billede.png", b"GIF89a"),
        ("makro.docm", zipped("word/document.xml")),
        ("makro.docx", zipped("word/document.xml", "word/vbaProject.bin")),
        ("makro.odt", OPENED + b"Basic/script-lc.xml"),
        ("ark.xlsx", zipped("word/document.xml")),
        ("ark.xlsx", b"PK\x03\x04broken"),
        ("binær.txt", b"a\x00b"),
        ("latin.csv", "æøå".encode("latin-1")),
        ("pdf", PDF),
    ],
)
def test_what_is_not_on_the_list_is_refused(
    office: Office, desk: Desk, name: str, content: bytes
) -> None:
    assert publish(desk, content, name) == 422
    assert listed(office) == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.PDF", PDF, "application/pdf"),
        ("a.b.docx", zipped("word/document.xml"), "wordprocessingml"),
        ("a.odt", OPENED, "opendocument.text"),
        ("a.xlsx", zipped("xl/workbook.xml"), "spreadsheetml"),
        ("a.csv", "år;antal\n".encode(), "text/csv; charset=utf-8"),
        ("a.txt", "Vedtægter".encode(), "text/plain; charset=utf-8"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_what_is_on_the_list_is_known_by_name_and_content(
    name: str, content: bytes, media_type: str
) -> None:
    assert media_type in (media_type_of(name, content) or "")


def test_what_is_missing_or_too_large_is_refused(office: Office, desk: Desk) -> None:
    assert publish(desk, document="") == 422
    assert publish(desk, title=" ") == 422
    assert publish(desk, dated="2030-01-01") == 422
    assert send(desk, PAGE, **STATUTES)[0] == 422
    assert publish(desk, PDF + b" " * MOST_BYTES) == 413
    assert listed(office) == []


def test_a_double_click_publishes_once(office: Office, desk: Desk) -> None:
    form = {**hidden_fields(desk.get(PAGE).text), **STATUTES}
    for _time in range(2):
        assert desk.post(PAGE, {**form, "files": [a_file(PDF, "a.pdf")]}).status_code == 303
    assert len(listed(office)) == 1
    corrected = {**form, "files": [a_file(PDF + b"rettet", "a.pdf")]}
    assert desk.post(PAGE, corrected).status_code == 303, "who goes back publishes another"
    assert len(listed(office)) == 2


def test_the_upload_itself_leaves_nothing_behind(office: Office, desk: Desk) -> None:
    publish(desk)
    publish(desk, b"<html>", "a.html")
    with office.installation.store.read() as db:
        assert figures(db).files == 0


def test_the_reserve_publishes_nothing_and_takes_nothing_down(office: Office, desk: Desk) -> None:
    publish(desk)
    reserve = office.desk_of(office.reserve)
    form = {"csrf_token": _token(reserve)}
    there = f"{PAGE}/{listed(office)[0].id.hex()}/take-down"
    assert reserve.post(there, form).status_code == 404
    sent = {**form, **STATUTES, "files": [a_file(PDF, "a.pdf")]}
    assert reserve.post(PAGE, sent).status_code == 404
    assert len(listed(office)) == 1


def _token(desk: Desk) -> str:
    return hidden_fields(desk.get("/casework/inboxes").text)["csrf_token"]


def test_an_evaluation_is_public_while_it_says_so(office: Office, desk: Desk) -> None:
    page = "/casework/evaluations"
    assert send(desk, page, **DECIDED)[0] == 303
    assert "Byrådet" not in office.reporter().get(PUBLIC).text
    entry, _version, _content = the_only(office)
    own = f"/casework/evaluation/{entry}"
    assert send(desk, own, **DECIDED, is_public="y")[0] == 303
    assert "Funktionen videreføres" in office.reporter().get(PUBLIC).text
    assert (
        send(desk, own, **{**DECIDED, "decision": "Funktionen fortsætter"}, is_public="y")[0] == 303
    )
    public = office.reporter().get(PUBLIC).text
    assert "Funktionen fortsætter" in public
    assert "Funktionen videreføres" not in public
    version = the_only(office)[1]
    assert send(desk, page, f"/casework/book/{entry}/strike", version=str(version))[0] == 303
    assert "Funktionen fortsætter" not in office.reporter().get(PUBLIC).text
    struck = f"{page}?done=struck&entry={entry}"
    assert send(desk, struck, f"/casework/book/{entry}/take-back")[0] == 303
    assert "Funktionen fortsætter" in office.reporter().get(PUBLIC).text
    assert send(desk, own, **DECIDED)[0] == 303
    assert "Byrådet" not in office.reporter().get(PUBLIC).text


def test_a_document_cannot_be_taken_down_as_an_evaluation(office: Office, desk: Desk) -> None:
    send(desk, "/casework/evaluations", **DECIDED, is_public="y")
    [record] = listed(office)
    assert send(desk, PAGE, f"{PAGE}/{record.id.hex()}/take-down")[0] == 303
    assert len(listed(office)) == 1
    assert office.reporter().get(f"{PUBLIC}document/{record.id.hex()}").status_code == 404


def test_what_is_published_stands_open_in_the_log(office: Office, desk: Desk) -> None:
    watch = Watch(office.installation.store, office.installation.id)
    publish(desk)
    send(desk, PAGE, f"{PAGE}/{listed(office)[0].id.hex()}/take-down")
    published, taken_down = watch.new()
    assert (published.act, published.about["kind"]) == (Logged.DOCUMENT_PUBLISHED, "statutes")
    assert taken_down.act is Logged.DOCUMENT_TAKEN_DOWN
    assert published.about["item"] == taken_down.about["item"]
    for one in (published, taken_down):
        check_details(one)
