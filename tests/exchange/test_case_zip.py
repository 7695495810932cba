"""One case taken out: a paper, its files, and what another system reads; and nothing besides."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from tests.casework.journal import Journal
from tests.support.identity import WHY
from tests.support.office import Office, a_file
from whistle.casework.exchange import words
from whistle.casework.exchange.case_zip import Also, export_case
from whistle.casework.notes import write_note
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry
from whistle.keys.filed import KINDS

Taken = Callable[..., ZipFile]
TEXT = "Kasserne bliver låst op om natten."


@pytest.fixture
def case_id(office: Office) -> bytes:
    """A whistleblower's case with two files of one name, a name, an answer and a note."""
    files = [a_file(b"a" * 70_000, "../../bilag.txt"), a_file(b"b", "bilag.txt")]
    receipt = office.reporter().report(
        TEXT, channel="whistleblower", files=files, name="Karla Kilde", contact="karla@example.dk"
    )
    case = office.case_of(receipt)
    work = office.work_of(office.adviser)
    work.open(case)
    work.answer(case, b"form", "Tak. Vi følger op.", (), is_feedback=False)
    write_note(work, case, b"note", "Har ringet til tilsynet.")
    return case


@pytest.fixture
def take(office: Office, case_id: bytes) -> Taken:
    """Take the case out."""

    def taken(*, identity: bool = False, language: str = "da") -> ZipFile:
        work = office.work_of(office.adviser)
        also = Also(WHY, reporter=True, apart=True) if identity else None
        found = export_case(work, case_id, language, also)
        assert found is not None
        return ZipFile(BytesIO(b"".join(found.content)))

    return taken


def manifest(archive: ZipFile) -> Mapping[str, object]:
    told: Mapping[str, object] = json.loads(archive.read("case.json"))
    return told


def test_the_archive_is_whole_and_its_names_are_safe(take: Taken) -> None:
    archive = take()
    assert archive.testzip() is None
    assert archive.namelist() == [
        "sag.pdf",
        "files/01-bilag.txt",
        "files/02-bilag.txt",
        "case.json",
    ]
    assert archive.read("files/01-bilag.txt") == b"a" * 70_000


def test_the_manifest_names_every_item_with_its_day_and_marking(
    office: Office, take: Taken
) -> None:
    told = manifest(take())
    assert told["kle"] == office.installation.profile.office.kle
    items = told["items"]
    assert isinstance(items, list)
    kinds = {(one["kind"], one.get("from"), one["marking"]) for one in items}
    assert ("message", "reporter", "report") in kinds
    assert ("message", "casework", "derived") in kinds
    assert ("note", None, "derived") in kinds
    assert all(one["date"] == "2026-11-20" for one in items)


def test_the_manifest_has_the_digest_of_each_file(take: Taken) -> None:
    archive = take()
    files = manifest(archive)["files"]
    assert isinstance(files, list)
    for one in files:
        assert hashlib.sha256(archive.read(one["path"])).hexdigest() == one["sha256"]


def test_no_key_leaves_with_a_case(office: Office, take: Taken, case_id: bytes) -> None:
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    told = take().read("case.json").decode()
    assert "key" not in told
    for generation in opened.items.keys.generations:
        assert generation.dialogue.reveal().hex() not in told


def test_the_paper_tells_what_was_written(take: Taken) -> None:
    pages = PdfReader(BytesIO(take().read("sag.pdf"))).pages
    text = " ".join("\n".join(page.extract_text() for page in pages).split())
    for said in (TEXT, "Tak. Vi følger op.", "Har ringet til tilsynet.", "Stevns Kommune"):
        assert said in text


def test_identity_comes_along_only_when_it_is_asked_for_and_the_log_says_so(
    case_id: bytes, take: Taken, journal: Journal
) -> None:
    journal.skip()
    without = take()
    assert b"Karla" not in b"".join(without.read(name) for name in without.namelist())
    assert [(one.act, one.about["identity"]) for one in journal.new()] == [
        (Logged.CASE_EXPORTED, 0)
    ]
    with_it = manifest(take(identity=True))
    identity = with_it["identity"]
    assert isinstance(identity, dict)
    assert identity["name"] == "Karla Kilde"
    told = journal.new()
    assert [one.act for one in told] == [
        Logged.IDENTITY_OPENED,
        Logged.CASE_OPENED,  # nothing is kept apart
        Logged.CASE_EXPORTED,
    ]
    assert {one.about["case"] for one in told} == {case_id.hex()}


def test_a_case_in_english_is_called_so(take: Taken) -> None:
    assert "case.pdf" in take(language="en").namelist()


def test_whose_keys_do_not_open_a_case_takes_nothing_out(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.reserve)
    assert export_case(work, case_id, "da", Also(WHY, reporter=True)) is None


def test_everything_that_a_case_can_hold_has_a_name_on_paper() -> None:
    known = words.of_cases()
    kinds = (*KINDS.values(), Enquiry)
    of_a_masked_copy = {"texts", "left_out", "terms", "ticked", "masks"}
    not_shown = {"consent", "reply", "referral", "marking", "issues", "overrides", "casework"}
    not_shown |= {"mediation", *of_a_masked_copy}
    for kind in kinds:
        for one in fields(kind):
            assert one.name in known or one.name in not_shown, f"{kind.__name__}.{one.name}"
