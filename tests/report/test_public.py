"""The public version: safe beside all that was published, proved, and frozen."""

import json
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.report.test_golden import PERIOD, of_demo
from tests.support.office import Founding, Office, open_office
from whistle.casework.acts import Done
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.publishing import propose, publish, published_in
from whistle.casework.service import CaseworkService
from whistle.crypto.errors import NotGrantedError
from whistle.disclosure import CannotProtect, attack, check, read_certificate, read_publication
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.profile import load_profile
from whistle.domain.registration import Issue
from whistle.domain.report_draft import ReportDraft
from whistle.report.building import Wanted, build
from whistle.report.model import TOTAL, LineKind, as_json, from_json
from whistle.report.public import Public, make_public
from whistle.report.published import Published, public_json
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

FORM, OTHER = b"f" * 32, b"g" * 32
DRAFT = ReportDraft(
    PERIOD.first,
    PERIOD.last,
    conclusion="{{one-in 3.4/4.1/total of 3.2/total/total}} vedrører sagsbehandlingstiden.",
)
STEVNS = load_profile("stevns")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory, founding: Founding) -> tuple[Anonymised, ...]:
    """What Stevns' file says."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('public')}/whistle.db")
    upgrade(store)
    work = _imported(open_office(store, founding))
    found = tuple(gather(work).facts)
    store.dispose()
    return found


@pytest.fixture(scope="module")
def stevns(facts: tuple[Anonymised, ...]) -> Public:
    """Its public version."""
    return make_public(STEVNS, facts, Wanted(PERIOD))


def _imported(office: Office) -> CaseworkService:
    work = office.work_of(office.adviser)
    assert import_files(work, Files(of_demo("stevns-2020-2021.csv"))).written == 33
    return work


def test_stevns_keeps_its_grand_totals_and_four_columns(stevns: Public) -> None:
    report = stevns.report
    assert report.table("3.1").cells[-1] == (33, 3, 30)
    assert report.table("3.2").cells[-1] == (30, 6, 5, 13, 6)
    assert [one.label for one in report.table("3.2").columns[1:]] == [
        "Øvrige centre", "AM", "B&L", "S&O",
    ]  # fmt: skip
    assert report.table("3.3").cells[-1] == (30, 6, 5, 13, 6)
    assert report.table("3.4").cell(TOTAL, TOTAL) == 13
    assert report.table("3.4").cell("4.1", TOTAL) == 9
    assert stevns.hidden <= 29


def test_the_attacker_fails_on_what_is_published_and_arithmetic_proves_it(stevns: Public) -> None:
    published = public_json(stevns.report, stevns.publication)
    read = read_publication(json.dumps(published))
    assert attack([read]).safe
    assert check([read], stevns.certificate).valid
    assert as_json(from_json(published)) == as_json(stevns.report)


def test_no_small_number_is_printed_but_noughts(stevns: Public) -> None:
    for table in stevns.report.tables:
        if table.id.startswith("3"):
            assert not {1, 2} & {cell for row in table.cells for cell in row}


def test_what_is_published_one_after_another_stays_safe_together(
    facts: tuple[Anonymised, ...],
) -> None:
    second_half = Period(date(2020, 7, 1), date(2020, 12, 31))
    before: list[Public] = []
    for days in (second_half, Period(date(2020, 1, 1), date(2020, 12, 31)), PERIOD):
        earlier = [one.publication for one in before]
        before.append(make_public(STEVNS, facts, Wanted(days), earlier))
        assert attack([one.publication for one in before]).safe
    ids = [{one.id for one in public.report.tables} for public in before]
    assert "3.1" in ids[0]
    assert ["statutory" in one for one in ids] == [False, True, False]


def test_of_a_half_year_with_five_people_nothing_can_be_told(facts: tuple[Anonymised, ...]) -> None:
    half = Wanted(Period(date(2020, 1, 1), date(2020, 6, 30)))
    with pytest.raises(CannotProtect, match="publish a longer period"):
        make_public(STEVNS, facts, half)


def test_who_came_back_is_one_person_and_who_is_not_registered_is_nobody() -> None:
    day = date(2022, 2, 1)
    fact = Anonymised(Channel.CITIZEN, day, casework=True, issues=(Issue("1", centre="bl"),))
    came_back = [replace(fact, renewed=True)] * 3
    several = [replace(fact, issues=(Issue("1", centre="bl"), Issue("3", centre="bl")))]
    unknown = [Anonymised(Channel.CITIZEN, day)] * 2
    wanted = Wanted(Period(date(2022, 1, 1), date(2022, 12, 31)))
    public = make_public(STEVNS, [fact] * 4 + came_back + several + unknown, wanted)
    assert public.report.table("3.3").cell(TOTAL, TOTAL) == 5
    assert public.report.left_out == 0
    assert not any("registreret" in note for note in public.report.notes)


@pytest.mark.parametrize("without", [("4", ""), ("4", "4.99"), ("5", "5.99"), ("", "x")])
def test_who_has_no_sub_category_that_is_known_has_a_row(without: tuple[str, str]) -> None:
    told = [("4", "4.1")] * 5 + [("5", "")] * 6 + [without] * 4
    some = [
        Anonymised(Channel.CITIZEN, date(2022, 2, 1), casework=True, issues=(Issue(*one, "bl"),))
        for one in told
    ]
    wanted = Wanted(Period(date(2022, 1, 1), date(2022, 12, 31)))
    public, closed = make_public(STEVNS, some, wanted), build(STEVNS, some, wanted)
    below = 15 if without[0] == "5" else 5 + 4
    for report in (public.report, closed):
        assert report.table("3.4").cell(TOTAL, TOTAL) == below
    if not without[1]:
        assert closed.table("3.4").cell("4/not_told", TOTAL) == 4
    assert attack([public.publication]).safe


def test_with_one_citizen_section_27_is_published_by_itself() -> None:
    one = Anonymised(Channel.CITIZEN, date(2022, 2, 1), casework=True)
    wanted = Wanted(Period(date(2022, 1, 1), date(2022, 12, 31)))
    public = make_public(STEVNS, [one], wanted)
    assert [one.id for one in public.report.tables] == ["statutory"]
    assert "uden at nogen kunne genkendes" in public.report.notes[-1]


def test_section_27_is_exact_and_nothing_else_of_that_door_or_the_councils_is_told() -> None:
    day = date(2022, 2, 1)
    told = [
        Anonymised(Channel.WHISTLEBLOWER, day, result="rejected"),
        Anonymised(Channel.COUNCIL, date(2022, 1, 1)),
    ]
    public = make_public(STEVNS, told, Wanted(Period(date(2022, 1, 1), date(2022, 12, 31))))
    assert [row[0] for row in public.report.table("statutory").cells] == [1, 1, 0, 0, 0]
    assert {one.id for one in public.report.tables} == {"3.1", "3.2", "3.3", "3.4", "statutory"}
    assert public.report.table("statutory").columns[0].kind is LineKind.TOTAL


def test_publishing_freezes_and_a_double_click_publishes_once(office: Office) -> None:
    work = _imported(office)
    assert publish(work, FORM, DRAFT, "") is Done.YES
    assert publish(work, FORM, DRAFT, "") is Done.ALREADY
    [one] = _published(office)
    assert (one.number, one.day) == (1, office.installation.clock.today())
    assert one.after[-1].text == ["knap hver 3. vedrører sagsbehandlingstiden."]
    assert Published.decode(one.encode()) == one


def test_a_correction_says_what_changed_and_both_are_kept(office: Office) -> None:
    work = _imported(office)
    publish(work, FORM, DRAFT, "")
    assert publish(work, OTHER, DRAFT, "") is Done.CHANGED
    assert publish(work, OTHER, DRAFT, "Et ord er rettet.") is Done.YES
    first, second = _published(office)
    assert (first.number, second.number, second.changes) == (1, 2, "Et ord er rettet.")
    page = _visitor(office).get(f"/da/statistics/report/{_name(first)}").text
    assert "Der er en nyere udgave" in page or "There is a newer version" in page


@pytest.mark.parametrize("place", ["3.2/2020-Q1/bl", "3.9/total/total"])
def test_a_sentence_with_a_hidden_number_is_not_published(office: Office, place: str) -> None:
    draft = replace(DRAFT, conclusion=f"Der kom {{{{{place}}}}}.")
    work = _imported(office)
    proposed = propose(work, draft)
    assert [*proposed.hidden, *(one.strip("{}") for one in proposed.wrong)] == [place]
    assert publish(work, FORM, draft, "") is Done.CHANGED
    assert _published(office) == []


def test_the_reserve_publishes_nothing(office: Office) -> None:
    with pytest.raises(NotGrantedError):
        publish(office.work_of(office.reserve), FORM, DRAFT, "")


def test_everybody_can_read_it_take_it_out_and_check_it(office: Office) -> None:
    publish(_imported(office), FORM, DRAFT, "")
    visitor = _visitor(office)
    name = _name(_published(office)[0])
    assert f"/da/statistics/report/{name}" in visitor.get("/da/statistics/").text
    page = visitor.get(f"/en/statistics/report/{name}")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    for wanted in ("pdf", "docx", "xlsx", "csv"):
        answer = visitor.get(f"/da/statistics/report/{name}/data.{wanted}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
    read = read_publication(visitor.get(f"/da/statistics/report/{name}/data.json").data)
    proof = read_certificate(visitor.get(f"/da/statistics/report/{name}/certificate.json").data)
    assert check([read], proof).valid


@pytest.mark.parametrize(
    "path",
    ["report/x", "report/2020-01-01_2021-03-15_9", "report/x/data.exe", "report/x/data.json"],
)
def test_what_is_not_published_is_not_there(office: Office, path: str) -> None:
    assert _visitor(office).get(f"/da/statistics/{path}").status_code == 404


def _visitor(office: Office) -> FlaskClient:
    return office.intake.test_client()


def _published(office: Office) -> list[Published]:
    with office.installation.store.read() as db:
        return published_in(db)


def _name(one: Published) -> str:
    return f"{one.report.first.isoformat()}_{one.report.last.isoformat()}_{one.number}"
