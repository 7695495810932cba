"""What a release may say: it is read as it was written, or refused."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys.shaped import IDS, JSON, releases
from whistle.crypto.errors import ContentError
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.released import Release
from whistle.keys.canonical import dump, load
from whistle.keys.releases import SignedRelease

NOON = datetime(2026, 11, 20, 12, 30, 5)  # noqa: DTZ001  (moments are UTC without zone)
MOMENTS = st.datetimes().map(lambda one: one.replace(microsecond=0))
SIGNED = st.builds(SignedRelease, IDS, releases(), IDS, MOMENTS, st.binary(max_size=70))
RELEASE = Release(
    b"I" * 16,
    (date(2026, 4, 1), date(2026, 7, 1)),
    date(2026, 9, 30),
    (Anonymised(Channel.CITIZEN, date(2026, 4, 1)),),
)
TOLD: dict[str, Any] = dict(
    load(SignedRelease(b"R" * 16, RELEASE, b"A" * 16, NOON, bytes(64)).encode())
)


@settings(deadline=None, max_examples=50)
@given(SIGNED)
def test_any_release_reads_as_it_was_written(written: SignedRelease) -> None:
    assert SignedRelease.decode(written.encode()) == written


@given(st.sampled_from([*TOLD, *TOLD["release"]]), JSON)
def test_what_is_read_has_one_form(name: str, value: object) -> None:
    changed = {name: value} if name in TOLD else {"release": {**TOLD["release"], name: value}}
    encoded = dump({**TOLD, **changed})
    try:
        read = SignedRelease.decode(encoded)
    except ContentError:
        return
    assert read.encode() == encoded


@given(st.binary(max_size=100))
def test_whatever_bytes_come_only_content_errors_go(encoded: bytes) -> None:
    with pytest.raises(ContentError):
        SignedRelease.decode(encoded)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65])
def test_whether_a_signature_is_one_is_not_told_by_its_length(length: int) -> None:
    """Who checks it says so, of any."""
    signed = SignedRelease(b"R" * 16, RELEASE, b"A" * 16, NOON, bytes(length))
    assert SignedRelease.decode(signed.encode()) == signed


WRONG: Sequence[Mapping[str, object]] = [
    *({one: wrong} for one in ("id", "author") for wrong in ("A" * 20, "A" * 23 + "=")),
    *({one: wrong} for one in ("id", "author", "written", "release") for wrong in ("", None, 1)),
    {"release": []},
    {"release": {}},
    {"signature": None},
    {"signature": 1},
    {"signature": "*"},
    {"signature": "AB=="},
    {"written": "2026-11-20 12:30:05"},
    {"written": "2026-11-20T12:30:05Z"},
    {"extra": ""},
]
WRONG_RELEASES: Sequence[Mapping[str, object]] = [
    {"source": 1},
    {"begins": []},
    {"begins": ["2026-07-01", "2026-04-01"]},
    {"begins": ["2026-04-01", "2026-04-01"]},
    {"begins": ["2026-10-01"]},
    {"begins": "2026-04-01"},
    {"begins": [None]},
    {"last": "2026-03-31"},
    {"last": None},
    {"facts": []},
    {"facts": [1]},
    {"facts": [{"channel": "citizen"}]},
    {"facts": [{"channel": "citizen", "received": "2026-04-02"}]},
    {"facts": [{"channel": "citizen", "received": "2026-04-01", "text": "x"}]},
    {"facts": [{"channel": "council", "received": "2026-04-01"}]},
    {"extra": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_is_no_release_is_refused(wrong: Mapping[str, object]) -> None:
    with pytest.raises(ContentError):
        SignedRelease.decode(dump({**TOLD, **wrong}))


@pytest.mark.parametrize("wrong", WRONG_RELEASES, ids=str)
def test_days_and_facts_that_cannot_be_are_refused(wrong: Mapping[str, object]) -> None:
    with pytest.raises(ContentError):
        SignedRelease.decode(dump({**TOLD, "release": {**TOLD["release"], **wrong}}))


@pytest.mark.parametrize("name", TOLD)
def test_no_field_can_be_left_out(name: str) -> None:
    with pytest.raises(ContentError):
        SignedRelease.decode(dump({field: TOLD[field] for field in TOLD if field != name}))
