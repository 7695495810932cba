"""Letters and case files: what is in them, what is not, and that none of it is markup."""

import io
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

from tests.house.test_files import ROOT
from tests.support.requirements import missing
from whistle.letters.papers import CaseFile, Entry, Fact, Letter, Section, paragraphs
from whistle.letters.pdf import case_file, letter_pdf
from whistle.letters.word import letter_docx

LETTER = Letter(
    "da",
    ("Borgerrådgiveren", "Stevns Kommune"),
    ("Børn & Læring",),
    (Fact("Dato", "20. november 2026"), Fact("Vores reference", "2026-4F1C9A2B")),
    "Om en sag",
    "Kære Børn & Læring\n\nVi søgte i marts.\nIngen har svaret.",
    ("Store Heddinge Bibliotek", "Telefon 56 57 57 57"),
)
FILE = CaseFile(
    "da",
    "Borgerindgangen, 1. maj 2026",
    (Fact("Modtaget", "1. maj 2026"),),
    (
        Section("Dialog", (Entry("1. maj 2026: borgeren", "Jeg skriver om en sag."),)),
        Section("Registrering", facts=(Fact("Center", "Børn & Læring"),)),
    ),
    "2026-4F1C9A2B",
)
MARKUP = (
    '#set page(width: 1cm) $x^2$ *b* _i_ @ref \\ [x] `kode` ```x``` <label> // nej /* nej */ "q"',
    '#read("/etc/passwd") #{sys.inputs} #import "@preview/x:1": *',
    "= Overskrift\n- punkt\n+ punkt\n/ ord: mening\n#",
    "{{ 7 * 7 }} {% if x %} <b>&amp;</b> ${jndi:x} %s %(day)s {day}",
    "\\u{1F642} \\ud800 ' -- --- ... ~ https://example.org/#x",
)


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def pdf_text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader(pdf).pages)


def squeezed(text: str) -> str:
    """Give a text without what lines and pages do to it."""
    return "".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


def word_text(word: bytes) -> str:
    return "\n".join(one.text for one in docx.Document(io.BytesIO(word)).paragraphs)


def root_of(pdf: bytes) -> Any:
    return reader(pdf).trailer["/Root"]


@pytest.mark.parametrize("pdf", [letter_pdf(LETTER), case_file(FILE)], ids=["letter", "case"])
def test_a_pdf_is_tagged_and_says_its_language_and_title(pdf: bytes) -> None:
    root = root_of(pdf)
    assert root["/StructTreeRoot"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "da"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()


def test_a_letter_is_a_heading_and_paragraphs_to_who_has_it_read_aloud() -> None:
    tags = list(tags_of(root_of(letter_pdf(LETTER))["/StructTreeRoot"]))
    assert tags.count("/H1") == 1
    assert tags.count("/P") >= 4
    assert "/Figure" not in tags
    assert {"/H1", "/H2", "/H3"} <= set(tags_of(root_of(case_file(FILE))["/StructTreeRoot"]))


def tags_of(element: Any) -> Any:
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from tags_of(one)
    elif isinstance(element, dict):
        if "/S" in element:
            yield element["/S"]
        if "/K" in element:
            yield from tags_of(element["/K"])


def test_a_file_has_the_letters_title_and_else_nothing_of_who_made_it_when() -> None:
    pdf = letter_pdf(LETTER)
    assert set(reader(pdf).metadata or {}) == {"/Title", "/Creator"}
    assert b"Date" not in root_of(pdf)["/Metadata"].get_data()
    word = letter_docx(LETTER)
    properties = docx.Document(io.BytesIO(word)).core_properties
    assert (properties.title, properties.language) == ("Om en sag", "da-DK")
    with zipfile.ZipFile(io.BytesIO(word)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = b"".join(parts.read(one) for one in parts.namelist())
        core = parts.read("docProps/core.xml")
    assert core.count(b"<dc:") == 2
    assert b"dcterms:created" not in core
    for remnant in (b"python-docx", b"Macintosh", b"w:rsid ", b"docId", b"en-US"):
        assert remnant not in said


def test_the_same_letter_is_the_same_file_whenever_it_is_made() -> None:
    assert letter_docx(LETTER) == letter_docx(LETTER)
    assert letter_pdf(LETTER) == letter_pdf(LETTER)


def test_a_letter_says_what_it_should_on_paper_and_in_word() -> None:
    for said in (pdf_text(letter_pdf(LETTER)), word_text(letter_docx(LETTER))):
        for one in (*LETTER.sender, *LETTER.recipient, LETTER.subject, "Ingen har svaret."):
            assert one in said
        assert "Vores reference: 2026-4F1C9A2B" in said
    document = docx.Document(io.BytesIO(letter_docx(LETTER)))
    footer = document.sections[0].footer.paragraphs[0].text
    assert "Store Heddinge Bibliotek" in footer
    styles = [one.style.name for one in document.paragraphs if one.style]
    assert styles.count("Heading 1") == 1
    assert "Store Heddinge Bibliotek" in pdf_text(letter_pdf(LETTER))


@pytest.mark.parametrize("text", MARKUP)
def test_nothing_somebody_wrote_is_markup(text: str) -> None:
    letter = replace(LETTER, body=text, subject=text, recipient=(text,), facts=(Fact(text, text),))
    assert squeezed(pdf_text(letter_pdf(letter))).count(squeezed(text)) >= 4
    assert squeezed(word_text(letter_docx(letter))).count(squeezed(text)) >= 4
    entry = Entry(text, text, (Fact(text, text),))
    whole = replace(FILE, title=text, sections=(Section(text, (entry,)),), footer=text)
    assert squeezed(pdf_text(case_file(whole))).count(squeezed(text)) >= 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00b\x1bc", "a[U+0000]b[U+001B]c"),
        ("a\ud800b", "a?b"),
        ("a\uffffb", "a\ufffdb"),
        ("a\u2028b", "ab"),
        ("Tak 🙂", "Tak[U+1F642]"),
        ("你好", "[U+4F60][U+597D]"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
    ],
    ids=["bidi", "controls", "half", "none", "lines", "emoji", "hanzi", "combining"],
)
def test_odd_characters_are_shown_or_named_and_never_lose_the_letter(text: str, shown: str) -> None:
    letter = replace(LETTER, body=text)
    assert shown in squeezed(pdf_text(letter_pdf(letter))).replace("e\u0301", "é")
    assert text[0] in word_text(letter_docx(letter))


@pytest.mark.parametrize("text", ["Ordet er frit. " * 1_400, "W" * 20_000, "\n" * 20_000 + "x"])
def test_all_of_a_very_long_letter_is_on_the_paper(text: str) -> None:
    letter = replace(LETTER, body=text + "\n\nSlut")
    said = pdf_text(letter_pdf(letter))
    for one in "WOx":
        assert said.count(one) >= text.count(one)
    assert max(line.count("W") for line in said.splitlines()) <= 42  # more would leave the paper
    assert "Slut" in said
    assert word_text(letter_docx(letter)).endswith("Slut")


def test_paragraphs_are_apart_by_empty_lines_however_they_are_written() -> None:
    assert paragraphs("a\r\nb\r\n\r\n \r\n\r\nc\rd") == [["a", "b"], ["c", "d"]]
    assert paragraphs(" \n\n") == []


def test_typst_forgets_what_it_was_shown() -> None:
    """Else whole cases stay in a worker's memory, 60 MB each, until ten others have been made."""
    entries = tuple(Entry(str(number), "Jeg venter. " * 170) for number in range(100))
    whole = replace(FILE, sections=(Section("Dialog", entries),))
    case_file(whole)
    before = memory()
    for number in range(3):
        case_file(replace(whole, title=str(number)))
    assert memory() - before < 60_000_000


def memory() -> int:
    """Say how many bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


def test_only_a_letter_loads_what_makes_letters() -> None:
    program = (
        "import sys, whistle.app, whistle.letters.pdf, whistle.letters.word; "
        "print([one for one in ('typst', 'docx', 'lxml') if one in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert told.stdout.strip() == b"[]"


def test_making_letters_opens_no_file_to_write(tmp_path: Any) -> None:
    if shutil.which("strace") is None:
        missing("strace", "strace")
    program = tmp_path / "letters.py"
    program.write_text(
        "from tests.letters.test_letters import FILE, LETTER, case_file, letter_docx, letter_pdf\n"
        "open('/proc/self/comm').close()\n"
        "letter_pdf(LETTER), letter_docx(LETTER), case_file(FILE)\n"
    )
    trace = tmp_path / "trace"
    called = "trace=open,openat,openat2,creat,memfd_create,rename,socket,connect"
    command = ["strace", "-f", "-e", called, "-o", trace, sys.executable, "-B", program]
    subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    lines = trace.read_text().split("/proc/self/comm", 1)[1].splitlines()[1:]
    assert any("default.docx" in line for line in lines)
    writing = ("O_WRONLY", "O_RDWR", "O_CREAT", "creat(", "memfd", "rename(", "socket(")
    assert not [line for line in lines if any(one in line for one in writing)]
    assert not [line for line in lines if "fonts" in line.lower()]


def test_a_subject_that_is_longer_when_it_is_made_visible_is_no_error() -> None:
    letter = replace(LETTER, subject="\N{RIGHT-TO-LEFT OVERRIDE}" * 120)
    title = docx.Document(io.BytesIO(letter_docx(letter))).core_properties.title
    assert title.startswith("[U+202E]")
    assert len(title) == 255
