"""Records by annotation; see also the vectors `registrations`, `filed` and `anonymised`."""

import json
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.keys.shaped import IDS, shaped
from tests.keys.test_records import JSON
from whistle.crypto.errors import ContentError
from whistle.domain.anonymised import Anonymised, first_day_of_term
from whistle.domain.channel import Channel
from whistle.keys.canonical import dump, load
from whistle.keys.filed import KINDS
from whistle.keys.records import Registration
from whistle.keys.shapes import from_json, to_json

NOT_COUNCIL = st.sampled_from([one for one in Channel if one is not Channel.COUNCIL])
REGISTRATIONS = shaped(Registration, last_item=st.just(b"") | IDS, record=st.just(b"") | IDS)
ANONYMISED = shaped(Anonymised, channel=NOT_COUNCIL) | st.dates(date(2022, 1, 1)).map(
    lambda day: Anonymised(Channel.COUNCIL, first_day_of_term(day))
)
SHAPES = [Registration, *KINDS.values()]


@given(REGISTRATIONS)
def test_any_registration_reads_as_it_was_written(registration: Registration) -> None:
    assert Registration.decode(registration.encode()) == registration


@given(ANONYMISED)
def test_any_anonymised_record_reads_as_it_was_written(record: Anonymised) -> None:
    assert from_json(Anonymised, load(dump(to_json(record)))) == record


@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
def test_whatever_is_filed_reads_as_it_was_written(shape: type[Any], data: st.DataObject) -> None:
    value = data.draw(REGISTRATIONS if shape is Registration else shaped(shape))
    written = dump(to_json(value))
    assert from_json(shape, load(written)) == value


@given(REGISTRATIONS)
def test_a_record_has_one_form_only(registration: Registration) -> None:
    told = to_json(registration)
    empty = to_json(Registration())
    assert empty == {}
    assert all(value is not None for value in told.values())
    assert dump(told) == registration.encode()


@given(REGISTRATIONS, st.data())
def test_whatever_stands_in_a_field_only_content_errors_go(
    registration: Registration, data: st.DataObject
) -> None:
    names = [one.name for one in fields(Registration)]
    record = dict(to_json(registration))
    record[data.draw(st.sampled_from(names))] = data.draw(JSON)
    try:
        encoded = dump(record)
        load(encoded)
    except (ContentError, ValueError):  # half a surrogate, or a number that is none
        assume(False)
    try:
        decoded = Registration.decode(encoded)
    except ContentError:
        return
    assert decoded.encode() == encoded


@pytest.mark.parametrize("shape", [*SHAPES, Anonymised])
def test_a_field_that_nobody_knows_is_refused_everywhere(shape: type[Any]) -> None:
    with pytest.raises(ContentError):
        from_json(shape, {"nobody": "knows"})


@given(REGISTRATIONS)
def test_what_says_nothing_is_refused_wherever_it_stands(registration: Registration) -> None:
    told = dict(to_json(registration))
    left_out = next((one for one in fields(Registration) if one.name not in told), None)
    assume(left_out is not None)
    assert left_out is not None
    nothing: dict[str, object] = {"enquiry": {}, "due": [], "links": [], "record": "", "seen": 0}
    nothing |= {"last_item": "", "title": "", "last_act": "", "source": ""}
    written = nothing.get(left_out.name)
    with pytest.raises(ContentError):
        Registration.decode(dump({**told, left_out.name: written}))


class Colour(StrEnum):
    """For a shape of this test's own."""

    RED = "red"


@dataclass(frozen=True)
class Shape:
    """Every kind of field there may be."""

    text: str
    number: int
    maybe: int | None = None
    day: date | None = None
    colour: Colour = Colour.RED
    truth: bool | None = None
    days: tuple[date, ...] = ()


@pytest.mark.parametrize(
    ("value", "record"),
    [
        (Shape("", 0), {"text": "", "number": 0}),
        (Shape("x", 1, maybe=0), {"text": "x", "number": 1, "maybe": 0}),
        (Shape("x", 1, truth=False), {"text": "x", "number": 1, "truth": False}),
        (
            Shape("x", 1, days=(date(2026, 1, 2),)),
            {"text": "x", "number": 1, "days": ["2026-01-02"]},
        ),
    ],
)
def test_nothing_and_no_are_two_things(value: Shape, record: dict[str, object]) -> None:
    assert to_json(value) == record
    assert from_json(Shape, record) == value


@pytest.mark.parametrize(
    "record",
    [
        {"text": "x"},
        {"text": "x", "number": True},
        {"text": "x", "number": 1.0},
        {"text": None, "number": 1},
        {"text": "x", "number": 1, "maybe": False},
        {"text": "x", "number": 1, "truth": 0},
        {"text": "x", "number": 1, "truth": None},
        {"text": "x", "number": 1, "colour": "red"},
        {"text": "x", "number": 1, "colour": "blue"},
        {"text": "x", "number": 1, "day": ""},
        {"text": "x", "number": 1, "days": {}},
        {"text": "x", "number": 1, "days": [None]},
    ],
    ids=json.dumps,
)
def test_a_field_is_what_its_annotation_says_or_nothing_opens(record: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        from_json(Shape, record)
