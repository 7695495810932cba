"""Patterns among cases: what is counted, who is told, what is agreed and until when it waits."""

import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from tests.casework.records import GUIDED, opened_case, register
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.acts import Closing, Done, close
from whistle.casework.dates import list_dates
from whistle.casework.entering import NewCase, enter
from whistle.casework.erasing import Seen, erase_case
from whistle.casework.learning.book import write_new
from whistle.casework.learning.counting import count_enquiries
from whistle.casework.learning.due import DueInBook
from whistle.casework.learning.patterns import (
    Patterns,
    name_of,
    number_told,
    open_patterns,
    read_name,
)
from whistle.casework.service import CaseworkService
from whistle.crypto.errors import NotGrantedError
from whistle.domain.book import Change, ChangeKind, Measure
from whistle.domain.channel import Channel
from whistle.domain.erasing import Early
from whistle.domain.patterns import Cell, Kind
from whistle.domain.registration import Enquiry, Issue, Link, LinkKind
from whistle.keys.records import Registration

SLOW = Issue("4", "4.1", "bl")
CELL = Cell("bl", "", Kind.SUBCATEGORY, "4.1")
DAY = date(2026, 10, 20)  # in the running quarter, and in the period before the running one


@pytest.fixture
def work(office: Office) -> CaseworkService:
    work = office.work_of(office.adviser)
    entered(work, 1, Issue("1", "", "so"), date(2024, 1, 3))  # so that there is a history
    return work


def entered(
    work: CaseworkService,
    number: int,
    issue: Issue = SLOW,
    day: date = DAY,
    *,
    channel: Channel = Channel.CITIZEN,
    links: tuple[Link, ...] = (),
    closed: bool = False,
) -> list[bytes]:
    """Enter so many cases, each on another day."""
    ids = [secrets.token_bytes(16) for _ in range(number)]
    for days, case_id in enumerate(ids):
        received = day + timedelta(days=days)
        enquiry = Enquiry("Hvornår?", casework=True, issues=(issue,))
        registration = Registration("En sag", enquiry=enquiry, links=links)
        if closed:
            registration = replace(registration, closed=received)
        assert enter(work, channel, NewCase(case_id, received, registration))
    return ids


def pending(work: CaseworkService) -> list[tuple[Cell, int]]:
    return [(one.cell, one.number) for one in open_patterns(work).pending]


def test_what_gathers_is_told_with_the_cases_behind_it(work: CaseworkService) -> None:
    ids = entered(work, 4)
    found = open_patterns(work)
    (told,) = found.pending
    assert (told.cell, told.number) == (CELL, 4)
    assert [one.case for one in told.enquiries] == ids
    assert found.cases[ids[0]].title == "En sag"
    assert number_told(work) == 1


def test_a_closed_case_is_counted_once_and_an_erased_one_still(
    office: Office, work: CaseworkService
) -> None:
    entered(work, 2)
    entered(work, 1, closed=True)
    receipt = office.reporter().report()
    case_id = office.case_of(receipt)
    work.open(case_id)
    register(work, case_id, replace(GUIDED, issues=(SLOW,)))
    assert close(work, case_id, Closing(b"form", 1, "", "")) is Done.YES
    assert pending(work) == [(CELL, 4)]
    seen = work.attempt(case_id, lambda one: Seen(one.version, len(one.messages)))
    assert seen is not None
    erase_case(work, case_id, seen, Early.TWICE)
    assert pending(work) == [(CELL, 4)]
    (told,) = open_patterns(work).pending
    assert sum(not one.case for one in told.enquiries) == 1


def test_what_is_left_of_an_erased_case_is_counted_by_its_day_and_not_if_it_was_renewed(
    work: CaseworkService,
) -> None:
    entered(work, 2, day=DAY - timedelta(days=9), closed=True)
    (first,) = entered(work, 1)
    again = Link(first, LinkKind.RENEWED, earlier=True)
    left = entered(work, 1, closed=True)
    for case_id in (*left, *entered(work, 1, links=(again,), closed=True)):
        seen = work.attempt(case_id, lambda one: Seen(one.version, len(one.messages)))
        assert seen is not None
        erase_case(work, case_id, seen, Early.TWICE)
    theirs = [one for one in work.inboxes_opened() if one.inbox.root.channel is Channel.CITIZEN]
    counted = count_enquiries(work, theirs, DAY)
    assert [one.case for one in counted] == [b"", first]


def test_no_cache_of_a_module_keeps_what_was_opened() -> None:
    """Without anybody's keys a process has it boxed: docs/decisions/search-opens-in-memory.md."""
    rooms = ("whistle.casework", "whistle.domain", "whistle.keys")
    caching = {
        f"{name}.{word}"
        for name, module in list(sys.modules.items())
        if name.startswith(rooms)
        for word, one in vars(module).items()
        if isinstance(one, type(cache(len))) and one.__module__.startswith(rooms)
    }
    assert {one.removeprefix("whistle.") for one in caching} <= {
        "casework.exchange.words._read",  # a file of the program
        "domain.danish_calendar._holidays",  # a year's
        "domain.name_forms._plain",  # a single character
        "keys.shapes._plan",  # the fields of a type
        "keys.texts._written_fields",  # likewise
    }


def test_renewed_contact_is_no_new_person(work: CaseworkService) -> None:
    (first, *_) = entered(work, 2)
    entered(work, 6, links=(Link(first, LinkKind.RENEWED, earlier=True),))
    assert pending(work) == []


def test_what_came_by_the_other_doors_is_not_counted(work: CaseworkService) -> None:
    entered(work, 9, channel=Channel.WHISTLEBLOWER)
    entered(work, 9, channel=Channel.COUNCIL)
    assert pending(work) == []


def test_who_may_not_read_the_book_is_told_nothing(office: Office, work: CaseworkService) -> None:
    entered(work, 4)
    reserve = office.work_of(office.reserve)
    assert number_told(reserve) == 0
    with pytest.raises(NotGrantedError):
        open_patterns(reserve)
    desk = office.desk_of(office.reserve)
    assert desk.get("/casework/patterns").status_code == 404
    assert "/casework/patterns" not in desk.get("/casework/inboxes").text


def test_the_number_is_counted_anew_after_ten_minutes(
    office: Office, work: CaseworkService
) -> None:
    assert number_told(work) == 0
    entered(work, 4)
    assert number_told(work) == 0
    office.later(minutes=10)
    assert number_told(work) == 1


def test_a_name_names_its_pattern_and_nothing_else_is_one(work: CaseworkService) -> None:
    entered(work, 4)
    (told,) = open_patterns(work).pending
    assert read_name(name_of(told)) == (told.cell, told.period)
    for wrong in ("", "a/b", "2026-10-01/0/bl//person/4.1", "x/0/bl//theme/4.1", "/" * 5):
        assert read_name(wrong) is None


# -- what is done about it ---------------------------------------------------------------------


def form_of(desk: Desk, found: Patterns) -> tuple[str, dict[str, str]]:
    address = "/casework/patterns/new?pattern=" + name_of(found.pending[0])
    return "/casework/patterns/new", hidden_fields(desk.get(address).text)


def in_book(work: CaseworkService) -> list[date]:
    """Give the days on which something of the book is due."""
    return [one.day for one in list_dates(work).due if isinstance(one, DueInBook)]


AGREED = {
    "decision": "agreed",
    "contacted": "2026-11-18",
    "text": "Vi talte om ventetiden.",
    "agreed": "Alle får svar inden 14 dage.",
    "follow_up": "2026-12-01",
}


def test_what_was_agreed_is_kept_and_its_day_is_among_the_dates_until_it_is_followed_up(
    work: CaseworkService, desk: Desk
) -> None:
    entered(work, 4)
    assert "/casework/patterns" in desk.get("/casework/inboxes").text
    address, form = form_of(desk, open_patterns(work))
    assert desk.post(address, {**form, **AGREED}).status_code == 303
    assert pending(work) == []
    page = desk.get("/casework/patterns").text
    assert "Alle får svar inden 14 dage." in page
    assert 'class="told"' not in desk.get("/casework/inboxes").text
    entered(work, 1, day=date(2026, 11, 2))
    assert pending(work) == []  # it has been dealt with for these months
    assert in_book(work) == [date(2026, 12, 1)]
    ((kept, measure),) = open_patterns(work).book.of_kind(Measure)
    own = f"/casework/patterns/{kept.entry_id.hex()}"
    form = hidden_fields(desk.get(own).text)
    followed = {**form, **AGREED, "followed": "2026-11-20", "result": "Det går bedre."}
    assert desk.post(own, followed).status_code == 303
    assert in_book(work) == []
    assert (measure.centre, measure.seen) == ("bl", date(2026, 11, 20))
    slower = desk.post(own, {**form, **AGREED, "agreed": "Noget andet."})
    assert slower.status_code == 409
    assert "Noget andet." in slower.text
    assert "Alle får svar inden 14 dage." in slower.text


def test_it_is_put_aside_with_a_reason_and_not_without(work: CaseworkService, desk: Desk) -> None:
    entered(work, 4)
    address, form = form_of(desk, open_patterns(work))
    aside = {**form, "decision": "dismissed"}
    assert desk.post(address, aside).status_code == 422
    assert pending(work) == [(CELL, 4)]
    assert desk.post(address, {**aside, "dismissed": "Et brev gik ud to gange."}).status_code == 303
    assert desk.post(address, {**aside, "dismissed": "Et brev gik ud to gange."}).status_code == 303
    assert pending(work) == []
    assert len(open_patterns(work).dealt) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"contacted": ""}, {"contacted": "2027-01-01"}, {"agreed": " "}, {"follow_up": "2026-01-01"}],
)
def test_a_refused_form_keeps_what_was_written(
    work: CaseworkService, desk: Desk, wrong: dict[str, str]
) -> None:
    entered(work, 4)
    address, form = form_of(desk, open_patterns(work))
    page = desk.post(address, {**form, **AGREED, **wrong})
    assert page.status_code == 422
    assert "Vi talte om ventetiden." in page.text
    assert open_patterns(work).dealt == []


def test_what_gathers_a_year_later_is_told_anew(
    office: Office, work: CaseworkService, desk: Desk
) -> None:
    entered(work, 4)
    address, form = form_of(desk, open_patterns(work))
    desk.post(address, {**form, **AGREED})
    office.later(days=365)
    entered(work, 7, day=date(2027, 10, 20))
    assert pending(work) == [(CELL, 7)]


def is_told(desk: Desk) -> bool:
    """Say whether the inboxes' page tells of a pattern that waits."""
    return "/casework/patterns" in desk.get("/casework/inboxes").text.split("<main", 1)[1]


def test_what_was_noted_by_mistake_is_struck_out_and_waits_again(
    work: CaseworkService, desk: Desk
) -> None:
    entered(work, 4)
    address, form = form_of(desk, open_patterns(work))
    desk.post(address, {**form, **AGREED})
    assert is_told(desk) is False
    (dealt,) = open_patterns(work).dealt
    struck = f"/casework/book/{dealt.kept.entry_id.hex()}/strike"
    fields = hidden_fields(desk.get("/casework/patterns").text)
    answer = desk.post(struck, {**fields, "version": "1"})
    assert answer.location.startswith("/casework/patterns?done=struck")
    assert pending(work) == [(CELL, 4)]
    assert is_told(desk) is True
    desk.post(struck.replace("strike", "take-back"), fields)
    assert pending(work) == []
    assert is_told(desk) is False


def test_a_gap_in_the_book_is_no_history(work: CaseworkService) -> None:
    for year in (2024, 2026):
        for month in (1, 4, 7):
            entered(work, 1, day=date(year, month, 9))
    entered(work, 5)
    (before,) = open_patterns(work).pending
    gap = Change(ChangeKind.GAP, date(2024, 10, 1), "Ingen borgerrådgiver.", date(2025, 12, 31))
    assert write_new(work, b"gap", gap) is Done.YES
    (after,) = open_patterns(work).pending
    assert after.usual.mean > before.usual.mean
    assert after.usual.history < before.usual.history


def test_an_address_that_names_no_pattern_is_not_found(desk: Desk) -> None:
    assert desk.get("/casework/patterns/new?pattern=x").status_code == 404
    assert desk.get("/casework/patterns/" + "0" * 32).status_code == 404
    name = "2026-10-01/0/bl//subcategory/4.1"
    assert desk.get(f"/casework/patterns/new?pattern={name}").status_code == 303


def test_opening_a_case_for_its_pattern_opens_nothing_else(
    work: CaseworkService, opened: Callable[[], object]
) -> None:
    del opened
    (case_id,) = entered(work, 1)
    before = opened_case(work, case_id).version
    open_patterns(work)
    assert opened_case(work, case_id).version == before
