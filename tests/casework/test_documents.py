"""Documents of a case: marked, sealed, opened one by one, deleted with their files."""

import re
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from tests.casework.journal import Journal
from tests.casework.papers import chunks, file_document, open_case, path_of, received, upload
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework import documents
from whistle.casework.acts import Done, undo
from whistle.casework.documents import Description
from whistle.casework.filing import Place
from whistle.domain.filed import Marking
from whistle.domain.logged import Logged
from whistle.keys.filed import Document
from whistle.keys.keyring import Keyring
from whistle.uploads import MOST_BYTES


def papers(office: Office, case_id: bytes) -> list[Document]:
    return [paper for _, paper in open_case(office, case_id).notebook.of_kind(Document)]


@pytest.fixture
def whistle_case(office: Office) -> bytes:
    """A whistleblower's case with a file."""
    reporter = office.reporter()
    return office.case_of(reporter.report(channel="whistleblower", files=[a_file(b"bevis")]))


def test_a_document_comes_back_as_it_was_and_its_opening_is_logged(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    content = bytes(range(256)) * 2_000  # two chunks
    assert upload(desk, case_id, a_file(content, "afgørelse.pdf"), dated="2026-05-13")[0] == 303
    page = desk.get(path_of(case_id, "/documents")).text
    assert "Brev fra ankestyrelsen" in page
    assert "maj 2026" in page.replace("\N{NO-BREAK SPACE}", " ")
    [url] = set(re.findall(r'href="([^"]*/document/[0-9a-f]{32}/file)"', page))
    journal = Journal(office)
    answer = desk.get(url)
    assert answer.data == content
    assert "afg%C3%B8relse.pdf" in answer.headers["Content-Disposition"]
    [told] = journal.new()
    assert told.act is Logged.FILED_OPENED
    assert told.about["kind"] == "document"


def test_every_document_of_a_whistleblower_case_is_marked(
    office: Office, desk: Desk, whistle_case: bytes
) -> None:
    status, page = upload(desk, whistle_case, title="Brev uden mærke")
    assert status == 422
    assert "Brev uden mærke" in page
    assert papers(office, whistle_case) == []
    assert upload(desk, whistle_case, marking="none")[0] == 422
    assert upload(desk, whistle_case, marking="derived")[0] == 303
    [paper] = papers(office, whistle_case)
    assert paper.marking is Marking.DERIVED


def test_what_the_whistleblower_sent_is_the_report_and_what_we_sent_is_not(
    office: Office, desk: Desk, whistle_case: bytes
) -> None:
    desk.answer(whistle_case, "Se bilaget.", [a_file(b"vejledning", "vejledning.pdf")])
    files = documents.dialogue_files(open_case(office, whistle_case))
    assert [(one.file.name, one.marking) for one in files] == [
        ("bilag.txt", Marking.REPORT),
        ("vejledning.pdf", Marking.DERIVED),
    ]
    assert "bilag.txt" in desk.get(path_of(whistle_case, "/documents")).text


def test_a_citizens_case_marks_nothing(office: Office, desk: Desk, case_id: bytes) -> None:
    assert upload(desk, case_id, marking="report")[0] == 422
    assert upload(desk, case_id)[0] == 303
    assert papers(office, case_id)[0].marking is Marking.NONE


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("no file", 422),
        ("no title", 422),
        ("too large", 413),
        ("two files", 422),
        ("one of two without a name", 422),
        ("a day", 422),
    ],
)
def test_what_is_refused_keeps_what_was_written(
    office: Office, desk: Desk, case_id: bytes, what: str, status: int
) -> None:
    form = hidden_fields(desk.get(path_of(case_id, "/documents")).text)
    data: dict[str, object] = {**form, "title": "Mit brev", "dated": "", "files": [a_file()]}
    wrong: dict[str, dict[str, object]] = {
        "no file": {"files": []},
        "no title": {"title": " ", "dated": "2026-05-13"},
        "too large": {"files": [a_file(bytes(MOST_BYTES + 1))]},
        "two files": {"files": [a_file(), a_file(b"to", "to.txt")]},
        "one of two without a name": {"files": [a_file(), a_file(b"to", "")]},
        "a day": {"dated": "i går"},
    }
    answer = desk.post(path_of(case_id, "/documents"), {**data, **wrong[what]})
    assert answer.status_code == status
    kept = "2026-05-13" if what == "no title" else "Mit brev"
    assert f'value="{kept}"' in answer.text
    assert papers(office, case_id) == []
    again = {**hidden_fields(answer.text), "title": "Mit brev", "files": [a_file()]}
    assert desk.post(path_of(case_id, "/documents"), again).status_code == 303


def test_a_form_that_breaks_off_files_nothing(office: Office, desk: Desk, case_id: bytes) -> None:
    form = hidden_fields(desk.get(path_of(case_id, "/documents")).text)
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**form, "title": "Halvt"}.items()
    )
    head = '--b\r\nContent-Disposition: form-data; name="files"; filename="halv.pdf"\r\n\r\n'
    body = (parts + head).encode() + b"halv"
    kind = "multipart/form-data; boundary=b"
    answer = desk.post(path_of(case_id, "/documents"), body, content_type=kind)
    assert answer.status_code == 400
    assert papers(office, case_id) == []


def test_the_same_form_twice_files_once_and_another_file_from_it_is_another_document(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    form = hidden_fields(desk.get(path_of(case_id, "/documents")).text)

    def send(content: bytes) -> int:
        data = {**form, "title": "Brev", "files": FileStorage(BytesIO(content), "brev.pdf")}
        return desk.post(path_of(case_id, "/documents"), data).status_code

    assert [send(b"et"), send(b"et"), send(b"to")] == [303, 303, 303]
    kept = papers(office, case_id)
    assert len(kept) == 2
    assert all(chunks(office, one.file.attachment_id) == 1 for one in kept)


def test_of_two_who_correct_a_document_the_second_is_shown_what_changed(
    office: Office, desk: Desk, deputy: Keyring, case_id: bytes
) -> None:
    filed_id, _ = file_document(office, case_id)
    address = path_of(case_id, f"/document/{filed_id.hex()}")
    other = office.desk_of(deputy)
    mine, theirs = (hidden_fields(each.get(address).text) for each in (desk, other))
    assert other.post(address, {**theirs, "title": "Veras titel"}).status_code == 303
    refused = desk.post(address, {**mine, "title": "Min titel"})
    assert refused.status_code == 409
    assert "Veras titel" in refused.text
    assert 'value="Min titel"' in refused.text
    again = {**hidden_fields(refused.text), "title": "Min titel"}
    assert desk.post(address, again).status_code == 303
    assert [one.title for one in papers(office, case_id)] == ["Min titel"]


def test_a_deleted_document_comes_back_by_undo_and_is_else_erased_with_its_file(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    filed_id, attachment_id = file_document(office, case_id)
    documents.correct(work, Place(case_id, filed_id, 1), Description("Rettet", None, Marking.NONE))
    assert documents.remove(work, Place(case_id, filed_id, 2)) is Done.YES
    assert documents.open_document(work, case_id, filed_id) is None
    assert chunks(office, attachment_id) == 1
    assert undo(work, case_id, open_case(office, case_id).version) is Done.YES
    assert documents.open_document(work, case_id, filed_id) is not None
    assert documents.remove(work, Place(case_id, filed_id, 2)) is Done.YES
    office.later(days=1)
    open_case(office, case_id)
    assert chunks(office, attachment_id) == 0
    assert papers(office, case_id) == []


def test_a_document_that_somebody_changed_is_not_deleted_unseen(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    filed_id, _ = file_document(office, case_id)
    where = Place(case_id, filed_id, 1)
    documents.correct(work, where, Description("Rettet", None, Marking.NONE))
    assert documents.remove(work, where) is Done.CHANGED


def test_whoever_has_no_key_reaches_no_document(office: Office, case_id: bytes) -> None:
    filed_id, _ = file_document(office, case_id)
    stranger = office.desk_of(office.reserve)
    document = f"/document/{filed_id.hex()}"
    for page in ("/documents", document, f"{document}/file", "/tasks", "/timeline", "/erase"):
        assert stranger.get(path_of(case_id, page)).status_code == 404
    file = received(office)
    work = office.work_of(office.reserve)
    about = Description("Fremmed", None, Marking.NONE)
    assert documents.add(work, case_id, b"f", file, about) is Done.CLOSED_TO_YOU
