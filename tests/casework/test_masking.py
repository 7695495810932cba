"""Masked copies as an attacker reads them: every stream, part, property, in any encoding."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import docx
import pypdf
import pytest

from tests.casework.journal import Journal
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework import masking
from whistle.casework.acts import Done
from whistle.casework.exchange.case_zip import export_case
from whistle.casework.filing import Filing, file_new
from whistle.casework.masking import Wanted
from whistle.casework.notes import write_note
from whistle.casework.rights import look
from whistle.domain.filed import AccessLaw, AccessRequest, Referral
from whistle.domain.logged import Logged
from whistle.domain.masking import BAR, MaskedCopy, MaskGround, Term, Ticked, WhyOut

NAME = "Karla Kildegård"
REPORT = f"{NAME} har ringet. Hun bor i Strøby. Kildegårds sag er glemt."
CANARIES = ("karla", "kildeg", "strøby", "Hun bor")
FORM = {"asked_by": "Avisen", "law": "offentlighedsloven", "words-0": NAME, "ground-0": "private"}


@pytest.fixture
def case_id(office: Office) -> bytes:
    """A case with the name in everything: text, names of files, title, note, letter."""
    files = [a_file(f"{NAME} skriver.".encode(), f"{NAME}.txt"), a_file(b"\x89PNG\0", "kildeg.png")]
    case = office.case_of(office.reporter().report(REPORT, files=files))
    work = office.work_of(office.adviser)
    write_note(work, case, b"note", f"Talte med {NAME} i dag.")
    letter = Referral("bl", date(2026, 11, 20), date(2026, 12, 4), subject=NAME, text=f"Til {NAME}")
    file_new(work, case, b"letter", letter, Filing(Logged.FILED))
    return case


def page_of(case: bytes, *rest: str) -> str:
    return "/".join([f"/casework/case/{case.hex()}/masking", *rest])


def chosen(page: str) -> list[str]:
    return re.findall(r'name="chosen" value="([a-z0-9]+)"', page)


def sent(desk: Desk, case: bytes, step: str = "preview", **fields: Any) -> tuple[int, str]:
    """Send the form as it stands after the last look."""
    page = desk.get(page_of(case, "new")).text
    data = {**hidden_fields(page), **FORM, "chosen": chosen(page), **fields}
    shown = desk.post(page_of(case, "new"), {**data, "step": "preview"})
    if step == "file":
        shown = desk.post(
            page_of(case, "new"), {**data, **hidden_fields(shown.text), **fields, "step": "file"}
        )
    return shown.status_code, shown.text


def filed(office: Office, case: bytes) -> tuple[str, MaskedCopy]:
    opened = look(office.work_of(office.adviser), case)
    assert opened is not None
    ((kept, copy),) = opened.notebook.of_kind(MaskedCopy)
    return kept.filed_id.hex(), copy


def streams(pdf: bytes) -> Iterator[bytes]:
    """Give a PDF's bytes, and every stream of it inflated."""
    yield pdf
    for found in re.finditer(rb"stream\r?\n", pdf):
        try:
            yield zlib.decompressobj().decompress(pdf[found.end() :])
        except zlib.error:
            continue


def parts(word: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        for one in archive.infolist():
            yield one.filename.encode()
            yield archive.read(one)
            yield one.comment + one.extra


def assert_silent(pieces: Iterator[bytes]) -> None:
    """Look for the canaries in every encoding that a file format writes text in."""
    for piece in pieces:
        low = piece.lower()
        for canary in map(str.lower, CANARIES):
            for encoding in ("utf-8", "utf-16-be", "utf-16-le", "latin-1"):
                raw = canary.encode(encoding)
                assert raw not in low, (canary, encoding)
                assert raw.hex().encode() not in low, (canary, encoding, "hex")


def pdf_text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_nothing_lies_under_a_bar_in_any_form_of_the_copy(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    page = desk.get(page_of(case_id, "new")).text
    message = chosen(page)[0]
    ticks: dict[str, Any] = {"tick": [f"{message}.1"], f"why-{message}": "party"}
    status, _ = sent(desk, case_id, "file", **ticks)
    assert status == 303
    filed_id, copy = filed(office, case_id)
    pdf, word = (desk.get(page_of(case_id, filed_id, kind)) for kind in ("pdf", "docx"))
    for answer in (pdf, word):
        assert answer.status_code == 200
        assert re.fullmatch(
            r"attachment; filename=2026-[0-9A-F]{8}\.(pdf|docx)",
            answer.headers["Content-Disposition"],
        )
    assert_silent(streams(pdf.data))
    assert_silent(parts(word.data))
    said = pdf_text(pdf.data)
    assert_silent(iter([said.encode()]))
    assert "har ringet." in said
    assert "sag er glemt." in said
    assert BAR in said
    assert "offentlighedsloven § 30" in said
    assert BAR in "\n".join(one.text for one in docx.Document(io.BytesIO(word.data)).paragraphs)
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    told = f"{reader.metadata} {reader.outline} {reader.xmp_metadata} {reader.attachments}"
    assert not any(one.casefold() in told.casefold() for one in CANARIES)
    assert sum(copy.masks.values()) == len(re.findall(BAR, said))


def test_the_readers_of_these_tests_would_find_a_name_that_was_not_masked(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    assert sent(desk, case_id, "file", **{"words-0": "Ukendt"})[0] == 303
    filed_id, _ = filed(office, case_id)
    with pytest.raises(AssertionError):
        assert_silent(parts(desk.get(page_of(case_id, filed_id, "docx")).data))
    assert NAME in pdf_text(desk.get(page_of(case_id, filed_id, "pdf")).data)


def test_the_original_is_untouched_and_the_copy_is_made_again_byte_for_byte(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    sent(desk, case_id, "file")
    filed_id, _ = filed(office, case_id)
    before = desk.get(page_of(case_id, filed_id, "pdf")).data
    work = office.work_of(office.adviser)
    opened = look(work, case_id)
    assert opened is not None
    assert opened.messages[0].text == REPORT
    write_note(work, case_id, b"more", f"Mere om {NAME}.")
    office.later(days=40)
    assert office.desk_of(office.adviser).get(page_of(case_id, filed_id, "pdf")).data == before


def test_a_file_that_is_no_plain_text_is_left_out_whoever_chooses_it(
    office: Office, desk: Desk
) -> None:
    files = [
        a_file(b"\x89PNG\r\n", "billede.png"),
        a_file("Æ".encode("latin-1"), "latin.txt"),
        a_file(b"a\0b", "nul.txt"),
        a_file(b"x" * (masking.MOST_BYTES + 1), "lang.txt"),
        a_file(b"%PDF-1.7", "svar.pdf"),
        a_file(b"Karla og andre.", "brev.txt"),
    ]
    case = office.case_of(office.reporter().report("Se filerne.", files=files))
    work = office.work_of(office.adviser)
    opened = look(work, case)
    assert opened is not None
    every = frozenset(one.id for one in masking.sources_of(work, opened))
    made = masking.draft(work, case, Wanted("x", chosen=every))
    assert made is not None
    assert [one.why for one in made.copy.left_out] == [WhyOut.UNSAFE] * 5
    assert sorted(made.texts.values()) == ["Karla og andre.", "Se filerne."]
    fields: dict[str, Any] = {"chosen": sorted(every), "words-0": ""}
    assert "brev.txt" in sent(desk, case, **fields)[1]


@pytest.mark.parametrize(
    ("law", "left_out"),
    [(AccessLaw.OPENNESS, [None]), (AccessLaw.PARTY, []), (AccessLaw.GDPR, [])],
)
def test_what_was_reported_is_proposed_as_left_out_of_access_to_documents_alone(
    office: Office, law: AccessLaw, left_out: list[None]
) -> None:
    case = office.case_of(office.reporter().report("Om svindel.", channel="whistleblower"))
    work = office.work_of(office.adviser)
    write_note(work, case, b"note", "Vi har set på det.")
    opened = look(work, case)
    assert opened is not None
    sources = masking.sources_of(work, opened)
    report = next(one for one in sources if one.text == "Om svindel.")
    picked = masking.proposed(opened, sources, law)
    assert (report.id not in picked) is bool(left_out)
    assert any(one.startswith("n") for one in picked), "what followed is not exempt"
    made = masking.draft(work, case, Wanted("x", law.value, chosen=picked))
    assert made is not None
    exempt = [one for one in made.copy.left_out if one.why is WhyOut.EXEMPT]
    assert [one.day for one in exempt] == left_out, "without its day"


def test_a_copy_is_filed_only_as_it_was_looked_at(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    page = desk.get(page_of(case_id, "new")).text
    data = {**hidden_fields(page), **FORM, "chosen": chosen(page), "step": "file"}
    answer = desk.post(page_of(case_id, "new"), data)
    assert answer.status_code == 409
    data |= hidden_fields(answer.text)
    write_note(office.work_of(office.adviser), case_id, b"new", f"{NAME} igen.")
    assert desk.post(page_of(case_id, "new"), {**data, "words-0": "Strøby"}).status_code == 409
    again = desk.post(page_of(case_id, "new"), data)
    assert again.status_code == 409, "a note came in, and is listed as left out now"
    data |= hidden_fields(again.text)
    assert desk.post(page_of(case_id, "new"), data).status_code == 303
    assert desk.post(page_of(case_id, "new"), data).status_code == 303
    filed(office, case_id)  # once


@pytest.mark.parametrize(
    "fields",
    [
        {"asked_by": ""},
        {"asked_by": "x" * 201},
        {"ground-0": ""},
        {"ground-0": "because"},
        {"words-0": "x" * 201},
        {"words-0": "\n".join(f"Navn{one}" for one in range(61))},
        {"tick": ["m0.0"]},
        {"tick": ["m0.99999999"], "why-m0": "private"},
        {"tick": ["m0.x"], "why-m0": "private"},
    ],
)
def test_what_a_copy_lacks_is_said_and_nothing_is_filed(
    desk: Desk, case_id: bytes, office: Office, fields: dict[str, str]
) -> None:
    assert sent(desk, case_id, "file", **fields)[0] == 422
    opened = look(office.work_of(office.adviser), case_id)
    assert opened is not None
    assert not opened.notebook.of_kind(MaskedCopy)


def test_a_copy_remembers_whom_it_was_for_what_was_masked_and_why(
    office: Office, case_id: bytes
) -> None:
    work = office.work_of(office.adviser)
    asked = AccessRequest(AccessLaw.GDPR, date(2026, 11, 18), date(2026, 12, 18), "Karlas bror")
    file_new(work, case_id, b"ask", asked, Filing(Logged.FILED))
    opened = look(work, case_id)
    assert opened is not None
    [(kept, _)] = opened.notebook.of_kind(AccessRequest)
    terms = [Term(NAME, MaskGround.OTHERS_DATA), Term("Findes Ikke", MaskGround.PRIVATE)]
    ticked = [Ticked("m0", 1, MaskGround.PRIVATE), Ticked("n00", 0, MaskGround.PARTY)]
    request = kept.filed_id
    wanted = Wanted("Broderen", "gdpr", request, frozenset(["m0"]), terms, ticked)
    made = masking.draft(work, case_id, wanted)
    assert made is not None
    assert made.copy.request == request
    assert made.copy.terms == (terms[0],), "a name that stands nowhere is not kept"
    assert made.copy.ticked == (ticked[0],)
    assert dict(made.copy.masks) == {MaskGround.PRIVATE: 1, MaskGround.OTHERS_DATA: 2}
    other = masking.draft(work, case_id, Wanted("x", request=b"x" * 16))
    assert other is not None
    assert other.copy.request == b""


def test_files_that_are_read_and_copies_that_are_made_are_logged(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    journal = Journal(office)
    sent(desk, case_id, "file")
    filed_id, _ = filed(office, case_id)
    desk.get(page_of(case_id, filed_id))
    desk.get(page_of(case_id, filed_id, "pdf"))
    acts = [one.act for one in journal.new()]
    assert acts.count(Logged.FILE_OPENED) == 2, "read for each look"
    assert acts.count(Logged.FILED) == 1
    assert acts[-2:] == [Logged.FILED_OPENED, Logged.LETTER_MADE]


def test_a_copy_is_for_those_who_have_the_case(office: Office, desk: Desk, case_id: bytes) -> None:
    sent(desk, case_id, "file")
    filed_id, _ = filed(office, case_id)
    other = office.desk_of(office.reserve)
    for path in (
        page_of(case_id),
        page_of(case_id, "new"),
        page_of(case_id, filed_id),
        page_of(case_id, filed_id, "pdf"),
    ):
        assert other.get(path).status_code == 404
        assert desk.get(path).status_code == 200
    assert desk.get(page_of(case_id, filed_id, "exe")).status_code == 404
    assert desk.get(page_of(case_id, "00" * 16)).status_code == 404


@pytest.mark.parametrize(("chosen", "marking"), [("mn", "report"), ("n", "derived")])
def test_a_copy_with_any_of_a_report_is_taken_out_as_the_report(
    office: Office, chosen: str, marking: str
) -> None:
    case = office.case_of(office.reporter().report("Om svindel.", channel="whistleblower"))
    work = office.work_of(office.adviser)
    write_note(work, case, b"note", "Vi har set på det.")
    opened = look(work, case)
    assert opened is not None
    ids = frozenset(one.id for one in masking.sources_of(work, opened) if one.id[0] in chosen)
    made = masking.draft(work, case, Wanted("Advokaten", chosen=ids))
    assert made is not None
    assert masking.file_copy(work, made.opened, b"copy", made.copy) is Done.YES
    taken = export_case(work, case, "da")
    assert taken is not None
    told = json.loads(zipfile.ZipFile(io.BytesIO(b"".join(taken.content))).read("case.json"))
    assert [one["marking"] for one in told["items"] if one["kind"] == "masked"] == [marking]


def test_what_is_erased_leads_to_the_copies_that_still_hold_it(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    sent(desk, case_id, "file")
    filed_id, _ = filed(office, case_id)
    erasing = f"/casework/case/{case_id.hex()}/erase"
    link = f'href="{erasing}/filed/{filed_id}"'
    things = set(re.findall(rf'href="({erasing}/[a-z]+/[0-9a-f]{{32}})"', desk.get(erasing).text))
    told = {one.split("/")[5] for one in things if link in desk.get(one).text}
    assert told == {"message", "file", "note", "filed"}
    assert link not in desk.get(f"{erasing}/filed/{filed_id}").text
    form = hidden_fields(desk.get(f"{erasing}/filed/{filed_id}").text)
    gone = desk.post(f"{erasing}/filed/{filed_id}", {**form, "why": "by-mistake"})
    assert gone.status_code == 303
    assert not any(link in desk.get(one).text for one in things if filed_id not in one)
