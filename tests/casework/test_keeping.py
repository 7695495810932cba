"""What is not erased yet: held, asked for, not of age, or what something rests on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.journal import Journal
from tests.casework.papers import open_case, path_of, place_of
from tests.casework.records import close_case
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework import acts, erasing, keeping, notes, rights
from whistle.casework.acts import Done
from whistle.casework.erasing import Kind, Seen, Target
from whistle.casework.filing import Filing, strike
from whistle.casework.kept import Keep, KeptError
from whistle.casework.service import CaseworkService
from whistle.domain.erasing import Early, Reason
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Consent,
    Disclosure,
    DisclosureGround,
)
from whistle.domain.logged import Logged
from whistle.keys.keyring import Keyring

TODAY = date(2026, 11, 20)
ASKED = AccessRequest(AccessLaw.OPENNESS, TODAY, date(2026, 12, 1))


@pytest.fixture
def work(office: Office) -> CaseworkService:
    """The adviser's work."""
    return office.work_of(office.adviser)


def erase_case(office: Office, case_id: bytes, early: Early | None = Early.ASKED) -> Done | Keep:
    opened = open_case(office, case_id)
    seen = Seen(opened.version, len(opened.messages))
    try:
        return erasing.erase_case(office.work_of(office.adviser), case_id, seen, early)
    except KeptError as kept:
        return kept.why


def erase_filed(office: Office, case_id: bytes, kind: type) -> Done | Keep:
    where = place_of(office, case_id, kind)
    target = Target(case_id, Kind.FILED, where.filed, where.version)
    try:
        return erasing.erase(office.work_of(office.adviser), target, Reason.BY_MISTAKE)
    except KeptError as kept:
        return kept.why


def test_a_consent_that_something_rests_on_is_not_erased(
    office: Office, desk: Desk, work: CaseworkService, case_id: bytes
) -> None:
    assert rights.file(work, case_id, b"c", Consent("lawyer", TODAY)) is Done.YES
    told = Disclosure("lawyer", TODAY, DisclosureGround.CONSENT, "Det hele")
    assert rights.file(work, case_id, b"d", told) is Done.YES
    where = place_of(office, case_id, Consent)
    page = path_of(case_id, f"/erase/filed/{where.filed.hex()}")
    form = {**hidden_fields(desk.get(page).text), "why": Reason.BY_MISTAKE.value}
    assert desk.post(page, form).status_code == 409
    assert erase_filed(office, case_id, Consent) is Keep.RESTED_ON
    assert erase_filed(office, case_id, Disclosure) is Done.YES
    assert erase_filed(office, case_id, Consent) is Done.YES


def test_a_case_is_not_erased_while_somebody_waits_for_access_to_it(
    office: Office, desk: Desk, work: CaseworkService, case_id: bytes
) -> None:
    close_case(work, case_id)
    assert rights.file(work, case_id, b"f", ASKED) is Done.YES
    assert erase_case(office, case_id) is Keep.ACCESS
    assert 'name="word"' not in desk.get(path_of(case_id, "/erase-case")).text
    answered = replace(ASKED, answered=TODAY)
    where = place_of(office, case_id, AccessRequest)
    assert rights.put(work, where, answered) is Done.YES
    assert erase_case(office, case_id) is Done.YES


def test_before_its_day_a_case_is_erased_for_a_reason_and_the_log_tells_which(
    office: Office, desk: Desk, work: CaseworkService, case_id: bytes
) -> None:
    close_case(work, case_id)
    page = path_of(case_id, "/erase-case")
    form = {**hidden_fields(desk.get(page).text), "word": "slet"}
    assert desk.post(page, form).status_code == 422
    assert desk.post(page, {**form, "early": "fordi"}).status_code == 422
    journal = Journal(office)
    assert desk.post(page, {**form, "early": "twice"}).status_code == 303
    assert journal.acts() == [Logged.CASE_ERASED]


def test_from_its_day_on_a_case_is_erased_without_a_reason(
    office: Office, work: CaseworkService, case_id: bytes
) -> None:
    close_case(work, case_id)
    assert erase_case(office, case_id, None) is Keep.EARLY
    until = keeping.until_day(work, open_case(office, case_id))
    assert until is not None
    office.later(days=(until - TODAY).days - 1)
    assert erase_case(office, case_id, None) is Keep.EARLY
    office.later(days=1)
    assert erase_case(office, case_id, None) is Done.YES


def test_nothing_of_a_case_that_is_held_is_erased_until_the_hold_ends(
    office: Office, work: CaseworkService, case_id: bytes
) -> None:
    assert rights.file(work, case_id, b"c", Consent("lawyer", TODAY)) is Done.YES
    close_case(work, case_id)
    assert keeping.hold(work, case_id, "Stævning") is Done.YES
    assert keeping.hold(work, case_id, "Stævning") is Done.ALREADY
    assert keeping.hold(work, case_id, "Andet") is Done.CHANGED
    assert erase_filed(office, case_id, Consent) is Keep.HELD
    office.later(days=10_000)
    assert erase_case(office, case_id) is Keep.HELD
    opened = open_case(office, case_id)
    assert rights.kept_until(rights.bounds(work, opened), opened) is None
    assert keeping.release(work, case_id) is Done.YES
    assert keeping.release(work, case_id) is Done.ALREADY
    assert erase_case(office, case_id, None) is Done.YES


def test_under_a_hold_nothing_is_struck_and_what_was_struck_before_it_is_not_erased(
    office: Office, desk: Desk, work: CaseworkService, case_id: bytes
) -> None:
    assert rights.file(work, case_id, b"c", Consent("lawyer", TODAY)) is Done.YES
    for form_id, text in ((b"f", "Før"), (b"g", "Efter")):
        assert notes.write_note(work, case_id, form_id, text) is Done.YES
    later, earlier = (one.note_id for one in open_case(office, case_id).notebook.shown)
    assert notes.delete_note(work, case_id, earlier, 1) is Done.YES
    assert keeping.hold(work, case_id, "Stævning") is Done.YES
    form = hidden_fields(desk.open(case_id).text)
    address = path_of(case_id, f"/note/{later.hex()}/delete")
    refused = desk.post(address, {**form, "version": "1"})
    assert refused.status_code == 409
    assert "retskrav" in refused.text
    with pytest.raises(KeptError):
        strike(work, place_of(office, case_id, Consent), Filing(Logged.FILED_DELETED))
    office.later(days=2)
    assert acts.give_title(work, case_id, "Ny titel", "") is Done.YES
    assert open_case(office, case_id).notebook.find(earlier)
    assert keeping.release(work, case_id) is Done.YES
    assert notes.delete_note(work, case_id, later, 1) is Done.YES
    assert not open_case(office, case_id).notebook.find(earlier)


def test_a_hold_is_put_and_ended_on_a_page_and_both_are_logged(
    office: Office, english: Callable[[Keyring], Desk], work: CaseworkService, case_id: bytes
) -> None:
    desk = english(office.adviser)
    close_case(work, case_id)
    page = path_of(case_id, "/erase-case")
    form = hidden_fields(desk.get(page).text)
    assert desk.post(path_of(case_id, "/hold"), {**form, "reason": " "}).status_code == 422
    long = desk.post(path_of(case_id, "/hold"), {**form, "reason": "Æ" * 1_001})
    assert long.status_code == 422
    assert "Æ" * 1_001 in long.text
    journal = Journal(office)
    assert desk.post(path_of(case_id, "/hold"), {**form, "reason": "Stævning"}).status_code == 303
    assert journal.acts() == [Logged.CASE_HELD]
    assert "legal hold stands" in desk.get(path_of(case_id, "/rights")).text
    held = desk.get(page).text
    assert "Stævning" in held
    assert 'name="word"' not in held
    other = desk.post(path_of(case_id, "/hold"), {**form, "reason": "En klage"})
    assert other.status_code == 409
    assert "En klage" in other.text
    journal.skip()
    answer = desk.post(path_of(case_id, "/release"), hidden_fields(held))
    assert answer.status_code == 303
    assert journal.acts() == [Logged.CASE_RELEASED]
    assert 'name="word"' in desk.get(page).text
