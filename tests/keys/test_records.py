"""Records: the vectors `records` and `case_keys` hold what is refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import ContentError, KeyShapeError, SealingError
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.crypto.stream import chunk_count
from whistle.domain.channel import Side
from whistle.keys.records import (
    CaseKeys,
    FileManifest,
    Generation,
    Identity,
    Message,
    Registration,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
KEYS = st.binary(min_size=32, max_size=32).map(SymmetricKey)
IDS = st.binary(min_size=16, max_size=16)
DAYS = st.dates()
REPORTER = KeyPair(Seed(bytes(32))).public


@st.composite
def manifests(draw: st.DrawFn) -> FileManifest:
    length = draw(st.integers(0, 2**40))
    return FileManifest(
        draw(IDS), draw(KEYS), draw(TEXTS), draw(TEXTS), length, chunk_count(length)
    )


ANSWERS = st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2).map(tuple), max_size=2)
MESSAGES = st.builds(
    Message,
    st.sampled_from(Side),
    DAYS,
    st.integers(0, 10**6),
    TEXTS,
    st.lists(manifests(), max_size=2).map(tuple),
    st.one_of(st.just(b""), st.binary(min_size=32, max_size=32)),
    st.booleans(),
    answers=ANSWERS,
    kept_apart=st.booleans(),
)
REGISTRATIONS = st.builds(
    Registration, TEXTS, st.integers(0, 10**6), st.none() | DAYS, st.none() | DAYS
)
CASE_KEYS = st.builds(
    CaseKeys,
    st.lists(st.builds(Generation, KEYS, KEYS, st.none() | KEYS), min_size=1, max_size=3).map(
        tuple
    ),
    st.sampled_from([None, REPORTER]),
)


@given(MESSAGES)
def test_a_message_reads_as_it_was_written(message: Message) -> None:
    assert Message.decode(message.encode()) == message


@given(st.builds(Identity, TEXTS, TEXTS, ANSWERS))
def test_an_identity_reads_as_it_was_written(identity: Identity) -> None:
    assert Identity.decode(identity.encode()) == identity


@given(REGISTRATIONS)
def test_a_registration_reads_as_it_was_written(registration: Registration) -> None:
    assert Registration.decode(registration.encode()) == registration


@given(CASE_KEYS)
def test_case_keys_read_as_they_were_written(keys: CaseKeys) -> None:
    assert CaseKeys.decode(keys.encode()) == keys
    assert keys.newest == len(keys.generations) - 1


@given(st.binary(max_size=200) | TEXTS.map(str.encode))
def test_whatever_bytes_come_only_sealing_errors_go(encoded: bytes) -> None:
    for record in (Message, Identity, Registration, CaseKeys):
        with pytest.raises(SealingError):
            record.decode(encoded)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


@given(MESSAGES, st.data())
def test_whatever_stands_in_a_field_only_content_errors_go(
    message: Message, data: st.DataObject
) -> None:
    record = json.loads(message.encode())
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(JSON)
    encoded = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        decoded = Message.decode(encoded.encode())
    except ContentError:
        return
    assert decoded.encode() == encoded.encode()


def test_the_reporter_s_half_has_both_its_keys() -> None:
    generation = Generation(SymmetricKey.random(), SymmetricKey.random())
    encoded = generation.encode_for_reporter()
    assert Generation.decode_from_reporter(encoded) == generation
    for length in (0, 32, 63):
        with pytest.raises(KeyShapeError):
            Generation.decode_from_reporter(encoded[:length])


def test_nothing_that_a_person_wrote_is_printed() -> None:
    key = SymmetricKey.random()
    manifest = FileManifest(bytes(16), key, "hemmeligt.pdf", "hemmeligt", 1, 1)
    for record in (
        manifest,
        Message(Side.REPORTER, date(2026, 11, 20), 0, "hemmeligt", (manifest,)),
        Identity("hemmeligt", "hemmeligt", {"hemmeligt": ("hemmeligt",)}),
        Registration("hemmeligt"),
        Generation(key, key),
    ):
        assert "hemmeligt" not in repr(record)
        assert key.reveal().hex() not in repr(record)
