"""What is filed on a case, in items of the casework compartment: also the vectors `filed`."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION
from tests.keys.shaped import IDS, manifests, shaped
from tests.vectors.filed import CONTENTS, FILE, LETTER
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.domain.filed import Referral, Task
from whistle.domain.registration import DueKind
from whistle.keys.canonical import load
from whistle.keys.cases import CaseItems, Compartment
from whistle.keys.filed import KINDS, Content, Document, Filed, KeptFiled, dues_of, seal_filed
from whistle.keys.notes import Note, open_notes, seal_note
from whistle.keys.records import CaseKeys, FileManifest, Generation

MOMENTS = st.datetimes(datetime(2000, 1, 1)).map(lambda one: one.replace(microsecond=0))  # noqa: DTZ001
ANY: st.SearchStrategy[Content] = st.one_of(*(shaped(kind) for kind in KINDS.values()))
FILED = st.builds(Filed, IDS, st.integers(1, 10**6), IDS, MOMENTS, ANY, st.booleans())
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001


@given(FILED)
def test_anything_filed_reads_as_it_was_written(filed: Filed) -> None:
    assert Filed.read(load(filed.encode())) == filed


@given(manifests())
def test_a_document_brings_the_key_of_its_file(file: FileManifest) -> None:
    filed = Filed(bytes(16), 1, bytes(16), NOON, Document("", file))
    read = Filed.read(load(filed.encode())).content
    assert isinstance(read, Document)
    assert read.file == file


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_nothing_that_a_person_wrote_is_printed(content: Content) -> None:
    printed = repr(Filed(bytes(16), 1, bytes(16), NOON, content)) + repr(content)
    for word in ("Kære", "Svar", "svar.pdf", "Ring", "BL", "Politiet", "herunder"):
        assert word not in printed


def items() -> CaseItems:
    dialogue, identity, casework = (SymmetricKey.random() for _ in range(3))
    generation = Generation(dialogue, identity, casework)
    return CaseItems(INSTALLATION, b"c" * 16, CaseKeys((generation,), reporter=None))


def version(content: Content, number: int = 1, *, deleted: bool = False) -> Filed:
    return Filed(b"f" * 16, number, b"m" * 16, NOON, content, deleted)


def test_it_is_found_among_notes_with_all_its_versions() -> None:
    case = items()
    changed = replace(LETTER, replied=date(2026, 12, 1))
    rows = [
        seal_filed(case, version(changed, 2), b"2" * 16),
        seal_note(case, Note(b"n" * 16, 1, b"m" * 16, NOON, "Ring"), b"n" * 16),
        seal_filed(case, version(LETTER), b"1" * 16),
    ]
    assert {row.compartment for row in rows} == {Compartment.CASEWORK}
    book = open_notes(case, rows)
    (kept,) = book.all_filed
    assert [one.content for one in kept.versions] == [LETTER, changed]
    assert list(kept.row_ids) == [b"1" * 16, b"2" * 16]
    assert [note.newest.text for note in book.shown] == ["Ring"]
    assert book.of_kind(Referral) == [(kept, changed)]
    assert book.of_kind(Task) == []
    assert book.find_filed(b"f" * 16) == kept
    assert book.find_filed(b"n" * 16) is None


def test_what_was_struck_out_is_shown_no_more_and_owes_nothing() -> None:
    case = items()
    rows = [
        seal_filed(case, version(LETTER), b"1" * 16),
        seal_filed(case, version(LETTER, 2, deleted=True), b"2" * 16),
        seal_filed(
            case, replace(version(Task("Ring", by=NOON.date())), filed_id=b"g" * 16), b"3" * 16
        ),
    ]
    book = open_notes(case, rows)
    assert book.of_kind(Referral) == []
    assert [one.newest.deleted for one in book.deleted] == [True]
    assert [one.item for one in dues_of(book.all_filed)] == [b"g" * 16]


def test_the_reporter_opens_nothing_of_it() -> None:
    case = items()
    row = seal_filed(case, version(LETTER), b"1" * 16)
    (generation,) = case.keys.generations
    theirs = replace(case, keys=CaseKeys((replace(generation, casework=None),), None))
    with pytest.raises(ContentError):
        theirs.open(row)


def test_dues_are_sorted_by_day_and_told_by_kind_and_centre() -> None:
    first, last = date(2026, 11, 21), date(2026, 12, 24)

    def kept(name: bytes, content: Content) -> KeptFiled:
        filed = Filed(name * 16, 1, bytes(16), NOON, content)
        return KeptFiled([filed], [name * 16])

    due = dues_of(
        [
            kept(b"b", replace(LETTER, reply_by=first)),
            kept(b"c", Task("Gjort", by=first, done=first)),
            kept(b"d", Task("Engang")),
            kept(b"e", replace(LETTER, unanswered="Intet hørt")),
            kept(b"f", Document("Svar", FILE)),
            kept(b"a", Task("Til jul", by=last)),
        ]
    )
    assert [(one.kind, one.day, one.item[:1], one.centre, one.since) for one in due] == [
        (DueKind.REPLY, first, b"b", "BL", LETTER.sent),
        (DueKind.TASK, last, b"a", "", None),
    ]
