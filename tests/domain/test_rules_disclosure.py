"""What of a case may be told to whom."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Disclosure, DisclosureGround
from whistle.domain.office import Centre, Choice
from whistle.domain.profile import load_profile
from whistle.domain.rules_disclosure import (
    AUTHORITIES,
    GROUNDS,
    No,
    recipients_of,
    refusals,
    standing_consent,
)

OFFICE = load_profile("stevns").office
DAY = date(2026, 11, 20)
CONSENT, OFFENCE = DisclosureGround.CONSENT, DisclosureGround.OFFENCE
YES = Consent("group_chair", date(2026, 11, 10), with_identity=True)
TOLD = Disclosure("group_chair", DAY, CONSENT, "what happened", with_identity=True)
TO_POLICE = Disclosure(
    "police", DAY, OFFENCE, "who and what", with_identity=True, told=date(2026, 11, 19)
)
both_secret = pytest.mark.parametrize("channel", [Channel.WHISTLEBLOWER, Channel.COUNCIL])


def no(channel: Channel, disclosure: Disclosure, *consents: Consent) -> list[No]:
    return refusals(channel, OFFICE, consents, disclosure)


@pytest.mark.parametrize("channel", Channel)
def test_with_consent_something_may_be_told(channel: Channel) -> None:
    assert no(channel, TOLD, YES) == []


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    "consent",
    [
        replace(YES, recipient="lawyer"),
        replace(YES, given=date(2026, 11, 21)),
        replace(YES, withdrawn=date(2026, 11, 19)),
        replace(YES, withdrawn=date(2026, 11, 1)),
    ],
)
def test_a_consent_to_another_or_for_another_time_is_none(
    channel: Channel, consent: Consent
) -> None:
    assert no(channel, TOLD, consent) == [No.NO_CONSENT]


@pytest.mark.parametrize(
    "consent",
    [replace(YES, given=DAY), replace(YES, withdrawn=DAY), replace(YES, withdrawn=date.max)],
)
def test_a_consent_holds_from_its_day_until_it_is_withdrawn(consent: Consent) -> None:
    assert no(Channel.COUNCIL, TOLD, consent) == []


@pytest.mark.parametrize("channel", Channel)
def test_a_consent_to_tell_what_happened_is_none_to_tell_who_said_so(channel: Channel) -> None:
    nameless = replace(YES, with_identity=False)
    assert no(channel, TOLD, nameless) == [No.CONSENT_WITHOUT_IDENTITY]
    assert no(channel, replace(TOLD, with_identity=False), nameless) == []
    assert no(channel, TOLD, nameless, YES) == []


def test_without_consent_who_they_are_is_told_to_authorities_alone() -> None:
    assert no(Channel.WHISTLEBLOWER, TO_POLICE) == []
    to_lawyer = replace(TO_POLICE, recipient="lawyer")
    assert no(Channel.WHISTLEBLOWER, to_lawyer) == [No.NOT_AN_AUTHORITY]
    defence = replace(TO_POLICE, ground=DisclosureGround.DEFENCE)
    assert no(Channel.WHISTLEBLOWER, defence) == []


@pytest.mark.parametrize("told", [None, date(2026, 11, 21)])
def test_whistleblowers_are_told_before_unless_that_would_harm(told: date | None) -> None:
    late = replace(TO_POLICE, told=told)
    assert no(Channel.WHISTLEBLOWER, late) == [No.NOT_TOLD]
    assert no(Channel.WHISTLEBLOWER, replace(late, not_told="  ")) == [No.NOT_TOLD]
    assert no(Channel.WHISTLEBLOWER, replace(late, not_told="It would warn them.")) == []


def test_what_is_told_to_an_authority_is_told_to_no_other_without_identity_either() -> None:
    nameless = replace(TO_POLICE, with_identity=False, told=None)
    for ground in (OFFENCE, DisclosureGround.DEFENCE):
        told = replace(nameless, ground=ground)
        assert no(Channel.WHISTLEBLOWER, told) == []
        assert no(Channel.WHISTLEBLOWER, replace(told, recipient="person")) == [No.NOT_AN_AUTHORITY]


def test_who_is_not_named_can_be_kept_out_of_the_follow_up() -> None:
    follow_up = replace(TOLD, ground=DisclosureGround.FOLLOW_UP, recipient="bl")
    for channel in (Channel.WHISTLEBLOWER, Channel.CITIZEN):
        assert no(channel, follow_up) == [No.IDENTITY_NEEDS_CONSENT]
    assert no(Channel.WHISTLEBLOWER, replace(follow_up, with_identity=False)) == []


def test_a_centre_hears_nothing_of_a_citizens_case_to_follow_it_up() -> None:
    nameless = replace(TOLD, ground=DisclosureGround.FOLLOW_UP, with_identity=False)
    assert no(Channel.CITIZEN, replace(nameless, recipient="bl")) == [No.NO_CONSENT]
    assert no(Channel.CITIZEN, nameless) == []


def test_no_other_law_opens_a_whistleblowers_report() -> None:
    other = replace(TO_POLICE, ground=DisclosureGround.OTHER_LAW)
    assert no(Channel.WHISTLEBLOWER, other) == [No.GROUND_NOT_HERE]
    assert no(Channel.CITIZEN, other) == []


@pytest.mark.parametrize("ground", [one for one in DisclosureGround if one is not CONSENT])
@pytest.mark.parametrize("with_identity", [True, False])
def test_nothing_but_consent_opens_a_council_members_case(
    ground: DisclosureGround, *, with_identity: bool
) -> None:
    tried = replace(TO_POLICE, ground=ground, with_identity=with_identity, not_told="no")
    assert no(Channel.COUNCIL, tried, replace(YES, recipient="police")) == [No.GROUND_NOT_HERE]


def test_citizens_are_told_of_to_authorities_against_offences() -> None:
    assert no(Channel.CITIZEN, TO_POLICE) == []
    to_lawyer = replace(TO_POLICE, recipient="lawyer")
    assert no(Channel.CITIZEN, to_lawyer) == [No.NOT_AN_AUTHORITY]


@pytest.mark.parametrize("channel", Channel)
def test_a_recipient_that_the_profile_does_not_have_is_none(channel: Channel) -> None:
    unknown = replace(TOLD, recipient="x")
    assert no(channel, unknown, replace(YES, recipient="x")) == [No.UNKNOWN_RECIPIENT]


@both_secret
@pytest.mark.parametrize(
    ("recipient", "label"),
    [
        ("mayor", "M"),
        ("m", "Borgmesteren"),
        ("m", "Borgmesteren i Stevns"),
        ("m", "Sekretariatet for borgmesteren"),
        ("x", "Kommunaldirektøren "),
        ("x", "Kommunaldirektør og direktion"),
        ("x", "The Chief Executive of Stevns"),
        ("chief_executive", "C"),
    ],
)
def test_neither_the_mayor_nor_the_chief_executive_is_a_recipient_even_with_consent(
    channel: Channel, recipient: str, label: str
) -> None:
    top = Choice(recipient, {"da": label, "en": label})
    office = replace(OFFICE, recipients=(*OFFICE.recipients, top))
    told, yes = replace(TOLD, recipient=recipient), replace(YES, recipient=recipient)
    assert refusals(channel, office, [yes], told) == [No.NEVER_RECIPIENT]
    assert top not in recipients_of(office, channel)
    assert refusals(Channel.CITIZEN, office, [yes], told) == []


@pytest.mark.parametrize("name", ["stevns", "ringsted", "gentofte", "aalborg"])
def test_the_profiles_authorities_bear_the_identifiers_that_the_rule_knows(name: str) -> None:
    newest = load_profile(name)
    for profile in (newest, *newest.earlier):
        assert {one.id for one in profile.office.recipients} >= AUTHORITIES


@pytest.mark.parametrize(
    ("name", "never"),
    [
        ("stevns", []),
        ("ringsted", []),
        ("gentofte", []),
        ("aalborg", ["Borgmesterens Forvaltning"]),
    ],
)
def test_no_profile_names_the_mayor_or_the_chief_executive_to_the_council(
    name: str, never: list[str]
) -> None:
    newest = load_profile(name)
    for office in (one.office for one in (newest, *newest.earlier)):
        secret, all_of_them = (
            recipients_of(office, channel) for channel in (Channel.COUNCIL, Channel.CITIZEN)
        )
        assert [one.label["da"] for one in all_of_them if one not in secret] == never


def test_a_centre_is_no_authority_whatever_it_is_called() -> None:
    centre = Centre("police", {"da": "P", "en": "P"})
    office = replace(OFFICE, centres=(centre,), recipients=())
    assert refusals(Channel.WHISTLEBLOWER, office, (), TO_POLICE) == [No.NOT_AN_AUTHORITY]


def test_the_consent_that_allows_it_is_found() -> None:
    consents = {b"1": replace(YES, with_identity=False), b"2": YES}
    assert standing_consent(consents, "group_chair", DAY, with_identity=False) == b"1"
    assert standing_consent(consents, "group_chair", DAY, with_identity=True) == b"2"
    assert standing_consent(consents, "police", DAY, with_identity=False) is None


recipients = st.sampled_from([one.id for one in OFFICE.recipients])
some_days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
disclosures = st.builds(
    Disclosure,
    recipients,
    some_days,
    st.sampled_from(DisclosureGround),
    st.text(),
    st.booleans(),
    told=st.none() | some_days,
    not_told=st.text(max_size=2),
)


@given(disclosures)
def test_without_any_consent_no_name_leaves_but_to_authorities(tried: Disclosure) -> None:
    if tried.with_identity and not no(Channel.WHISTLEBLOWER, tried):
        assert tried.recipient in AUTHORITIES
        assert tried.not_told.strip() or (tried.told and tried.told <= tried.day)
    assert no(Channel.COUNCIL, tried)


@given(disclosures, st.sampled_from(Channel))
def test_a_ground_of_another_door_never_opens_this_one(tried: Disclosure, at: Channel) -> None:
    if tried.ground not in GROUNDS[at]:
        yes = Consent(tried.recipient, date(2026, 1, 1), with_identity=True)
        assert No.GROUND_NOT_HERE in no(at, tried, yes)
