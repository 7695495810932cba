"""The overview: what is due, how centres reply, this year beside the same days of the last."""

import re
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.casework.papers import open_case
from tests.casework.test_patterns import entered
from tests.report.test_golden import of_demo
from tests.support.office import Desk, Founding, Office, open_office
from tests.support.registered import registered
from whistle.casework import overview, tasks
from whistle.casework.entering import NewCase, enter
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.filing import Filing, file_new
from whistle.casework.overview import look_over
from whistle.casework.reporting.gathering import gather
from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.filed import Referral
from whistle.domain.logged import Logged
from whistle.domain.profile import load_profile
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.records import Registration
from whistle.report.tables import Basis
from whistle.storage import log, tables
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

MID_MARCH = datetime(2021, 3, 15, 12)  # noqa: DTZ001  (moments are UTC without zone)
NUMBER = re.compile(r'<th scope="row">([^<]+)</th><td>(.*?)</td><td>(.*?)</td></tr>')


@pytest.fixture(scope="module")
def stevns(tmp_path_factory: pytest.TempPathFactory, founding: Founding) -> Iterator[Office]:
    """Stevns on 15 March 2021, with its 33 enquiries."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('overview')}/whistle.db")
    upgrade(store)
    office = open_office(store, founding)
    import_files(office.work_of(office.adviser), Files(of_demo("stevns-2020-2021.csv")))
    office.clock.moment = MID_MARCH
    yield office
    store.dispose()


def test_this_year_stands_beside_the_same_days_of_the_last(stevns: Office) -> None:
    work = stevns.work_of(stevns.adviser)
    found = look_over(work, "da")
    assert found.now == Period(date(2021, 1, 1), date(2021, 3, 15))
    assert found.before == Period(date(2020, 1, 1), date(2020, 3, 15))
    facts = gather(work).facts
    for cells, period in zip(found.tables[0].cells, (found.before, found.now), strict=True):
        received = [one for one in facts if one.received in period]
        with_casework = sum(bool(one.casework) for one in received)
        assert list(cells) == [len(received), len(received) - with_casework, with_casework]
    assert found.tables[0].cells[1][0]


def test_a_number_leads_to_the_cases_behind_it(stevns: Office) -> None:
    desk = stevns.desk_of(stevns.adviser)
    page = desk.get("/casework/overview")
    assert page.status_code == 200
    [received] = [row for row in NUMBER.findall(page.text) if row[0] in {"Modtaget", "Received"}]
    for cell in received[1:]:
        link = re.fullmatch(r'<a href="([^"]+)">(\d+)</a>', cell)
        assert link
        listed = desk.get(link[1].replace("&amp;", "&")).text
        assert re.search(rf'class="count">{link[2]} ', listed)
    assert page.text.count("<svg") == 3


@pytest.mark.parametrize("field", ["centre", "category"])
def test_a_number_of_a_centre_or_category_leads_to_its_own_cases_alone(
    stevns: Office, field: str
) -> None:
    desk = stevns.desk_of(stevns.adviser)
    facts = gather(stevns.work_of(stevns.adviser)).facts
    links = re.findall(rf'<a href="([^"]+[?;]{field}=([^&"]+)[^"]*)">\d+</a>', page_of(desk))
    assert len({value for _url, value in links}) > 2
    for url, value in links:
        since, until = (
            date.fromisoformat(found) for found in re.findall(r"(?:since|until)=([\d-]+)", url)
        )
        theirs = [
            one
            for one in facts
            if since <= one.received <= until
            and any(getattr(issue, field) == value for issue in one.issues)
        ]
        assert count_in(desk, url) == len(theirs)


def page_of(desk: Desk) -> str:
    return desk.get("/casework/overview").text


def count_in(desk: Desk, url: str) -> int:
    """Give how many cases a list says it has."""
    found = re.search(r'class="count">(\d+) ', desk.get(url.replace("&amp;", "&")).text)
    assert found
    return int(found[1])


def test_the_number_of_unregistered_enquiries_leads_to_just_these(
    office: Office, desk: Desk
) -> None:
    work = office.work_of(office.adviser)
    for day in (date(2026, 3, 1), date(2026, 4, 1), date(2024, 3, 1)):
        new = NewCase(secrets.token_bytes(16), day, Registration("En sag", enquiry=Enquiry("?")))
        assert enter(work, Channel.CITIZEN, new)
    entered(work, 1)
    assert look_over(work, "da").unregistered == 2
    link = re.search(r'<a href="([^"]*unregistered=y[^"]*)">', page_of(desk))
    assert link
    assert count_in(desk, link[1]) == 2


def test_reports_are_counted_in_this_year_and_in_the_same_days_of_the_last(office: Office) -> None:
    work, reports = office.work_of(office.adviser), Channel.WHISTLEBLOWER
    entered(work, 1, channel=reports)
    entered(work, 2, day=date(2025, 10, 20), channel=reports)
    entered(work, 4, day=date(2025, 12, 20), channel=reports)
    found = look_over(work, "da")
    assert found.reports == (2, 1)
    assert look_over(work, "da") == found


def test_what_cannot_be_opened_is_told_of_each_time(office: Office, desk: Desk) -> None:
    work, registrations = office.work_of(office.adviser), tables.registrations
    (bad,) = entered(work, 1)
    entered(work, 1)
    with office.installation.store.write() as db:
        broken = registrations.update().where(registrations.c.case_id == bad)
        db.execute(broken.values(body=b"\x01" + bytes(4124)))
    assert [look_over(work, "da").damaged for _ in range(2)] == [1, 1]
    assert 'class="alert alert-error' in page_of(desk)


def test_another_day_is_counted_anew(office: Office) -> None:
    work, today = office.work_of(office.adviser), office.clock.today()
    entered(work, 1, day=date(today.year - 1, today.month, today.day + 1))
    numbers = [list(look_over(work, "da").tables[0].cells[0])]
    office.later(days=1)
    numbers.append(list(look_over(work, "da").tables[0].cells[0]))
    assert numbers == [[0, 0, 0], [1, 0, 1]], "it is of last year's tomorrow"


def test_who_looked_stands_in_the_log_of_every_inbox_that_was_counted(office: Office) -> None:
    work = office.work_of(office.adviser)
    with office.installation.store.read() as db:
        before = log.head(db).size
    look_over(work, "da")
    with office.installation.store.read() as db:
        rows = list(log.entries(db, before))
    inboxes = {one.inbox.inbox_id for one in work.inboxes_opened()}
    assert inboxes <= {row.inbox_id for row in rows}
    assert len(rows) >= 2 * len(inboxes), "counted, and looked at for dates"


def test_who_is_late_stands_first_and_the_median_is_of_the_replies_that_came() -> None:
    replies = (Reply("so", days=4), Reply("so", days=9), Reply("so"), Reply("am", days=30))
    fact = Anonymised(Channel.CITIZEN, date(2026, 2, 1), casework=True, replies=replies)
    basis = Basis(load_profile("stevns"), Period(date(2026, 1, 1), date(2026, 3, 1)), [fact], "da")
    earlier = Basis(basis.profile, Period(date(2025, 1, 1), date(2025, 3, 1)), [fact], "da")
    am, so = overview._lags((earlier, basis), (), date(2026, 3, 1))
    assert (am.centre, am.days, am.days_before, am.late) == ("am", 30, None, 0)
    assert (so.centre, so.days, so.waiting) == ("so", 7, 0)


def test_what_is_overdue_comes_first_and_a_late_centre_is_named(office: Office, desk: Desk) -> None:
    work, today = office.work_of(office.adviser), office.clock.today()
    case_id = office.case_of(office.reporter().report())
    open_case(office, case_id)
    late = Referral("bl", today - timedelta(days=20), today - timedelta(days=6))
    file_new(work, case_id, b"f", late, Filing(Logged.FILED))
    tasks.add(work, case_id, b"f", "Ring", today + timedelta(days=1))
    found = look_over(work, "da")
    assert found.overdue == 1
    [lag] = found.lags
    assert (lag.centre, lag.waiting, lag.late, lag.longest) == ("bl", 1, 1, 6)
    assert found.unregistered == 1
    page = desk.get("/casework/overview").text
    assert page.index('class="day is-overdue"') < page.index('class="day"')
    assert "Børn &amp; Læring" in page or "Children &amp; Learning" in page


def test_what_is_remembered_says_the_same_and_nothing_of_another_state(office: Office) -> None:
    work = office.work_of(office.adviser)
    case_id = office.case_of(office.reporter().report())
    open_case(office, case_id)
    first = look_over(work, "da")
    size = office.installation.remembered._size
    assert size, "something is boxed"
    assert look_over(work, "da") == first
    assert look_over(office.work_of(office.adviser), "en").unregistered == 1
    issue = Issue("4", "4.1", "so")
    registered(work, case_id, Enquiry(casework=True, issues=(issue,)))
    then = look_over(work, "da")
    assert (then.unregistered, list(then.tables[0].cells[1])) == (0, [1, 0, 1])
    office.later(days=1)
    assert look_over(work, "da").now.last == then.now.last + timedelta(days=1)


def test_an_empty_office_and_one_who_opens_no_citizens_inbox_are_told_so(office: Office) -> None:
    page = office.desk_of(office.adviser).get("/casework/overview")
    assert page.status_code == 200
    assert "<svg" not in page.text
    assert page.text.count('class="empty"') == 3
    found = look_over(office.work_of(office.reserve), "da")
    assert found.tables, "the reserve's citizens are citizens"
    assert office.desk_of(office.reserve).get("/casework/overview").status_code == 200
