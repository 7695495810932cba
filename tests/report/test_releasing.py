"""The reserve releases its counts: they are in the totals, and the adviser opens no case."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from tests.casework.journal import Journal
from tests.casework.test_rotation import citizens, finish, step, take
from tests.support.logged import break_the_log
from tests.support.office import Office, hidden_fields
from tests.support.registered import registered
from whistle.casework.done import Done
from whistle.casework.reporting.gathering import ForReport, gather
from whistle.casework.reporting.publishing import propose, publish
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.releasing import Asked, look, put, take_back
from whistle.casework.service import CaseworkService
from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.domain.released import release
from whistle.domain.report_draft import ReportDraft
from whistle.keys.keyring import Keyring
from whistle.keys.releases import seal_release, sign_release
from whistle.keys.steps import admit
from whistle.report.building import basis_of, build
from whistle.report.comparing import compared
from whistle.report.model import Report
from whistle.report.periods import Step
from whistle.storage import directory, inbox_records, tables

YEAR = Period(date(2026, 1, 1), date(2026, 11, 30))
FORM, OTHER = b"f" * 32, b"g" * 32
COMPLAINT = Enquiry(
    way_in="phone", casework=True, outcome="guided", issues=(Issue("4", "4.1", "bl"),)
)
_kind = tables.inbox_records.c.kind
ABOUT = "Jeg klager over borgerrådgiveren."


@pytest.fixture
def concerned(office: Office) -> Office:
    """An office with a citizen's case and a whistleblower's at the reserve; the year is over."""
    person = office.reporter()
    reserve = office.work_of(office.reserve)
    for channel in ("citizen", "whistleblower"):
        person.report(ABOUT, channel=channel, concerns_adviser="y")
    with office.installation.store.read() as db:
        cases = list(db.execute(sa.select(tables.cases.c.id)).scalars())
    for case_id in cases:
        opened = reserve.attempt(case_id, lambda one: one.inbox.inbox.root.channel)
        registered(reserve, case_id, COMPLAINT if opened is Channel.CITIZEN else None)
    office.later(days=40)
    return office


def let_go(
    work: CaseworkService, form_id: bytes, days: Period = YEAR, step: Step = Step.QUARTER
) -> Sequence[Done]:
    """Release all that this member's inboxes have for some days."""
    looked = look(work, days, step)
    assert looked is not None
    return [
        put(work, form_id + bytes([n]), Asked(one.release.source, days, step, one.seen))
        for n, one in enumerate(looked.offers)
    ]


def counted(office: Office, days: Period = YEAR, step: Step = Step.QUARTER) -> ForReport:
    profile = office.installation.profiles
    return gather(office.work_of(office.adviser)).for_report(profile, days, step)


def reported(office: Office, days: Period = YEAR, step: Step = Step.QUARTER) -> Report:
    found = counted(office, days, step)
    return build(office.installation.profiles, found.facts, found.wanted("da"))


def test_what_the_reserve_releases_is_in_the_totals(concerned: Office) -> None:
    before = reported(concerned)
    assert before.table("3.1").cell("total", "total") == 0
    assert any("De tæller ikke med her" in note for note in before.notes)
    work = concerned.work_of(concerned.reserve)
    assert let_go(work, FORM) == [Done.YES] * 2
    assert let_go(work, FORM) == [Done.ALREADY] * 2
    after = reported(concerned)
    assert after.table("3.4").cell("4.1", "bl") == 1
    assert after.table("outcomes").cell("guided", "total") == 1
    assert after.table("statutory").cell("received", "number") == 1
    assert not any("tæller ikke med her" in note for note in after.notes)
    assert any("frigivet sine tal" in note for note in after.notes)


def test_who_opens_the_reserves_cases_counts_them_once(concerned: Office) -> None:
    let_go(concerned.work_of(concerned.reserve), FORM)
    assert len(counted(concerned).facts) == 2
    assert len(gather(concerned.work_of(concerned.reserve)).facts) == 2


def test_rows_that_do_not_fit_are_not_counted_and_that_is_said(concerned: Office) -> None:
    let_go(concerned.work_of(concerned.reserve), FORM)
    by_month = reported(concerned, step=Step.MONTH)
    assert by_month.table("3.1").cell("total", "total") == 0
    assert any("dagene passer ikke" in note for note in by_month.notes)
    shorter = reported(concerned, Period(date(2026, 10, 1), date(2026, 11, 25)))
    assert shorter.table("3.1").cell("total", "total") == 0, "it may have come later"
    assert any("dagene passer ikke" in note for note in shorter.notes)


def test_part_of_the_period_is_told_as_a_part(concerned: Office) -> None:
    half = Period(date(2026, 7, 1), date(2026, 11, 30))
    let_go(concerned.work_of(concerned.reserve), FORM, half)
    report = reported(concerned)
    assert report.table("3.1").cell("total", "total") == 1
    [note] = [one for one in report.notes if "Resten mangler" in one]
    assert "fra borgere (juli – nov. 2026)" in note


def test_what_is_released_anew_takes_the_place_of_the_old_and_can_be_taken_back(
    concerned: Office,
) -> None:
    work = concerned.work_of(concerned.reserve)
    let_go(work, FORM)
    concerned.reporter().report(ABOUT, concerns_adviser="y")
    concerned.later(days=30)
    looked = look(work, None, Step.QUARTER)
    assert looked is not None
    assert [one.stale for one in looked.standing] == [False] * 2, "it came after the period"
    assert let_go(work, OTHER) == [Done.YES] * 2
    looked = look(work, None, Step.QUARTER)
    assert looked is not None
    assert len(looked.standing) == 2
    assert len(counted(concerned).facts) == 2
    for one in looked.standing:
        assert take_back(work, one.id) is Done.YES
        assert take_back(work, one.id) is Done.ALREADY
    assert counted(concerned).facts == []
    with concerned.installation.store.read() as db:
        rows = db.execute(sa.select(sa.func.count()).where(_kind == "release")).scalar_one()
    assert rows == 0


def test_what_was_not_seen_or_is_not_over_is_not_released(concerned: Office) -> None:
    work = concerned.work_of(concerned.reserve)
    looked = look(work, YEAR, Step.QUARTER)
    assert looked is not None
    offer = looked.offers[-1]
    asked = Asked(offer.release.source, YEAR, Step.QUARTER, offer.seen)
    assert put(work, FORM, replace(asked, seen="0" * 64)) is Done.CHANGED
    today = concerned.installation.clock.today()
    assert put(work, FORM, replace(asked, days=Period(YEAR.first, today))) is Done.CHANGED
    adviser = concerned.work_of(concerned.adviser)
    assert put(adviser, FORM, asked) is Done.CLOSED_TO_YOU
    assert counted(concerned).facts == []


def test_a_damaged_release_stops_publishing_until_it_is_taken_back(concerned: Office) -> None:
    work = concerned.work_of(concerned.reserve)
    let_go(work, FORM)
    draft = ReportDraft(YEAR.first, YEAR.last)
    with concerned.installation.store.write() as db:
        records = sa.update(tables.inbox_records).where(_kind == "release")
        db.execute(records.values(body=b"x" * 2_000))
    assert counted(concerned).damaged == 2
    with pytest.raises(NotPublishedError) as refused:
        propose(concerned.work_of(concerned.adviser), draft)
    assert refused.value.why is Why.DAMAGED
    looked = look(work, None, Step.QUARTER)
    assert looked is not None
    for one in looked.standing:
        assert one.signed is None
        assert take_back(work, one.id) is Done.YES
    assert counted(concerned).damaged == 0


def test_nobody_but_the_inboxes_own_members_makes_a_release_that_counts(concerned: Office) -> None:
    """Whoever writes to the database knows every public key, and may be a member of another."""
    here = concerned.installation
    reserve = here.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)
    maker = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    stranger = Keyring(here.id, concerned.reserve.member_id, Seed.random())
    told = release(reserve.inbox_id, reserve.root.channel, [YEAR], [])
    for keyring in (stranger, concerned.adviser):
        signed = sign_release(keyring, b"r" * 16, told, here.clock.now())
        _, row = seal_release(reserve, maker, signed)
        with here.store.write() as db:
            inbox_records.insert(db, [row], maker.epoch)
        assert counted(concerned).damaged == 1
        with here.store.write() as db:
            inbox_records.remove(db, maker.inbox_id, row.id)
    genuine = sign_release(concerned.reserve, b"r" * 16, told, here.clock.now())
    _, row = seal_release(reserve, maker, genuine)
    with here.store.write() as db:
        inbox_records.insert(db, [replace(row, id=b"s" * 16)], maker.epoch)
    assert counted(concerned).damaged == 1, "it opens under no other id"


def test_once_it_is_published_it_stays(concerned: Office) -> None:
    work = concerned.work_of(concerned.reserve)
    let_go(work, FORM)
    concerned.later(days=60)
    work, adviser = (concerned.work_of(one) for one in (concerned.reserve, concerned.adviser))
    over = ReportDraft(YEAR.first, date(YEAR.last.year, 12, 31))
    assert publish(adviser, b"p" * 32, over, "") is Done.YES
    looked = look(work, None, Step.QUARTER)
    assert looked is not None
    for one in looked.standing:
        assert one.published
        assert take_back(work, one.id) is Done.CHANGED
    assert len(counted(concerned).facts) == 2


def test_the_page_shows_what_is_released_and_releases_it(concerned: Office) -> None:
    desk = concerned.desk_of(concerned.reserve)
    days = {"first": "2026-01-01", "last": "2026-11-30", "by": "year"}
    page = desk.get("/casework/release", query_string=days)
    assert page.status_code == 200
    assert ABOUT not in page.text
    offers = re.findall(r'<form method="post"[^>]*/release".*?</form>', page.text, re.DOTALL)
    assert len(offers) == 2
    for form in offers:
        assert desk.post("/casework/release", hidden_fields(form)).status_code == 303
    assert reported(concerned, step=Step.YEAR).table("3.1").cell("total", "total") == 1
    stale = {**hidden_fields(offers[0]), "seen": "0" * 64, "form_id": "another"}
    assert desk.post("/casework/release", stale).status_code == 409
    listed = desk.get("/casework/release").text
    back = re.findall(r'action="(/casework/release/[0-9a-f]{32}/take-back)"', listed)
    assert len(back) == 2
    token = hidden_fields(listed)["csrf_token"]
    assert desk.post(back[0], {"csrf_token": token}).status_code == 303


def test_days_that_cannot_be_are_told_at_their_field(office: Office) -> None:
    desk = office.desk_of(office.reserve)
    right = {"first": "2026-01-01", "last": "2026-11-19", "by": "year"}
    for wrong in (
        {"first": ""},
        {"last": "2025-01-01"},
        {"last": "2026-11-20"},
        {"last": "2027-06-01"},
        {"by": "week"},
        {"last": "x"},
    ):
        page = desk.get("/casework/release", query_string={**right, **wrong})
        assert page.status_code == 422, wrong
        assert 'aria-invalid="true"' in page.text, wrong
        assert '/casework/release"' not in re.sub(r'<form method="get".*?>', "", page.text)
    assert desk.get("/casework/release", query_string=right).status_code == 200


def test_the_page_is_closed_to_who_opens_no_other_inbox(office: Office) -> None:
    with office.installation.store.write() as db:
        citizens = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN).inbox_id
        others = tables.grants.c.inbox_id != citizens
        db.execute(sa.delete(tables.grants).where(others))
    assert office.desk_of(office.adviser).get("/casework/release").status_code == 404


def test_it_comes_under_new_keys_of_both_inboxes(concerned: Office) -> None:
    let_go(concerned.work_of(concerned.reserve), FORM)
    take(concerned, concerned.adviser)
    assert finish(concerned, concerned.adviser).damaged == 0
    assert len(counted(concerned).facts) == 2
    records = tables.inbox_records.c
    with concerned.installation.store.read() as db:
        ours = records.inbox_id == citizens(concerned).inbox_id
        epochs = db.execute(sa.select(records.epoch).where(ours, _kind == "release")).scalars()
        assert set(epochs) == {2}
    looked = look(concerned.work_of(concerned.reserve), None, Step.QUARTER)
    assert looked is not None
    assert [take_back(concerned.work_of(concerned.reserve), one.id) for one in looked.standing] == [
        Done.YES,
        Done.YES,
    ]
    assert counted(concerned).facts == []


def test_a_maker_who_is_let_into_the_reserve_counts_its_cases_and_not_its_release(
    concerned: Office,
) -> None:
    here = concerned.installation
    let_go(concerned.work_of(concerned.reserve), FORM)
    inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)
    with here.store.read() as db:
        grants = directory.grants_of(db, concerned.reserve.member_id)
    step(concerned, admit(concerned.reserve, inbox, grants, concerned.adviser.public))
    found = counted(concerned)
    of_citizens = [one for one in found.facts if one.channel is Channel.CITIZEN]
    assert [one.received for one in of_citizens] == [date(2026, 11, 20)]
    assert len(found.facts) == 2


def test_the_years_before_are_compared_with_what_was_released_of_them(concerned: Office) -> None:
    let_go(concerned.work_of(concerned.reserve), FORM)
    concerned.later(days=365)
    profile, days = concerned.installation.profiles, Period(date(2027, 1, 1), date(2027, 11, 30))
    found = counted(concerned, days)
    told = (profile, found.facts, found.wanted("da"))
    years = compared(build(*told), found.with_earlier(basis_of(*told))).table("years")
    assert [row[0] for row in years.cells] == [1, 0]


def test_it_stands_in_the_reserves_log_and_is_sealed_to_nobody_else(concerned: Office) -> None:
    work, journal = concerned.work_of(concerned.reserve), Journal(concerned)
    let_go(work, FORM)
    looked = look(work, None, Step.QUARTER)
    assert looked is not None
    one = looked.standing[0]
    take_back(work, one.id)
    theirs = {inbox.inbox.inbox_id for inbox in work.inboxes_opened()}
    told = journal.new(concerned.reserve)
    assert {entry.row.inbox_id for entry in told} <= theirs
    released = [entry.about for entry in told if entry.act is Logged.COUNTS_RELEASED]
    assert len(released) == 2
    assert (released[0]["first"], released[0]["last"]) == ("2026-01-01", "2026-11-30")
    [back] = [entry.about for entry in told if entry.act is Logged.COUNTS_TAKEN_BACK]
    assert back["item"] == one.id.hex()


def test_without_the_log_nothing_is_released(concerned: Office) -> None:
    desk = concerned.desk_of(concerned.reserve)
    days = {"first": "2026-01-01", "last": "2026-11-30", "by": "year"}
    page = desk.get("/casework/release", query_string=days).text
    form = re.findall(r'<form method="post"[^>]*/release".*?</form>', page, re.DOTALL)[0]
    break_the_log(concerned.installation.store)
    assert desk.post("/casework/release", hidden_fields(form)).status_code == 503
    with concerned.installation.store.read() as db:
        assert not db.execute(sa.select(_kind).where(_kind == "release")).all()
