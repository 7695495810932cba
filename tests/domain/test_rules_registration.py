"""What a registration must hold, and what in it belongs to nothing."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from whistle.domain.channel import Channel
from whistle.domain.office import Centre, Choice
from whistle.domain.profile import load_profile
from whistle.domain.registration import Enquiry, Issue
from whistle.domain.rules_registration import Code, Fault, registration_faults

OFFICE = load_profile("stevns").office
WHOLE = Enquiry(casework=True, issues=(Issue("4", "4.1", "bl"),))
RECEIVED = date(2026, 11, 20)


def faults(enquiry: Enquiry, channel: Channel = Channel.CITIZEN) -> list[Fault]:
    return registration_faults(enquiry, OFFICE, channel, RECEIVED)


def with_issue(*parts: str, **named: str) -> Enquiry:
    return replace(WHOLE, issues=(Issue(*parts, **named),))


def test_an_enquiry_with_category_sub_category_and_centre_is_whole() -> None:
    assert faults(WHOLE) == []


@pytest.mark.parametrize("channel", Channel)
def test_whether_there_was_casework_is_always_told(channel: Channel) -> None:
    assert Fault("casework", Code.MISSING) in faults(Enquiry(), channel)


def test_with_casework_category_and_centre_are_told() -> None:
    missing = [Fault("category", Code.MISSING), Fault("centre", Code.MISSING)]
    assert faults(Enquiry(casework=True)) == missing


def test_without_casework_nothing_else_is_needed() -> None:
    assert faults(Enquiry(casework=False)) == []


def test_without_casework_what_is_told_is_still_of_the_profile() -> None:
    told = replace(with_issue("9", "", "x"), casework=False)
    assert [one.code for one in faults(told)] == [Code.UNKNOWN_CATEGORY, Code.UNKNOWN_CENTRE]


@pytest.mark.parametrize(
    ("parts", "field", "code", "value"),
    [
        (("", "", "bl"), "category", Code.MISSING, ""),
        (("4", "4.1", ""), "centre", Code.MISSING, ""),
        (("8", "", "bl"), "category", Code.UNKNOWN_CATEGORY, "8"),
        (("4", "", "bl"), "subcategory", Code.SUBCATEGORY_MISSING, ""),
        (("4", "5.1", "bl"), "subcategory", Code.SUBCATEGORY_NOT_OF_CATEGORY, "5.1"),
        (("5", "4.1", "bl"), "subcategory", Code.SUBCATEGORY_NOT_OF_CATEGORY, "4.1"),
        (("1", "", "xx"), "centre", Code.UNKNOWN_CENTRE, "xx"),
        (("1", "", "bl", "x"), "division", Code.DIVISION_NOT_OF_CENTRE, "x"),
        (("1", "", "bl", "", "x"), "theme", Code.UNKNOWN_THEME, "x"),
    ],
)
def test_each_fault_names_its_field_its_value_and_its_issue(
    parts: tuple[str, ...], field: str, code: Code, value: str
) -> None:
    assert faults(with_issue(*parts)) == [Fault(field, code, value, 0)]


def test_the_second_issue_is_told_from_the_first() -> None:
    two = replace(WHOLE, issues=(*WHOLE.issues, Issue("1", "", "x")))
    assert faults(two) == [Fault("centre", Code.UNKNOWN_CENTRE, "x", 1)]


def test_a_division_is_one_of_its_own_centre() -> None:
    division = Choice("jobs", {"da": "Jobs", "en": "Jobs"})
    centres = (
        Centre("am", {"da": "A", "en": "A"}, divisions=(division,)),
        Centre("bl", {"da": "B", "en": "B"}),
    )
    office = replace(OFFICE, centres=centres)
    own = with_issue("1", "", "am", "jobs")
    assert registration_faults(own, office, Channel.CITIZEN) == []
    other = registration_faults(with_issue("1", "", "bl", "jobs"), office, Channel.CITIZEN)
    assert [one.code for one in other] == [Code.DIVISION_NOT_OF_CENTRE]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("way_in", Code.UNKNOWN_WAY_IN),
        ("handling", Code.UNKNOWN_HANDLING),
        ("enquirer", Code.UNKNOWN_ENQUIRER),
        ("outcome", Code.UNKNOWN_OUTCOME),
        ("rejection", Code.UNKNOWN_REJECTION),
    ],
)
def test_what_the_profile_does_not_have_is_named(field: str, code: Code) -> None:
    named: dict[str, Any] = {field: "no such thing"}
    assert faults(replace(WHOLE, **named)) == [Fault(field, code, "no such thing")]


def test_nothing_happened_after_it_was_told() -> None:
    assert faults(replace(WHOLE, matter_date=RECEIVED)) == []
    later = faults(replace(WHOLE, matter_date=date(2026, 11, 21)))
    assert later == [Fault("matter_date", Code.AFTER_RECEIVED, "2026-11-21")]


def test_a_report_is_registered_by_its_scope_not_by_a_category() -> None:
    report = Enquiry(casework=True, scope="eu_law", issues=(Issue(centre="tm", theme="finance"),))
    assert faults(report, Channel.WHISTLEBLOWER) == []


def test_a_report_has_the_acts_own_choices() -> None:
    report = Enquiry(
        casework=True, scope="x", result="y", rejection="outside", issues=(Issue(theme="waiting"),)
    )
    assert [one.code for one in faults(report, Channel.WHISTLEBLOWER)] == [
        Code.UNKNOWN_SCOPE,
        Code.UNKNOWN_RESULT,
        Code.UNKNOWN_REJECTION,
        Code.UNKNOWN_THEME,
    ]


def test_who_rejects_a_report_says_why() -> None:
    missing = [Fault("rejection", Code.MISSING)]
    for report in (Enquiry(casework=True, scope="none"), Enquiry(casework=True, result="rejected")):
        assert faults(report, Channel.WHISTLEBLOWER) == missing
        grounded = replace(report, rejection="own_employment")
        assert faults(grounded, Channel.WHISTLEBLOWER) == []


def test_a_council_members_case_has_choices_of_its_own() -> None:
    case = Enquiry(
        casework=True,
        behaviours=("threat", "x"),
        reported_role="y",
        wish="z",
        outcome="guided",
        rejection="outside",
    )
    assert [one.code for one in faults(case, Channel.COUNCIL)] == [
        Code.UNKNOWN_BEHAVIOUR,
        Code.UNKNOWN_REPORTED_ROLE,
        Code.UNKNOWN_WISH,
        Code.UNKNOWN_OUTCOME,
        Code.UNKNOWN_REJECTION,
    ]


def test_every_ending_of_hostile_length_is_only_unknown() -> None:
    long = "x" * 100_000
    assert [one.code for one in faults(with_issue(long, long, long, long, long))] == [
        Code.UNKNOWN_CATEGORY,
        Code.UNKNOWN_CENTRE,
        Code.UNKNOWN_THEME,
    ]


def test_a_fault_can_be_written_as_json() -> None:
    assert json.dumps(faults(Enquiry())[0].code) == '"missing"'
