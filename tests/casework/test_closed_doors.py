"""A door that the profile closes keeps the cases it has, and what they were promised."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.casework.papers import open_case, path_of
from tests.support.office import Office
from whistle.app import create_casework, create_intake
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.legal_clock import Deadlines
from whistle.domain.profile import Profile
from whistle.intake.service import IntakeService
from whistle.keys.directory import Directory

PAGES = ("", "/rights", "/referrals", "/timeline", "/documents", "/close", "/registration")


def changed(office: Office, change: Callable[[Profile], Profile]) -> None:
    """Have the profile say something else from tomorrow on, and let three days pass."""
    here = office.installation
    old = replace(here.profiles, earlier=())
    tomorrow = here.clock.today() + timedelta(days=1)
    profiles = replace(change(old), valid_from=tomorrow, earlier=(old,))
    office.installation = replace(here, profiles=profiles)
    office.intake = create_intake(office.installation)
    office.casework = create_casework(office.installation)
    office.later(days=3)


def without(channel: Channel) -> Callable[[Profile], Profile]:
    def change(profile: Profile) -> Profile:
        doors = {one: door for one, door in profile.channels.items() if one is not channel}
        return replace(profile, channels=doors)

    return change


@pytest.fixture
def receipt(office: Office) -> str:
    """A council member's report, who came while their door was open; it is closed now."""
    receipt = office.reporter().report(channel="council")
    changed(office, without(Channel.COUNCIL))
    return receipt


def test_the_cases_of_a_door_that_closed_are_opened_and_listed(
    office: Office, receipt: str
) -> None:
    case_id, desk = office.case_of(receipt), office.desk_of(office.adviser)
    assert open_case(office, case_id).case.is_open
    assert [desk.get(path_of(case_id, page)).status_code for page in PAGES] == [200] * len(PAGES)
    assert case_id.hex() in desk.get("/casework/inboxes").text
    assert desk.get("/casework/dates").status_code == 200


def test_who_reported_while_a_door_was_open_reads_and_writes_when_it_is_closed(
    office: Office, receipt: str
) -> None:
    reporter = office.reporter()
    assert reporter.come_back(receipt).status_code == 200
    assert reporter.write("Har I læst det?").status_code == 303
    assert reporter.get("/da/report/council").status_code == 404


def test_a_door_without_its_reserve_keeps_the_cases_it_has(office: Office) -> None:
    receipt = office.reporter().report(channel="council")
    here = office.installation
    roots = [one.root for one in here.directory.inboxes]
    reserve = next(
        one for one in roots if (one.channel, one.kind) == (Channel.COUNCIL, InboxKind.RESERVE)
    )
    roots.remove(reserve)
    office.intake = create_intake(replace(here, directory=Directory(here.id, roots, here.store)))
    assert office.reporter().get("/da/report/council").status_code == 404
    assert office.reporter().come_back(receipt).status_code == 200


def test_a_case_keeps_the_deadlines_of_the_day_it_was_received(
    office: Office, case_id: bytes
) -> None:
    def due(case: bytes) -> list[date]:
        return [one.due for one in office.work_of(office.adviser).duties(open_case(office, case))]

    def slower(profile: Profile) -> Profile:
        citizen = replace(profile.channels[Channel.CITIZEN], deadlines=Deadlines(60, 6))
        return replace(profile, channels={**profile.channels, Channel.CITIZEN: citizen})

    promised = due(case_id)
    changed(office, slower)
    assert due(case_id) == promised
    later = office.case_of(office.reporter().report())
    first = IntakeService(office.installation).acknowledge_by(Channel.CITIZEN)
    assert due(later)[0] == first == office.clock.today() + timedelta(days=60)
