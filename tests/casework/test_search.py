"""Searching: in every kind of text, in no case that is closed to the member, and with no trace."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Table, delete, update

from tests.casework.journal import Journal
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework import entering, filing
from whistle.casework import search as searching
from whistle.casework.entering import NewCase
from whistle.casework.filters import Filters
from whistle.casework.search import Asked, Found, search
from whistle.domain.channel import Channel
from whistle.domain.filed import Task
from whistle.domain.identity import OpeningGround
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.domain.words import read_words
from whistle.keys.keyring import Keyring
from whistle.keys.records import Registration
from whistle.keys.texts import Where
from whistle.storage import tables
from whistle.storage.case_lists import CaseState
from whistle.storage.errors import UnloggedError


def found(office: Office, words: str, member: Keyring | None = None, **asked: object) -> Found:
    work = office.work_of(member or office.adviser)
    return search(work, replace(Asked(read_words(words)), **asked))  # type: ignore[arg-type]


def ids(result: Found) -> list[bytes]:
    return [one.case.case.id for one in result.cases]


def entered(
    office: Office, title: str = "", *, days_ago: int = 0, note: str = "", **enquiry: object
) -> bytes:
    """Enter a case, as from the telephone."""
    case_id = secrets.token_bytes(16)
    registration = Registration(title, enquiry=Enquiry(**enquiry))  # type: ignore[arg-type]
    received = office.clock.today() - timedelta(days=days_ago)
    new = NewCase(case_id, received, registration, note)
    assert entering.enter(office.work_of(office.adviser), Channel.CITIZEN, new)
    return case_id


def write_note(desk: Desk, case_id: bytes, text: str) -> None:
    form = hidden_fields(desk.open(case_id).text)
    page = desk.post(f"/casework/case/{case_id.hex()}/note", {**form, "note": text})
    assert page.status_code == 303


def ask(desk: Desk, words: str, **fields: str) -> str:
    """Search by the page."""
    form = hidden_fields(desk.get("/casework/search").text)
    page = desk.post("/casework/search", {**form, "words": words, **fields})
    assert page.status_code == 200
    return page.text


def where(result: Found) -> list[Where]:
    return [text.where for one in result.cases for text in one.texts]


def test_a_word_is_found_in_every_kind_of_text(office: Office, desk: Desk) -> None:
    case_id = office.case_of(
        office.reporter().report("Det gælder en murmeldyrhule.", files=[a_file(name="odder.txt")])
    )
    desk.answer(case_id, "Vi skriver om en flagermus.")
    write_note(desk, case_id, "Ring om pindsvinet.")
    task = Task("Find grævlingen")
    work = office.work_of(office.adviser)
    filing.file_new(work, case_id, b"f" * 16, task, filing.Filing(Logged.FILED))
    titled = entered(office, "Sag om en hejre", purpose="klage over en mink", note="En bisam.")
    for words, place, expected in (
        ("murmeldyr", Where.REPORTER, case_id),
        ("odder", Where.FILE, case_id),
        ("FLAGERMUS", Where.CASEWORK, case_id),
        ("pindsvin", Where.NOTE, case_id),
        ("grævling", Where.TASK, case_id),
        ("hejre", Where.TITLE, titled),
        ("mink", Where.REGISTRATION, titled),
        ("bisam", Where.NOTE, titled),
    ):
        result = found(office, words)
        assert (ids(result), where(result)) == ([expected], [place]), words
    assert ids(found(office, "gravling")) == []


def test_all_words_must_stand_in_a_case_but_not_in_one_text(office: Office) -> None:
    both = entered(office, "Sag om støtte", note="Om et plejehjem.")
    entered(office, "Sag om støtte")
    assert ids(found(office, "plejehjem støtte")) == [both]
    assert ids(found(office, '"sag om støtte" "et plejehjem"')) == [both]
    assert ids(found(office, '"støtte sag"')) == []


def test_a_report_that_nobody_has_opened_is_found_and_stays_new(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Noget om en hornugle."))
    [one] = found(office, "hornugle").cases
    assert one.case.case.id == case_id
    assert one.case.is_new


def test_who_wrote_is_looked_for_only_when_asked_and_not_shown(office: Office, desk: Desk) -> None:
    office.reporter().report("Tekst", name="Karla Kvist", contact="karla@kvist.example")
    assert ids(found(office, "kvist")) == []
    assert where(found(office, "kvist", names=OpeningGround.ACCESS)) == [Where.IDENTITY] * 2
    page = ask(desk, "kvist.example", names="y", ground="access")
    assert 'class="hits"' in page
    assert "Karla" not in page
    assert "karla@" not in page


def test_what_was_deleted_or_rewritten_is_not_found(office: Office, desk: Desk) -> None:
    case_id = entered(office)
    write_note(desk, case_id, "Om en tapir.")
    page = desk.open(case_id).text
    note = page.split("/note/")[1][:32]
    path = f"/casework/case/{case_id.hex()}/note/{note}"
    form = hidden_fields(desk.get(path).text)
    assert desk.post(path, {**form, "note": "Om en okapi."}).status_code == 303
    assert ids(found(office, "tapir")) == []
    assert ids(found(office, "okapi")) == [case_id]
    form = hidden_fields(desk.open(case_id).text)
    assert desk.post(f"{path}/delete", {**form, "version": "2"}).status_code == 303
    assert ids(found(office, "okapi")) == []


def test_nothing_is_found_in_a_case_that_is_closed_to_the_member(office: Office) -> None:
    office.reporter().report("En hemmelig kanin.", concerns_adviser="y")
    entered(office, "En anden kanin")
    assert len(found(office, "kanin").cases) == 1
    assert len(found(office, "kanin", office.reserve).cases) == 1
    assert not found(office, "hemmelig").cases


def test_a_deputy_finds_what_the_adviser_finds_and_nothing_when_they_have_gone(
    office: Office, deputy: Keyring
) -> None:
    entered(office, "Sag om en bæver")
    assert len(found(office, "bæver", deputy).cases) == 1
    with office.installation.store.write() as db:
        grants = tables.grants
        db.execute(delete(grants).where(grants.c.member_id == deputy.member_id))
    assert not found(office, "bæver", deputy).cases


def test_filters_and_words_go_together(office: Office) -> None:
    issue = Issue("boern", centre="bhk")
    old = entered(office, "En sag", days_ago=40, casework=True, issues=(issue,))
    new = entered(office, "En sag", days_ago=1)
    day = office.clock.today() - timedelta(days=20)
    for asked, expected in (
        ({"filters": Filters(centre="bhk")}, [old]),
        ({"filters": Filters(category="boern")}, [old]),
        ({"filters": Filters(centre="andet")}, []),
        ({"filters": Filters(unregistered=True)}, [new]),
        ({"filters": Filters(since=day)}, [new]),
        ({"filters": Filters(until=day)}, [old]),
        ({"state": CaseState.CLOSED}, []),
        ({"state": CaseState.OPEN}, [new, old]),
        ({"inbox_ids": []}, []),
    ):
        assert ids(found(office, "sag", **asked)) == expected, asked


def test_pages_hold_every_case_once_the_newest_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [entered(office, f"Sag {day}", days_ago=day) for day in range(7)]
    monkeypatch.setattr(searching, "PAGE_SIZE", 3)
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    seen, after = [], None
    for _ in range(3):
        result = found(office, "sag", after=after)
        seen += ids(result)
        after = result.next
    assert seen == cases
    assert after is None


def test_a_search_goes_on_where_it_stopped_looking(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = entered(office, "Sag om en ilder", days_ago=9)
    for day in range(4):
        entered(office, "Sag", days_ago=day)
    monkeypatch.setattr(searching, "MOST_LOOKED_THROUGH", 3)
    first = found(office, "ilder")
    assert not first.cases
    assert first.next is not None
    assert ids(found(office, "ilder", after=first.next)) == [old]


@pytest.mark.parametrize("table", [tables.items, tables.registrations, tables.inbox_keys])
@pytest.mark.parametrize("body", [b"", b"\x01" + bytes(80), b"\x02" + bytes(4200)])
def test_a_damaged_row_hides_nothing_else(office: Office, table: Table, body: bytes) -> None:
    damaged = entered(office, "En lærke", note="En lærke")
    whole = entered(office, "En lærke", days_ago=1, note="En lærke")
    with office.installation.store.write() as db:
        db.execute(update(table).where(table.c.case_id == damaged).values(body=body))
    result = found(office, "lærke")
    assert whole in ids(result)
    assert result.damaged == 1


def test_the_log_says_that_it_was_searched_and_never_for_what(office: Office, desk: Desk) -> None:
    entered(office, "En sjælden kolibri")
    journal = Journal(office)
    ask(desk, "kolibri", names="y", ground="access")
    told = journal.new()
    assert {one.act for one in told} == {Logged.CASES_SEARCHED}
    assert len(told) == 3
    assert {str(sorted(one.about)) for one in told} == {"['ground', 'names', 'role']"}
    assert {one.about["names"] for one in told} == {1}


def test_a_search_that_cannot_be_logged_opens_nothing(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(office, "En kolibri")
    form = hidden_fields(desk.get("/casework/search").text)

    def refused(_db: object) -> None:
        raise UnloggedError("the log cannot be written")

    monkeypatch.setattr("whistle.audit.log.queries.hold_head", refused)
    page = desk.post("/casework/search", {**form, "words": "kolibri"})
    assert page.status_code == 503
    assert "En kolibri" not in page.text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("", 422),
        ("   ", 422),
        ('""', 422),
        ("\u0301", 422),
        ("x" * 201, 422),
        ("[a-z]*(?P<", 200),
        ("\\ \" ' ; --", 200),
        ("%_", 200),
        ("<script>alert(1)</script>", 200),
        ("a\x07b", 200),
    ],
)
def test_hostile_words_are_words(office: Office, desk: Desk, words: str, status: int) -> None:
    entered(office, "En sag")
    form = hidden_fields(desk.get("/casework/search").text)
    page = desk.post("/casework/search", {**form, "words": words})
    assert page.status_code == status
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"ends": "x" * 9000, "further": "y"},
        {"ends": "2026-01-01.zz,2026-01-01.00", "back": "y"},
        {"door": "x", "state": "unread", "centre": "' OR 1=1", "category": "\x00x"},
    ],
)
def test_other_fields_are_read_strictly(office: Office, desk: Desk, fields: dict[str, str]) -> None:
    entered(office, "En sag")
    assert ('class="hits"' in ask(desk, "sag", **fields)) == ("door" not in fields)


def test_a_page_without_this_sessions_token_searches_nothing(office: Office, desk: Desk) -> None:
    entered(office, "En kolibri")
    page = desk.post("/casework/search", {"words": "kolibri"})
    assert page.status_code == 422
    assert 'class="hits"' not in page.text


def test_the_words_are_marked_where_they_stand(office: Office, desk: Desk) -> None:
    entered(office, note="Foran <b> stod\nen Kolibri \u202e bagved.")
    page = ask(desk, "KOLIBRI")
    assert "<mark>Kolibri</mark>" in page
    assert "<b> stod" not in page
    assert "\u202e" not in page


def test_the_pages_button_leads_on_and_back(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(5):
        entered(office, f"Sag {day}", days_ago=day)
    monkeypatch.setattr(searching, "PAGE_SIZE", 2)
    shown, page, press = [], ask(desk, "sag"), {}
    for press in ({"further": "y"}, {"further": "y"}, {"back": "y"}, {"back": "y"}):
        shown.append([day for day in range(5) if f">Sag {day}<" in page])
        fields = {**hidden_fields(page), "words": "sag", **press}
        page = desk.post("/casework/search", fields).text
    shown.append([day for day in range(5) if f">Sag {day}<" in page])
    assert shown == [[0, 1], [2, 3], [4], [2, 3], [0, 1]]


def test_many_search_and_write_at_once(office: Office) -> None:
    for day in range(6):
        entered(office, "En drossel", days_ago=day)

    def look(_: int) -> int:
        return len(found(office, "drossel").cases)

    def write(number: int) -> bytes:
        return entered(office, "En anden fugl", days_ago=number)

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(6)]
        assert set(pool.map(look, range(8))) == {6}
        for one in writing:
            one.result()
