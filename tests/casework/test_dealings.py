"""Mediation, proposals and a council member's support: what nobody agreed to, nothing files."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.casework.records import close_case
from tests.support.office import Office
from tests.support.registered import registered
from whistle.casework import dealings, rights
from whistle.casework.acts import Closing, Done, close, undo
from whistle.casework.anonymising import Facts, record_of
from whistle.casework.cases import OpenedCase
from whistle.casework.dealings import HinderedError
from whistle.casework.filing import Place
from whistle.casework.rights import RefusedError
from whistle.casework.service import CaseworkService
from whistle.casework.timeline import What, timeline
from whistle.domain.agreed import Why
from whistle.domain.filed import Consent, Disclosure, DisclosureGround, Purpose
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.legal_clock import Deadlines
from whistle.domain.mediation import Mediation, Meeting, Present, Result
from whistle.domain.registration import DueKind, Enquiry
from whistle.domain.rules_disclosure import No
from whistle.domain.support import Help, Level, Risk, Support, Wish
from whistle.keys.filed import Dealing
from whistle.keys.keyring import Keyring

TODAY, YESTERDAY, LATER = date(2026, 11, 20), date(2026, 11, 19), date(2026, 12, 20)
YES = Consent("bl", TODAY, "phone", purpose=Purpose.MEDIATION)
PROPOSAL_YES = replace(YES, purpose=Purpose.PROPOSAL)
COUNCIL_YES = Consent("person", TODAY, purpose=Purpose.MEDIATION, limits=TODAY)
PLANNED = Mediation("bl", TODAY, "En fastlåst sag")
AGREED = replace(PLANNED, agreed=TODAY, agreed_how="mail")
SETTLED = replace(AGREED, agreement="Et fast møde", settled=TODAY, follow_up=LATER)
PROPOSAL = Improvement("bl", "Ring først", "Opkald", passed_on=TODAY, reply_by=LATER)
Look = Callable[[bytes], OpenedCase]


@pytest.fixture
def cases(office: Office) -> CaseworkService:
    return office.work_of(office.adviser)


@pytest.fixture
def council(office: Office) -> bytes:
    return office.case_of(office.reporter().report(channel="council"))


@pytest.fixture
def look(cases: CaseworkService) -> Look:
    def look_at(case_id: bytes) -> OpenedCase:
        opened = dealings.look(cases, case_id)
        assert opened is not None
        return opened

    return look_at


def form() -> bytes:
    return secrets.token_bytes(16)


def why(act: Callable[[], object]) -> Why:
    with pytest.raises(HinderedError) as hindered:
        act()
    return hindered.value.why


def closed(cases: CaseworkService, case_id: bytes) -> Done:
    opened = cases.open(case_id)
    assert opened is not None
    return close(cases, case_id, Closing(form(), len(opened.messages)))


def papers(opened: OpenedCase) -> list[Dealing]:
    """Give what papers are made of."""
    mediations = [thing for _, thing in opened.notebook.of_kind(Mediation)]
    return [*mediations, *(thing for _, thing in opened.notebook.of_kind(Improvement))]


def place(look: Look, case_id: bytes, kind: type[Dealing | Consent]) -> Place:
    """Give the newest version of the only thing of a kind."""
    ((kept, _),) = look(case_id).notebook.of_kind(kind)
    return Place(case_id, kept.filed_id, kept.newest.version)


def test_a_yes_is_filed_with_the_mediation_both_or_nothing(
    cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    assert why(lambda: dealings.file(cases, case_id, form(), AGREED)) is Why.NO_CONSENT
    assert not look(case_id).notebook.filed
    late = replace(AGREED, agreement="Et møde", settled=YESTERDAY)
    assert why(lambda: dealings.file(cases, case_id, form(), late, YES)) is Why.NO_CONSENT
    assert not look(case_id).notebook.filed
    assert dealings.file(cases, case_id, form(), AGREED, YES) is Done.YES
    ((_, mediation),) = look(case_id).notebook.of_kind(Mediation)
    ((yes, _),) = look(case_id).notebook.of_kind(Consent)
    assert mediation.consent == yes.filed_id


def test_a_plan_takes_no_yes_and_meetings_and_agreements_take_both(
    cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    assert dealings.file(cases, case_id, form(), PLANNED) is Done.YES
    where = place(look, case_id, Mediation)
    meeting = Meeting(where.filed, TODAY, "Biblioteket", (Present.CITIZEN, Present.MANAGER))
    assert why(lambda: dealings.file(cases, case_id, form(), meeting)) is Why.NO_CONSENT
    assert why(lambda: dealings.put(cases, where, SETTLED)) is Why.NO_CONSENT
    rights.file(cases, case_id, form(), YES)
    assert why(lambda: dealings.file(cases, case_id, form(), meeting)) is Why.OTHER_SIDE_MISSING
    assert dealings.put(cases, where, AGREED) is Done.YES
    assert dealings.file(cases, case_id, form(), meeting) is Done.YES
    assert dealings.put(cases, replace(where, version=2), SETTLED) is Done.YES
    nowhere = replace(meeting, mediation=b"n" * 16)
    assert why(lambda: dealings.file(cases, case_id, form(), nowhere)) is Why.UNKNOWN
    dues = {(one.kind, one.day) for one in look(case_id).registration.due}
    assert dues == {(DueKind.FOLLOW_UP, LATER)}


def test_a_yes_to_one_thing_lets_nothing_else_leave(cases: CaseworkService, case_id: bytes) -> None:
    rights.file(cases, case_id, form(), YES)
    assert why(lambda: dealings.file(cases, case_id, form(), PROPOSAL)) is Why.NO_CONSENT
    told = Disclosure("bl", TODAY, DisclosureGround.CONSENT, "Hele sagen")
    with pytest.raises(RefusedError) as refused:
        rights.file(cases, case_id, form(), told)
    assert refused.value.reasons == (No.NO_CONSENT,)


def test_a_withdrawn_yes_stops_the_paper_and_what_it_was_given_for_stays(
    cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    dealings.file(cases, case_id, form(), SETTLED, YES)
    dealings.file(cases, case_id, form(), PROPOSAL, PROPOSAL_YES)
    opened = look(case_id)
    for thing in papers(opened):
        assert dealings.hindered_paper(cases, opened, thing) is None
    for kept, yes in opened.notebook.of_kind(Consent):
        where = Place(case_id, kept.filed_id, 1)
        with pytest.raises(RefusedError):
            rights.remove(cases, where)
        with pytest.raises(RefusedError):  # it was for that, and for nothing else
            rights.put(cases, where, replace(yes, purpose=Purpose.CASE))
        assert rights.put(cases, where, replace(yes, withdrawn=TODAY)) is Done.YES
    opened = look(case_id)
    for thing in papers(opened):
        assert dealings.hindered_paper(cases, opened, thing) is Why.WITHDRAWN
    where = place(look, case_id, Improvement)
    answered = replace(PROPOSAL, answered=TODAY, answer="Ja", taken_up=TakenUp.PARTLY)
    assert dealings.put(cases, where, answered) is Done.YES
    ((_, kept_on),) = look(case_id).notebook.of_kind(Improvement)
    assert kept_on.consent


def test_a_double_click_files_once_and_who_was_slower_overwrites_nothing(
    cases: CaseworkService, office: Office, deputy: Keyring, case_id: bytes, look: Look
) -> None:
    assert dealings.file(cases, case_id, b"form", AGREED, YES) is Done.YES
    assert dealings.file(cases, case_id, b"form", AGREED, YES) is Done.ALREADY
    assert len(look(case_id).notebook.filed) == 2
    where, other = place(look, case_id, Mediation), office.work_of(deputy)
    assert dealings.put(cases, where, SETTLED) is Done.YES
    slower = replace(SETTLED, agreement="Noget andet")
    assert dealings.put(other, where, slower) is Done.CHANGED
    assert dealings.put(other, replace(where, version=2), slower) is Done.YES
    assert dealings.put(other, replace(where, version=3), slower) is Done.ALREADY
    assert dealings.remove(cases, replace(where, version=2)) is Done.CHANGED


def test_of_two_who_withdraw_and_pass_on_at_once_the_rule_decides(
    cases: CaseworkService, office: Office, deputy: Keyring, case_id: bytes, look: Look
) -> None:
    yes = replace(PROPOSAL_YES, given=YESTERDAY)
    rights.file(cases, case_id, form(), yes)
    ((kept, _),) = look(case_id).notebook.of_kind(Consent)
    place_of_it = Place(case_id, kept.filed_id, 1)

    def pass_on() -> str:
        try:
            return dealings.file(office.work_of(deputy), case_id, form(), PROPOSAL).value
        except HinderedError as hindered:
            return hindered.why.value

    with ThreadPoolExecutor(2) as pool:
        withdrawn = pool.submit(rights.put, cases, place_of_it, replace(yes, withdrawn=YESTERDAY))
        passed_on = pool.submit(pass_on)
    assert withdrawn.result() is Done.YES
    assert passed_on.result() in {Done.YES.value, Why.WITHDRAWN.value}
    assert bool(look(case_id).notebook.of_kind(Improvement)) is (
        passed_on.result() == Done.YES.value
    )


def test_a_mediation_with_meetings_stays_and_what_is_struck_comes_back(
    cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    dealings.file(cases, case_id, form(), AGREED, YES)
    where = place(look, case_id, Mediation)
    dealings.file(cases, case_id, form(), Meeting(where.filed, LATER))
    assert why(lambda: dealings.remove(cases, where)) is Why.RESTED_ON
    assert dealings.remove(cases, place(look, case_id, Meeting)) is Done.YES
    assert not look(case_id).registration.due
    assert undo(cases, case_id, look(case_id).version) is Done.YES
    assert [one.kind for one in look(case_id).registration.due] == [DueKind.MEETING]
    assert rights.remove(cases, where) is Done.ALREADY  # another page's button
    assert dealings.remove(cases, place(look, case_id, Meeting)) is Done.YES
    assert dealings.remove(cases, where) is Done.YES


def test_each_door_has_its_own(
    cases: CaseworkService, case_id: bytes, council: bytes, office: Office
) -> None:
    whistleblower = office.case_of(office.reporter().report(channel="whistleblower"))
    wish, risk = Wish("advice", TODAY), Risk(Level.LOW, TODAY)
    for case, wrong in (
        (case_id, (wish, risk, Support(Help.TALK, TODAY))),
        (council, (PROPOSAL,)),
        (whistleblower, (wish, risk, PLANNED, PROPOSAL, Support(Help.TALK, TODAY))),
    ):
        for thing in wrong:
            file = partial(dealings.file, cases, case, form(), thing)
            assert why(file) is Why.NOT_HERE


def test_the_newest_wish_stands_and_the_registration_says_so(
    cases: CaseworkService, council: bytes, look: Look
) -> None:
    assert dealings.file(cases, council, form(), Wish("mediation", TODAY)) is Done.YES
    assert dealings.file(cases, council, form(), Wish("record_only", YESTERDAY)) is Done.YES
    opened = look(council)
    assert dealings.standing_wish(opened) == opened.registration.enquiry.wish == "mediation"
    assert why(lambda: dealings.file(cases, council, form(), Wish("fame", TODAY))) is Why.UNKNOWN
    assert dealings.file(cases, council, form(), Wish("advice", TODAY)) is Done.YES
    assert look(council).registration.enquiry.wish == "advice"


def test_support_by_the_law_says_how_it_is_tied_to_the_office(
    cases: CaseworkService, council: bytes, look: Look
) -> None:
    given = Support(Help.POLICE, TODAY, granted=True)
    assert why(lambda: dealings.file(cases, council, form(), given)) is Why.NO_TIE
    tied = replace(given, tie="Truslen kom efter byrådsmødet.")
    assert dealings.file(cases, council, form(), tied) is Done.YES
    assert {one.what for one in timeline(look(council))} >= {What.SUPPORTED}


def test_what_the_mayor_did_is_told_to_nobody_whom_the_mayor_leads(
    cases: CaseworkService, council: bytes
) -> None:
    registered(cases, council, Enquiry(casework=True, reported_role="mayor"))
    for recipient, allowed in (("group_chair", False), ("bl", False), ("council", True)):
        yes = Consent(recipient, TODAY, limits=TODAY)
        rights.file(cases, council, form(), yes)
        told = Disclosure(recipient, TODAY, DisclosureGround.CONSENT, "Det hele")
        if allowed:
            assert rights.file(cases, council, form(), told) is Done.YES
            continue
        with pytest.raises(RefusedError) as refused:
            rights.file(cases, council, form(), told)
        assert refused.value.reasons == (No.MAYOR_REPORTED,)
    chair = Mediation("group_chair", TODAY)
    assert why(lambda: dealings.file(cases, council, form(), chair)) is Why.MAYOR_REPORTED
    talk = Mediation("person", TODAY, agreed=TODAY)
    assert dealings.file(cases, council, form(), talk, COUNCIL_YES) is Done.YES


def test_a_yes_without_the_limits_brings_nothing_at_the_councils_door(
    cases: CaseworkService, council: bytes, look: Look
) -> None:
    talk = Mediation("person", TODAY, agreed=TODAY)
    unasked = replace(COUNCIL_YES, limits=None)
    assert why(lambda: dealings.file(cases, council, form(), talk, unasked)) is Why.NO_CONSENT
    assert not look(council).notebook.filed


def test_a_council_members_record_tells_the_term_whatever_was_done(
    cases: CaseworkService, council: bytes, look: Look
) -> None:
    for thing, yes in (
        (Wish("mediation", TODAY), None),
        (Risk(Level.HIGH, TODAY, "Trusler", "Politiet"), None),
        (Support(Help.PSYCHOLOGIST, TODAY, "En psykolog"), None),
        (Mediation("person", TODAY, agreed=TODAY, result=Result.NONE, ended=TODAY), COUNCIL_YES),
    ):
        assert dealings.file(cases, council, form(), thing, yes) is Done.YES
    opened = look(council)
    known = replace(opened.registration, closed=TODAY)
    facts = Facts(opened.inbox, opened.case, Deadlines(7, 3), opened.notebook.filed)
    record = record_of(facts, known)
    assert record is not None
    assert (record.received, record.closed) == (date(2026, 1, 1), None)
    assert (record.mediations, record.proposals) == ((), ())
    with pytest.raises(ValueError, match="term"):
        replace(record, mediations=(Result.NONE,))


def test_a_citizens_record_tells_what_came_of_it_and_no_more(
    cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    done = replace(SETTLED, result=Result.PARTLY, ended=TODAY)
    dealings.file(cases, case_id, form(), done, YES)
    answered = replace(PROPOSAL, answered=TODAY, taken_up=TakenUp.YES)
    dealings.file(cases, case_id, form(), answered, PROPOSAL_YES)
    close_case(cases, case_id, "Vi lukker sagen.")
    opened = look(case_id)
    facts = Facts(opened.inbox, opened.case, Deadlines(7, 3), opened.notebook.filed)
    record = record_of(facts, opened.registration)
    assert record is not None
    assert (record.mediations, record.proposals) == ((Result.PARTLY,), (TakenUp.YES,))


def test_mere_disagreement_is_not_closed_before_the_member_has_been_guided(
    cases: CaseworkService, council: bytes
) -> None:
    enquiry = Enquiry(casework=True, outcome="rejected", rejection="political_disagreement")
    registered(cases, council, enquiry)
    assert closed(cases, council) is Done.INCOMPLETE
    cases.answer(council, b"f", "Tag det op i din gruppe.", (), is_feedback=False)
    assert closed(cases, council) is Done.YES


def test_a_mediation_goes_no_further_when_it_is_said_later_that_the_mayor_is_reported(
    cases: CaseworkService, council: bytes, look: Look
) -> None:
    yes = replace(COUNCIL_YES, recipient="group_chair")
    begun = replace(SETTLED, other_side="group_chair")
    assert dealings.file(cases, council, form(), begun, yes) is Done.YES
    where = place(look, council, Mediation)
    planned, again = Meeting(where.filed, TODAY, "Rådhuset"), Meeting(where.filed, LATER)
    assert dealings.file(cases, council, form(), planned) is Done.YES
    registered(cases, council, Enquiry(casework=True, reported_role="mayor"))
    opened = look(council)
    ((_, mediation),) = opened.notebook.of_kind(Mediation)
    assert dealings.hindered_paper(cases, opened, mediation) is Why.MAYOR_REPORTED
    assert why(lambda: dealings.file(cases, council, form(), again)) is Why.MAYOR_REPORTED
    held = replace(planned, present=(Present.OTHER_SIDE,))
    meeting = place(look, council, Meeting)
    assert why(lambda: dealings.put(cases, meeting, held)) is Why.MAYOR_REPORTED
    later = replace(mediation, settled=LATER)
    assert why(lambda: dealings.put(cases, where, later)) is Why.MAYOR_REPORTED
    ended = replace(mediation, result=Result.BROKEN_OFF, ended=TODAY, withdrew=TODAY)
    assert dealings.put(cases, where, ended) is Done.YES


def test_a_planned_meeting_is_not_held_after_the_yes_was_taken_back(
    office: Office, cases: CaseworkService, case_id: bytes, look: Look
) -> None:
    assert dealings.file(cases, case_id, form(), AGREED, YES) is Done.YES
    mediation = place(look, case_id, Mediation).filed
    planned, early = Meeting(mediation, LATER, "Biblioteket"), Meeting(mediation, TODAY)
    assert dealings.file(cases, case_id, form(), planned) is Done.YES
    where = place(look, case_id, Meeting)
    office.later(days=2)
    taken = replace(YES, withdrawn=date(2026, 11, 22))
    assert rights.put(cases, place(look, case_id, Consent), taken) is Done.YES
    office.later(days=30)
    held = replace(planned, present=(Present.CITIZEN, Present.MANAGER), minutes="Vi mødtes")
    assert why(lambda: dealings.put(cases, where, held)) is Why.WITHDRAWN
    before = replace(early, minutes="Vi mødtes, før det blev trukket tilbage")
    assert dealings.put(cases, where, before) is Done.YES
    told = replace(before, minutes="Vi mødtes kort")
    assert dealings.put(cases, replace(where, version=2), told) is Done.YES
