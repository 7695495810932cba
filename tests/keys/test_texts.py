"""The texts of a case, for a search: all that people wrote, none that is kept apart or gone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys.shaped import IDS, JSON, shaped
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.domain.approval import About, Put, TextKind
from whistle.domain.channel import Act, Side
from whistle.domain.filed import Task
from whistle.domain.recusal import Ground
from whistle.domain.registration import Enquiry, Override, Rule
from whistle.keys import texts
from whistle.keys.canonical import Json, dump
from whistle.keys.cases import CaseItems, new_generation
from whistle.keys.filed import KINDS, Content, Document, Filed
from whistle.keys.notes import Note, open_notes, seal_note
from whistle.keys.records import CaseKeys, FileManifest, Identity, Message, Registration
from whistle.keys.recusals import Recusal
from whistle.keys.texts import Text, Where

ANNE, NOON = b"A" * 16, datetime(2026, 11, 20, 12)  # noqa: DTZ001
DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)
WRITTEN: Mapping[str, Sequence[str]] = {
    "referral": ("subject", "text", "unanswered"),
    "document": ("title",),
    "task": ("text",),
    "consent": ("recipient", "words"),
    "disclosure": ("recipient", "what", "not_told"),
    "access": ("asked_by", "what", "extended", "result"),
    "competence": ("question", "view", "reason"),
    "mediation": ("about", "agreement", "findings"),
    "meeting": ("place", "minutes"),
    "improvement": ("text", "subject", "answer"),
    "wish": ("words",),
    "support": ("provider", "tie", "words"),
    "risk": ("words", "measures"),
    "opening": ("words",),
    "masked": ("recipient",),
}
NOT_LOOKED_THROUGH = {
    *("centre", "division", "how", "other_side", "agreed_how", "wish", "law"),  # of the profile
    "person",  # kept apart from the letter
}
REGISTRATION = Registration(
    "En titel",
    enquiry=Enquiry(
        "Et formål",
        way_in="phone",
        outcome="guided",
        overrides=(Override(Rule.HALF_YEAR, "For sent", DAY), Override(Rule.SCOPE, "Ikke", DAY)),
    ),
    source="2024-7",
    held=DAY,
    held_for="En retssag",
)
MESSAGE = Message(Side.REPORTER, DAY, 0, "En besked")


def read(encoded: bytes) -> Json:
    return texts.read(encoded)


def shown(found: Iterable[Text]) -> list[tuple[Where, str, date | None]]:
    """Give the texts that say something."""
    return [(one.where, one.text, one.day) for one in found if one.text]


def of_casework(*records: Note | Filed | Recusal) -> list[tuple[Where, str, date | None]]:
    return shown(texts.of_casework(read(one.encode()) for one in records))


def of_dialogue(*messages: Message) -> list[tuple[Where, str, date | None]]:
    return shown(texts.of_dialogue(read(one.encode()) for one in messages))


def note(number: int, version: int, text: str, *, deleted: bool = False) -> Note:
    written = NOON + timedelta(days=version - 1)
    return Note(bytes([number]) * 16, version, ANNE, written, text, deleted)


def filed(content: Content, version: int = 1, *, deleted: bool = False) -> Filed:
    written = NOON + timedelta(days=version - 1)
    return Filed(b"f" * 16, version, ANNE, written, content, deleted)


def file(name: str) -> FileManifest:
    return FileManifest(b"f" * 16, SymmetricKey(bytes(32)), name, "text/plain", 5, 1)


# -- records -------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(shaped(Registration, last_item=IDS, record=IDS))
def test_a_record_is_read_as_it_was_written(registration: Registration) -> None:
    assert Registration.decode(dump(read(registration.encode()))) == registration


@pytest.mark.parametrize(
    "encoded",
    [
        *(b"", b"null", b"[]", b'"text"', b'{"text":"x"', b'{"text":"x"} ', b'{"text":"\xff"}'),
        b'{"text":"x","text":"y"}',
        '{"text":"x"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"position":' + b"1" * 5_000 + b"}",
    ],
    ids=lambda encoded: repr(encoded[:30]),
)
def test_what_is_no_record_is_refused(encoded: bytes) -> None:
    with pytest.raises(ContentError):
        read(encoded)


@pytest.mark.parametrize("half", [b"\\ud800", b"\\udc00", b"\xed\xa0\x80"])
def test_half_a_character_is_refused_as_no_page_can_show_it(half: bytes) -> None:
    """Whoever writes to the database can make a case: no search found anything then."""
    with pytest.raises(ContentError):
        read(b'{"text":"' + half + b'"}')
    with pytest.raises(ContentError):
        Message.decode(MESSAGE.encode().replace(b"besked", half))


LISTS = st.lists(st.dictionaries(st.sampled_from(["name", "reason", "text", "x"]), JSON) | JSON)
FIELDS = (
    *("title", "enquiry", "held_for", "position", "written", "side", "text", "put", "about"),
    *("answers", "files", "kind", "filed", "note", "version", "deleted", "content", "name"),
)
INNER_NAMES = st.sampled_from(["purpose", "overrides", "recipient", "how", "file", "title", "text"])
INNER = st.dictionaries(INNER_NAMES, JSON | LISTS)
KIND_NAMES = st.sampled_from([*KINDS, "note", "recusal", "x"])
RECORDS = st.dictionaries(st.sampled_from(FIELDS), JSON | LISTS | KIND_NAMES | INNER)


@settings(deadline=None, max_examples=40)
@given(st.lists(RECORDS, max_size=3))
def test_whatever_a_record_says_texts_come_of_it_and_no_error(records: list[Json]) -> None:
    """What else is wrong of it, who opens the case is told."""
    found = [*texts.of_dialogue(records), *texts.of_casework(records)]
    for record in records:
        found += [*texts.of_registration(record), *texts.of_identity(record)]
    for one in found:
        assert isinstance(one.text, str)
        assert one.day is None or type(one.day) is date


def test_of_a_damaged_record_the_other_texts_are_found() -> None:
    said = {"side": "reporter", "text": "a", "written": 1, "position": "x", "answers": {"b": 1}}
    spoilt = {**said, "put": [], "about": "x", "files": [1, {"name": "c"}]}
    first = {"side": "reporter", "text": "b", "position": 1}
    assert shown(texts.of_dialogue([first, spoilt])) == [  # what has no place comes first
        (Where.REPORTER, "a", None),
        (Where.FILE, "c", None),
        (Where.REPORTER, "b", None),
    ]
    enquiry = {"purpose": 1, "overrides": ["x", {"reason": "b"}, {"reason": 2}]}
    told = texts.of_registration({"title": "a", "enquiry": enquiry})
    assert [one for _, one, _ in shown(told)] == ["a", "b"]
    assert not shown(texts.of_registration({"title": 1, "enquiry": [1]}))
    answers = {"a": ["b", 1, "", "c"], "d": "e", "f": {"g": "h"}}
    kept = texts.of_identity({"name": 1, "contact": ["x"], "answers": answers})
    assert [one for _, one, _ in shown(kept)] == ["b", "c"]
    odd = texts.of_casework([{"kind": "task", "content": [], "written": "x"}, {"kind": 1}])
    assert not shown(odd)


def test_nothing_that_a_person_wrote_is_printed() -> None:
    assert "besked" not in repr(list(texts.of_dialogue([read(MESSAGE.encode())])))


# -- what is registered, and who it is -----------------------------------------------------------


def test_of_a_registration_title_purpose_and_reasons_are_found() -> None:
    assert shown(texts.of_registration(read(REGISTRATION.encode()))) == [
        (Where.TITLE, "En titel", None),
        (Where.REGISTRATION, "Et formål", None),
        (Where.REGISTRATION, "For sent", None),
        (Where.REGISTRATION, "Ikke", None),
        (Where.REGISTRATION, "En retssag", None),
    ]
    assert not shown(texts.of_registration(read(Registration().encode())))


def test_of_an_identity_name_contact_and_answers_are_found() -> None:
    identity = Identity("Karla", "karla@example", {"accused": ("Ole", "Per"), "none": ()})
    assert shown(texts.of_identity(read(identity.encode()))) == [
        (Where.IDENTITY, one, None) for one in ("Karla", "karla@example", "Ole", "Per")
    ]
    assert not shown(texts.of_identity(read(Identity().encode())))


# -- the dialogue --------------------------------------------------------------------------------


def test_of_a_message_everything_that_was_written_is_found() -> None:
    message = replace(
        MESSAGE,
        files=(file("a.txt"), file("b.txt")),
        answers={"where": ("På rådhuset", ""), "who": ("En leder",)},
        put=Put(b"t" * 16, TextKind.COMPLAINT, recipient="Ombudsmanden"),
        about=About(b"v" * 32, how="Ved et opkald"),
        act=Act.PROPOSED,
        author="Anne",
    )
    assert of_dialogue(message) == [
        (Where.REPORTER, "En besked", DAY),
        (Where.REPORTER, "Ombudsmanden", DAY),
        (Where.REPORTER, "Ved et opkald", DAY),
        (Where.REPORTER, "På rådhuset", DAY),
        (Where.REPORTER, "En leder", DAY),
        (Where.FILE, "a.txt", DAY),
        (Where.FILE, "b.txt", DAY),
    ]


@pytest.mark.parametrize("side", Side)
def test_who_wrote_a_message_is_told(side: Side) -> None:
    where = Where.REPORTER if side is Side.REPORTER else Where.CASEWORK
    put = Put(b"t" * 16, TextKind.COMPLAINT, recipient="R")
    about, answers = About(b"v" * 32, how="H"), {"x": ("A",)}
    message = replace(MESSAGE, side=side, put=put, about=about, answers=answers)
    assert {one for one, _, _ in of_dialogue(message)} == {where}


def test_messages_are_in_their_order_however_they_lie() -> None:
    said = [
        replace(MESSAGE, position=at, text=str(at), written=DAY + timedelta(days=at % 2))
        for at in (2, 0, 10, 1)
    ]
    assert of_dialogue(*said) == [
        (Where.REPORTER, text, day)
        for text, day in (("0", DAY), ("1", NEXT), ("2", DAY), ("10", DAY))
    ]


# -- casework ------------------------------------------------------------------------------------


def items() -> CaseItems:
    generation = replace(new_generation(), casework=SymmetricKey.random())
    return CaseItems(b"I" * 16, b"C" * 16, CaseKeys((generation,), None))


def test_a_note_is_found_as_it_is_now_whichever_version_lies_first() -> None:
    old, new, newest = (note(1, version, str(version)) for version in (1, 2, 10))
    there = [(Where.NOTE, "10", DAY + timedelta(days=9))]
    for order in ((old, new, newest), (newest, new, old), (new, newest, old)):
        assert of_casework(*order) == there
    assert of_casework(note(1, 1, "en"), note(2, 1, "to")) == [
        (Where.NOTE, "en", DAY),
        (Where.NOTE, "to", DAY),
    ]


def test_of_two_versions_with_one_number_that_is_found_which_the_page_shows() -> None:
    case, both = items(), (note(1, 1, "Idas"), note(1, 1, "Veras"))
    for order in (both, both[::-1]):
        rows = [seal_note(case, one, bytes([at]) * 16) for at, one in enumerate(order)]
        [kept] = open_notes(case, rows).notes
        assert of_casework(*order) == [(Where.NOTE, kept.newest.text, DAY)]


def test_what_was_deleted_is_not_found_and_what_was_taken_back_is() -> None:
    gone = (note(1, 1, "væk"), note(1, 2, "væk", deleted=True))
    assert of_casework(*gone, note(2, 1, "her")) == [(Where.NOTE, "her", DAY)]
    assert of_casework(gone[1], gone[0]) == []
    back = note(1, 3, "tilbage")
    assert of_casework(back, *gone) == [(Where.NOTE, "tilbage", DAY + timedelta(days=2))]
    assert of_casework(filed(Task("væk")), filed(Task("væk"), 2, deleted=True)) == []


def test_a_note_and_a_filed_thing_with_one_id_hide_neither() -> None:
    told = of_casework(note(ord("f"), 3, "notat"), filed(Task("opgave")))
    assert {(where, text) for where, text, _ in told} == {
        (Where.NOTE, "notat"),
        (Where.TASK, "opgave"),
    }
    two = replace(filed(Task("to"), 2), filed_id=b"g" * 16)
    assert [text for _, text, _ in of_casework(filed(Task("en"), 3), two)] == ["en", "to"]


def test_every_recusal_is_found() -> None:
    passed = Recusal(ANNE, ANNE, Ground.RELATIVE, "En fætter", NOON)
    back = replace(passed, text="Er flyttet", lifted=True, written=NOON + timedelta(days=1))
    assert of_casework(passed, note(1, 1, "notat"), back) == [
        (Where.RECUSAL, "En fætter", DAY),
        (Where.RECUSAL, "Er flyttet", NEXT),
        (Where.NOTE, "notat", DAY),
    ]


# -- what is filed -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=5)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_of_what_is_filed_every_text_is_found_but_what_is_kept_apart(
    kind: str, data: st.DataObject
) -> None:
    named = {one.name: f"ord {one.name}" for one in fields(KINDS[kind]) if one.type is str}
    content: Any = replace(data.draw(shaped(KINDS[kind])), **named)
    found = of_casework(filed(content, 2))
    own = [(Where(kind), named[name], NEXT) for name in WRITTEN[kind]]
    if kind == Document.kind and content.file.name:
        own.append((Where.DOCUMENT, content.file.name, NEXT))
    assert found == own
    assert named.keys() - WRITTEN[kind] <= NOT_LOOKED_THROUGH


def test_no_kind_of_filed_thing_is_left_out() -> None:
    assert set(WRITTEN) == set(KINDS) == {Where(kind) for kind in KINDS}


def test_of_a_document_its_title_and_the_name_of_its_file_are_found() -> None:
    assert of_casework(filed(Document("Svar", file("svar.pdf")))) == [
        (Where.DOCUMENT, "Svar", DAY),
        (Where.DOCUMENT, "svar.pdf", DAY),
    ]
