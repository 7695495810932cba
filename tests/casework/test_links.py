"""Links between cases, both ways; and declining to look into something again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.casework.records import close_case, counted
from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import acts
from whistle.casework.acts import Closing, Done
from whistle.casework.cases import OpenedCase
from whistle.casework.linking import decline, link, unlink
from whistle.domain.registration import Enquiry, Link, LinkKind, Rule
from whistle.keys.keyring import Keyring

Open = Callable[[], OpenedCase]


@pytest.fixture
def other(office: Office) -> bytes:
    """Another citizen's case."""
    return office.case_of(office.reporter().report("En anden sag"))


def links_of(office: Office, case_id: bytes) -> tuple[Link, ...]:
    found = office.work_of(office.adviser).open(case_id)
    assert found is not None
    return found.registration.links


def test_a_link_shows_in_both_cases_and_is_made_once(
    office: Office, desk: Desk, case_id: bytes, other: bytes
) -> None:
    work = office.work_of(office.adviser)
    assert link(work, case_id, other, LinkKind.RENEWED) is Done.YES
    assert link(work, other, case_id, LinkKind.RENEWED) is Done.ALREADY
    assert links_of(office, case_id) == (Link(other, LinkKind.RENEWED, earlier=True),)
    assert links_of(office, other) == (Link(case_id, LinkKind.RENEWED),)
    assert f"/casework/case/{other.hex()}" in desk.open(case_id).text
    assert link(work, case_id, other, LinkKind.RELATED) is Done.YES
    assert links_of(office, other) == (Link(case_id, LinkKind.RELATED),)
    assert unlink(work, other, case_id) is Done.YES
    assert links_of(office, case_id) == links_of(office, other) == ()
    assert unlink(work, other, case_id) is Done.ALREADY


def test_cases_of_two_doors_are_not_linked(office: Office, case_id: bytes) -> None:
    elsewhere = office.case_of(office.reporter().report(channel="whistleblower"))
    work = office.work_of(office.adviser)
    assert link(work, case_id, elsewhere, LinkKind.RELATED) is Done.INCOMPLETE
    assert link(work, case_id, case_id, LinkKind.RELATED) is Done.INCOMPLETE
    assert link(work, case_id, b"x" * 16, LinkKind.RELATED) is Done.CLOSED_TO_YOU
    assert links_of(office, case_id) == ()


def test_two_who_link_the_same_two_cases_from_either_side_both_succeed(
    office: Office, case_id: bytes, other: bytes, deputy: Keyring
) -> None:
    def each(pair: tuple[Keyring, bytes, bytes]) -> Done:
        member, one, two = pair
        return link(office.work_of(member), one, two, LinkKind.RELATED)

    pairs = ((office.adviser, case_id, other), (deputy, other, case_id))
    with ThreadPoolExecutor(2) as pool:
        done = set(pool.map(each, pairs))
    assert done == {Done.YES, Done.ALREADY}
    assert links_of(office, case_id) == (Link(other, LinkKind.RELATED),)


def test_a_case_that_came_back_is_linked_from_a_short_list_and_the_old_one_opened(
    office: Office, desk: Desk, case_id: bytes, other: bytes
) -> None:
    work = office.work_of(office.adviser)
    work.open(other)
    registered(work, other)
    assert acts.close(work, other, Closing(b"f", 1)) is Done.YES
    address = f"/casework/case/{case_id.hex()}/link"
    page = desk.get(address).text
    assert f'<option value="{other.hex()}"' in page
    form = {**hidden_fields(page), "other": other.hex(), "kind": "renewed", "reopen": "y"}
    assert desk.post(address, form).status_code == 303
    found = work.open(other)
    assert found is not None
    assert found.case.is_open
    assert found.registration.links == (Link(case_id, LinkKind.RENEWED),)


def test_a_link_form_that_is_sent_again_late_opens_nothing_again(
    office: Office, desk: Desk, case_id: bytes, other: bytes
) -> None:
    work = office.work_of(office.adviser)
    work.open(other)
    registered(work, other)
    assert acts.close(work, other, Closing(b"f", 1)) is Done.YES
    address = f"/casework/case/{case_id.hex()}/link"
    page = desk.get(address).text
    form = {**hidden_fields(page), "other": other.hex(), "kind": "renewed", "reopen": "y"}
    assert desk.post(address, form).status_code == 303
    assert acts.close(work, other, Closing(b"g", 3)) is Done.YES
    assert desk.post(address, form).status_code == 303
    found = work.open(other)
    assert found is not None
    assert not found.case.is_open


@pytest.mark.parametrize("from_the_later", [True, False])
def test_of_two_linked_cases_the_later_alone_is_counted_as_renewed_contact(
    office: Office, case_id: bytes, *, from_the_later: bool
) -> None:
    work = office.work_of(office.adviser)
    work.open(case_id)
    office.later(days=3)
    later = office.case_of(office.reporter().report("Det samme igen"))
    pair = (later, case_id) if from_the_later else (case_id, later)
    assert link(work, *pair, LinkKind.RENEWED) is Done.YES
    for each in pair:
        close_case(work, each)
    renewed = {one.received: one.renewed for one in counted(office)}
    assert renewed == {date(2026, 11, 20): False, date(2026, 11, 23): True}
    assert link(work, *pair, LinkKind.RELATED) is Done.YES
    assert [one.renewed for one in counted(office)] == [False, False]


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "x"}, {"other": "x"}, {"other": "00" * 16}, {"other": "é" * 9_000}],
)
def test_a_link_to_nothing_is_refused_in_words(
    office: Office, desk: Desk, case_id: bytes, fields: dict[str, str]
) -> None:
    address = f"/casework/case/{case_id.hex()}/link"
    form = {**hidden_fields(desk.get(address).text), "kind": "renewed", "other": "", **fields}
    refused = desk.post(address, form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert links_of(office, case_id) == ()


def test_declining_keeps_the_reason_and_needs_one(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    registered(office.work_of(office.adviser), case_id, Enquiry(casework=True, outcome="guided"))
    address = f"/casework/case/{case_id.hex()}"
    form = hidden_fields(desk.get(f"{address}/link").text)
    assert desk.post(f"{address}/decline", {**form, "reason": " "}).status_code == 422
    too_long = desk.post(f"{address}/decline", {**form, "reason": "æ" * 1_001})
    assert too_long.status_code == 422
    assert "æ" * 1_001 in too_long.text
    assert desk.post(f"{address}/decline", {**form, "reason": "Intet nyt"}).status_code == 303
    given = opened().registration.enquiry.reason_for(Rule.DECLINED)
    assert given is not None
    assert given.reason == "Intet nyt"
    assert decline(office.work_of(office.adviser), case_id, "Intet nyt") is Done.ALREADY


def test_a_new_reason_for_declining_takes_the_place_of_the_one_that_was_shown(
    office: Office, desk: Desk, case_id: bytes, opened: Open, deputy: Keyring
) -> None:
    address = f"/casework/case/{case_id.hex()}"
    form = hidden_fields(desk.get(f"{address}/link").text)
    assert decline(office.work_of(deputy), case_id, "Vikarens\ngrund") is Done.YES
    refused = desk.post(f"{address}/decline", {**form, "reason": "Min grund"})
    assert refused.status_code == 409
    assert "Vikarens\ngrund" in refused.text
    assert "Min grund" in refused.text
    form = {**hidden_fields(refused.text), "was": "Vikarens\r\ngrund"}  # as a browser sends it
    assert desk.post(f"{address}/decline", {**form, "reason": "Min grund"}).status_code == 303
    given = opened().registration.enquiry.overrides
    assert [one.reason for one in given] == ["Min grund"]
