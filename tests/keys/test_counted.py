"""Whom a report counted, what an erased reason is known by, and what a process remembers."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.elsewhere import places
from tests.keys.people import INSTALLATION, OTHER_INSTALLATION
from tests.keys.shaped import IDS, TEXTS, shaped
from whistle.crypto.envelope import derive
from whistle.crypto.errors import ContentError, UnreadableError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.counted_then import CountedThen
from whistle.domain.registration import Override, Rule
from whistle.keys.cases import CaseItems, new_generation
from whistle.keys.counted import box_counted, counted_id_of, open_counted
from whistle.keys.erased_reasons import reason_digest
from whistle.keys.fields import join_fields
from whistle.keys.inbox_records import box_inbox_record
from whistle.keys.records import CaseKeys
from whistle.keys.remembered import MOST_BYTES, Remembered
from whistle.storage.rows import RecordKind

PLACES = places()
HERE = PLACES.here
REPORT, CASE = b"p" * 16, b"C" * 16

# -- whom a report counted ---------------------------------------------------------------------


@given(IDS, shaped(CountedThen))
def test_whom_a_report_counted_opens_as_it_was_kept(report: bytes, counted: CountedThen) -> None:
    row = box_counted(HERE, report, counted)
    assert (row.kind, row.id) == (RecordKind.COUNTED, counted_id_of(INSTALLATION, report))
    assert open_counted(HERE, row) == counted


def test_it_lies_under_an_id_that_follows_from_the_reports() -> None:
    at = Place(Purpose.CONTENT_DIGEST, INSTALLATION, item=REPORT)
    digest = hashlib.sha256(join_fields([at.encode(), b"counted"])).digest()
    assert counted_id_of(INSTALLATION, REPORT) == digest[:16]
    assert counted_id_of(OTHER_INSTALLATION, REPORT) != digest[:16]
    assert counted_id_of(INSTALLATION, b"q" * 16) != digest[:16]


def test_what_one_report_counted_is_not_what_another_did() -> None:
    row = box_counted(HERE, REPORT, CountedThen())
    with pytest.raises(UnreadableError):
        open_counted(HERE, replace(row, id=counted_id_of(INSTALLATION, b"q" * 16)))
    for elsewhere in PLACES[2:]:
        with pytest.raises(UnreadableError):
            open_counted(elsewhere, row)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"people": []}',
        b'{"people":[]}',
        b'{"people":{}}',
        b'{"people":[{}]}',
        b'{"people":["Karla"]}',
        b'{"people":[{"received":""}]}',
        b'{"people":[{"name":"Karla","received":"2026-11-20"}]}',
        b'{"people":[{"casework":false,"received":"2026-11-20"}]}',
        b'{"sources":{"lots":[{"digest":"","first":"2026-11-20","source":""}]}}',
        b'{"sources":{"opened":"AAAA"}}',
        b'{"sources":{}}',
        b'{"text":"hemmeligt"}',
    ],
)
def test_what_does_not_say_whom_a_report_counted_is_refused(content: bytes) -> None:
    row = box_inbox_record(HERE, RecordKind.COUNTED, b"r" * 16, content)
    with pytest.raises(ContentError):
        open_counted(HERE, row)


# -- what an erased reason is known by ---------------------------------------------------------

KEY = SymmetricKey(bytes(range(32)))
REASON = Override(Rule.HALF_YEAR, "Æblet “her”", date(2026, 11, 20))
OVERRIDES = st.builds(Override, st.sampled_from(Rule), TEXTS, st.dates())


def case() -> CaseItems:
    generation = replace(new_generation(), dialogue=KEY)
    return CaseItems(INSTALLATION, CASE, CaseKeys((generation,), reporter=None))


def test_an_erased_reason_is_known_by_the_digest_of_the_specification() -> None:
    said = '{"day":"2026-11-20","reason":"Æblet “her”","rule":"half-year"}'.encode()
    item = hashlib.sha256(said).digest()
    at = Place(Purpose.ERASED_REASON, INSTALLATION, owner=CASE, item=item)
    assert reason_digest(case(), REASON) == derive(KEY, at)


@given(OVERRIDES, OVERRIDES)
def test_two_reasons_are_known_apart_by_all_that_they_say(one: Override, other: Override) -> None:
    apart = [
        replace(one, rule=other.rule),
        replace(one, reason=other.reason),
        replace(one, day=other.day),
    ]
    for changed in apart:
        same = reason_digest(case(), one) == reason_digest(case(), changed)
        assert same == (one == changed)


def test_the_same_reason_of_another_case_is_known_by_another_digest() -> None:
    here = case()
    (generation,) = here.keys.generations
    key = replace(generation, dialogue=SymmetricKey(bytes(32)))
    for other in (
        replace(here, case_id=b"D" * 16),
        replace(here, installation=OTHER_INSTALLATION),
        replace(here, keys=CaseKeys((key,), reporter=None)),
    ):
        assert reason_digest(other, REASON) != reason_digest(here, REASON)


def test_whatever_becomes_of_a_case_its_reasons_are_known_by_the_same_digest() -> None:
    here = case()
    (generation,) = here.keys.generations
    adopted = replace(generation, identity=KEY, casework=KEY)
    later = replace(here, keys=CaseKeys((adopted, new_generation()), reporter=None))
    assert reason_digest(later, REASON) == reason_digest(here, REASON)


# -- what a process remembers ------------------------------------------------------------------

NAMES = st.sampled_from([b"a", b"b", b"c"])
STATES = st.sampled_from([(1,), (2,), (1, 2)])


def test_a_box_is_recalled_in_its_own_state_alone() -> None:
    remembered = Remembered()
    assert remembered.recall(b"a", (1,)) is None
    assert b"a" not in remembered
    remembered.keep(b"a", (1, 2), b"box")
    assert remembered.recall(b"a", (1, 2)) == b"box"
    for name, state in ((b"a", (1,)), (b"a", (1, 3)), (b"a", ()), (b"b", (1, 2))):
        assert remembered.recall(name, state) is None
    assert b"a" in remembered
    assert b"b" not in remembered


def test_of_each_name_the_newest_state_alone_is_remembered() -> None:
    remembered = Remembered()
    remembered.keep(b"a", (1,), b"old")
    remembered.keep(b"a", (2,), b"new")
    assert remembered.recall(b"a", (1,)) is None
    assert remembered.recall(b"a", (2,)) == b"new"


@pytest.mark.parametrize(("size", "fits"), [(4, True), (5, True), (6, False)])
def test_what_there_is_no_room_for_is_not_remembered_and_pushes_nothing_out(
    size: int, *, fits: bool
) -> None:
    remembered = Remembered(10)
    remembered.keep(b"a", (1,), bytes(5))
    remembered.keep(b"b", (1,), bytes(size))
    assert (b"b" in remembered) == fits
    assert remembered.recall(b"a", (1,)) == bytes(5)


def test_a_process_stays_under_300_mb() -> None:
    assert MOST_BYTES == 128 * 1024 * 1024


@given(st.lists(st.tuples(NAMES, STATES, st.binary(max_size=12)), max_size=12))
def test_as_much_is_remembered_as_there_is_room_for_and_no_more(
    kept: list[tuple[bytes, tuple[int, ...], bytes]],
) -> None:
    remembered, known = Remembered(20), dict[bytes, Any]()
    for name, state, boxed in kept:
        remembered.keep(name, state, boxed)
        known.pop(name, None)
        if sum(len(one) for _, one in known.values()) + len(boxed) <= 20:
            known[name] = state, boxed
        for one in (b"a", b"b", b"c"):
            assert (one in remembered) == (one in known)
            for at in ((1,), (2,), (1, 2)):
                there, told = known.get(one, (None, None))
                assert remembered.recall(one, at) == (told if there == at else None)
