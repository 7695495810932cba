"""Whistleblowerloven §§ 12, 25 and 27, and how long cases are kept."""

from datetime import date

import pytest

from whistle.domain.channel import Channel
from whistle.domain.filed import Marking
from whistle.domain.registration import Enquiry
from whistle.domain.retention import keep_until
from whistle.domain.whistleblowing import is_decided, is_exempt, may_be_marked, needs_ground


def test_a_ground_is_needed_to_reject_and_outside_the_act() -> None:
    assert needs_ground(Enquiry(scope="none"))
    assert needs_ground(Enquiry(scope="eu_law", result="rejected"))
    assert not needs_ground(Enquiry(scope="eu_law", result="on_merits"))
    assert not needs_ground(Enquiry())


def test_a_report_is_decided_with_a_scope_and_a_result() -> None:
    assert is_decided(Enquiry(scope="eu_law", result="on_merits"))
    assert not is_decided(Enquiry(scope="eu_law", result="pending"))
    assert not is_decided(Enquiry(scope="eu_law"))
    assert not is_decided(Enquiry(result="on_merits"))


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("marking", Marking)
def test_only_what_a_whistleblower_reported_is_exempt_from_access(
    channel: Channel, marking: Marking
) -> None:
    report = (channel, marking) == (Channel.WHISTLEBLOWER, Marking.REPORT)
    assert is_exempt(channel, marking) is report


@pytest.mark.parametrize("marking", Marking)
def test_every_document_of_a_whistleblowers_case_is_marked_and_no_other(marking: Marking) -> None:
    marked = marking is not Marking.NONE
    assert may_be_marked(Channel.WHISTLEBLOWER, marking) is marked
    assert may_be_marked(Channel.COUNCIL, marking) is not marked
    assert may_be_marked(Channel.CITIZEN, marking) is not marked


def test_a_closed_case_is_kept_as_long_as_the_profile_says() -> None:
    assert keep_until(date(2024, 2, 29), 12, held=False) == date(2025, 2, 28)


def test_an_open_case_is_kept_and_so_is_one_that_is_held() -> None:
    assert keep_until(None, 12, held=False) is None
    assert keep_until(date(2024, 2, 29), 12, held=True) is None
