"""Filters of the inbox: by centre, category and day, and what is not registered."""

import secrets
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.support.office import Desk, Office
from tests.support.registered import registered
from whistle.casework import entering, listing
from whistle.casework.acts import Done
from whistle.casework.entering import NewCase
from whistle.casework.filters import Filters
from whistle.casework.listing import Wanted
from whistle.casework.recusal import Declaration, recuse
from whistle.casework.search import Asked, search
from whistle.domain.channel import Channel
from whistle.domain.recusal import Ground
from whistle.domain.registration import Due, DueKind, Enquiry, Issue
from whistle.domain.words import read_words
from whistle.keys.records import Registration
from whistle.storage import case_lists, tables
from whistle.storage.case_lists import CaseState

PLACES = [("a", "x"), ("b", "x"), ("a", "y")]  # category and centre


def entered(office: Office, *issues: Issue, days_ago: int = 0, **registration: object) -> bytes:
    case_id = secrets.token_bytes(16)
    enquiry = Enquiry(casework=True, issues=issues) if issues else Enquiry()
    registered = Registration(enquiry=enquiry, **registration)  # type: ignore[arg-type]
    received = office.clock.today() - timedelta(days=days_ago)
    new = NewCase(case_id, received, registered)
    assert entering.enter(office.work_of(office.adviser), Channel.CITIZEN, new)
    return case_id


def listed(office: Office, state: CaseState = CaseState.ALL, **filters: object) -> set[bytes]:
    wanted = Wanted(state, filters=Filters(**filters))  # type: ignore[arg-type]
    found = listing.list_cases(office.work_of(office.adviser), wanted)
    assert found.total == len(found.cases)
    return {case.case.id for case in found.cases}


def test_each_filter_lists_what_it_says(office: Office) -> None:
    ax, bx, ay = (entered(office, Issue(*_issue(place)), days_ago=3) for place in PLACES)
    both = entered(office, Issue("a", centre="x"), Issue("b", centre="y"))
    bare = entered(office, days_ago=9)
    new = office.case_of(office.reporter().report())
    assert listed(office, centre="x") == {ax, bx, both}
    assert listed(office, category="a") == {ax, ay, both}
    assert listed(office, category="b", centre="y") == {both}
    assert listed(office, category="a", centre="y") == {ay}
    assert listed(office, unregistered=True) == {bare, new}
    day = office.clock.today() - timedelta(days=3)
    assert listed(office, since=day, until=day) == {ax, bx, ay}
    assert listed(office, since=day, centre="x") == {ax, bx, both}
    assert listed(office, until=day) == {ax, bx, ay, bare}
    assert listed(office, CaseState.NEW, unregistered=True) == {new}
    assert listed(office, CaseState.CLOSED, centre="x") == set()
    assert listed(office) == {ax, bx, ay, both, bare, new}


def test_a_case_that_was_passed_on_is_listed_and_found_by_what_was_registered_before(
    office: Office,
) -> None:
    case_id = office.case_of(office.reporter().report("Et brev om Kvasthilde."))
    mine, theirs = (office.work_of(one) for one in (office.adviser, office.reserve))
    registered(mine, case_id, Enquiry(casework=True, issues=(Issue("3", centre="so"),)))
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min søster.", seen=1)
    assert recuse(mine, case_id, declared) is Done.YES
    for filters, total in (
        (Filters(centre="so"), 1),
        (Filters(centre="bl"), 0),
        (Filters(unregistered=True), 0),
    ):
        assert listing.list_cases(theirs, Wanted(filters=filters)).total == total, filters
        found = search(theirs, Asked(read_words("Kvasthilde"), filters=filters))
        assert len(found.cases) == total, filters


def test_many_that_pass_are_in_the_same_order_as_few(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (3, 9, 1, 400, 200)
    ids = {one: entered(office, Issue("a", centre="x"), days_ago=one) for one in days}
    ids[50] = entered(office, Issue("a", centre="x"), days_ago=50, closed=office.clock.today())
    wanted = Wanted(filters=Filters(centre="x"))
    work = office.work_of(office.adviser)
    for most in (case_lists.MOST_LOOKED_UP, 0):
        monkeypatch.setattr(case_lists, "MOST_LOOKED_UP", most)
        order = [one.case.id for one in listing.list_cases(work, wanted).cases]
        assert order == [ids[one] for one in (400, 200, 9, 3, 1, 50)]


def _issue(place: tuple[str, str]) -> tuple[str, str, str]:
    return place[0], "", place[1]


def test_a_case_is_in_a_list_by_one_issue_that_is_wholly_so(office: Office) -> None:
    entered(office, Issue("a", centre="x"), Issue("b", centre="y"))
    assert listed(office, category="a", centre="y") == set()


def test_a_centre_that_only_owes_a_reply_is_no_issues_centre(office: Office) -> None:
    due = Due(DueKind.REPLY, office.clock.today(), bytes(16), "x")
    entered(office, Issue("a", centre="y"), due=(due,))
    assert listed(office, centre="x") == set()


def test_a_damaged_registration_hides_no_other(office: Office) -> None:
    whole = entered(office, Issue("a", centre="x"))
    damaged = entered(office, Issue("a", centre="x"))
    row = tables.registrations
    with office.installation.store.write() as db:
        db.execute(update(row).where(row.c.case_id == damaged).values(body=b"\x01" + bytes(50)))
    assert listed(office, centre="x") == {whole}
    assert listed(office) == {whole, damaged}


def test_filtered_lists_have_pages_in_the_same_order(office: Office) -> None:
    for day in range(5):
        entered(office, Issue("a", centre="x"), days_ago=day)
    work = office.work_of(office.adviser)
    wanted = Filters(centre="x")
    everything = listing.list_cases(work, Wanted(CaseState.ALL, page_size=None)).cases
    pages = [
        listing.list_cases(work, Wanted(CaseState.ALL, None, page, 2, wanted)) for page in (1, 2, 3)
    ]
    ids = [one.case.id for page in pages for one in page.cases]
    assert ids == [one.case.id for one in everything]
    assert {page.pages for page in pages} == {3}


def test_the_page_shows_how_a_case_is_registered_and_what_is_due_first(
    office: Office, desk: Desk
) -> None:
    own = office.installation.profile.office
    category, centre = own.categories[0], own.centres[0]
    tomorrow = office.clock.today() + timedelta(days=1)
    entered(
        office,
        Issue(category.id, centre=centre.id),
        due=(Due(DueKind.TASK, tomorrow, bytes(16)),),
    )
    entered(office)
    page = unescape(desk.get("/casework/inboxes").text)
    assert f"{category.label['da']} · {centre.short}" in page
    assert f'datetime="{tomorrow.isoformat()}"' in page
    filtered = desk.get(f"/casework/inboxes?category={category.id}&centre={centre.id}").text
    assert filtered.count('class="title"') == 1
    assert f"category={category.id}" in filtered.split('class="filters"')[1]
    assert desk.get("/casework/inboxes?unregistered=y").text.count('class="title"') == 1


@pytest.mark.parametrize(
    "query",
    [
        "centre=x%00&category=%27--",
        "since=yesterday&until=99999-01-01",
        "since=2026-13-45",
        "until=%C2%B2",
        "unregistered=maybe&centre=" + "a" * 5000,
    ],
)
def test_a_filter_that_is_none_is_not_one_or_says_so(
    office: Office, desk: Desk, query: str
) -> None:
    office.reporter().report()
    page = desk.get(f"/casework/inboxes?{query}")
    assert page.status_code == 200
    assert page.text.count('class="title"') == 1


NASTY = st.sampled_from(
    ["", "a", "b", '"', "\\", '"category":"a"', '\\"category":"a', "æ", '"casework":true']
)
ISSUES = st.builds(Issue, NASTY, NASTY, NASTY, NASTY, NASTY)
DUES = st.builds(Due, st.sampled_from(DueKind), st.dates(), st.just(b"i" * 16), NASTY)


@given(
    st.builds(
        Registration,
        title=NASTY,
        enquiry=st.builds(
            Enquiry,
            purpose=NASTY,
            casework=st.none() | st.booleans(),
            issues=st.lists(ISSUES, max_size=3).map(tuple),
        ),
        due=st.lists(DUES, max_size=2).map(tuple),
    ),
    st.builds(Filters, NASTY, NASTY, st.booleans()),
)
def test_what_the_bytes_tell_is_what_the_registration_says(
    registration: Registration, filters: Filters
) -> None:
    enquiry = registration.enquiry
    meant = not (filters.unregistered and enquiry.is_registered)
    if filters.centre or filters.category:
        meant &= any(
            filters.centre in {"", one.centre} and filters.category in {"", one.category}
            for one in enquiry.issues
        )
    assert filters.take(registration.encode()) is meant
