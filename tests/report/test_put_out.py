"""What is put out is what was seen, whole and over; and what stops it is said in words."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.report.test_golden import of_demo
from tests.report.test_public import DRAFT, FORM, OTHER, STEVNS
from tests.support.logged import Watch
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.acts import Done
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.learning.book import Place, change, write_new
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.publishing import propose, publish, published_in, put_out
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.service import CaseworkService
from whistle.domain.anonymised import Anonymised
from whistle.domain.book import Change, ChangeKind, Evaluation
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.counting import Period
from whistle.domain.report_draft import ReportDraft
from whistle.report.building import Wanted
from whistle.report.public import make_public
from whistle.report.published import Published
from whistle.storage import tables

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
EMPTY = replace(DRAFT, first=YEAR.first, last=YEAR.last, conclusion="")


def test_section_27_counts_those_that_come_again() -> None:
    report = Anonymised(Channel.WHISTLEBLOWER, date(2022, 2, 1))
    public = make_public(STEVNS, [report, replace(report, renewed=True)], Wanted(YEAR))
    assert public.report.table("statutory").cells[0] == (2,)


def test_of_a_door_that_is_not_opened_nothing_is_told_not_even_0() -> None:
    wanted = Wanted(YEAR, doors=frozenset({Channel.CITIZEN}))
    public = make_public(STEVNS, [], wanted)
    assert "statutory" not in {one.id for one in public.report.tables}
    assert any(
        "Whistleblowernes indberetninger tæller ikke med" in it for it in public.report.notes
    )


def test_without_the_whistleblowers_inbox_its_numbers_are_left_out(office: Office) -> None:
    work = office.work_of(office.adviser)
    told = propose(work, EMPTY).public.report
    assert "statutory" in {one.id for one in told.tables}
    assert any("stedfortræderen" in note for note in told.notes)
    [inbox] = (
        one.inbox
        for one in work.inboxes_opened()
        if one.inbox.root.channel is Channel.WHISTLEBLOWER and one.inbox.root.kind is InboxKind.MAIN
    )
    with office.installation.store.write() as db:
        mine = tables.grants.c.member_id == office.adviser.member_id
        db.execute(sa.delete(tables.grants).where(mine, tables.grants.c.inbox_id == inbox.inbox_id))
    without = propose(office.work_of(office.adviser), EMPTY).public.report
    assert "statutory" not in {one.id for one in without.tables}


def test_no_period_is_published_before_it_is_over(office: Office) -> None:
    today = office.installation.clock.today()
    work = office.work_of(office.adviser)
    draft = replace(EMPTY, first=today.replace(day=1), last=today)
    assert _why(work, draft) is Why.NOT_OVER
    yesterday = replace(draft, first=date(2022, 1, 1), last=today - timedelta(days=1))
    assert propose(work, yesterday).public.report.last == yesterday.last


def test_what_the_book_keeps_inside_is_not_published_and_gaps_are(office: Office) -> None:
    work = office.work_of(office.adviser)
    inside = Evaluation(date(2022, 6, 1), "Lukket udvalg", "Hemmelig afgørelse", public=False)
    write_new(work, b"e" * 32, inside)
    write_new(work, b"o" * 32, replace(inside, decision="Funktionen videreføres", public=True))
    write_new(
        work, b"c" * 32, Change(ChangeKind.GAP, date(2022, 3, 1), text="Ingen registrering i marts")
    )
    assert publish(work, FORM, EMPTY, "") is Done.YES
    [one] = _published(office)
    encoded = one.encode().decode()
    assert "Hemmelig" not in encoded
    assert "Funktionen videreføres" in encoded
    assert any("Ingen registrering i marts" in note for note in one.report.notes)


def test_nothing_is_published_while_a_case_does_not_open(office: Office) -> None:
    work = _imported(office)
    with office.installation.store.write() as db:
        case = tables.registrations.c.case_id
        damaged = db.execute(sa.select(case).limit(1)).scalar_one()
        db.execute(sa.update(tables.registrations).where(case == damaged).values(body=b"x" * 200))
    assert gather(work).damaged == 1
    assert _why(work, DRAFT) is Why.DAMAGED
    assert _published(office) == []


def test_a_report_that_does_not_read_stops_publishing_and_no_page(office: Office) -> None:
    work = office.work_of(office.adviser)
    publish(work, FORM, EMPTY, "")
    publish(work, OTHER, replace(EMPTY, last=date(2022, 6, 30)), "")
    first, second = _published(office)
    assert (first.order, second.order) == (1, 2)
    pages = [
        office.reporter().get(f"/da/statistics/report/2022-01-01_2022-{days}_1").text
        for days in ("12-31", "06-30")
    ]
    other = '/da/statistics/report/2022-01-01_2022-12-31_1"'
    assert other in pages[1], "the later proof is about both"
    assert "2022-06-30_1" not in pages[0]
    broken = first.encode().replace(b'"to":"2022-12-31"', b'"to":"2022-12-3x1"')
    also = first.encode().replace(b"whistle-certificate/", b"whistle-certificate/9")
    assert Published.decode(also) is None
    documents = tables.public_documents
    with office.installation.store.write() as db:
        whole = documents.c.name.like("%12-31_1.json")
        assert db.execute(sa.update(documents).where(whole).values(body=broken)).rowcount == 1
    assert _why(work, EMPTY) is Why.UNREADABLE
    page = office.reporter().get("/da/statistics/").text
    assert "2022-06-30_1" in page
    assert "2022-12-31_1" not in page


def test_who_publishes_second_publishes_nothing_and_the_log_says_so(office: Office) -> None:
    work = office.work_of(office.adviser)
    proposed = propose(work, EMPTY)
    half = replace(EMPTY, last=date(2022, 6, 30))
    assert publish(work, OTHER, half, "") is Done.YES
    watch = Watch(office.installation.store, office.installation.id)
    assert put_out(work, FORM, proposed, proposed.seen) is Done.CHANGED
    assert watch.acts() == []
    assert publish(work, FORM, EMPTY, "") is Done.YES
    [published] = watch.new()
    assert published.about["version"] == 1
    assert "number" not in published.about


def test_what_was_not_seen_is_not_published(office: Office) -> None:
    work = office.work_of(office.adviser)
    write_new(work, b"d" * 32, EMPTY)
    desk = office.desk_of(office.adviser)
    address, form = _form(desk)
    entry = address.split("/")[-2]
    changed = replace(EMPTY, conclusion="Anna Hansen klagede.")
    change(work, Place(bytes.fromhex(entry), 1), lambda _was: changed)
    answer = desk.post(address, form)
    assert answer.status_code == 422
    assert "Anna Hansen" in answer.text
    assert _published(office) == []
    assert desk.post(address, hidden_fields(answer.text)).status_code == 303
    [one] = _published(office)
    assert one.after[-1].text == ["Anna Hansen klagede."]


def test_the_page_says_why_nothing_can_be_published(office: Office) -> None:
    work = office.work_of(office.adviser)
    today = office.installation.clock.today()
    write_new(work, b"d" * 32, replace(EMPTY, last=today))
    desk = office.desk_of(office.adviser)
    found = re.search(r"/casework/report/[0-9a-f]{32}", desk.get("/casework/report").text)
    assert found is not None
    page = desk.get(f"{found[0]}/public")
    assert page.status_code == 422
    assert "The period is not over yet" in page.text or "Perioden er ikke slut" in page.text


def _form(desk: Desk) -> tuple[str, dict[str, str]]:
    found = re.search(r"/casework/report/[0-9a-f]{32}", desk.get("/casework/report").text)
    assert found is not None
    address = f"{found[0]}/public"
    return address, hidden_fields(desk.get(address).text)


def _why(work: CaseworkService, draft: ReportDraft) -> Why:
    with pytest.raises(NotPublishedError) as refused:
        propose(work, draft)
    return refused.value.why


def _imported(office: Office) -> CaseworkService:
    work = office.work_of(office.adviser)
    assert import_files(work, Files(of_demo("stevns-2020-2021.csv"))).written == 33
    return work


def _published(office: Office) -> list[Published]:
    with office.installation.store.read() as db:
        return published_in(db)
