"""What may be passed on to a centre, and when its reply is due."""

from dataclasses import replace
from datetime import date

import pytest

from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Referral
from whistle.domain.office import Centre, Choice
from whistle.domain.profile import load_profile
from whistle.domain.referral import (
    Hindrance,
    consent_for,
    days_waiting,
    hindrance,
    office_naming,
    receiving,
    reply_by,
)

SENT = date(2026, 11, 20)  # a Friday
LETTER = Referral("bl", SENT, date(2026, 12, 4))
NAMED = replace(LETTER, with_identity=True)
PLAIN = Consent("bl", SENT)
TELLS = Consent("bl", SENT, with_identity=True)
OFFICE = load_profile("stevns").office


def why(channel: Channel, meant: Referral, *consents: Consent, made: date | None = SENT) -> object:
    given = {bytes([number]) * 16: one for number, one in enumerate(consents)}
    return hindrance(channel, OFFICE, given, meant, made)


@pytest.mark.parametrize("channel", list(Channel))
def test_identity_needs_a_consent_for_this_centre_that_says_so(channel: Channel) -> None:
    refused = Hindrance.NO_IDENTITY_WITHOUT_CONSENT
    assert why(channel, NAMED) is refused
    assert why(channel, NAMED, PLAIN) is refused
    assert why(channel, NAMED, replace(TELLS, recipient="am")) is refused
    assert why(channel, NAMED, replace(TELLS, given=date(2026, 11, 21))) is refused
    assert why(channel, NAMED, PLAIN, TELLS) is None


@pytest.mark.parametrize("channel", list(Channel))
def test_without_identity_only_a_whistleblowers_report_needs_no_consent(channel: Channel) -> None:
    followed_up = channel is Channel.WHISTLEBLOWER
    needs = None if followed_up else Hindrance.NOTHING_WITHOUT_CONSENT
    assert why(channel, LETTER) is needs
    assert why(channel, LETTER, replace(PLAIN, recipient="am")) is needs
    assert why(channel, LETTER, PLAIN) is None


def test_no_letter_is_made_from_the_day_on_which_a_consent_is_withdrawn() -> None:
    withdrawn = replace(TELLS, withdrawn=date(2026, 11, 25))
    assert why(Channel.CITIZEN, NAMED, withdrawn, made=date(2026, 11, 24)) is None
    assert why(Channel.CITIZEN, NAMED, withdrawn, made=date(2026, 11, 25)) is Hindrance.WITHDRAWN


def test_what_left_on_a_day_when_the_consent_stood_can_be_filed_afterwards() -> None:
    for day in (SENT, date(2026, 11, 25)):
        withdrawn = replace(TELLS, withdrawn=day)
        assert why(Channel.CITIZEN, NAMED, withdrawn, made=None) is None
    late = replace(NAMED, sent=date(2026, 11, 21))
    gone = replace(TELLS, withdrawn=SENT)
    assert why(Channel.CITIZEN, late, gone, made=None) is Hindrance.NO_IDENTITY_WITHOUT_CONSENT


def test_a_council_members_letter_goes_to_the_centre_and_to_nobody_in_it_by_name() -> None:
    school = Choice("school", {"da": "Skole", "en": "School"})
    first = OFFICE.centres[0]
    office = replace(OFFICE, centres=(replace(first, divisions=(school,)),))
    part = replace(LETTER, centre=first.id, division="school")
    yes = {b"1": replace(PLAIN, recipient=first.id)}
    assert hindrance(Channel.COUNCIL, office, yes, part) is Hindrance.NO_RECIPIENT
    assert hindrance(Channel.CITIZEN, office, yes, part) is None
    assert hindrance(Channel.WHISTLEBLOWER, office, {}, part) is None


def test_the_mayor_gets_no_letter_as_a_division_of_a_centre_either() -> None:
    mayor = Choice("top", {"da": "Borgmesterens sekretariat", "en": "Top"})
    first = OFFICE.centres[0]
    office = replace(OFFICE, centres=(replace(first, divisions=(mayor,)),))
    meant = replace(LETTER, centre=first.id, division="top")
    for channel in (Channel.COUNCIL, Channel.WHISTLEBLOWER):
        assert receiving(office, channel) == [(office.centres[0], ())]
        yes = {b"1": replace(PLAIN, recipient=first.id)}
        assert hindrance(channel, office, yes, meant) is Hindrance.NO_RECIPIENT


def test_who_something_is_about_is_named_as_on_the_day_and_by_the_newest_that_knows_them() -> None:
    newest = load_profile("stevns")
    old = replace(newest, valid_from=date.min, earlier=())
    renamed = replace(OFFICE.centres[0], label={"da": "Ny", "en": "New"})
    added = Centre("new", {"da": "Ny til", "en": "Newer"})
    office = replace(OFFICE, centres=(renamed, added))
    both = replace(newest, office=office, valid_from=SENT, earlier=(old,))
    before = date(2026, 11, 1)
    assert office_naming(both, before, renamed.id) is old.office
    assert office_naming(both, SENT, renamed.id) is office
    assert office_naming(both, before, "new") is office
    assert office_naming(both, SENT, OFFICE.centres[1].id) is old.office


def test_nobody_but_a_centre_of_the_municipality_is_written_to() -> None:
    assert why(Channel.CITIZEN, replace(LETTER, centre="zz")) is Hindrance.NO_RECIPIENT


def test_a_letter_rests_on_the_consent_that_is_enough() -> None:
    consents = {b"1" * 16: PLAIN, b"2" * 16: TELLS}
    assert consent_for(consents, NAMED) == b"2" * 16
    assert consent_for(consents, LETTER) == b"1" * 16
    assert consent_for({}, LETTER) is None
    first_gone = {b"1" * 16: replace(PLAIN, withdrawn=SENT), b"2" * 16: PLAIN}
    assert consent_for(first_gone, LETTER) == b"2" * 16


def test_a_reply_is_due_after_so_many_working_days() -> None:
    assert reply_by(SENT, 1) == date(2026, 11, 23)
    assert reply_by(SENT, 10) == date(2026, 12, 4)
    assert reply_by(date(2026, 12, 23), 2) == date(2026, 12, 28)  # Christmas is none


def test_waiting_is_counted_from_the_letter() -> None:
    assert days_waiting(LETTER, SENT) == 0
    assert days_waiting(LETTER, date(2026, 12, 1)) == 11
