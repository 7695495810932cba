"""Notes: for advisers alone, never overwritten unseen, deleted for good."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from tests.support.office import NOON, Desk, Office, hidden_fields
from whistle.casework import acts, notes
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.crypto.errors import ContentError, SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.conversation import Conversation, Talk
from whistle.keys.cases import CaseItems, Compartment, open_reporter_keys
from whistle.keys.keyring import Keyring
from whistle.keys.notes import Note
from whistle.storage import intake, tables
from whistle.storage.rows import ItemRow

Open = Callable[[], OpenedCase]


def write(desk: Desk, case_id: bytes, text: str, **fields: str) -> int:
    form = hidden_fields(desk.open(case_id).text)
    path = f"/casework/case/{case_id.hex()}/note"
    return desk.post(path, {**form, "note": text, **fields}).status_code


def texts(opened: OpenedCase) -> list[str]:
    return [note.newest.text for note in opened.notebook.shown]


def rows(office: Office, case_id: bytes) -> list[ItemRow]:
    with office.installation.store.read() as db:
        item = tables.items.c
        query = ItemRow.select(item.case_id == case_id, item.compartment == Compartment.CASEWORK)
        return list(ItemRow.all(db, query))


def test_a_note_is_there_with_who_wrote_it_and_when(desk: Desk, case_id: bytes) -> None:
    assert write(desk, case_id, "Ring til Økonomi.") == 303
    page = desk.open(case_id).text
    assert "Ring til Økonomi." in page
    assert page.count("Ida Rådgiver") > 1
    assert "13:00" in page  # noon in UTC is one o'clock in Denmark


def test_the_reporter_can_never_open_a_note(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    assert write(office.desk_of(office.adviser), case_id, "Hemmelig note") == 303
    assert "Hemmelig note" not in reporter.come_back(receipt).text
    here = office.installation
    key = Receipt.parse(receipt)
    with here.store.read() as db:
        found = intake.find(db, key.lookup(here.id))
    assert found is not None
    assert {item.compartment for item in found.items} == {"dialogue", "identity"}
    keys = open_reporter_keys(here.id, key.key_pair(here.id), case_id, found.reporter_keys)
    [note] = rows(office, case_id)
    with pytest.raises(ContentError):
        CaseItems(here.id, case_id, keys).open(note)


def test_a_note_sent_twice_is_written_once(desk: Desk, case_id: bytes, opened: Open) -> None:
    form = {**hidden_fields(desk.open(case_id).text), "note": "Én gang"}
    for _ in range(2):
        assert desk.post(f"/casework/case/{case_id.hex()}/note", form).status_code == 303
    assert texts(opened()) == ["Én gang"]


def test_what_a_note_said_before_can_still_be_read(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    write(desk, case_id, "Det første")
    [note] = opened().notebook.shown
    address = f"/casework/case/{case_id.hex()}/note/{note.note_id.hex()}"
    form = hidden_fields(desk.get(address).text)
    assert desk.post(address, {**form, "note": "Det andet"}).status_code == 303
    page = desk.open(case_id).text
    assert page.index("Det andet") < page.index("Det første")


def test_of_two_who_edit_a_note_the_second_is_shown_what_changed_and_keeps_theirs(
    office: Office, desk: Desk, case_id: bytes, opened: Open, deputy: Keyring
) -> None:
    write(desk, case_id, "Først")
    [note] = opened().notebook.shown
    address = f"/casework/case/{case_id.hex()}/note/{note.note_id.hex()}"
    other = office.desk_of(deputy)
    mine, theirs = (hidden_fields(each.get(address).text) for each in (desk, other))
    assert other.post(address, {**theirs, "note": "Veras"}).status_code == 303
    refused = desk.post(address, {**mine, "note": "Idas"})
    assert refused.status_code == 409
    assert "Veras" in refused.text
    assert "Vera Vikar" in refused.text
    assert re.search(r"<textarea[^>]*>\s*Idas", refused.text)
    again = {**hidden_fields(refused.text), "note": "Idas og Veras"}
    assert desk.post(address, again).status_code == 303
    assert [one.text for one in opened().notebook.shown[0].versions] == [
        "Først",
        "Veras",
        "Idas og Veras",
    ]


def test_a_deleted_note_comes_back_by_undo(desk: Desk, case_id: bytes, opened: Open) -> None:
    write(desk, case_id, "Slettes ikke")
    [note] = opened().notebook.shown
    address = f"/casework/case/{case_id.hex()}/note/{note.note_id.hex()}/delete"
    form = {**hidden_fields(desk.open(case_id).text), "version": "1"}
    gone = desk.post(address, form)
    page = desk.get(gone.headers["Location"]).text
    assert "Slettes ikke" not in page
    assert "/undo" in page
    undo = {**form, "version": str(opened().version)}
    desk.post(f"/casework/case/{case_id.hex()}/undo", undo)
    assert texts(opened()) == ["Slettes ikke"]


@pytest.mark.parametrize("what", ["a day", "a note", "an answer"])
def test_a_deleted_note_is_erased_with_the_next_act_or_on_the_next_day(
    office: Office, case_id: bytes, opened: Open, what: str
) -> None:
    work = office.work_of(office.adviser)
    notes.write_note(work, case_id, b"f", "Væk")
    [note] = opened().notebook.shown
    assert notes.delete_note(work, case_id, note.note_id, 1) is Done.YES
    assert len(rows(office, case_id)) == 2
    version = opened().version
    if what == "a day":
        office.later(days=1)
        opened()
    elif what == "a note":
        notes.write_note(work, case_id, b"g", "Ny")
    else:
        work.answer(case_id, b"f", "Svar", (), is_feedback=False)
    assert len(rows(office, case_id)) == (1 if what == "a note" else 0)
    assert acts.undo(work, case_id, version) is Done.CHANGED


def test_what_is_deleted_after_midnight_in_denmark_can_be_undone_on_that_day(
    office: Office, case_id: bytes, opened: Open
) -> None:
    office.later(hours=11.5)  # 23:30 in UTC: half past midnight of the next day here
    work = office.work_of(office.adviser)
    notes.write_note(work, case_id, b"f", "Slettes ikke")
    [note] = opened().notebook.shown
    assert notes.delete_note(work, case_id, note.note_id, 1) is Done.YES
    opened()
    assert acts.undo(work, case_id, opened().version) is Done.YES
    assert texts(opened()) == ["Slettes ikke"]


def test_a_note_that_somebody_changed_is_not_deleted_unread(
    office: Office, case_id: bytes, opened: Open
) -> None:
    work = office.work_of(office.adviser)
    notes.write_note(work, case_id, b"f", "Først")
    [note] = opened().notebook.shown
    notes.edit_note(work, case_id, note.note_id, 1, notes.Edit("Vigtigt"))
    assert notes.delete_note(work, case_id, note.note_id, 1) is Done.CHANGED
    assert texts(opened()) == ["Vigtigt"]


def test_who_edits_a_note_that_was_deleted_meanwhile_keeps_their_words(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    work = office.work_of(office.adviser)
    notes.write_note(work, case_id, b"f", "Først")
    [note] = opened().notebook.shown
    address = f"/casework/case/{case_id.hex()}/note/{note.note_id.hex()}"
    form = hidden_fields(desk.get(address).text)
    notes.delete_note(work, case_id, note.note_id, 1)
    refused = desk.post(address, {**form, "note": "Mine ord"})
    assert refused.status_code == 409
    assert "Mine ord" in refused.text
    notes.write_note(work, case_id, b"g", "Noget andet")
    refused = desk.post(address, {**form, "note": "Mine ord"})
    assert refused.status_code == 409
    assert "Mine ord" in refused.text


def test_notes_written_at_the_same_moment_are_all_there(
    office: Office, case_id: bytes, opened: Open, deputy: Keyring
) -> None:
    opened()

    def each(number: int) -> Done:
        work = office.work_of((office.adviser, deputy)[number % 2])
        return notes.write_note(work, case_id, bytes([number]), f"note {number}")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(each, range(4))) == [Done.YES] * 4
    assert sorted(texts(opened())) == [f"note {number}" for number in range(4)]


@pytest.mark.parametrize(("text", "fault"), [("", 422), (" \r\n", 422), ("æ" * 20_001, 422)])
def test_a_note_that_cannot_be_taken_comes_back(
    desk: Desk, case_id: bytes, opened: Open, text: str, fault: int
) -> None:
    assert write(desk, case_id, text) == fault
    assert texts(opened()) == []


def test_a_note_without_the_sessions_token_is_not_written_and_not_lost(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    path = f"/casework/case/{case_id.hex()}/note"
    refused = desk.post(path, {"note": "Skal blive her", "csrf_token": "x"})
    assert refused.status_code == 422
    assert "Skal blive her" in refused.text
    assert texts(opened()) == []


@pytest.mark.parametrize("address", ["zz", "0" * 32, "0" * 33])
def test_a_note_that_is_none_is_not_there(desk: Desk, case_id: bytes, address: str) -> None:
    assert desk.get(f"/casework/case/{case_id.hex()}/note/{address}").status_code == 404


def test_a_note_of_another_case_is_not_there(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    write(desk, case_id, "Her")
    [note] = opened().notebook.shown
    other = office.case_of(office.reporter().report("en anden sag"))
    address = f"/casework/case/{other.hex()}/note/{note.note_id.hex()}"
    assert desk.get(address).status_code == 404


def test_the_reserve_does_not_reach_the_advisers_notes(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    write(desk, case_id, "Her")
    [note] = opened().notebook.shown
    stranger = office.desk_of(office.reserve)
    token = hidden_fields(stranger.get("/casework/inboxes").text)
    address = f"/casework/case/{case_id.hex()}/note"
    assert stranger.get(f"{address}/{note.note_id.hex()}").status_code == 404
    data = {**token, "note": "x", "version": "1"}
    for path in (
        address,
        f"{address}/{note.note_id.hex()}",
        f"{address}/{note.note_id.hex()}/delete",
    ):
        assert stranger.post(path, data).status_code == 404
    assert texts(opened()) == ["Her"]


def test_one_damaged_note_hides_none_of_the_others(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    write(desk, case_id, "Den gode")
    with office.installation.store.write() as db:
        ItemRow(case_id, bytes(16), Compartment.CASEWORK, 0, 1, b"\x01" + bytes(4124)).insert(db)
    page = desk.open(case_id)
    assert page.status_code == 200
    assert "Den gode" in page.text


def test_only_the_canonical_bytes_of_a_note_are_one() -> None:
    whole = Note(bytes(16), 1, bytes(16), NOON, "æ")
    assert Note.decode(whole.encode()) == whole
    for old, new in (
        (b'"kind":"note"', b'"kind":"memo"'),
        (b'"version":1', b'"version":0'),
        (b'"deleted":false', b'"deleted":0'),
        (b"T12:00:00", b"T12:00"),
        (b"T12:00:00", b"T12:00:00+00:00"),
        (b"2026-11-20", b"2026-11-31"),
    ):
        assert whole.encode().count(old) == 1
        with pytest.raises(SealingError):
            Note.decode(whole.encode().replace(old, new))
    assert "æ" not in repr(whole)


def test_a_note_says_whether_it_is_of_a_call_or_a_meeting_and_of_which_day(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    about = {"talk": "telephone", "held": "19-11-2026"}
    assert write(desk, case_id, "Hun ringede igen.", **about) == 303
    [note] = opened().notebook.shown
    assert note.newest.about == Conversation(Talk.TELEPHONE, date(2026, 11, 19))
    address = f"/casework/case/{case_id.hex()}/note/{note.note_id.hex()}"
    page = desk.get(address).text
    assert re.search(r'<option value="telephone" selected>', page)
    form = {**hidden_fields(page), "note": "Hun ringede igen.", "talk": "meeting", "held": ""}
    assert desk.post(address, form).status_code == 303
    assert opened().notebook.shown[0].newest.about == Conversation(Talk.MEETING)


def test_a_day_that_is_none_is_refused_and_the_note_kept(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    form = hidden_fields(desk.open(case_id).text)
    sent = {**form, "note": "Vigtigt", "talk": "meeting", "held": "i går"}
    refused = desk.post(f"/casework/case/{case_id.hex()}/note", sent)
    assert refused.status_code == 422
    assert re.search(r"<textarea[^>]*>\s*Vigtigt", refused.text)
    assert opened().notebook.shown == []


def test_a_note_about_nothing_special_is_written_as_before() -> None:
    plain = Note(b"n" * 16, 1, b"a" * 16, NOON, "Ring")
    told = replace(plain, about=Conversation(Talk.MEETING, date(2026, 11, 1)))
    assert b"about" not in plain.encode()
    for note in (plain, told):
        assert Note.decode(note.encode()) == note
    empty = plain.encode().replace(b'{"author"', b'{"about":{},"author"')
    with pytest.raises(ContentError):
        Note.decode(empty)
