"""The page of dates: all that is due over a member's cases, what is overdue first."""

from datetime import timedelta

import pytest

from tests.casework.journal import Journal
from tests.casework.papers import open_case
from tests.casework.records import close_case
from tests.support.office import Desk, Office
from whistle.casework import dates, tasks
from whistle.casework.dates import DueInCase, list_dates
from whistle.casework.duties import DutyKind
from whistle.casework.filing import Filing, file_new
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
