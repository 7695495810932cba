"""What a process remembers of cases: it is never shown, never old, and never in the clear."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from tests.casework.test_erasing import close, erase_case
from tests.casework.test_recusal import declare
from tests.casework.test_search import entered, found, ids, write_note
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.done import Done
from whistle.casework.filters import Filters
from whistle.casework.listing import Wanted, list_cases
from whistle.casework.recusal import hand_back
from whistle.casework.registering import register
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.keyring import Keyring
from whistle.keys.remembered import Remembered
from whistle.storage import tables

BIRDS = "Sag om en hejre"


@pytest.fixture
def other(office: Office) -> Office:
    """The same office, in another process: it remembers by itself."""
    return replace(office, installation=replace(office.installation, remembered=Remembered()))


def listed(office: Office, member: Keyring | None = None, **filters: object) -> list[bytes]:
    """Give the cases of a filtered list."""
    work = office.work_of(member or office.adviser)
    wanted = Wanted(filters=Filters(**filters))  # type: ignore[arg-type]
    return [one.case.id for one in list_cases(work, wanted).cases]


def registered(office: Office, case_id: bytes, centre: str, was: Enquiry | None = None) -> Enquiry:
    """Register a case with a centre."""
    enquiry = Enquiry(casework=True, issues=(Issue("boern", centre=centre),))
    done = register(office.work_of(office.adviser), case_id, enquiry, was or Enquiry())
    assert done is Done.YES
    return enquiry


def boxes(office: Office) -> list[bytes]:
    return [boxed for _, boxed in office.installation.remembered._boxes.values()]


def test_a_second_search_opens_no_text_of_a_case_that_the_words_do_not_stand_in(
    office: Office,
) -> None:
    case_id = entered(office, BIRDS, note="En lærke.")
    assert not ids(found(office, "kanin"))
    with office.installation.store.write() as db:
        db.execute(update(tables.items).where(tables.items.c.case_id == case_id).values(body=b""))
    assert not found(office, "kanin").damaged
    shown = found(office, "lærke")  # what may be shown is opened anew
    assert (ids(shown), shown.damaged) == ([], 1)


def test_nothing_is_remembered_in_the_clear_or_of_who_it_is(office: Office, desk: Desk) -> None:
    case_id = office.case_of(office.reporter().report("En murmeldyrhule.", name="Karla Kvist"))
    desk.open(case_id)
    registered(office, case_id, "bhk")
    found(office, "murmeldyr")
    listed(office, centre="bhk")
    assert len(boxes(office)) == 2
    for clear in (b"murmeldyr", b"bhk", b"boern", case_id):
        assert not any(clear in boxed for boxed in boxes(office))


@pytest.mark.parametrize("who", ["this process", "another"])
def test_what_changes_is_found_as_it_is_now(
    office: Office, other: Office, desk: Desk, who: str
) -> None:
    there = office if who == "this process" else other
    reporter = office.reporter()
    receipt = reporter.report("Om en odder.")
    case_id = office.case_of(receipt)
    desk.open(case_id)

    def tells(words: str) -> bool:
        return ids(found(there, words)) == [case_id]

    assert (tells("odder"), tells("bisam"), tells("mink"), tells("hejre")) == (True, *[False] * 3)
    reporter.come_back(receipt)
    assert reporter.write("Og en bisam.").status_code == 303
    assert tells("bisam")
    desk.answer(case_id, "Er det en mink?")
    assert tells("mink")
    write_note(desk, case_id, "Snarere en hejre.")
    assert tells("hejre")
    note = desk.open(case_id).text.split("/note/")[1][:32]
    path = f"/casework/case/{case_id.hex()}/note/{note}"
    form = hidden_fields(desk.get(path).text)
    assert desk.post(path, {**form, "note": "Snarere en stork."}).status_code == 303
    assert (tells("hejre"), tells("stork")) == (False, True)
    form = hidden_fields(desk.open(case_id).text)
    assert desk.post(f"{path}/delete", {**form, "version": "2"}).status_code == 303
    assert (tells("stork"), tells("odder bisam mink")) == (False, True)


def test_a_list_is_filtered_by_what_is_registered_now(office: Office, other: Office) -> None:
    case_id, new = entered(office), entered(office)
    first = registered(office, case_id, "bhk")
    for there in (office, other, office):
        assert listed(there, centre="bhk") == [case_id]
        assert listed(there, centre="other") == []
        assert listed(there, unregistered=True) == [new]
    registered(office, case_id, "other", first)
    for there in (office, other):
        assert (listed(there, centre="bhk"), listed(there, centre="other")) == ([], [case_id])


def test_an_erased_case_is_forgotten_and_what_was_kept_of_it_opens_no_more(office: Office) -> None:
    case_id = entered(office, BIRDS)
    registered(office, case_id, "bhk")
    assert ids(found(office, "hejre")) == listed(office, centre="bhk") == [case_id]
    close(office, case_id)
    assert ids(found(office, "hejre")) == [case_id]
    assert erase_case(office, case_id) is Done.YES
    assert ids(found(office, "hejre")) == listed(office, centre="bhk") == []
    with office.installation.store.read() as db:
        keys = tables.inbox_keys
        assert not db.execute(keys.select().where(keys.c.case_id == case_id)).all()


def test_a_case_that_went_to_the_reserve_and_back_is_found_where_it_is(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Om en odder."))
    office.desk_of(office.adviser).open(case_id)
    registered(office, case_id, "bhk")
    adviser, reserve = office.adviser, office.reserve

    def seen_by(member: Keyring) -> tuple[bool, bool]:
        return bool(ids(found(office, "odder", member))), bool(listed(office, member, centre="bhk"))

    assert (seen_by(adviser), seen_by(reserve)) == ((True, True), (False, False))
    assert declare(office, case_id) is Done.YES
    assert (seen_by(adviser), seen_by(reserve)) == ((False, False), (True, True))
    office.desk_of(reserve).open(case_id)
    assert (seen_by(adviser), seen_by(reserve)) == ((False, False), (True, True))
    work = office.work_of(reserve)
    opened = work.open(case_id)
    assert opened
    assert hand_back(work, case_id, "Ikke nødvendigt.", len(opened.messages)) is Done.YES
    assert (seen_by(adviser), seen_by(reserve)) == ((True, True), (False, False))


def test_who_lost_the_inbox_is_told_nothing_that_was_remembered(
    office: Office, deputy: Keyring
) -> None:
    case_id = entered(office, BIRDS)
    registered(office, case_id, "bhk")
    assert ids(found(office, "hejre", deputy)) == listed(office, deputy, centre="bhk") == [case_id]
    with office.installation.store.write() as db:
        grants = tables.grants
        db.execute(delete(grants).where(grants.c.member_id == deputy.member_id))
    assert ids(found(office, "hejre", deputy)) == listed(office, deputy, centre="bhk") == []
    assert ids(found(office, "hejre")) == [case_id]


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    remembered, names = Remembered(most=100), [secrets.token_bytes(16) for _ in range(3)]
    for name in names:
        remembered.keep(name, (1,), bytes(40))
    assert [name in remembered for name in names] == [True, True, False]
    remembered.keep(names[0], (2,), bytes(10))
    remembered.keep(names[2], (1,), bytes(50))
    kept: list[Callable[[], bytes | None]] = [
        lambda: remembered.recall(names[0], (1,)),
        lambda: remembered.recall(names[0], (2,)),
        lambda: remembered.recall(names[2], (1,)),
    ]
    assert [one() for one in kept] == [None, bytes(10), bytes(50)]
