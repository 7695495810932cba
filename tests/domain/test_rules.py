"""The rules of the adviser's trade: just inside, and just outside."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.office import Office
from whistle.domain.profile import load_profile
from whistle.domain.registration import Enquiry, Issue, Link, LinkKind, Override, Rule
from whistle.domain.rules import (
    Finding,
    Says,
    centre_first,
    closing_needs,
    findings,
    half_year,
    renewed_contact,
)

OFFICE = load_profile("stevns").office
RECEIVED = date(2026, 11, 20)
COMPLAINT = Enquiry(
    casework=True, approached=True, issues=(Issue("4", "4.1", "bl"),), outcome="guided"
)
SENT = Referral("bl", date(2026, 11, 2), date(2026, 11, 16))
ANSWERED = replace(SENT, replied=date(2026, 11, 10), reply=b"r" * 16)


def says(enquiry: Enquiry, links: tuple[Link, ...] = ()) -> list[Says]:
    return [one.says for one in findings(enquiry, OFFICE, RECEIVED, links)]


def needs(enquiry: Enquiry, *referrals: Referral, channel: Channel = Channel.CITIZEN) -> list[Says]:
    return [one.says for one in closing_needs(enquiry, OFFICE, referrals, channel)]


def with_reason(enquiry: Enquiry, rule: Rule) -> Enquiry:
    return replace(enquiry, overrides=(Override(rule, "because", RECEIVED),))


def test_a_complaint_that_follows_the_rules_has_no_finding() -> None:
    assert says(COMPLAINT) == []


@pytest.mark.parametrize("approached", [False, None])
def test_a_complaint_that_the_centre_has_not_had_goes_there_first(
    *, approached: bool | None
) -> None:
    found = centre_first(replace(COMPLAINT, approached=approached), OFFICE)
    assert found == Finding(Says.CENTRE_FIRST, Rule.CENTRE_FIRST, "bl")


def test_guidance_is_given_to_who_has_not_been_at_the_centre() -> None:
    guidance = replace(COMPLAINT, approached=False, issues=(Issue("3", "", "so"),))
    assert centre_first(guidance, OFFICE) is None


def test_without_casework_no_centre_has_to_come_first() -> None:
    assert centre_first(replace(COMPLAINT, approached=False, casework=False), OFFICE) is None


@pytest.mark.parametrize(
    ("happened", "too_old"),
    [
        (date(2026, 5, 19), True),
        (date(2026, 5, 20), False),
        (date(2026, 11, 20), False),
        (date(9999, 12, 31), False),
        (date(1, 1, 1), True),
        (None, False),
    ],
)
def test_a_complaint_is_too_old_after_half_a_year(happened: date | None, *, too_old: bool) -> None:
    found = half_year(replace(COMPLAINT, matter_date=happened), OFFICE, RECEIVED)
    assert (found is not None) is too_old


def test_half_a_year_is_as_long_as_the_profile_says() -> None:
    a_year = replace(OFFICE, half_year_months=12)
    old = replace(COMPLAINT, matter_date=date(2025, 11, 20))
    assert half_year(old, a_year, RECEIVED) is None
    older = replace(COMPLAINT, matter_date=date(2025, 11, 19))
    assert half_year(older, a_year, RECEIVED) is not None


def test_a_question_is_answered_however_old_the_matter() -> None:
    question = replace(COMPLAINT, issues=(Issue("2", "", "am"),), matter_date=date(2020, 1, 1))
    assert half_year(question, OFFICE, RECEIVED) is None


def test_a_reason_lifts_the_rule_that_it_is_about_and_no_other() -> None:
    both = replace(COMPLAINT, approached=False, matter_date=date(2020, 1, 1))
    assert says(both) == [Says.CENTRE_FIRST, Says.TOO_OLD]
    assert says(with_reason(both, Rule.HALF_YEAR)) == [Says.CENTRE_FIRST]
    assert says(with_reason(both, Rule.CENTRE_FIRST)) == [Says.TOO_OLD]


def test_what_may_not_be_dealt_with_is_rejected() -> None:
    excluded = replace(COMPLAINT, issues=(Issue("7", "", "pb"),))
    assert says(excluded) == [Says.EXCLUDED]
    assert says(replace(excluded, outcome="rejected", rejection="service_level")) == []


def test_a_ground_for_rejection_asks_for_the_outcome_as_well() -> None:
    assert says(replace(COMPLAINT, rejection="service_level")) == [Says.EXCLUDED]


def test_a_complaint_about_staffs_behaviour_is_no_employment_matter() -> None:
    behaviour = replace(
        COMPLAINT, issues=(Issue("4", "4.5", "bl"),), outcome="rejected", rejection="employment"
    )
    assert says(behaviour) == [Says.BEHAVIOUR_IS_DEALT_WITH]
    assert says(replace(behaviour, issues=(Issue("4", "4.6", "bl"),))) == []
    assert says(replace(behaviour, rejection="other_body")) == []


def test_of_who_comes_back_it_is_decided_whether_to_investigate() -> None:
    back = (Link(b"c" * 16, LinkKind.RENEWED, earlier=True),)
    undecided = replace(COMPLAINT, outcome="")
    assert says(undecided, back) == [Says.DECIDE_RENEWED]
    assert says(with_reason(undecided, Rule.DECLINED), back) == []
    assert renewed_contact(COMPLAINT, back) is None
    assert renewed_contact(undecided, [Link(b"c" * 16, LinkKind.RELATED)]) is None
    assert says(undecided, (Link(b"c" * 16, LinkKind.RENEWED),)) == []  # the case they came back to


def test_what_is_not_registered_is_not_closed() -> None:
    assert needs(Enquiry()) == [Says.NOT_REGISTERED]


def test_what_was_passed_on_without_casework_is_closed_at_once() -> None:
    assert needs(Enquiry(casework=False)) == []


def test_a_case_is_closed_with_an_outcome_of_the_profile() -> None:
    assert needs(COMPLAINT) == []
    assert needs(replace(COMPLAINT, outcome="")) == [Says.OUTCOME_MISSING]
    assert needs(replace(COMPLAINT, outcome="x")) == [Says.OUTCOME_MISSING]


def test_who_rejects_gives_a_ground_that_stood_in_the_profile() -> None:
    rejected = replace(COMPLAINT, outcome="rejected")
    assert needs(rejected) == [Says.GROUND_MISSING]
    assert needs(replace(rejected, rejection="x")) == [Says.GROUND_UNKNOWN]
    assert needs(replace(rejected, rejection="outside")) == []


def without_ground(office: Office, ground: str) -> Office:
    return replace(office, rejections=tuple(x for x in office.rejections if x.id != ground))


def test_a_ground_counts_as_it_stood_on_the_day() -> None:
    rejected = replace(COMPLAINT, outcome="rejected", rejection="outside")
    earlier = without_ground(OFFICE, "outside")
    assert [x.says for x in closing_needs(rejected, earlier, ())] == [Says.GROUND_UNKNOWN]


@pytest.mark.parametrize(
    ("referrals", "missing"),
    [
        ((), [Says.NOT_PASSED_ON]),
        ((SENT,), [Says.REPLY_MISSING]),
        ((replace(SENT, replied=RECEIVED),), [Says.COPY_MISSING]),
        ((ANSWERED,), []),
        ((ANSWERED, SENT), [Says.REPLY_MISSING]),
        ((replace(SENT, unanswered="The centre has been abolished."),), []),
        ((replace(SENT, unanswered="  "),), [Says.REPLY_MISSING]),
    ],
)
def test_what_is_passed_on_is_closed_with_the_copy_of_every_reply(
    referrals: tuple[Referral, ...], missing: list[Says]
) -> None:
    assert needs(replace(COMPLAINT, outcome="passed_on"), *referrals) == missing


@pytest.mark.parametrize("channel", Channel)
def test_a_letter_holds_the_case_open_whatever_the_outcome_and_without_casework(
    channel: Channel,
) -> None:
    for enquiry in (COMPLAINT, replace(COMPLAINT, casework=False)):
        assert Says.REPLY_MISSING in needs(enquiry, SENT, channel=channel)
        assert Says.REPLY_MISSING not in needs(enquiry, ANSWERED, channel=channel)
        given_up = replace(SENT, unanswered="The centre has been abolished.")
        assert Says.REPLY_MISSING not in needs(enquiry, given_up, channel=channel)


def test_a_report_is_closed_when_scope_and_result_are_decided() -> None:
    report = Enquiry(casework=True, scope="eu_law")
    by_act = Channel.WHISTLEBLOWER
    assert needs(report, channel=by_act) == [Says.SCOPE_OR_RESULT_MISSING]
    assert needs(replace(report, result="pending"), channel=by_act) == [
        Says.SCOPE_OR_RESULT_MISSING
    ]
    assert needs(replace(report, result="on_merits"), channel=by_act) == []


@pytest.mark.parametrize(
    ("scope", "result"), [("none", "rejected"), ("eu_law", "rejected"), ("none", "on_merits")]
)
def test_a_report_that_is_rejected_or_outside_the_act_has_a_ground(scope: str, result: str) -> None:
    report = Enquiry(casework=True, scope=scope, result=result)
    assert needs(report, channel=Channel.WHISTLEBLOWER) == [Says.GROUND_MISSING]
    citizens = replace(report, rejection="service_level")
    assert needs(citizens, channel=Channel.WHISTLEBLOWER) == [Says.GROUND_UNKNOWN]
    theirs = replace(report, rejection="own_employment")
    assert needs(theirs, channel=Channel.WHISTLEBLOWER) == []


def test_a_council_members_case_is_closed_with_an_outcome_of_its_own() -> None:
    case = Enquiry(casework=True, outcome="recorded")
    assert needs(case, channel=Channel.COUNCIL) == []
    assert needs(replace(case, outcome="guided"), channel=Channel.COUNCIL) == [Says.OUTCOME_MISSING]
    rejected = replace(case, outcome="rejected")
    assert needs(rejected, channel=Channel.COUNCIL) == [Says.GROUND_MISSING]
    grounded = replace(rejected, rejection="political_disagreement")
    assert needs(grounded, channel=Channel.COUNCIL) == []


def test_half_a_year_ends_with_the_month_where_it_has_no_such_day() -> None:
    august = replace(COMPLAINT, matter_date=date(2026, 8, 31))
    last = date(2027, 2, 28)
    assert half_year(august, OFFICE, last) is None
    assert half_year(august, OFFICE, last + timedelta(days=1)) is not None
