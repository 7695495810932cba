"""Mediation: nothing goes on without the yes of both, and each is asked about its own day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Purpose
from whistle.domain.mediation import (
    Mediation,
    Meeting,
    Present,
    hindrance,
    mediation_hindrance,
    other_sides,
    paper_hindrance,
)
from whistle.domain.profile import load_profile
from whistle.domain.registration import DueKind

OFFICE = load_profile("stevns").office
DAY = date(2026, 11, 10)
YES = Consent("bl", DAY, "phone", purpose=Purpose.MEDIATION)
PLANNED = Mediation("bl", DAY)
AGREED = replace(PLANNED, agreed=DAY, agreed_how="mail")
SETTLED = replace(AGREED, agreement="Et møde om året", settled=DAY)
Consents = Mapping[bytes, Consent]


def days(number: int) -> date:
    return DAY + timedelta(days=number)


def of(*consents: Consent) -> Consents:
    return {bytes([index]): one for index, one in enumerate(consents)}


@pytest.mark.parametrize(
    ("consents", "mediation", "day", "why"),
    [
        (of(YES), AGREED, DAY, None),
        (of(YES), AGREED, days(9), None),
        (of(), AGREED, DAY, Why.NO_CONSENT),
        (of(YES), PLANNED, DAY, Why.OTHER_SIDE_MISSING),
        (of(YES), AGREED, days(-1), Why.NO_CONSENT),
        (of(YES), replace(AGREED, agreed=days(2)), days(1), Why.OTHER_SIDE_MISSING),
        (of(replace(YES, recipient="so")), AGREED, DAY, Why.NO_CONSENT),
        (of(replace(YES, purpose=Purpose.CASE)), AGREED, DAY, Why.NO_CONSENT),
        (of(replace(YES, purpose=Purpose.PROPOSAL)), AGREED, DAY, Why.NO_CONSENT),
        (of(replace(YES, withdrawn=days(1))), AGREED, days(1), None),
        (of(replace(YES, withdrawn=days(1))), AGREED, days(2), Why.WITHDRAWN),
        (of(YES), replace(AGREED, withdrew=days(1)), days(1), None),
        (of(YES), replace(AGREED, withdrew=days(1)), days(2), Why.OTHER_SIDE_WITHDREW),
    ],
)
def test_a_meeting_takes_the_yes_of_both_on_its_day(
    consents: Consents, mediation: Mediation, day: date, why: Why | None
) -> None:
    assert hindrance(consents, mediation, day) is why


def test_from_the_day_that_either_takes_it_back_nothing_leaves_any_more() -> None:
    assert paper_hindrance(of(YES), SETTLED, days(1)) is None
    back = of(replace(YES, withdrawn=days(1)))
    assert paper_hindrance(back, SETTLED, days(1)) is Why.WITHDRAWN
    stopped = replace(SETTLED, withdrew=days(1))
    assert paper_hindrance(of(YES), stopped, days(1)) is Why.OTHER_SIDE_WITHDREW
    assert paper_hindrance(of(YES), AGREED, days(1)) is Why.NOTHING_AGREED


def test_to_plan_one_takes_nobodys_yes_and_to_have_asked_the_other_side_the_persons_own() -> None:
    def judged(mediation: Mediation, consents: Consents, before: Mediation | None = None) -> object:
        return mediation_hindrance(Channel.CITIZEN, OFFICE, consents, mediation, before)

    assert judged(PLANNED, of()) is None
    assert judged(AGREED, of()) is Why.NO_CONSENT
    assert judged(replace(PLANNED, withdrew=DAY), of()) is Why.NO_CONSENT
    assert judged(AGREED, of(YES)) is None
    assert judged(replace(SETTLED, agreed=None), of(YES)) is Why.OTHER_SIDE_MISSING
    back = of(replace(YES, withdrawn=days(1)))
    late = replace(SETTLED, settled=days(2))
    assert judged(late, back) is Why.WITHDRAWN
    assert judged(replace(late, findings="Det går godt"), back, late) is None  # it happened
    moved = replace(SETTLED, other_side="so")
    assert judged(moved, of(YES), SETTLED) is Why.NO_CONSENT
    assert judged(replace(PLANNED, other_side="mayor"), of(YES)) is Why.UNKNOWN


@pytest.mark.parametrize("door", Channel)
def test_nobody_mediates_with_the_mayor_and_nothing_of_a_whistleblowers_report(
    door: Channel,
) -> None:
    sides = {one.id for one in other_sides(door, OFFICE)}
    centres = {one.id for one in OFFICE.centres}
    assert bool(sides) is (door is not Channel.WHISTLEBLOWER)
    assert (sides <= centres) is (door is not Channel.COUNCIL)
    assert not sides & centres or door is Channel.CITIZEN
    meant = mediation_hindrance(Channel.WHISTLEBLOWER, OFFICE, of(YES), PLANNED)
    assert meant is Why.NOT_HERE


def test_a_meeting_is_due_until_it_was_held_and_an_agreement_until_it_was_followed_up() -> None:
    meeting = Meeting(b"m" * 16, days(4))
    assert meeting.due == (DueKind.MEETING, days(4))
    assert replace(meeting, present=(Present.CITIZEN, Present.MANAGER)).due is None
    assert replace(meeting, minutes="Begge kom.").due is None
    followed = replace(SETTLED, follow_up=days(30))
    assert followed.due == (DueKind.FOLLOW_UP, days(30))
    assert replace(followed, followed_up=days(31)).due is None
    assert SETTLED.due is None
