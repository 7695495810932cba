"""The demonstration shows a working office: every kind of thing that an adviser keeps is there."""

from collections.abc import Iterator
from datetime import date

import pytest

from whistle.accounts.by_command import open_with_key_file
from whistle.casework.cases import OpenedCase
from whistle.casework.exchange.registrations import open_all
from whistle.casework.learning.book import read_book
from whistle.casework.learning.patterns import open_patterns
from whistle.casework.learning.publishing import published
from whistle.casework.learning.satisfaction import open_satisfaction
from whistle.casework.reporting.publishing import published_in
from whistle.casework.service import CaseworkService
from whistle.demo.build import KEY_FILE, set_up
from whistle.domain.book import (
    Activity,
    Change,
    Evaluation,
    NoRecommendations,
    Recommendation,
)
from whistle.domain.clock import Clock
from whistle.domain.filed import AccessRequest, Consent, Disclosure, Referral, Task
from whistle.domain.registration import LinkKind
from whistle.domain.rules_registration import registration_faults
from whistle.domain.satisfaction import Question
from whistle.installation import open_installation
from whistle.keys.filed import Document
from whistle.report.published import is_proved

IMPORTED, REPORTS, CALLS, WRITTEN_IN, OF_OLD, SLOW = 33, 16, 3, 1, 10, 6


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseworkService]:
    """The demonstration's adviser at work."""
    data = tmp_path_factory.mktemp("demo") / "data"
    settings = set_up(data, "stevns", "http://localhost:8080", empty=False)
    installation = open_installation(settings)
    yield CaseworkService(installation, open_with_key_file(data / KEY_FILE, installation))
    installation.store.dispose()


@pytest.fixture(scope="module")
def cases(office: CaseworkService) -> list[OpenedCase]:
    """Every case, opened."""
    found = [office.open(one.case.id) for one in open_all(office) if one]
    return [one for one in found if one is not None]


def today() -> date:
    return Clock().today()


def test_two_years_and_this_autumn_are_there(cases: list[OpenedCase]) -> None:
    assert len(cases) == IMPORTED + REPORTS + CALLS + WRITTEN_IN + OF_OLD + SLOW
    assert sum(one.registration.source != "" for one in cases) == IMPORTED


def test_what_is_registered_is_complete_and_the_newest_reports_are_not_yet(
    office: CaseworkService, cases: list[OpenedCase]
) -> None:
    new = [one for one in cases if not one.registration.enquiry.is_registered]
    assert 0 < len(new) < 4
    for one in cases:
        if one in new:
            continue
        enquiry, channel = one.registration.enquiry, one.inbox.inbox.root.channel
        settings = office.here.profiles.on(one.case.received).office
        assert not registration_faults(enquiry, settings, channel, one.case.received)


def test_a_centre_has_answered_and_another_is_late(cases: list[OpenedCase]) -> None:
    referrals = [told for one in cases for _, told in one.notebook.of_kind(Referral)]
    answered = [one for one in referrals if one.replied]
    late = [one for one in referrals if one.is_waiting and one.reply_by < today()]
    assert len(answered) == len(late) == 1
    assert answered[0].reply, "the copy of its reply is filed"
    assert late[0].reminded


@pytest.mark.parametrize("kind", [AccessRequest, Consent, Disclosure, Document, Task])
def test_there_is_one_of_every_kind(cases: list[OpenedCase], kind: type) -> None:
    assert any(one.notebook.of_kind(kind) for one in cases)


def test_somebody_came_back(cases: list[OpenedCase]) -> None:
    kinds = [link.kind for one in cases for link in one.registration.links]
    assert kinds.count(LinkKind.RENEWED) == 2, "linked both ways"


def test_closed_cases_have_their_anonymised_record(cases: list[OpenedCase]) -> None:
    closed = [one for one in cases if not one.case.is_open]
    assert len(closed) > IMPORTED
    assert all(one.registration.record for one in closed)


def test_nothing_in_it_is_ahead(cases: list[OpenedCase]) -> None:
    for one in cases:
        assert one.case.received <= today()
        assert all(note.newest.written.date() <= today() for note in one.notebook.notes)


def test_something_gathers_and_waits_to_be_dealt_with(office: CaseworkService) -> None:
    (told,) = open_patterns(office).pending
    assert (told.cell.centre, told.cell.value) == ("bl", "4.1")
    assert told.number >= SLOW


def test_answers_are_counted_and_more_of_them_wait(office: CaseworkService) -> None:
    opened = open_satisfaction(office)
    assert sum(sum(one.counts) for one in opened.years) == 7 * len(Question)
    assert opened.ready


def test_the_book_and_the_public_page_have_something_to_show(office: CaseworkService) -> None:
    book = read_book(office)
    for kind in (Activity, Change, Evaluation, NoRecommendations):
        assert book.of_kind(kind), kind
    carried = [one for _kept, one in book.of_kind(Recommendation)]
    assert any(len(one.years) > 2 and one.responses for one in carried), '"fortsat", and answered'
    assert {one.kind for one in published(office)} == {"statutes", "job-profile"}


def test_the_report_of_the_two_years_is_published_with_its_proof(office: CaseworkService) -> None:
    with office.here.store.read() as db:
        [published_one] = published_in(db)
    assert is_proved(published_one, [])
    assert published_one.report.table("3.1").cells[-1][0] == IMPORTED
    assert f"{IMPORTED} henvendelser" in str(published_one.document)
