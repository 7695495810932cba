"""The office's book: each version opens as it was written, at its own place and nowhere else."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION, Inbox, inbox, member
from tests.keys.shaped import IDS, JSON, shaped
from whistle.crypto.envelope import box
from whistle.crypto.errors import (
    ContentError,
    NotGrantedError,
    PaddingError,
    PlaceError,
    SealingError,
    TruncatedError,
    UnreadableError,
)
from whistle.crypto.place import Place, Purpose
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Evaluation,
    NoRecommendations,
    Recommendation,
    Response,
)
from whistle.domain.channel import InboxKind
from whistle.domain.report_draft import ReportDraft
from whistle.keys.book import PAGES, Entry, KeptEntry, Page, open_entries, row_id_of, seal_entry
from whistle.keys.canonical import dump, load
from whistle.keys.fields import join_fields
from whistle.keys.inbox_records import box_inbox_record, open_inbox_record
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.storage.rows import InboxRecordRow, RecordKind

FIRST, SECOND, ANNE = b"1" * 16, b"2" * 16, b"A" * 16
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (moments are UTC without zone)
DAY = NOON.date()
MOMENTS = st.datetimes().map(lambda one: one.replace(microsecond=0))
ANY: st.SearchStrategy[Page] = st.one_of(*(shaped(kind) for kind in PAGES.values()))
ENTRIES = st.builds(Entry, IDS, st.integers(1, 2**64 - 1), IDS, MOMENTS, ANY, st.booleans())


@dataclass(frozen=True)
class Office:
    """The citizens' main inbox, and another one of the same member."""

    anne: Keyring
    here: Inbox
    there: Inbox

    @property
    def keys(self) -> InboxKeys:
        """The keys of the inbox that the book lies in."""
        return self.here.keys(self.anne)


@pytest.fixture(scope="module")
def office() -> Office:
    """An office whose inbox has had one key, and whose book is empty."""
    anne = member()
    return Office(anne, inbox(anne), inbox(anne, kind=InboxKind.RESERVE))


def reason(text: str) -> NoRecommendations:
    return NoRecommendations(2026, text)


def entry(entry_id: bytes = FIRST, version: int = 1, text: str = "", hours: int = 0) -> Entry:
    return Entry(entry_id, version, ANNE, NOON + timedelta(hours=hours), reason(text))


def sealed(keys: InboxKeys, *entries: Entry) -> list[InboxRecordRow]:
    return [seal_entry(keys, one) for one in entries]


def contents(kept: Sequence[KeptEntry]) -> list[list[object]]:
    return [[one.content for one in each.versions] for each in kept]


def refused(office: Office, row: InboxRecordRow, keys: InboxKeys | None = None) -> type[Exception]:
    """Say how one row is refused; the book counts it, and tells of nothing."""
    keys = keys or office.keys
    assert open_entries(keys, [row]) == ([], 1)
    with pytest.raises(SealingError) as caught:
        Entry.read(load(open_inbox_record(keys, row, RecordKind.BOOK)))
    return type(caught.value)


# -- what is written -----------------------------------------------------------------------------


@given(ENTRIES)
def test_any_entry_reads_as_it_was_written(written: Entry) -> None:
    assert Entry.read(load(written.encode())) == written


@settings(deadline=None, max_examples=40)
@given(written=ENTRIES)
def test_any_entry_opens_as_it_was_sealed(office: Office, written: Entry) -> None:
    row = seal_entry(office.keys, written)
    kept, damaged = open_entries(office.keys, [row])
    assert (kept, damaged) == ([KeptEntry([written], [row.id])], 0)
    assert (kept[0].newest, kept[0].content) == (written, written.content)
    assert kept[0].entry_id == written.entry_id


@given(ENTRIES, st.sampled_from(["kind", "entry", "version", "author", "written", "content"]), JSON)
def test_what_is_read_has_one_form(written: Entry, name: str, value: object) -> None:
    record = {**load(written.encode()), name: value}
    try:
        read = Entry.read(record)
    except ContentError:
        return
    assert read.encode() == dump(record)


@given(ENTRIES, st.sampled_from([one.name for one in Activity.__dataclass_fields__.values()]), JSON)
def test_content_has_one_form(written: Entry, name: str, value: object) -> None:
    record: dict[str, Any] = dict(load(written.encode()))
    record["content"] = {**record["content"], name: value}
    try:
        read = Entry.read(record)
    except ContentError:
        return
    assert read.encode() == dump(record)


def test_each_kind_is_read_under_its_own_name_only() -> None:
    assert all(PAGES[name].kind == name for name in PAGES)
    told = load(entry().encode())
    for name in (*PAGES, "", "note", "No-recommendations", "no-recommendations "):
        if name != NoRecommendations.kind:
            with pytest.raises(ContentError):
                Entry.read({**told, "kind": name})


def test_the_record_is_what_is_documented() -> None:
    assert load(replace(entry(text="Ingen"), deleted=True).encode()) == {
        "kind": "no-recommendations",
        "entry": "MTExMTExMTExMTExMTExMQ==",
        "version": 1,
        "author": "QUFBQUFBQUFBQUFBQUFBQQ==",
        "written": "2026-11-20T12:00:00",
        "content": {"year": 2026, "reason": "Ingen"},
        "deleted": True,
    }


@pytest.mark.parametrize("version", [1, 2, 2**64 - 1])
def test_versions_count_from_one_and_fit_into_eight_bytes(office: Office, version: int) -> None:
    written = entry(version=version)
    assert open_entries(office.keys, sealed(office.keys, written))[0][0].newest == written


@pytest.mark.parametrize("version", [0, -1, 2**64, 2**70, True, 1.0, "1", None, [1]])
def test_what_is_no_version_is_refused_and_hides_nothing(office: Office, version: object) -> None:
    """The book was closed to everybody once a version did not fit into a row's id."""
    record = dump({**load(entry().encode()), "version": version})
    row = box_inbox_record(office.keys, RecordKind.BOOK, b"w" * 16, record)
    assert refused(office, row) is ContentError
    good = seal_entry(office.keys, entry(text="god"))
    assert contents(open_entries(office.keys, [row, good])[0]) == [[reason("god")]]


@pytest.mark.parametrize(
    "wrong",
    [
        *({one: wrong} for one in ("entry", "author") for wrong in ("A" * 20, "A" * 23 + "=")),
        *({one: wrong} for one in ("entry", "author", "written", "kind") for wrong in ("", None)),
        *({name: 1} for name in load(entry().encode()) if name != "version"),
        {"deleted": None},
        {"content": None},
        {"kind": ["no-recommendations"]},
        {"kind": "measure"},
        {"written": "2026-11-20"},
        {"written": "2026-11-20T12:00:00+00:00"},
        {"content": {}},
        {"content": []},
        {"content": {"year": 2026}},
        {"content": {"year": -1, "reason": ""}},
        {"content": {"year": 2026, "reason": "", "kind": "no-recommendations"}},
        {"extra": 1},
    ],
    ids=str,
)
def test_what_is_no_entry_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        Entry.read({**load(entry().encode()), **wrong})


@pytest.mark.parametrize("name", load(entry().encode()))
def test_no_field_can_be_left_out(name: str) -> None:
    told = load(entry().encode())
    with pytest.raises(ContentError):
        Entry.read({field: value for field, value in told.items() if field != name})


def test_nothing_that_a_person_wrote_is_printed(office: Office) -> None:
    pages: Sequence[Page] = (
        Activity(ActivityKind.TEACHING, DAY, "hemmeligt"),
        Evaluation(DAY, "hemmeligt", "hemmeligt", "hemmeligt"),
        Recommendation("hemmeligt", (2026,), responses=(Response(DAY, "hemmeligt"),)),
        ReportDraft(DAY, DAY, conclusion="hemmeligt"),
        reason("hemmeligt"),
    )
    written = [replace(entry(bytes([one]) * 16), content=page) for one, page in enumerate(pages)]
    assert "hemmeligt" not in repr(open_entries(office.keys, sealed(office.keys, *written)))
    assert "hemmeligt" not in repr(pages)


# -- where it lies -------------------------------------------------------------------------------


def digest_for(entry_id: bytes, number: bytes, installation: bytes = INSTALLATION) -> bytes:
    place = Place(Purpose.CONTENT_DIGEST, installation, item=entry_id + number)
    return hashlib.sha256(join_fields([place.encode(), b"book"])).digest()


@given(entry_id=IDS, version=st.integers(1, 2**64 - 1))
def test_a_row_id_follows_from_entry_and_version(
    office: Office, entry_id: bytes, version: int
) -> None:
    expected = digest_for(entry_id, version.to_bytes(8, "big"))[:16]
    assert row_id_of(office.keys, entry_id, version) == expected
    row = seal_entry(office.keys, entry(entry_id, version))
    here = office.keys.inbox
    assert (row.id, row.inbox_id, row.kind, row.epoch) == (expected, here.inbox_id, "book", 1)


def test_two_people_who_write_the_same_version_write_one_row(office: Office) -> None:
    annes, veras = entry(version=2, text="Annes"), replace(entry(version=2), author=b"V" * 16)
    first, second = sealed(office.keys, annes, veras)
    assert first.id == second.id
    assert first.id not in {one.id for one in sealed(office.keys, entry(), entry(SECOND, 2))}


CHANGES: Sequence[tuple[dict[str, object], type[SealingError]]] = [
    ({"id": SECOND}, UnreadableError),
    ({"id": b""}, UnreadableError),
    ({"epoch": 2}, NotGrantedError),
    ({"epoch": 0}, NotGrantedError),
    ({"epoch": -1}, PlaceError),
    ({"epoch": 2**64}, PlaceError),
    ({"kind": "counted"}, ContentError),
    ({"kind": "release"}, ContentError),
    ({"kind": "page"}, ContentError),
    ({"body": b""}, TruncatedError),
]


@pytest.mark.parametrize(("change", "error"), CHANGES, ids=str)
def test_a_row_that_was_moved_or_emptied_is_refused(
    office: Office, change: dict[str, Any], error: type[SealingError]
) -> None:
    row = seal_entry(office.keys, entry())
    assert refused(office, replace(row, **change)) is error


def test_a_row_that_was_changed_or_cut_is_refused(office: Office) -> None:
    row = seal_entry(office.keys, entry())
    for at in (20, len(row.body) // 2, len(row.body) - 1):
        body = row.body[:at] + bytes([row.body[at] ^ 1]) + row.body[at + 1 :]
        assert refused(office, replace(row, body=body)) is UnreadableError
    assert refused(office, replace(row, body=row.body[:-1])) is UnreadableError
    assert refused(office, replace(row, body=row.body + b"\0")) is UnreadableError


def test_a_row_of_another_inbox_or_another_key_is_refused(office: Office) -> None:
    row = seal_entry(office.keys, entry())
    assert refused(office, row, office.there.keys(office.anne)) is UnreadableError
    assert refused(office, row, InboxKeys(office.here.trusted, {})) is NotGrantedError


def test_a_row_is_refused_as_anything_but_what_it_was_boxed_as(office: Office) -> None:
    record, row_id = entry().encode(), row_id_of(office.keys, FIRST, 1)
    for kind in (RecordKind.ANONYMISED, RecordKind.COUNTED):
        other = box_inbox_record(office.keys, kind, row_id, record)
        assert refused(office, other) is ContentError
        assert refused(office, replace(other, kind="book")) is UnreadableError
    place = Place(Purpose.BOOK, INSTALLATION, owner=office.here.row.id, item=row_id, generation=1)
    row = seal_entry(office.keys, entry())
    unpadded = box(office.keys.vault(1), place, record)
    assert refused(office, replace(row, body=unpadded)) is PaddingError


@pytest.mark.parametrize(
    "row_id",
    [
        lambda keys: row_id_of(keys, FIRST, 2),
        lambda keys: row_id_of(keys, SECOND, 1),
        lambda _keys: FIRST,
        lambda _keys: digest_for(FIRST, (1).to_bytes(8, "big"), b"J" * 16)[:16],
    ],
    ids=["of another version", "of another entry", "of the entry", "of another installation"],
)
def test_who_has_the_key_repeats_no_version_under_another_id(
    office: Office, row_id: Callable[[InboxKeys], bytes]
) -> None:
    """It opens, as it was boxed there; but it says what does not belong there."""
    good = entry(text="god")
    where = row_id(office.keys)
    again = box_inbox_record(office.keys, RecordKind.BOOK, where, good.encode())
    assert Entry.read(load(open_inbox_record(office.keys, again, RecordKind.BOOK))) == good
    kept, damaged = open_entries(office.keys, [again, seal_entry(office.keys, good), again])
    assert (contents(kept), damaged) == ([[reason("god")]], 2)


# -- the order -----------------------------------------------------------------------------------


def test_versions_come_in_their_order_however_the_rows_lie(office: Office) -> None:
    one, two, three, ten = (entry(version=number, text=str(number)) for number in (1, 2, 3, 10))
    rows = sealed(office.keys, three, one, ten, two)
    [kept], damaged = open_entries(office.keys, rows)
    assert kept.versions == [one, two, three, ten]
    assert kept.row_ids == [rows[1].id, rows[3].id, rows[0].id, rows[2].id]
    assert (kept.newest, kept.content, kept.entry_id) == (ten, reason("10"), FIRST)
    assert damaged == 0


def test_entries_come_by_when_they_were_begun_and_then_by_their_ids(office: Office) -> None:
    late, early = entry(b"a" * 16, text="sen", hours=2), entry(b"z" * 16, text="tidlig", hours=1)
    changed = replace(early, version=2, written=NOON + timedelta(days=9))
    same, after = entry(b"b" * 16, text="b", hours=2), entry(b"c" * 16, text="c", hours=2)
    rows = sealed(office.keys, after, changed, same, late, early)
    kept, _ = open_entries(office.keys, rows)
    assert [one.entry_id[:1] for one in kept] == [b"z", b"a", b"b", b"c"]
    assert open_entries(office.keys, rows[::-1]) == (kept, 0)
    assert kept[0].versions == [early, changed]


def test_nothing_gives_an_empty_book(office: Office) -> None:
    assert open_entries(office.keys, iter(())) == ([], 0)


# -- what is damaged, gone or old ----------------------------------------------------------------


def test_each_row_that_does_not_open_is_counted_and_hides_no_other(office: Office) -> None:
    one, two, three = (entry(bytes([number]) * 16, text=str(number)) for number in (1, 2, 3))
    short, moved, *good = sealed(office.keys, two, entry(SECOND, 2), one, three)
    elsewhere = box_inbox_record(office.keys, RecordKind.BOOK, b"e" * 16, two.encode())
    no_entry = box_inbox_record(office.keys, RecordKind.BOOK, b"n" * 16, b"{}")
    bad = [replace(short, body=b""), elsewhere, replace(moved, id=FIRST), elsewhere, no_entry]
    kept, damaged = open_entries(office.keys, [*bad[:3], good[0], *bad[3:], good[1]])
    assert (contents(kept), damaged) == ([[reason("1")], [reason("3")]], 5)


def test_of_an_entry_that_lost_rows_the_other_versions_are_kept(office: Office) -> None:
    versions = [entry(version=number, text=str(number), hours=number) for number in (1, 2, 3)]
    first, second, third = sealed(office.keys, *versions)
    [kept], damaged = open_entries(office.keys, [third, replace(second, body=b""), first])
    assert (kept.versions, damaged) == ([versions[0], versions[2]], 1)
    assert kept.row_ids == [first.id, third.id]
    [kept], damaged = open_entries(office.keys, [third, second])
    assert (kept.versions, kept.newest, damaged) == (versions[1:], versions[2], 0)


def test_what_was_struck_out_is_kept_and_says_so(office: Office) -> None:
    gone = replace(entry(version=2, text="væk"), deleted=True)
    [kept], _ = open_entries(office.keys, sealed(office.keys, gone, entry(text="væk")))
    assert (kept.newest.deleted, kept.versions[0].deleted) == (True, False)
    assert kept.content == reason("væk")


def test_what_was_written_under_an_older_key_opens_and_under_no_other_epoch() -> None:
    anne = member()
    here = inbox(anne)
    before = seal_entry(here.keys(anne), entry(text="før"))
    here.rotate(anne)
    after = seal_entry(here.keys(anne), entry(version=2, text="efter"))
    assert (before.epoch, after.epoch) == (1, 2)
    kept, damaged = open_entries(here.keys(anne), [after, before])
    assert (contents(kept), damaged) == ([[reason("før"), reason("efter")]], 0)
    swapped = [replace(before, epoch=2), replace(after, epoch=1)]
    assert open_entries(here.keys(anne), swapped) == ([], 2)
