"""The council's door: who is told when the mayor is reported, what is informed, what stands."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.council import (
    contradicts_disagreement,
    needs_guidance,
    refuses_recipient,
)
from whistle.domain.filed import Consent, Purpose
from whistle.domain.profile import load_profile
from whistle.domain.registration import Enquiry
from whistle.domain.rules_disclosure import No, consent_refusals, recipients_of
from whistle.domain.support import (
    Help,
    Level,
    Risk,
    Support,
    newest,
    support_hindrance,
)

OFFICE = load_profile("stevns").office
DAY = date(2026, 11, 10)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
COUNCIL = Channel.COUNCIL
YES = Consent("person", DAY, limits=DAY)
EVERYBODY = [one.id for one in recipients_of(OFFICE, COUNCIL)]


def test_of_the_mayor_nobody_is_told_whom_the_mayor_leads() -> None:
    told = {one for one in EVERYBODY if not refuses_recipient(COUNCIL, OFFICE, "mayor", one)}
    assert told == {"person", "council", "lawyer", "support", "police", "authority"}


@pytest.mark.parametrize("role", ["", "member", "committee_chair", "employee", "citizen"])
def test_of_others_every_recipient_can_be_told_with_consent(role: str) -> None:
    assert not any(refuses_recipient(COUNCIL, OFFICE, role, one) for one in EVERYBODY)


def test_the_citizens_door_knows_no_such_rule() -> None:
    assert not refuses_recipient(Channel.CITIZEN, OFFICE, "mayor", "bl")


@pytest.mark.parametrize(
    ("consent", "reasons"),
    [
        (YES, []),
        (replace(YES, limits=BEFORE), []),
        (replace(YES, limits=None), [No.LIMITS_FIRST]),
        (replace(YES, limits=AFTER), [No.LIMITS_FIRST]),
        (replace(YES, purpose=Purpose.MEDIATION), []),
        (replace(YES, purpose=Purpose.MEDIATION, recipient="bl"), [No.PURPOSE_NOT_HERE]),
        (replace(YES, purpose=Purpose.PROPOSAL), [No.PURPOSE_NOT_HERE]),
        (replace(YES, recipient="mayor"), [No.UNKNOWN_RECIPIENT]),
    ],
)
def test_a_council_members_yes_counts_when_they_were_told_the_limits_first(
    consent: Consent, reasons: list[No]
) -> None:
    assert consent_refusals(COUNCIL, OFFICE, consent) == reasons


@pytest.mark.parametrize(
    ("channel", "purpose", "recipient", "allowed"),
    [
        (Channel.CITIZEN, Purpose.CASE, "lawyer", True),
        (Channel.CITIZEN, Purpose.MEDIATION, "bl", True),
        (Channel.CITIZEN, Purpose.PROPOSAL, "bl", True),
        (Channel.CITIZEN, Purpose.MEDIATION, "lawyer", False),
        (Channel.CITIZEN, Purpose.PROPOSAL, "police", False),
        (Channel.WHISTLEBLOWER, Purpose.CASE, "police", True),
        (Channel.WHISTLEBLOWER, Purpose.MEDIATION, "bl", False),
        (Channel.WHISTLEBLOWER, Purpose.PROPOSAL, "bl", False),
    ],
)
def test_a_yes_is_for_one_purpose_and_each_door_has_its_own(
    channel: Channel, purpose: Purpose, recipient: str, *, allowed: bool
) -> None:
    refused = consent_refusals(channel, OFFICE, Consent(recipient, DAY, purpose=purpose))
    assert (not refused) is allowed


def test_political_disagreement_is_rejected_with_guidance_and_abuse_is_none() -> None:
    rejected = Enquiry(rejection="political_disagreement")
    assert needs_guidance(COUNCIL, rejected)
    assert not needs_guidance(COUNCIL, Enquiry(rejection="other_body"))
    assert not needs_guidance(Channel.CITIZEN, rejected)
    assert not contradicts_disagreement(rejected)
    assert contradicts_disagreement(replace(rejected, behaviours=("threat",)))


def test_the_ground_for_it_is_in_every_profile() -> None:
    for name in ("stevns", "ringsted", "gentofte", "aalborg"):
        council = load_profile(name).office.council
        assert "political_disagreement" in {one.id for one in council.rejections}
        assert "mayor" in {one.id for one in council.roles}
        assert "record_only" in {one.id for one in council.wishes}


def test_what_the_municipality_grants_is_tied_to_the_office() -> None:
    given = Support(Help.PSYCHOLOGIST, DAY)
    assert support_hindrance(given) is None
    assert support_hindrance(replace(given, granted=True)) is Why.NO_TIE
    assert support_hindrance(replace(given, granted=True, tie=" ")) is Why.NO_TIE
    assert support_hindrance(replace(given, granted=True, tie="Trusler efter et møde")) is None


def test_the_newest_assessment_stands_and_of_one_day_the_one_that_was_filed_last() -> None:
    low, high = Risk(Level.LOW, DAY), Risk(Level.HIGH, DAY)
    assert newest([low, high]) is high
    assert newest([high, low]) is low
    assert newest([high, Risk(Level.LOW, BEFORE)]) is high
    assert newest(()) is None
