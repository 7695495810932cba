"""An export comes back as the log it was made from; a hostile one is found out or refused."""

import json
import tracemalloc
from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.logs import KEY, Copy, check_export, kept_elsewhere, made, put
from whistle.audit import export as export_room
from whistle.audit.export import export, read_export
from whistle.audit.findings import Fault, Report
from whistle.audit.verify import verify
from whistle.crypto.errors import ContentError
from whistle.storage.engine import Store

SIZE, A_DAY = 600, 250
CHECKPOINTS = 2
HEADER = 1 + CHECKPOINTS  # lines before the entries
Lines = list[bytes]


@pytest.fixture(scope="module")
def whole() -> Copy:
    return made(SIZE, A_DAY)


@pytest.fixture(scope="module")
def lines(whole: Copy, sqlite_ground: object) -> Lines:
    store: Store = sqlite_ground.empty()  # type: ignore[attr-defined]
    put(store, whole)
    with store.read() as db:
        return list(export(db, KEY))


def check(lines: Sequence[bytes]) -> Report:
    return verify(read_export(BytesIO(b"".join(lines))), KEY)


def faults(report: Report) -> set[tuple[Fault, int | None]]:
    return {(one.fault, one.first) for one in report.findings}


def test_an_export_comes_back_as_it_was_on_both_databases(store: Store, whole: Copy) -> None:
    put(store, whole)
    report = check_export(store, outside=kept_elsewhere(whole, 0))
    assert report.is_fine
    assert (report.size, len(report.fitting), report.outside) == (SIZE, CHECKPOINTS + 1, 1)
    assert report.rows is None


def test_an_export_has_a_line_for_everything(lines: Lines) -> None:
    assert len(lines) == HEADER + SIZE
    header = json.loads(lines[0])
    assert header["format"] == "whistle-log/1"
    assert header["key"] == KEY.show()
    assert set(json.loads(lines[HEADER])) == {
        "number",
        "time",
        "actor_kind",
        "actor",
        "inbox",
        "epoch",
        "commitment",
        "body",
        "leaf",
    }


def swap(lines: Lines, n: int, m: int) -> Lines:
    lines[n], lines[m] = lines[m], lines[n]
    return lines


SPOILED: dict[str, tuple[Callable[[Lines], Lines], Fault, int]] = {
    "swapped-neighbours": (lambda lines: swap(lines, 103, 104), Fault.REORDERED, 100),
    "swapped-far": (lambda lines: swap(lines, 103, 503), Fault.REORDERED, 100),
    "twice": (lambda lines: lines[:104] + lines[103:], Fault.INSERTED, 100),
    "left-out": (lambda lines: lines[:103] + lines[104:], Fault.REMOVED, 100),
    "cut": (lambda lines: lines[:103], Fault.TRUNCATED, 100),
    "no-json": (lambda lines: [*lines[:103], b"{\n", *lines[104:]], Fault.UNREADABLE, 100),
    "a-list": (lambda lines: [*lines[:103], b"[]\n", *lines[104:]], Fault.UNREADABLE, 100),
    "empty-line": (lambda lines: [*lines[:103], b"\n", *lines[104:]], Fault.UNREADABLE, 100),
    "two-values": (
        lambda lines: [*lines[:103], lines[103][:-1] + b"{}\n", *lines[104:]],
        Fault.UNREADABLE,
        100,
    ),
    "latin-1": (
        lambda lines: [*lines[:103], '{"ø": 1}\n'.encode("latin-1"), *lines[104:]],
        Fault.UNREADABLE,
        100,
    ),
    "utf-16": (
        lambda lines: [*lines[:103], lines[103].decode().encode("utf-16"), *lines[104:]],
        Fault.UNREADABLE,
        100,
    ),
    "deep": (
        lambda lines: [*lines[:103], b"[" * 100_000 + b"\n", *lines[104:]],
        Fault.UNREADABLE,
        100,
    ),
    "nul": (lambda lines: [*lines[:103], bytes(500) + b"\n", *lines[104:]], Fault.UNREADABLE, 100),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_wrong_with_an_export_is_named(lines: Lines, name: str) -> None:
    spoil, fault, first = SPOILED[name]
    assert (fault, first) in faults(check(spoil(list(lines))))


VALUES: list[object] = [
    None,
    True,
    -1,
    2**64,
    2**2000,
    1.5,
    "",
    "zz",
    "00",
    [],
    {},
    "é",
    "\ud800",
    "0" * 33,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_that_no_entry_has_is_the_entrys_fault(lines: Lines, value: object) -> None:
    for name in json.loads(lines[103]):
        record = json.loads(lines[103]) | {name: value}
        spoiled = [*lines[:103], json.dumps(record).encode() + b"\n", *lines[104:]]
        found = check(spoiled).findings[0]
        assert (found.fault in {Fault.CHANGED, Fault.UNREADABLE}, found.first) == (True, 100)


@pytest.mark.parametrize("number", [0, 99, 101, 599, 600, 2**64 - 1])
def test_an_entry_that_was_given_another_number_is_known_by_its_hash(
    lines: Lines, number: int
) -> None:
    record = json.loads(lines[103]) | {"number": number}
    spoiled = [*lines[:103], json.dumps(record).encode() + b"\n", *lines[104:]]
    assert faults(check(spoiled)) == {(Fault.CHANGED, 100)}


def test_numbers_beyond_all_bounds_are_only_wrong(lines: Lines) -> None:
    record = json.loads(lines[103]) | {"number": 2**64 - 1, "time": 5}
    spoiled = [*lines[:103], json.dumps(record).encode() + b"\n", *lines[104:]]
    assert not check(spoiled).is_fine


def test_a_line_that_is_too_long_for_memory_is_skipped(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_room, "LONGEST_LINE", 64 * 1024)
    huge = [*lines[:103], b"x" * 5_000_000 + b"\n", *lines[104:]]
    encoded = BytesIO(b"".join(huge))
    tracemalloc.start()
    report = verify(read_export(encoded), KEY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert faults(report) >= {(Fault.UNREADABLE, 100)}
    assert most < 2_000_000


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\n",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b'{"format": "whistle-log/2"}',
        b'{"format": "whistle-log/1"}',
        b"\x1f\x8b\x08\x00",
        b"x" * 100_000,
    ],
)
def test_what_does_not_begin_as_an_export_is_refused(encoded: bytes) -> None:
    with pytest.raises(ContentError):
        read_export(BytesIO(encoded))


@pytest.mark.parametrize(
    ("name", "value"),
    [("key", "nobody"), ("checkpoints", -1), ("checkpoints", 10**9), ("checkpoints", "2")],
)
def test_a_header_that_tells_nonsense_is_refused(lines: Lines, name: str, value: object) -> None:
    header = json.loads(lines[0]) | {name: value}
    with pytest.raises(ContentError):
        check([json.dumps(header).encode() + b"\n", *lines[1:]])


@pytest.mark.parametrize(
    ("name", "value"),
    [("roots", "00"), ("roots", "zz"), ("size", 2**62)],
)
def test_a_head_that_cannot_be_is_wrong(lines: Lines, name: str, value: object) -> None:
    header = json.loads(lines[0]) | {name: value}
    report = check([json.dumps(header).encode() + b"\n", *lines[1:]])
    assert {one.fault for one in report.findings} == {Fault.HEAD}


def test_a_checkpoint_that_is_none_is_named_and_never_printed(lines: Lines) -> None:
    hostile = json.dumps({"day": "\x1b[2J", "note": "\x1b[2J"}).encode() + b"\n"
    report = check([lines[0], hostile, *lines[2:]])
    assert {one.fault for one in report.findings} == {Fault.BAD_CHECKPOINT}
    assert "\x1b" not in "\n".join(report.lines())


@given(data=st.data())
@settings(max_examples=150)
def test_every_bit_of_an_export_counts_or_is_no_part_of_the_log(
    data: st.DataObject, lines: Lines
) -> None:
    n = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[n]) - 1))
    line = bytearray(lines[n])
    line[place] ^= 1 << data.draw(st.integers(0, 7))
    spoiled = b"".join([*lines[:n], bytes(line), *lines[n + 1 :]])
    try:
        evidence = read_export(BytesIO(spoiled))
    except ContentError:
        assert n == 0
        return
    report = verify(evidence, KEY)
    # Fine only where what the line says is the same: a space, or an upper-case digit.
    if report.is_fine:
        assert is_same(bytes(line), lines[n])


def is_same(one: bytes, other: bytes) -> bool:
    """Say whether two lines say the same, but for the day that a checkpoint is called by."""
    read, told = json.loads(one), json.loads(other)
    if "day" in told:
        return bool(read["note"] == told["note"])
    return {key: _lower(value) for key, value in read.items()} == {
        key: _lower(value) for key, value in told.items()
    }


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def test_a_log_without_entries_is_exported_and_checked(store: Store) -> None:
    report = check_export(store)
    assert report.is_fine
    assert report.size == 0


def test_findings_are_told_for_scripts_and_for_people(lines: Lines) -> None:
    report = check(lines[:103])
    assert json.loads(json.dumps(report.json()))["findings"][0]["first"] == 100
    assert any("truncated" in line for line in report.lines())
    many = [one for n, one in enumerate(lines) if n < HEADER or n % 5]
    told = check(many).lines()
    assert any("more; --json tells all of them" in line for line in told)
