"""Lists: by door and state, a page at a time, what presses most first."""

from datetime import date, timedelta

import pytest

from tests.support.office import Desk, Office
from tests.support.registered import registered
from whistle.casework import acts, listing
from whistle.casework.acts import Closing, Undoable
from whistle.casework.duties import DutyKind
from whistle.casework.listing import CaseList, Wanted
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Side
from whistle.keys.cases import CaseItems, open_registration, open_reporter_keys
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Message, Registration
from whistle.storage import casework, intake, tables
from whistle.storage.case_lists import CaseState
from whistle.storage.rows import InboxKeysRow, RegistrationRow


def shown(office: Office, state: CaseState = CaseState.ALL, **wanted: int) -> CaseList:
    return listing.list_cases(office.work_of(office.adviser), Wanted(state, **wanted))  # type: ignore[arg-type]


def ids(found: CaseList) -> list[bytes]:
    return [case.case.id for case in found.cases]


def total(found: CaseList, state: CaseState) -> int:
    return sum(counts[state] for counts in found.counts.values())


def test_what_is_overdue_is_first_then_what_is_due_and_closed_cases_last(office: Office) -> None:
    closed = office.case_of(office.reporter().report("lukket"))
    late = office.case_of(office.reporter().report("sent"))
    work = office.work_of(office.adviser)
    registered(work, closed)
    acts.close(work, closed, Closing(b"f", 1))
    answered = office.case_of(office.reporter().report("besvaret"))
    work.answer(answered, b"f", "Svar", (), is_feedback=True)
    office.later(days=6)
    fresh = office.case_of(office.reporter().report("nyt"))
    office.later(days=2)
    assert ids(shown(office)) == [late, fresh, answered, closed]
    assert ids(shown(office, CaseState.OVERDUE)) == [late]
    assert ids(shown(office, CaseState.DUE_SOON)) == [fresh]
    assert ids(shown(office, CaseState.OPEN)) == [late, fresh, answered]
    assert ids(shown(office, CaseState.CLOSED)) == [closed]
    assert ids(shown(office, CaseState.NEW)) == [late, fresh]


def test_every_filter_counts_what_it_shows(office: Office) -> None:
    for channel in ("citizen", "citizen", "council"):
        office.reporter().report(channel=channel)
    found = shown(office)
    work = office.work_of(office.adviser)
    registered(work, ids(found)[0])
    acts.close(work, ids(found)[0], Closing(b"f", 1))
    acts.mark(work, ids(found)[1], Undoable.UNREAD)
    for state in CaseState:
        listed = shown(office, state)
        assert len(listed.cases) == total(listed, state), state


def test_a_message_in_an_opened_case_is_unread_a_closed_one_too(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    office.reporter().report("ny")
    work = office.work_of(office.adviser)
    work.open(case_id)
    registered(work, case_id)
    acts.close(work, case_id, Closing(b"f", 1))
    assert ids(shown(office, CaseState.UNREAD)) == []
    reporter.come_back(receipt)
    reporter.write("Mere")
    assert ids(shown(office, CaseState.UNREAD)) == [case_id]


def test_who_has_many_cases_asks_for_what_is_unread(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = office.case_of(office.reporter().report())
    work = office.work_of(office.adviser)
    work.open(case_id)
    acts.mark(work, case_id, Undoable.UNREAD)
    monkeypatch.setattr(listing, "MOST_TO_LOOK_THROUGH", 0)
    assert all(CaseState.UNREAD not in counts for counts in shown(office).counts.values())
    assert office.desk_of(office.adviser).get("/casework/inboxes").status_code == 200
    assert ids(shown(office, CaseState.UNREAD)) == [case_id]


def test_pages_hold_every_case_once(office: Office) -> None:
    for _ in range(7):
        office.reporter().report()
    pages = [shown(office, page=page, page_size=3) for page in (1, 2, 3)]
    assert [len(page.cases) for page in pages] == [3, 3, 1]
    assert len({one for page in pages for one in ids(page)}) == 7
    assert ids(shown(office, page=99, page_size=3)) == ids(pages[2])


def test_a_page_opens_only_its_own_registrations(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        office.work_of(office.adviser).open(office.case_of(office.reporter().report()))
    monkeypatch.setattr(listing, "MOST_TO_LOOK_THROUGH", 0)
    opened = []

    def counted(inbox: InboxKeys, keys: InboxKeysRow, row: RegistrationRow) -> Registration:
        opened.append(row.case_id)
        return open_registration(inbox, keys, row)

    monkeypatch.setattr("whistle.casework.listing.open_registration", counted)
    shown(office, page_size=1)
    assert len(opened) == 1


def test_the_filters_are_plain_addresses(office: Office, desk: Desk) -> None:
    for channel in ("citizen", "council"):
        office.reporter().report(channel=channel)
    for address, lines in (
        ("", 2),
        ("?state=all", 2),
        ("?door=council", 1),
        ("?door=whistleblower", 0),
        ("?state=closed", 0),
        ("?state=new&door=citizen&page=1", 1),
    ):
        page = desk.get(f"/casework/inboxes{address}")
        assert page.status_code == 200
        assert page.text.count('class="title"') == lines, address


@pytest.mark.parametrize(
    "query",
    [
        "state=x&door=y&page=z",
        "page=-1",
        "page=²",
        "page=" + "9" * 50,
        "state=%00",
        "done=unread&case=zz&version=1",
        "done=unread&case=00&version=%C2%B2",
        "door=" + "a" * 5000,
    ],
)
def test_an_address_that_asks_for_nothing_known_shows_the_list(
    office: Office, desk: Desk, query: str
) -> None:
    office.reporter().report()
    page = desk.get(f"/casework/inboxes?{query}")
    assert page.status_code == 200
    assert page.text.count('class="title"') == 1


# -- the automatic acknowledgement --------------------------------------------------------------


def acknowledge(office: Office, receipt: str, *, days_later: int = 0) -> bytes:
    """Do to a report what a door does that confirms receipt by itself."""
    here, key = office.installation, Receipt.parse(receipt)
    with here.store.read() as db:
        found = intake.find(db, key.lookup(here.id))
    assert found is not None
    keys = open_reporter_keys(here.id, key.key_pair(here.id), found.case.id, found.reporter_keys)
    day = found.case.received + timedelta(days=days_later)
    message = Message(Side.SYSTEM, day, 1, "", act=Act.ACKNOWLEDGED)
    item = CaseItems(here.id, found.case.id, keys).message(message, item_id=bytes(16))
    with here.store.write() as db:
        cases = tables.cases
        db.execute(cases.update().where(cases.c.id == found.case.id).values(acknowledge_by=None))
        casework.insert_message(db, item)
    return found.case.id


def test_a_report_that_was_acknowledged_on_arrival_owes_feedback_before_it_is_opened(
    office: Office,
) -> None:
    acknowledge(office, office.reporter().report())
    [listed] = shown(office).cases
    assert listed.is_new
    assert listed.duty is not None
    assert listed.duty.kind is DutyKind.FEEDBACK


def test_the_automatic_acknowledgement_counts_from_its_own_day(office: Office) -> None:
    case_id = acknowledge(office, office.reporter().report())
    office.later(days=20)
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert opened.registration.acknowledged == date(2026, 11, 20)
    [listed] = shown(office).cases
    assert listed.duty is not None
    assert (listed.duty.kind, listed.duty.due) == (DutyKind.FEEDBACK, date(2027, 2, 20))
