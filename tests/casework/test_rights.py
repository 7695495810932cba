"""Consents, disclosures and requests for access: what a rule does not allow, nothing files."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.support.office import Office
from whistle.casework import documents, rights, tasks
from whistle.casework.acts import Done, undo
from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.filing import Place
from whistle.casework.rights import RefusedError, Right
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Task,
)
from whistle.domain.registration import DueKind
from whistle.domain.rules_disclosure import No

TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)
YES = Consent(
    "group_chair", date(2026, 11, 18), "form", with_identity=True, limits=date(2026, 11, 18)
)
TOLD = Disclosure("group_chair", TODAY, DisclosureGround.CONSENT, "The remark")
TO_POLICE = Disclosure(
    "police", TODAY, DisclosureGround.OFFENCE, "Who and what", with_identity=True
)
DOUBT = Competence("bl", TODAY, "Is it about employment?")
TO_ASK = Consent("bl", TODAY, "phone")
Open = Callable[[bytes], OpenedCase]
File = Callable[[bytes, Right], Done]


@pytest.fixture
def cases(office: Office) -> Cases:
    return office.work_of(office.adviser)


@pytest.fixture
def council(office: Office) -> bytes:
    return office.case_of(office.reporter().report(channel="council"))


@pytest.fixture
def whistleblower(office: Office) -> bytes:
    return office.case_of(office.reporter().report(channel="whistleblower"))


@pytest.fixture
def look(cases: Cases) -> Open:
    def look_at(case_id: bytes) -> OpenedCase:
        opened = rights.look(cases, case_id)
        assert opened is not None
        return opened

    return look_at


@pytest.fixture
def file(cases: Cases) -> File:
    return lambda case_id, right: rights.file(cases, case_id, secrets.token_bytes(16), right)


def reasons(act: Callable[[], Done]) -> tuple[No, ...]:
    with pytest.raises(RefusedError) as refused:
        act()
    return refused.value.reasons


def place(look: Open, case_id: bytes, kind: type[Right]) -> Place:
    """Give the newest version of the only thing of a kind."""
    ((kept, _),) = look(case_id).notebook.of_kind(kind)
    return Place(case_id, kept.filed_id, kept.newest.version)


def test_nothing_of_a_council_members_case_is_told_before_they_agree(
    council: bytes, file: File, look: Open
) -> None:
    assert reasons(lambda: file(council, TOLD)) == (No.NO_CONSENT,)
    assert not look(council).notebook.filed
    assert file(council, YES) is Done.YES
    assert file(council, TOLD) is Done.YES
    ((_, told),) = look(council).notebook.of_kind(Disclosure)
    assert told.consent == place(look, council, Consent).filed


def test_no_other_ground_opens_it(council: bytes, file: File) -> None:
    assert reasons(lambda: file(council, TO_POLICE)) == (No.GROUND_NOT_HERE,)


def test_a_consent_that_is_withdrawn_allows_nothing_more(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    where = place(look, council, Consent)
    assert rights.put(cases, where, replace(YES, withdrawn=YESTERDAY)) is Done.YES
    assert reasons(lambda: file(council, TOLD)) == (No.NO_CONSENT,)


def test_what_was_told_before_the_withdrawal_of_the_same_day_can_be_noted(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    where = place(look, council, Consent)
    assert rights.put(cases, where, replace(YES, withdrawn=TODAY)) is Done.YES
    assert file(council, TOLD) is Done.YES
    ((_, told),) = look(council).notebook.of_kind(Disclosure)
    assert told.consent == where.filed


def test_whistleblowers_are_named_to_the_police_once_they_were_told(
    whistleblower: bytes, file: File
) -> None:
    assert reasons(lambda: file(whistleblower, TO_POLICE)) == (No.NOT_TOLD,)
    assert file(whistleblower, replace(TO_POLICE, told=TODAY)) is Done.YES
    to_lawyer = replace(TO_POLICE, told=TODAY, recipient="lawyer")
    assert reasons(lambda: file(whistleblower, to_lawyer)) == (No.NOT_AN_AUTHORITY,)


def test_a_change_is_held_to_the_rule_as_well(
    cases: Cases, whistleblower: bytes, file: File, look: Open
) -> None:
    file(whistleblower, replace(TO_POLICE, told=TODAY))
    where = place(look, whistleblower, Disclosure)
    assert reasons(lambda: rights.put(cases, where, TO_POLICE)) == (No.NOT_TOLD,)


def test_a_consent_that_something_rests_on_stays_what_it_was(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    file(council, TOLD)
    where = place(look, council, Consent)
    assert reasons(lambda: rights.remove(cases, where)) == (No.RESTED_ON,)
    for other in (
        replace(YES, recipient="lawyer"),
        replace(YES, given=TODAY),
        replace(YES, with_identity=False),
    ):
        assert reasons(lambda other=other: rights.put(cases, where, other)) == (  # type: ignore[misc]
            No.RESTED_ON,
        )
    assert rights.put(cases, where, replace(YES, words="Yes, if needed")) is Done.YES
    assert rights.put(cases, replace(where, version=2), replace(YES, withdrawn=TODAY)) is Done.YES


def test_a_consent_that_nothing_rests_on_is_deleted_and_comes_back(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    assert rights.remove(cases, place(look, council, Consent)) is Done.YES
    assert not look(council).notebook.filed
    assert undo(cases, council, look(council).version) is Done.YES
    assert place(look, council, Consent).version == 1


def test_what_is_filed_nowhere_is_neither_changed_nor_deleted(
    cases: Cases, council: bytes, file: File
) -> None:
    file(council, YES)
    nowhere = Place(council, b"n" * 16, 1)
    assert rights.remove(cases, nowhere) is Done.ALREADY
    assert rights.put(cases, nowhere, YES) is Done.CHANGED


def test_what_deletes_tasks_deletes_no_consent_and_the_other_way_round(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    file(council, TOLD)
    tasks.add(cases, council, b"form", "Call back", None)
    ((task, _),) = look(council).notebook.of_kind(Task)
    for room in (tasks, documents):
        assert room.remove(cases, place(look, council, Consent)) is Done.ALREADY
    assert rights.remove(cases, Place(council, task.filed_id, 1)) is Done.ALREADY
    assert len(look(council).notebook.filed) == 3


def test_a_right_never_becomes_one_of_another_kind(
    cases: Cases, case_id: bytes, look: Open
) -> None:
    assert rights.ask(cases, case_id, b"form", DOUBT, TO_ASK) is Done.YES
    where = place(look, case_id, Competence)
    assert rights.put(cases, where, YES) is Done.ALREADY
    assert place(look, case_id, Competence).version == 1


def test_a_double_click_files_once(cases: Cases, council: bytes, look: Open) -> None:
    assert rights.file(cases, council, b"form", YES) is Done.YES
    assert rights.file(cases, council, b"form", YES) is Done.ALREADY
    assert len(look(council).notebook.filed) == 1


def test_only_a_citizens_case_is_cleared_up_with_a_centre(
    case_id: bytes, council: bytes, whistleblower: bytes, file: File
) -> None:
    assert file(case_id, TO_ASK) is Done.YES
    assert file(case_id, DOUBT) is Done.YES
    assert reasons(lambda: file(case_id, replace(DOUBT, centre="x"))) == (No.UNKNOWN_RECIPIENT,)
    for secret in (council, whistleblower):
        assert reasons(lambda one=secret: file(one, DOUBT)) == (  # type: ignore[misc]
            No.NEVER_RECIPIENT,
        )


def test_no_centre_is_asked_about_a_citizens_case_before_the_citizen_has_said_yes(
    cases: Cases, case_id: bytes, file: File, look: Open
) -> None:
    assert reasons(lambda: file(case_id, DOUBT)) == (No.NO_CONSENT,)
    assert reasons(lambda: rights.ask(cases, case_id, b"form", DOUBT)) == (No.NO_CONSENT,)
    for other in (replace(TO_ASK, recipient="am"), replace(TO_ASK, withdrawn=YESTERDAY)):
        ask = partial(rights.ask, cases, case_id, b"form", DOUBT, other)
        assert reasons(ask) == (No.NO_CONSENT,)
    assert not look(case_id).notebook.filed
    for done in (Done.YES, Done.ALREADY):
        assert rights.ask(cases, case_id, b"form", DOUBT, TO_ASK) is done
    assert rights.ask(cases, case_id, b"again", replace(DOUBT, question="And?"), TO_ASK) is Done.YES
    yes = place(look, case_id, Consent)  # of which there is one
    asked = look(case_id).notebook.of_kind(Competence)
    assert {one.consent for _, one in asked} == {yes.filed}
    assert reasons(lambda: rights.remove(cases, yes)) == (No.RESTED_ON,)


def test_a_request_for_access_is_among_what_is_due_until_it_is_answered(
    cases: Cases, case_id: bytes, file: File, look: Open
) -> None:
    asked = AccessRequest(AccessLaw.OPENNESS, TODAY, date(2026, 12, 1))
    file(case_id, asked)
    (due,) = look(case_id).registration.due
    assert (due.kind, due.day) == (DueKind.ACCESS, date(2026, 12, 1))
    answered = replace(asked, answered=TODAY, result="granted")
    assert rights.put(cases, place(look, case_id, AccessRequest), answered) is Done.YES
    assert look(case_id).registration.due == ()


def test_of_two_who_withdraw_and_disclose_at_once_the_rule_decides(
    office: Office, cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    where = place(look, council, Consent)

    def disclose() -> Done | None:
        try:
            return rights.file(office.work_of(office.adviser), council, b"f" * 16, TOLD)
        except RefusedError:
            return None

    with ThreadPoolExecutor(2) as both:
        told = both.submit(disclose)
        gone = both.submit(lambda: rights.put(cases, where, replace(YES, withdrawn=YESTERDAY)))
    assert gone.result() is Done.YES
    disclosed = look(council).notebook.of_kind(Disclosure)
    assert len(disclosed) == (told.result() is Done.YES)
    assert reasons(lambda: file(council, replace(TOLD, what="Once more"))) == (No.NO_CONSENT,)


def test_who_was_slower_overwrites_nothing(
    cases: Cases, council: bytes, file: File, look: Open
) -> None:
    file(council, YES)
    where = place(look, council, Consent)
    assert rights.put(cases, where, replace(YES, words="Mine")) is Done.YES
    assert rights.put(cases, where, replace(YES, words="Theirs")) is Done.CHANGED
    assert rights.remove(cases, where) is Done.CHANGED


def test_a_case_that_is_closed_to_the_member_takes_nothing(office: Office, council: bytes) -> None:
    theirs = office.work_of(office.reserve)
    assert rights.file(theirs, council, b"f", YES) is Done.CLOSED_TO_YOU
    assert rights.put(theirs, Place(council, b"n" * 16, 1), YES) is Done.CLOSED_TO_YOU
    assert rights.remove(theirs, Place(council, b"n" * 16, 1)) is Done.CLOSED_TO_YOU
    assert rights.look(theirs, council) is None
