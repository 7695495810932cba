"""Answers to the three questions, sealed: see also the vectors `satisfaction`."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.elsewhere import Places, places
from tests.keys.people import INSTALLATION, inbox, member
from tests.keys.shaped import IDS
from whistle.crypto.envelope import seal
from whistle.crypto.errors import (
    ContentError,
    NotGrantedError,
    SealingError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.place import Place, Purpose
from whistle.domain.satisfaction import Answer, Choice
from whistle.keys.satisfaction import open_answer, renew_answer, seal_answer
from whistle.storage.rows import SatisfactionAnswerRow

PLACES = places()
HERE = PLACES.here
ID = b"a" * 16
PLACE = Place(Purpose.SATISFACTION, INSTALLATION, HERE.inbox.inbox_id, ID, generation=1)
ANSWER: Answer = (Choice.YES, Choice.UNKNOWN, Choice.NO)
ANSWERS = st.tuples(*[st.sampled_from(Choice)] * 3)


def holding(content: bytes, at: Place = PLACE) -> SatisfactionAnswerRow:
    """Seal any content as an answer."""
    sealed = seal(HERE.inbox.current.public, at, content)
    return SatisfactionAnswerRow(ID, HERE.inbox.inbox_id, 1, sealed)


@given(IDS, ANSWERS)
def test_an_answer_opens_as_it_was_given(answer_id: bytes, answer: Answer) -> None:
    row = seal_answer(HERE.inbox, answer_id, answer)
    assert (row.id, row.inbox_id) == (answer_id, HERE.inbox.inbox_id)
    assert open_answer(HERE, row) == answer


def test_all_answers_are_of_one_size() -> None:
    sizes = {
        len(seal_answer(HERE.inbox, ID, answer).sealed) for answer in product(Choice, repeat=3)
    }
    assert sizes == {3 + 1137}


def test_the_bytes_are_those_of_the_specification() -> None:
    assert open_answer(HERE, holding(b"\0\1\2")) == (Choice.YES, Choice.PARTLY, Choice.NO)
    assert open_answer(HERE, holding(b"\3\0\0")) == (Choice.UNKNOWN, Choice.YES, Choice.YES)


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"\0\0\0\0", b"\4\0\0", b"\0\4\0", b"\0\0\4", b"\0\0\xff", b"yes"]
)
def test_what_is_no_answer_to_the_three_questions_is_refused(content: bytes) -> None:
    with pytest.raises(ContentError):
        open_answer(HERE, holding(content))


@pytest.mark.parametrize(
    ("moved", "refused"),
    [
        ({"id": b"b" * 16}, UnreadableError),
        ({"epoch": 2}, UnreadableError),
        ({"epoch": 0}, NotGrantedError),
        ({"epoch": 3}, NotGrantedError),
        ({"epoch": -1}, NotGrantedError),
        ({"epoch": 2**64}, NotGrantedError),
        ({"sealed": b""}, TruncatedError),
        ({"sealed": b"\1" * 1136}, TruncatedError),
        ({"sealed": b"\1" * 1140}, UnreadableError),
        ({"sealed": b"\2" * 1140}, UnknownVersionError),
    ],
)
def test_an_answer_that_was_moved_or_changed_is_refused(
    moved: dict[str, Any], refused: type[SealingError]
) -> None:
    with pytest.raises(refused):
        open_answer(HERE, replace(seal_answer(HERE.inbox, ID, ANSWER), **moved))


@pytest.mark.parametrize("elsewhere", Places._fields[2:])
def test_no_answer_opens_in_another_inbox_or_with_another_secret(elsewhere: str) -> None:
    with pytest.raises(UnreadableError):
        open_answer(getattr(PLACES, elsewhere), seal_answer(HERE.inbox, ID, ANSWER))


def test_what_was_sealed_for_another_purpose_is_no_answer() -> None:
    with pytest.raises(UnreadableError):
        open_answer(HERE, holding(bytes(3), replace(PLACE, purpose=Purpose.RELEASE)))


def test_no_row_tells_that_somebody_was_admitted_before_the_answer() -> None:
    rows = [seal_answer(one.inbox, ID, ANSWER) for one in (PLACES.before, HERE)]
    assert [row.epoch for row in rows] == [1, 1]
    assert [open_answer(HERE, row) for row in rows] == [ANSWER, ANSWER]


def test_a_renewed_answer_opens_for_who_stays_and_not_for_who_left() -> None:
    anne, bo = member(), member()
    office = inbox(anne)
    office.admit(anne, bo)
    left, row = office.keys(bo), seal_answer(office.trusted, ID, ANSWER)
    office.rotate(anne, bo)
    stays = office.keys(anne)
    renewed = renew_answer(stays, row)
    assert renewed == replace(row, epoch=3, sealed=renewed.sealed)
    assert open_answer(stays, renewed) == open_answer(left, row) == ANSWER
    with pytest.raises(NotGrantedError):
        open_answer(left, renewed)
    with pytest.raises(UnreadableError):
        open_answer(left, replace(renewed, epoch=1))


def test_what_does_not_open_is_not_renewed() -> None:
    with pytest.raises(UnreadableError):
        renew_answer(HERE, replace(seal_answer(HERE.inbox, ID, ANSWER), id=b"b" * 16))
