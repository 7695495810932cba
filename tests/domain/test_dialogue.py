"""What a dialogue's messages add up to."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.domain.channel import Act, Side
from whistle.domain.dialogue import (
    MOST_CHARACTERS_ON_PAGE,
    MOST_ON_PAGE,
    acknowledged_on,
    has_answers_apart,
    identity_is_given,
    is_done_for_reporter,
    split_pages,
)

FIRST = date(2026, 11, 20)
REPORTER, CASEWORK, SYSTEM = Side


@dataclass
class Said:
    """As much of a message as these rules ask for."""

    side: Side = REPORTER
    act: Act = Act.WROTE
    identity_given: bool = False
    text: str = "tekst"
    files: tuple[object, ...] = ()
    written: date = FIRST
    kept_apart: bool = False


GAVE, WITHDREW = Said(act=Act.GAVE_IDENTITY, identity_given=True), Said(act=Act.WITHDREW_IDENTITY)


@pytest.mark.parametrize(
    ("messages", "given"),
    [
        ([], False),
        ([Said()], False),
        ([Said(identity_given=True)], True),
        ([Said(identity_given=True), Said()], True),
        ([Said(identity_given=True), WITHDREW], False),
        ([Said(), GAVE, WITHDREW, Said()], False),
        ([WITHDREW, Said(), GAVE, Said()], True),
    ],
)
def test_an_identity_is_given_until_it_is_taken_back(messages: list[Said], given: bool) -> None:  # noqa: FBT001
    assert identity_is_given(messages) is given


def test_answers_are_kept_apart_whatever_is_taken_back() -> None:
    assert not has_answers_apart([Said(), GAVE])
    assert has_answers_apart([Said(kept_apart=True), GAVE, WITHDREW])


def test_a_report_is_acknowledged_by_the_first_thing_that_tells_so() -> None:
    later = FIRST + timedelta(days=2)
    silent = Said(CASEWORK, Act.CLOSED, text="")
    answer = Said(CASEWORK, written=later)
    with_file = Said(CASEWORK, text="", files=(object(),), written=later)
    automatic = Said(SYSTEM, Act.ACKNOWLEDGED, text="")
    assert acknowledged_on([Said(), Said(), silent]) is None
    assert acknowledged_on([Said(), answer]) == later
    assert acknowledged_on([Said(), silent, with_file]) == later
    assert acknowledged_on([Said(), automatic, answer]) == FIRST


def test_who_needs_no_more_and_writes_again_needs_more() -> None:
    closed = Said(act=Act.CLOSED)
    assert not is_done_for_reporter([Said()])
    assert is_done_for_reporter([Said(), closed, Said(CASEWORK), WITHDREW])
    assert not is_done_for_reporter([Said(), closed, Said()])
    assert not is_done_for_reporter([Said(), Said(CASEWORK, Act.CLOSED)])


@given(st.lists(st.integers(0, 2 * MOST_CHARACTERS_ON_PAGE), max_size=200))
def test_pages_hold_every_message_once_in_order_and_no_more_than_fits(lengths: list[int]) -> None:
    messages = [Said(text="x" * length) for length in lengths]
    pages = split_pages(messages)
    together = [one for page in reversed(pages) for one in page]
    assert [id(one) for one in together] == [id(one) for one in messages]
    for page in pages:
        assert len(page) <= MOST_ON_PAGE
        assert len(page) <= 1 or sum(len(one.text) for one in page) <= MOST_CHARACTERS_ON_PAGE
    assert all(pages) or pages == [[]]
