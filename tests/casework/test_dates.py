"""The page of dates: all that is due over a member's cases, what is overdue first."""

from datetime import timedelta

import pytest

from tests.casework.journal import Journal
from tests.casework.papers import open_case
from tests.casework.records import close_case
from tests.support.office import Desk, Office
from whistle.casework import dates, keeping, tasks
from whistle.casework.dates import DueInCase, list_dates
from whistle.casework.done import Done
from whistle.casework.duties import DutyKind
from whistle.casework.filing import Filing, file_new
from whistle.casework.views import dates as shown_dates
from whistle.domain.filed import AccessLaw, AccessRequest, Referral
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind
from whistle.storage import tables


def file_three(office: Office, case_id: bytes) -> None:
    """A referral, a task and an access request, each with its day."""
    work, today = office.work_of(office.adviser), office.clock.today()
    open_case(office, case_id)
    referral = Referral("bl", today, today + timedelta(days=14))
    request = AccessRequest(AccessLaw.GDPR, today, today + timedelta(days=30))
    for content in (referral, request):
        file_new(work, case_id, b"f", content, Filing(Logged.FILED))
    tasks.add(work, case_id, b"f", "Ring", today - timedelta(days=1))


def page_of_dates(office: Office) -> str:
    """Sign in anew, as years have passed, and read the page."""
    return office.desk_of(office.adviser).get("/casework/dates").text


def test_everything_that_is_due_stands_on_its_day_the_overdue_first(
    office: Office, desk: Desk
) -> None:
    work = office.work_of(office.adviser)
    new = office.case_of(office.reporter().report(channel="whistleblower"))
    case_id = office.case_of(office.reporter().report())
    file_three(office, case_id)
    found = list_dates(work)
    of_cases = [one for one in found.due if isinstance(one, DueInCase)]
    kinds = {(one.due.kind, one.case.id) for one in of_cases}
    assert {
        (DutyKind.FEEDBACK, new),
        (DueKind.TASK, case_id),
        (DueKind.REPLY, case_id),
        (DueKind.ACCESS, case_id),
    } <= kinds
    days = [one.due.day for one in of_cases]
    assert days == sorted(days)
    assert found.overdue == 1
    assert of_cases[0].due.kind is DueKind.TASK
    page = desk.get("/casework/dates")
    assert page.status_code == 200
    assert page.text.index('id="late"') < page.text.index('id="coming"')
    assert "Børn" in page.text


def test_a_closed_case_owes_what_is_filed_and_not_the_legal_clock(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    work = office.work_of(office.adviser)
    open_case(office, case_id)
    today = office.clock.today()
    request = AccessRequest(AccessLaw.OPENNESS, today, today + timedelta(days=9))
    file_new(work, case_id, b"f", request, Filing(Logged.FILED))
    close_case(work, case_id)
    due = [one.due.kind for one in list_dates(work).due if isinstance(one, DueInCase)]
    assert due == [DueKind.ACCESS]


def test_a_closed_case_is_shown_to_be_erased_from_the_day_it_need_be_kept_no_longer(
    office: Office,
) -> None:
    work = office.work_of(office.adviser)
    closed, held, asked = (office.case_of(office.reporter().report()) for _ in range(3))
    still_open = office.case_of(office.reporter().report())
    open_case(office, still_open)
    for case_id in (closed, held, asked):
        close_case(work, case_id)
    assert keeping.hold(work, held, "Stævning") is Done.YES
    request = AccessRequest(AccessLaw.GDPR, office.clock.today(), office.clock.today())
    file_new(work, asked, b"f", request, Filing(Logged.FILED))
    until = keeping.until_day(work, open_case(office, closed))
    assert until is not None
    office.later(days=(until - office.clock.today()).days - 1)
    assert not list_dates(work).outlived
    assert 'id="outlived"' not in page_of_dates(office)
    office.later(days=1)
    [found] = list_dates(work).outlived
    assert (found.case.id, found.day) == (closed, until)
    office.later(days=400)
    assert [one.day for one in list_dates(work).outlived] == [until]
    page = page_of_dates(office)
    assert f"/casework/case/{closed.hex()}/erase-case" in page
    assert page.count("/erase-case") == 1
    assert not list_dates(office.work_of(office.reserve)).outlived


def test_of_many_cases_that_were_kept_long_enough_the_first_are_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_dates, "_MOST_OUTLIVED", 1)
    work = office.work_of(office.adviser)
    first, then = (office.case_of(office.reporter().report()) for _ in range(2))
    close_case(work, first)
    office.later(days=1)
    close_case(work, then)
    office.later(days=4_000)
    page = page_of_dates(office)
    assert f"{first.hex()}/erase-case" in page
    assert f"{then.hex()}/erase-case" not in page
    assert '<span class="count">2</span>' in page


def test_it_is_logged_once_an_inbox_and_shows_nobody_elses_cases(office: Office) -> None:
    file_three(office, office.case_of(office.reporter().report()))
    journal = Journal(office)
    assert list_dates(office.work_of(office.reserve)).total == 0
    acts = journal.acts()
    assert set(acts) == {Logged.DATES_LISTED}
    assert len(acts) == len(office.work_of(office.reserve).inboxes_opened())


def test_a_registration_that_does_not_open_hides_no_other(office: Office) -> None:
    bad, good = (office.case_of(office.reporter().report()) for _ in range(2))
    file_three(office, bad)
    file_three(office, good)
    with office.installation.store.write() as db:
        table = tables.registrations
        db.execute(table.update().where(table.c.case_id == bad).values(body=b"\x01" * 80))
    found = list_dates(office.work_of(office.adviser))
    assert found.damaged == 1
    assert {one.case.id for one in found.due if isinstance(one, DueInCase)} == {good}


def test_pages_follow_one_another_and_no_address_breaks_them(
    office: Office, desk: Desk, case_id: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_three(office, case_id)
    monkeypatch.setattr(dates, "PAGE_SIZE", 2)
    work = office.work_of(office.adviser)
    first, last = list_dates(work), list_dates(work, 99)
    assert first.pages == last.page > 1
    assert len(first.due) == 2
    for page in ("0", "-1", "x", "9" * 40, "2"):
        assert desk.get(f"/casework/dates?page={page}").status_code == 200


def test_the_page_of_a_case_shows_what_is_filed_on_it_and_has_a_date(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    assert 'aria-labelledby="dates"' not in desk.open(case_id).text
    file_three(office, case_id)
    page = desk.open(case_id).text
    assert page.count('aria-labelledby="dates"') == 1
    assert f"/casework/case/{case_id.hex()}/tasks" in page
