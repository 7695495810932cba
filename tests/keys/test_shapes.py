"""Records of dataclasses: read fast, and refused exactly where the plain way of reading refuses."""

import json
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.errors import ContentError, SealingError
from whistle.domain.registration import Due, DueKind, Enquiry, Issue, Link, LinkKind, Override
from whistle.keys import shapes
from whistle.keys.anonymised import named_by
from whistle.keys.canonical import Json, as_object, dump, load
from whistle.keys.records import Registration

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
IDS = st.binary(min_size=16, max_size=16)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ISSUES = st.builds(Issue, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
ENQUIRIES = st.builds(
    Enquiry,
    purpose=TEXTS,
    casework=st.none() | st.booleans(),
    matter_date=st.none() | DAYS,
    issues=st.lists(ISSUES, max_size=3).map(tuple),
)
REGISTRATIONS = st.builds(
    Registration,
    title=TEXTS,
    seen=st.integers(0, 99),
    acknowledged=st.none() | DAYS,
    closed=st.none() | DAYS,
    enquiry=ENQUIRIES,
    due=st.lists(st.builds(Due, st.sampled_from(DueKind), DAYS, IDS, TEXTS), max_size=2).map(tuple),
    links=st.lists(st.builds(Link, IDS, st.sampled_from(LinkKind)), max_size=2).map(tuple),
)


def plain_default(one: Any) -> object:
    """Give a field's default, found out anew."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def plainly(shape: Any, record: Json) -> Any:
    """Read a record with nothing remembered: every annotation is looked up again."""
    hints = get_type_hints(shape)
    known = {one.name: plain_default(one) for one in fields(shape)}
    given: dict[str, object] = {}
    for name, value in record.items():
        if name not in known:
            raise ContentError("other fields than this record has")
        given[name] = shapes._reader(hints[name])(value)
        if known[name] is not MISSING and given[name] == known[name]:
            raise ContentError("a field that says nothing")
    try:
        return shape(**given)
    except (TypeError, ValueError) as error:
        raise ContentError("a field of this record is missing") from error


def plain_load(encoded: bytes) -> Json:
    """Read canonical JSON with the standard library's own defaults."""
    try:
        record = as_object(json.loads(encoded))
        written = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        canonical = written.encode()
    except (ValueError, RecursionError) as error:
        raise ContentError("not a record") from error
    if canonical != encoded:
        raise ContentError("not the canonical bytes of a record")
    return record


def outcome(read: Any, value: Any) -> object:
    """Give what is read, or the error's class."""
    try:
        return read(value)
    except SealingError as error:
        return type(error)


@given(REGISTRATIONS)
def test_a_registration_comes_back_as_it_was(registration: Registration) -> None:
    assert Registration.decode(registration.encode()) == registration


@given(REGISTRATIONS, st.data())
def test_a_changed_record_is_read_or_refused_as_plainly(
    registration: Registration, data: st.DataObject
) -> None:
    record = json.loads(registration.encode())
    name = data.draw(st.sampled_from([one.name for one in fields(Registration)] + ["other"]))
    record[name] = data.draw(
        st.sampled_from(["", "x", 0, -1, 1, True, None, [], {}, [{}], {"casework": None}, "2026"])
    )
    fast = outcome(lambda one: shapes.from_json(Registration, one), record)
    assert fast == outcome(lambda one: plainly(Registration, one), record)


@given(REGISTRATIONS, st.data())
def test_thousands_are_read_as_one_by_one(registration: Registration, data: st.DataObject) -> None:
    """Whatever was read before: text that looks like a list, a number that equals a truth."""
    many = shapes.ManyReader(Registration)
    shown = registration.encode()
    for _ in range(3):
        record = json.loads(shown)
        assert many.read(record) == registration
        name = data.draw(st.sampled_from([*record, "held_for", "seen", "links", "other"]))
        value = record.get(name, "x")
        record[name] = data.draw(st.sampled_from([repr(value), str(value), 1, True, 1.0, [], [{}]]))
        one_by_one = outcome(lambda one: shapes.from_json(Registration, one), record)
        assert outcome(many.read, record) == one_by_one


@given(REGISTRATIONS)
def test_the_record_that_a_registration_names_is_found_in_its_bytes(
    registration: Registration,
) -> None:
    for title in ("", '"record":"AAAA"', '\\"record":"'):
        for record in (b"", b"r" * 16, bytes(16)):
            named = replace(registration, title=title, source=title, record=record)
            assert named_by(named.encode()) == record


def test_nothing_within_a_registration_is_called_as_its_record() -> None:
    parts = (Enquiry, Issue, Override, Due, Link)
    assert "record" not in {one.name for part in parts for one in fields(part)}


@given(REGISTRATIONS, st.integers(0, 600), st.binary(max_size=2))
def test_changed_bytes_are_refused_as_plainly(
    registration: Registration, at: int, bytes_put: bytes
) -> None:
    encoded = registration.encode()
    changed = encoded[:at] + bytes_put + encoded[at + 1 :]
    assert outcome(load, changed) == outcome(plain_load, changed)


@given(st.binary(max_size=30))
def test_any_bytes_are_refused_as_plainly(encoded: bytes) -> None:
    for one in (encoded, b"\xef\xbb\xbf{}", b"{}", "{}".encode("utf-16"), b'{"a":"\\ud800"}'):
        assert outcome(load, one) == outcome(plain_load, one)


@given(REGISTRATIONS)
def test_a_record_is_written_as_the_standard_library_would(registration: Registration) -> None:
    record = shapes.to_json(registration)
    plain = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert dump(record) == plain.encode() == registration.encode()


def test_a_choice_that_there_is_not_is_refused_and_not_left_out() -> None:
    linked = Registration(links=(Link(b"a" * 16, LinkKind("renewed")),))
    assert Registration.decode(linked.encode()) == linked
    for other in (b'"other"', b"null", b"1"):
        with pytest.raises(ContentError):
            Registration.decode(linked.encode().replace(b'"renewed"', other))
