"""What may be passed on to a centre, when its reply is due, and how long replies take."""

from dataclasses import replace
from datetime import date

import pytest

from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Referral
from whistle.domain.profile import load_profile
from whistle.domain.referral import (
    Hindrance,
    ReplyTime,
    consent_for,
    days_waiting,
    hindrance,
    reply_by,
    reply_times,
)

SENT = date(2026, 11, 20)  # a Friday
LETTER = Referral("bl", SENT, date(2026, 12, 4))
NAMED = replace(LETTER, with_identity=True)
PLAIN = Consent("bl", SENT)
TELLS = Consent("bl", SENT, with_identity=True)
OFFICE = load_profile("stevns").office


def why(channel: Channel, meant: Referral, *consents: Consent, today: date = SENT) -> object:
    given = {bytes([number]) * 16: one for number, one in enumerate(consents)}
    return hindrance(channel, OFFICE, given, meant, today)


@pytest.mark.parametrize("channel", list(Channel))
def test_identity_needs_a_consent_for_this_centre_that_says_so(channel: Channel) -> None:
    refused = Hindrance.NO_IDENTITY_WITHOUT_CONSENT
    assert why(channel, NAMED) is refused
    assert why(channel, NAMED, PLAIN) is refused
    assert why(channel, NAMED, replace(TELLS, recipient="am")) is refused
    assert why(channel, NAMED, replace(TELLS, given=date(2026, 11, 21))) is refused
    assert why(channel, NAMED, PLAIN, TELLS) is None


@pytest.mark.parametrize("channel", list(Channel))
def test_only_a_council_members_report_needs_consent_without_identity(channel: Channel) -> None:
    needs = Hindrance.NOTHING_WITHOUT_CONSENT if channel is Channel.COUNCIL else None
    assert why(channel, LETTER) is needs
    assert why(channel, LETTER, replace(PLAIN, recipient="am")) is needs
    assert why(channel, LETTER, PLAIN) is None


def test_a_consent_holds_until_the_day_it_is_withdrawn() -> None:
    withdrawn = replace(TELLS, withdrawn=date(2026, 11, 25))
    assert why(Channel.CITIZEN, NAMED, withdrawn, today=date(2026, 11, 24)) is None
    assert why(Channel.CITIZEN, NAMED, withdrawn, today=date(2026, 11, 25)) is not None
    late = replace(NAMED, sent=SENT)  # filed after the consent was withdrawn
    assert why(Channel.CITIZEN, late, withdrawn, today=date(2026, 12, 1)) is not None


def test_nobody_but_a_centre_of_the_municipality_is_written_to() -> None:
    assert why(Channel.CITIZEN, replace(LETTER, centre="zz")) is Hindrance.NO_RECIPIENT


def test_a_letter_rests_on_the_consent_that_is_enough() -> None:
    consents = {b"1" * 16: PLAIN, b"2" * 16: TELLS}
    assert consent_for(consents, NAMED, SENT) == b"2" * 16
    assert consent_for(consents, LETTER, SENT) == b"1" * 16
    assert consent_for({}, LETTER, SENT) is None


def test_a_reply_is_due_after_so_many_working_days() -> None:
    assert reply_by(SENT, 1) == date(2026, 11, 23)
    assert reply_by(SENT, 10) == date(2026, 12, 4)
    assert reply_by(date(2026, 12, 23), 2) == date(2026, 12, 28)  # Christmas is none


def test_reply_times_are_of_replies_that_came() -> None:
    in_time = replace(LETTER, replied=date(2026, 12, 4))
    late = replace(LETTER, division="skole", replied=date(2026, 12, 5))
    given_up = replace(LETTER, unanswered="Centeret svarer ikke.")
    assert reply_times([LETTER, in_time, late, given_up]) == [
        ReplyTime("bl", "", 14, in_time=True),
        ReplyTime("bl", "skole", 15, in_time=False),
    ]


def test_waiting_is_counted_from_the_letter() -> None:
    assert days_waiting(LETTER, SENT) == 0
    assert days_waiting(LETTER, date(2026, 12, 1)) == 11
