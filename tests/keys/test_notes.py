"""Notes: the vectors `records` hold what is refused."""

import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.shaped import shaped
from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import ContentError, SealingError
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Side
from whistle.domain.conversation import Conversation, Talk
from whistle.domain.filed import Task
from whistle.domain.recusal import Ground
from whistle.domain.registration import Due, DueKind
from whistle.keys.canonical import dump, load
from whistle.keys.cases import CaseItems, Compartment, new_generation
from whistle.keys.filed import Filed, KeptFiled
from whistle.keys.notes import Note, Notebook, open_notes, seal_note
from whistle.keys.records import CaseKeys, Message
from whistle.keys.recusals import Recusal, seal_recusal
from whistle.storage.rows import ItemRow

CASE, ANNE, INSTALLATION = b"C" * 16, b"A" * 16, b"I" * 16
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (moments are UTC without zone)
IDS = st.binary(min_size=16, max_size=16)
NOTES = st.builds(
    Note,
    IDS,
    st.integers(1, 10**6),
    IDS,
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.booleans(),
    shaped(Conversation),
)


@pytest.fixture
def items() -> CaseItems:
    """A case that casework has opened."""
    generation = replace(new_generation(), casework=SymmetricKey.random())
    return CaseItems(INSTALLATION, CASE, CaseKeys((generation,), KeyPair.random().public))


def note(number: int, version: int, text: str = "", *, deleted: bool = False) -> Note:
    written = NOON + timedelta(hours=number, minutes=version)
    return Note(bytes([number]) * 16, version, ANNE, written, text, deleted)


def sealed(items: CaseItems, *notes: Note) -> list[ItemRow]:
    return [seal_note(items, one, secrets.token_bytes(16)) for one in notes]


def texts(book: Notebook) -> list[list[str]]:
    return [[one.text for one in kept.versions] for kept in book.notes]


@given(NOTES)
def test_a_note_reads_as_it_was_written(written: Note) -> None:
    assert Note.decode(written.encode()) == written


@given(st.binary(max_size=200))
def test_whatever_bytes_come_only_sealing_errors_go(encoded: bytes) -> None:
    with pytest.raises(SealingError):
        Note.decode(encoded)


def test_nothing_that_a_person_wrote_is_printed(items: CaseItems) -> None:
    rows = sealed(items, note(1, 1, "hemmeligt"))
    assert "hemmeligt" not in repr(open_notes(items, rows))


def test_a_note_opens_with_the_casework_key_and_with_no_other(items: CaseItems) -> None:
    [row] = sealed(items, note(1, 1, "for rådgivere"))
    assert texts(open_notes(items, [row])) == [["for rådgivere"]]
    [generation] = items.keys.generations
    reporter = replace(generation, casework=None)
    stranger = replace(generation, casework=SymmetricKey.random())
    for other in (reporter, stranger):
        keys = replace(items.keys, generations=(other,))
        unread = open_notes(replace(items, keys=keys), [row])
        assert unread == Notebook([], damaged=1, damaged_rows=[row.id])


def test_versions_come_in_their_order_however_the_rows_lie(items: CaseItems) -> None:
    rows = sealed(items, note(1, 3, "tre"), note(1, 1, "en"), note(1, 2, "to"))
    [kept] = open_notes(items, rows).notes
    assert [one.text for one in kept.versions] == ["en", "to", "tre"]
    assert kept.newest.text == "tre"
    assert kept.note_id == bytes([1]) * 16
    assert kept.row_ids == [rows[1].id, rows[2].id, rows[0].id]


def test_the_newest_note_is_first_by_when_it_was_begun(items: CaseItems) -> None:
    late_change = replace(note(1, 2, "rettet"), written=NOON + timedelta(days=1))
    rows = sealed(items, note(1, 1, "ældst"), note(2, 1, "yngst"), late_change)
    assert texts(open_notes(items, rows)) == [["yngst"], ["ældst", "rettet"]]


def test_two_versions_with_one_number_are_both_kept_in_one_order(items: CaseItems) -> None:
    rows = sealed(items, note(1, 2, "Idas"), note(1, 2, "Veras"), note(1, 1, "først"))
    there, back = open_notes(items, rows), open_notes(items, rows[::-1])
    assert there == back
    assert sorted(texts(there)[0][1:]) == ["Idas", "Veras"]


def test_recusals_are_in_the_order_of_their_generations_and_hide_no_note(items: CaseItems) -> None:
    again = replace(new_generation(), casework=SymmetricKey.random())
    keys = replace(items.keys, generations=(*items.keys.generations, again))
    later = replace(items, keys=keys)
    passed = Recusal(ANNE, ANNE, Ground.RELATIVE, "", NOON)
    back = Recusal(ANNE, ANNE, Ground.RELATIVE, "", NOON - timedelta(hours=1), lifted=True)
    rows = [
        seal_recusal(later, back, b"1" * 16),
        seal_recusal(items, passed, b"2" * 16),
        *sealed(later, note(1, 1, "efter")),
    ]
    book = open_notes(later, rows)
    assert (book.recusals, texts(book)) == ((passed, back), [["efter"]])


def test_recusals_of_one_generation_are_in_the_order_of_their_rows(items: CaseItems) -> None:
    told = [Recusal(ANNE, bytes([one]) * 16, Ground.OTHER, "", NOON) for one in (2, 1, 3)]
    rows = [seal_recusal(items, one, secrets.token_bytes(16)) for one in told]
    assert list(open_notes(items, rows).recusals) == told


def test_a_deleted_note_is_found_and_not_shown(items: CaseItems) -> None:
    gone = [note(1, 1, "væk"), note(1, 2, "væk", deleted=True)]
    book = open_notes(items, sealed(items, *gone, note(2, 1, "her")))
    assert [kept.newest.text for kept in book.shown] == ["her"]
    assert [kept.row_ids for kept in book.deleted] == [book.notes[-1].row_ids]
    found = book.find(bytes([1]) * 16)
    assert found is not None
    assert found.newest.deleted
    assert book.find(bytes(16)) is None


def test_one_that_does_not_open_is_counted_and_hides_no_other(items: CaseItems) -> None:
    good, flipped, short = sealed(items, note(1, 1, "god"), note(2, 1), note(3, 1))
    flipped = replace(flipped, body=flipped.body[:-1] + bytes([flipped.body[-1] ^ 1]))
    no_note = items.seal(Compartment.CASEWORK, b"{}", item_id=b"n" * 16)
    book = open_notes(items, [flipped, good, replace(short, body=b""), no_note])
    assert (texts(book), book.damaged) == ([["god"]], 3)


def test_what_is_no_casework_is_passed_over_unopened(items: CaseItems) -> None:
    said = Message(Side.REPORTER, NOON.date(), 0, "en besked")
    row = items.message(said, item_id=b"m" * 16)
    assert open_notes(items, [row, replace(row, body=b"")]) == Notebook([], damaged_rows=[])
    (written,) = sealed(items, note(1, 1, "efter"))
    assert texts(open_notes(items, [row, written])) == [["efter"]]


@pytest.mark.parametrize("written", ["", "2026-11-20", "2026-11-20 12:00:00", 5])
def test_a_moment_has_one_form(written: object) -> None:
    encoded = note(1, 1).encode().replace(b'"2026-11-20T13:01:00"', repr(written).encode())
    encoded = encoded.replace(b"'", b'"')
    with pytest.raises(ContentError):
        Note.decode(encoded)


TOLD = load(replace(note(1, 1, "tekst"), about=Conversation(Talk.MEETING)).encode())


@pytest.mark.parametrize(
    "told",
    [
        {"note": "QUFB"},
        {"note": "?"},
        {"author": "QUFB"},
        {"author": None},
        {"kind": "recusal"},
        {"kind": 1},
        {"version": 0},
        {"version": -1},
        {"version": True},
        {"version": "1"},
        {"text": None},
        {"deleted": 0},
        {"written": None},
        {"about": []},
        {"about": {}},
        {"about": {"talk": "other"}},
        {"about": {"talk": "letter"}},
        {"about": {"held": ""}},
        {"about": {"held": None, "talk": "meeting"}},
        {"about": {"place": "Ringsted", "talk": "meeting"}},
        {"mood": "glad"},
    ],
)
def test_what_no_note_says_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        Note.decode(dump({**TOLD, **told}))


@pytest.mark.parametrize("name", sorted({*TOLD} - {"about"}))
def test_a_note_says_all_that_a_note_says(name: str) -> None:
    told = {field: value for field, value in TOLD.items() if field != name}
    with pytest.raises(ContentError):
        Note.decode(dump(told))


def test_a_note_about_nothing_in_particular_leaves_that_out() -> None:
    plain = note(1, 1, "tekst")
    assert {*TOLD} - {*load(plain.encode())} == {"about"}
    assert Note.decode(plain.encode()).about == Conversation()


# -- what has a date ---------------------------------------------------------------------------

DAYS = [date(2026, 12, day) for day in range(1, 9)]
APPROVAL = Due(DueKind.APPROVAL, DAYS[4], b"t" * 16)
COMPLAINT = Due(DueKind.COMPLAINT, DAYS[0], b"u" * 16)


def task(name: bytes, by: date | None) -> KeptFiled:
    """Give a task as it was filed, with its day."""
    return KeptFiled([Filed(name * 16, 1, ANNE, NOON, Task("Ring", by=by))], [name * 16])


def due(name: bytes, day: date) -> Due:
    """Give the date of a task."""
    return Due(DueKind.TASK, day, name * 16)


def test_where_everything_opens_what_is_filed_and_what_is_asked_in_the_dialogue_has_a_date() -> (
    None
):
    before = [due(b"x", DAYS[0]), APPROVAL, due(b"a", DAYS[6]), COMPLAINT]
    filed = [task(b"b", DAYS[5]), task(b"a", DAYS[1]), task(b"c", None)]
    told = Notebook([]).dues(filed, iter(before))
    assert told == (COMPLAINT, due(b"a", DAYS[1]), APPROVAL, due(b"b", DAYS[5]))


def test_of_the_same_day_what_has_a_date_is_in_one_order() -> None:
    filed = [task(name, DAYS[0]) for name in (b"c", b"a", b"b")]
    for damaged in (0, 1):
        told = Notebook([], damaged).dues(filed, [])
        assert [one.item[:1] for one in told] == [b"a", b"b", b"c"]


def test_while_something_does_not_open_what_is_not_changed_keeps_the_date_it_had() -> None:
    stays, changes, goes = task(b"s", DAYS[1]), task(b"k", DAYS[1]), task(b"g", DAYS[1])
    book = Notebook([], damaged=1, all_filed=(stays, changes, goes))
    before = [
        due(b"s", DAYS[7]),
        due(b"k", DAYS[1]),
        due(b"g", DAYS[2]),
        due(b"x", DAYS[6]),
        APPROVAL,
    ]
    filed = [stays, task(b"k", DAYS[5]), task(b"n", DAYS[0])]
    told = book.dues(filed, iter(before))
    assert told == (
        due(b"n", DAYS[0]),
        APPROVAL,
        due(b"k", DAYS[5]),
        due(b"x", DAYS[6]),
        due(b"s", DAYS[7]),
    )
