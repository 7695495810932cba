"""What is filed on a case: once, never over somebody else's words, and gone when it is struck."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.records import opened_case
from tests.support.office import Office
from whistle.audit.log import deed
from whistle.casework.acts import Done, undo
from whistle.casework.filing import Filing, Place, change, file_new, filed_id_of, strike
from whistle.casework.notes import write_note
from whistle.casework.service import CaseworkService
from whistle.domain.filed import Referral, Task
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.keys.cases import Compartment
from whistle.keys.filed import Content, KeptFiled
from whistle.keys.keyring import Keyring
from whistle.keys.records import Registration
from whistle.storage.errors import ConflictError

NEW, CHANGED, STRUCK = (
    Filing(act) for act in (Logged.FILED, Logged.FILED_CHANGED, Logged.FILED_DELETED)
)
CALL = Task("Ring til centret", by=date(2026, 12, 1))
LETTER = Referral("BL", date(2026, 11, 20), date(2026, 12, 4), text="Kære center")


@pytest.fixture
def work(office: Office) -> CaseworkService:
    """The adviser's work."""
    return office.work_of(office.adviser)


def filed(work: CaseworkService, case_id: bytes) -> list[KeptFiled]:
    return list(opened_case(work, case_id).notebook.all_filed)


def registration(work: CaseworkService, case_id: bytes) -> Registration:
    return opened_case(work, case_id).registration


def put(work: CaseworkService, case_id: bytes, content: Content = CALL) -> Place:
    assert file_new(work, case_id, b"form", content, NEW) is Done.YES
    return Place(case_id, filed_id_of(work, b"form", content), 1)


def saying(text: str) -> Callable[[Content], Content]:
    def changed(content: Content) -> Content:
        assert isinstance(content, Task)
        return replace(content, text=text)

    return changed


def test_a_form_that_is_sent_twice_files_once(work: CaseworkService, case_id: bytes) -> None:
    put(work, case_id)
    assert file_new(work, case_id, b"form", CALL, NEW) is Done.ALREADY
    assert file_new(work, case_id, b"form", Task("Andet"), NEW) is Done.YES
    assert len(filed(work, case_id)) == 2


def test_a_form_that_comes_again_after_striking_files_nothing_and_does_not_say_that_it_did(
    work: CaseworkService, case_id: bytes
) -> None:
    where = put(work, case_id)
    assert strike(work, where, STRUCK) is Done.YES
    assert file_new(work, case_id, b"form", CALL, NEW) is Done.CHANGED
    assert file_new(work, case_id, b"another", CALL, NEW) is Done.YES


def test_a_double_click_in_the_same_moment_files_once(
    work: CaseworkService, case_id: bytes
) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: file_new(work, case_id, b"form", CALL, NEW), range(2)))
    assert sorted(one.name for one in done) == ["ALREADY", "YES"]
    assert len(filed(work, case_id)) == 1


def test_who_is_slower_overwrites_nothing(
    office: Office, work: CaseworkService, deputy: Keyring, case_id: bytes
) -> None:
    where = put(work, case_id)
    assert change(work, where, saying("Ring i dag"), CHANGED) is Done.YES
    slower = office.work_of(deputy)
    assert change(slower, where, saying("Skriv"), CHANGED) is Done.CHANGED
    assert strike(slower, where, STRUCK) is Done.CHANGED
    assert change(slower, where, saying("Ring i dag"), CHANGED) is Done.ALREADY
    (kept,) = filed(work, case_id)
    assert [one.content for one in kept.versions] == [CALL, replace(CALL, text="Ring i dag")]
    assert [one.author for one in kept.versions] == [office.adviser.member_id] * 2
    assert change(slower, replace(where, version=2), saying("Skriv"), CHANGED) is Done.YES


def test_of_two_who_change_it_at_once_one_is_told(
    office: Office, work: CaseworkService, deputy: Keyring, case_id: bytes
) -> None:
    where = put(work, case_id)
    people = {"a": work, "b": office.work_of(deputy)}
    with ThreadPoolExecutor(2) as pool:
        acts = {
            name: pool.submit(change, one, where, saying(name), CHANGED)
            for name, one in people.items()
        }
        done = {name: act.result() for name, act in acts.items()}
    assert sorted(one.name for one in done.values()) == ["CHANGED", "YES"]
    (kept,) = filed(work, case_id)
    assert [name for name, one in done.items() if one is Done.YES] == [
        getattr(kept.content, "text", "")
    ]


def test_a_member_without_the_inbox_files_nothing(office: Office, case_id: bytes) -> None:
    theirs = office.work_of(office.reserve)
    assert file_new(theirs, case_id, b"form", CALL, NEW) is Done.CLOSED_TO_YOU
    where = Place(case_id, bytes(16), 1)
    assert change(theirs, where, saying("x"), CHANGED) is Done.CLOSED_TO_YOU
    assert strike(theirs, where, STRUCK) is Done.CLOSED_TO_YOU


def test_what_is_not_there_is_not_changed_and_struck_already(
    work: CaseworkService, case_id: bytes
) -> None:
    where = Place(case_id, bytes(16), 1)
    assert change(work, where, saying("x"), CHANGED) is Done.CHANGED
    assert strike(work, where, STRUCK) is Done.ALREADY


def test_what_has_a_date_stands_in_the_registration_with_every_act(
    work: CaseworkService, case_id: bytes
) -> None:
    put(work, case_id)
    letter = put(work, case_id, LETTER)
    assert [(one.kind, one.day) for one in registration(work, case_id).due] == [
        (DueKind.TASK, date(2026, 12, 1)),
        (DueKind.REPLY, date(2026, 12, 4)),
    ]

    def answered(content: Content) -> Content:
        assert isinstance(content, Referral)
        return replace(content, replied=date(2026, 11, 25))

    change(work, letter, answered, CHANGED)
    assert [one.kind for one in registration(work, case_id).due] == [DueKind.TASK]
    strike(work, Place(case_id, filed_id_of(work, b"form", CALL), 1), STRUCK)
    assert registration(work, case_id).due == ()


def test_striking_is_undone_with_its_date_until_something_else_happens(
    work: CaseworkService, case_id: bytes
) -> None:
    where = put(work, case_id)
    work.open(case_id)
    assert strike(work, where, STRUCK) is Done.YES
    assert strike(work, where, STRUCK) is Done.ALREADY
    assert change(work, where, saying("x"), CHANGED) is Done.CHANGED
    assert undo(work, case_id, work.version(case_id) or 0) is Done.YES
    (kept,) = filed(work, case_id)
    assert (kept.newest.deleted, kept.newest.version) == (False, 1)
    assert len(registration(work, case_id).due) == 1
    assert strike(work, where, STRUCK) is Done.YES
    struck = work.version(case_id) or 0
    write_note(work, case_id, b"note", "Noget andet")
    assert undo(work, case_id, struck) is Done.CHANGED
    assert filed(work, case_id) == []


def test_what_was_struck_is_erased_when_it_is_opened_on_a_later_day(
    office: Office, work: CaseworkService, case_id: bytes
) -> None:
    strike(work, put(work, case_id), STRUCK)
    assert len(rows(work, case_id)) == 2
    office.later(days=1)
    work.open(case_id)
    assert rows(work, case_id) == []


def rows(work: CaseworkService, case_id: bytes) -> list[bytes]:
    stored = opened_case(work, case_id).stored.items
    return [row.id for row in stored if row.compartment == Compartment.CASEWORK]


def test_the_registration_is_changed_with_it_or_neither_is(
    work: CaseworkService, case_id: bytes
) -> None:
    titled = Filing(Logged.FILED, also=lambda told: replace(told, title="Om en sag"))
    assert file_new(work, case_id, b"form", CALL, titled) is Done.YES
    assert registration(work, case_id).title == "Om en sag"
    where = Place(case_id, filed_id_of(work, b"form", CALL), 1)

    def fail(_: Registration) -> Registration:
        raise ConflictError("no")

    with pytest.raises(ConflictError):
        change(work, where, saying("x"), Filing(Logged.FILED_CHANGED, also=fail))
    assert [one.content for one in filed(work, case_id)] == [CALL]


def test_a_title_that_is_given_meanwhile_is_not_lost(work: CaseworkService, case_id: bytes) -> None:
    def meanwhile(content: Content) -> Content:
        if not registration(work, case_id).title:
            opened = opened_case(work, case_id)
            done = deed(Logged.CASE_TITLED, opened.inbox, case=case_id)
            with work.writing(opened, replace(opened.registration, title="Titel"), done):
                pass
        return replace(content, text="Nyt") if isinstance(content, Task) else content

    where = put(work, case_id)
    assert change(work, where, meanwhile, CHANGED) is Done.YES
    assert registration(work, case_id).title == "Titel"
