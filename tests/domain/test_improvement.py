"""Proposals for improvement leave by the citizen's yes to exactly that."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Purpose
from whistle.domain.improvement import Improvement, improvement_hindrance, letter_hindrance
from whistle.domain.profile import load_profile
from whistle.domain.registration import DueKind

OFFICE = load_profile("stevns").office
DAY = date(2026, 11, 10)
NEXT = DAY + timedelta(days=1)
YES = Consent("bl", DAY, purpose=Purpose.PROPOSAL)
WRITTEN = Improvement("bl", "Ring, før der bliver truffet en afgørelse.")
PASSED_ON = replace(WRITTEN, passed_on=DAY, reply_by=NEXT)


@pytest.mark.parametrize(
    ("proposal", "consent", "why"),
    [
        (WRITTEN, None, None),
        (PASSED_ON, YES, None),
        (PASSED_ON, None, Why.NO_CONSENT),
        (PASSED_ON, replace(YES, purpose=Purpose.CASE, with_identity=True), Why.NO_CONSENT),
        (PASSED_ON, replace(YES, purpose=Purpose.MEDIATION), Why.NO_CONSENT),
        (PASSED_ON, replace(YES, recipient="so"), Why.NO_CONSENT),
        (PASSED_ON, replace(YES, given=NEXT), Why.NO_CONSENT),
        (PASSED_ON, replace(YES, withdrawn=DAY), None),
        (replace(PASSED_ON, passed_on=NEXT), replace(YES, withdrawn=DAY), Why.WITHDRAWN),
        (replace(WRITTEN, centre="mayor"), YES, Why.UNKNOWN),
    ],
)
def test_it_is_passed_on_by_a_yes_to_a_proposal_for_that_centre_on_that_day(
    proposal: Improvement, consent: Consent | None, why: Why | None
) -> None:
    consents = {b"c": consent} if consent else {}
    assert improvement_hindrance(Channel.CITIZEN, OFFICE, consents, proposal) is why


@pytest.mark.parametrize("door", [Channel.COUNCIL, Channel.WHISTLEBLOWER])
def test_only_citizens_propose(door: Channel) -> None:
    assert improvement_hindrance(door, OFFICE, {b"c": YES}, WRITTEN) is Why.NOT_HERE


def test_a_consent_that_is_taken_back_stops_the_letter_on_that_very_day() -> None:
    assert letter_hindrance({b"c": YES}, WRITTEN, NEXT) is None
    assert letter_hindrance({b"c": replace(YES, withdrawn=NEXT)}, WRITTEN, NEXT) is Why.WITHDRAWN
    assert letter_hindrance({}, WRITTEN, NEXT) is Why.NO_CONSENT


def test_what_has_left_has_left_and_its_answer_is_noted_after_the_withdrawal() -> None:
    consents = {b"c": replace(YES, withdrawn=DAY - timedelta(days=1))}
    answered = replace(PASSED_ON, answered=NEXT, answer="Det gør vi.")
    assert improvement_hindrance(Channel.CITIZEN, OFFICE, consents, answered, PASSED_ON) is None
    again = replace(answered, passed_on=NEXT)
    why = improvement_hindrance(Channel.CITIZEN, OFFICE, consents, again, PASSED_ON)
    assert why is Why.WITHDRAWN


def test_the_centres_answer_is_due_from_the_day_it_was_passed_on_until_it_came() -> None:
    assert PASSED_ON.due == (DueKind.ANSWER, NEXT)
    assert replace(PASSED_ON, answered=NEXT).due is None
    assert replace(WRITTEN, reply_by=NEXT).due is None
