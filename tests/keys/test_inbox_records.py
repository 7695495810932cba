"""Records of an inbox: each opens as what it is, where it lies, and for who has the key."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.keys.elsewhere import Places, places
from tests.keys.people import INSTALLATION, inbox, member
from tests.keys.shaped import IDS, shaped
from whistle.crypto.envelope import box, open_seal, seal, unbox
from whistle.crypto.errors import (
    ContentError,
    NotGrantedError,
    PaddingError,
    PlaceError,
    SealingError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.padding import pad_text
from whistle.crypto.place import Place, Purpose
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.registration import Enquiry, Override, Rule
from whistle.keys.anonymised import Records, box_record, named_by, open_record
from whistle.keys.book import open_entries
from whistle.keys.bulk import BulkInbox
from whistle.keys.counted import open_counted
from whistle.keys.inbox_records import (
    box_inbox_record,
    open_inbox_record,
    renew,
    seal_inbox_record,
)
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.keys.releases import open_release
from whistle.storage.rows import InboxRecordRow, RecordKind

PLACES = places()
HERE = PLACES.here
RECORD, CONTENT = b"r" * 16, b'{"text":"hemmeligt"}'
PURPOSES = {
    RecordKind.ANONYMISED: Purpose.ANONYMISED,
    RecordKind.BOOK: Purpose.BOOK,
    RecordKind.COUNTED: Purpose.COUNTED,
    RecordKind.RELEASE: Purpose.RELEASE,
}
BOXED = [kind for kind in RecordKind if kind is not RecordKind.RELEASE]
DAY = date(2026, 11, 20)


def made(kind: RecordKind, content: bytes = CONTENT, inbox: InboxKeys = HERE) -> InboxRecordRow:
    """Make a record as its kind is made."""
    if kind is RecordKind.RELEASE:
        return seal_inbox_record(inbox.inbox, kind, RECORD, content)
    return box_inbox_record(inbox, kind, RECORD, content)


def place(kind: RecordKind, **changed: Any) -> Place:
    """Give the place of a record as docs/sealing.md has it."""
    there = Place(PURPOSES[kind], INSTALLATION, HERE.inbox.inbox_id, RECORD, generation=1)
    return replace(there, **changed)


# -- what opens --------------------------------------------------------------------------------


@given(st.sampled_from(RecordKind), IDS, st.binary(max_size=9000))
def test_a_record_opens_as_it_was_made(kind: RecordKind, record_id: bytes, content: bytes) -> None:
    make = partial(seal_inbox_record, HERE.inbox) if kind not in BOXED else None
    row = (make or partial(box_inbox_record, HERE))(kind, record_id, content)
    assert (row.id, row.inbox_id, row.kind) == (record_id, HERE.inbox.inbox_id, kind)
    assert open_inbox_record(HERE, row, kind) == content


@pytest.mark.parametrize("kind", BOXED)
def test_a_record_lies_boxed_at_the_place_of_the_specification(kind: RecordKind) -> None:
    vault = HERE.vault(1)
    assert unbox(vault, place(kind), made(kind).body) == pad_text(CONTENT)


def test_a_release_lies_sealed_at_the_place_of_the_specification() -> None:
    kind = RecordKind.RELEASE
    assert open_seal(HERE.pair(1), place(kind), made(kind).body) == pad_text(CONTENT)


@pytest.mark.parametrize("kind", RecordKind)
def test_no_row_tells_that_somebody_was_admitted_before_it_was_made(kind: RecordKind) -> None:
    before, after = made(kind, inbox=PLACES.before), made(kind)
    assert PLACES.before.inbox.epoch < HERE.inbox.epoch
    assert before.epoch == after.epoch == 1
    assert open_inbox_record(HERE, before, kind) == open_inbox_record(PLACES.before, after, kind)


@pytest.mark.parametrize("kind", RecordKind)
def test_from_outside_a_short_record_is_as_long_as_a_longer_one(kind: RecordKind) -> None:
    lengths = [len(made(kind, b"x" * size).body) for size in (0, 4092, 4093)]
    assert lengths[0] == lengths[1]
    assert lengths[2] == lengths[1] + 4096


# -- what does not -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize("elsewhere", Places._fields[2:])
def test_no_record_opens_in_another_inbox_or_with_another_secret(
    kind: RecordKind, elsewhere: str
) -> None:
    with pytest.raises(UnreadableError):
        open_inbox_record(getattr(PLACES, elsewhere), made(kind), kind)


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"id": b"s" * 16}, UnreadableError),
        ({"id": b""}, UnreadableError),
        ({"epoch": 2}, UnreadableError),
        ({"epoch": 0}, NotGrantedError),
        ({"epoch": 3}, NotGrantedError),
        ({"epoch": -1}, PlaceError),
        ({"epoch": 2**64}, PlaceError),
        ({"body": b""}, TruncatedError),
        ({"body": b"\1" * 20}, TruncatedError),
        ({"body": b"\2" * 6000}, UnknownVersionError),
        ({"body": b"\1" * 6000}, UnreadableError),
    ],
)
def test_a_record_that_was_moved_or_changed_is_refused(
    kind: RecordKind, changed: dict[str, Any], refused: type[SealingError]
) -> None:
    with pytest.raises(refused):
        open_inbox_record(HERE, replace(made(kind), **changed), kind)


@pytest.mark.parametrize("kind", RecordKind)
def test_a_record_of_one_kind_passes_for_no_other(kind: RecordKind) -> None:
    row = made(kind)
    for other in set(RecordKind) - {kind}:
        with pytest.raises(ContentError):
            open_inbox_record(HERE, row, other)
        with pytest.raises(UnreadableError):
            open_inbox_record(HERE, replace(row, kind=other), other)


@pytest.mark.parametrize("kind", RecordKind)
def test_what_is_not_padded_as_texts_are_is_refused(kind: RecordKind) -> None:
    row = made(kind)
    if kind in BOXED:
        bare = box(HERE.vault(1), place(kind), CONTENT)
    else:
        bare = seal(HERE.inbox.current.public, place(kind), CONTENT)
    with pytest.raises(PaddingError):
        open_inbox_record(HERE, replace(row, body=bare), kind)


@pytest.mark.parametrize("kind", BOXED)
def test_who_has_the_public_key_alone_makes_no_record_of_a_kind_that_is_boxed(
    kind: RecordKind,
) -> None:
    with pytest.raises(UnreadableError):
        open_inbox_record(HERE, seal_inbox_record(HERE.inbox, kind, RECORD, CONTENT), kind)


@pytest.mark.parametrize(
    ("act", "content"),
    [
        (open_counted, b"{}"),
        (open_record, b'{"channel":"citizen","received":"2026-11-20"}'),
        (lambda inbox, row: open_release(inbox, row, [inbox.inbox]), b"{}"),
    ],
    ids=["whom a report counted", "of a closed case", "a release"],
)
def test_what_was_sealed_as_another_kind_is_refused_by_who_opens_one(
    act: Callable[[InboxKeys, InboxRecordRow], object], content: bytes
) -> None:
    """Anybody can seal a release to the inbox, and put its row in another's place."""
    for kind in (RecordKind.RELEASE, RecordKind.BOOK):
        with pytest.raises(ContentError):
            act(HERE, made(kind, content))


def test_a_release_in_place_of_an_entry_of_the_book_counts_as_damaged() -> None:
    assert open_entries(HERE, [made(RecordKind.RELEASE, b"{}")]) == ([], 1)


# -- under a new key ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RecordKind)
def test_a_renewed_record_opens_for_who_stays_and_not_for_who_left(kind: RecordKind) -> None:
    anne, bo = member(), member()
    office = inbox(anne)
    office.admit(anne, bo)
    left, row = office.keys(bo), made(kind, inbox=office.keys(anne))
    office.rotate(anne, bo)
    stays = office.keys(anne)
    renewed = renew(stays, row)
    assert renewed == replace(row, epoch=3, body=renewed.body)
    assert renewed.body != row.body
    for opened in (open_inbox_record(stays, renewed, kind), open_inbox_record(left, row, kind)):
        assert opened == CONTENT
    with pytest.raises(NotGrantedError):
        open_inbox_record(left, renewed, kind)
    with pytest.raises(UnreadableError):
        open_inbox_record(left, replace(renewed, epoch=1), kind)


@pytest.mark.parametrize("kind", RecordKind)
def test_what_does_not_open_is_not_renewed(kind: RecordKind) -> None:
    with pytest.raises(UnreadableError):
        renew(HERE, replace(made(kind), id=b"s" * 16))
    with pytest.raises(ContentError):
        renew(HERE, replace(made(kind), kind="unknown"))


# -- records of closed cases -------------------------------------------------------------------

DOORS = st.sampled_from([Channel.CITIZEN, Channel.WHISTLEBLOWER])
TERM = Anonymised(Channel.COUNCIL, date(2026, 1, 1))


@given(shaped(Anonymised, channel=DOORS))
@example(TERM)
def test_a_record_of_a_closed_case_opens_alone_and_among_thousands(record: Anonymised) -> None:
    row = box_record(HERE, RECORD, record)
    assert (row.id, row.kind) == (RECORD, RecordKind.ANONYMISED)
    assert open_record(HERE, row) == record
    assert Records(BulkInbox(HERE)).open(row.id, row.epoch, row.body) == record


@pytest.mark.parametrize(
    ("moved", "refused"),
    [
        ({"id": b"s" * 16}, UnreadableError),
        ({"epoch": 2}, UnreadableError),
        ({"epoch": 3}, NotGrantedError),
        ({"epoch": -1}, PlaceError),
        ({"body": b""}, TruncatedError),
    ],
)
def test_among_thousands_a_record_is_refused_for_the_same_cause(
    moved: dict[str, Any], refused: type[SealingError]
) -> None:
    row, records = replace(box_record(HERE, RECORD, TERM), **moved), Records(BulkInbox(HERE))
    with pytest.raises(refused):
        open_record(HERE, row)
    with pytest.raises(refused):
        records.open(row.id, row.epoch, row.body)


@pytest.mark.parametrize("record_id", [b"", b"r" * 15, b"r" * 17])
def test_among_thousands_an_id_of_another_length_is_refused(record_id: bytes) -> None:
    row = replace(box_inbox_record(HERE, RecordKind.ANONYMISED, record_id, CONTENT), id=record_id)
    with pytest.raises(ContentError):
        Records(BulkInbox(HERE)).open(row.id, row.epoch, row.body)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"9" * 5000,
        b'{"channel":"citizen"}',
        b'{"received":"2026-11-20"}',
        b'{"channel":"citizen","received":"2026-11-31"}',
        b'{"channel":"citizen","received":null}',
        b'{"channel":"press","received":"2026-11-20"}',
        b'{"channel":"council","received":"2026-11-20"}',
        b'{"channel":"citizen","name":"Karla","received":"2026-11-20"}',
        b'{"channel":"citizen","issues":{},"received":"2026-11-20"}',
        b'{"channel":"citizen","issues":[1],"received":"2026-11-20"}',
        b'{"channel":"citizen","received":"2026-11-20","renewed":1}',
    ],
)
def test_what_is_no_record_of_a_closed_case_is_refused(content: bytes) -> None:
    row = made(RecordKind.ANONYMISED, content)
    with pytest.raises(ContentError):
        open_record(HERE, row)
    with pytest.raises(ContentError):
        Records(BulkInbox(HERE)).open(row.id, row.epoch, row.body)


@pytest.mark.parametrize("record", [b"", RECORD, b"\xff" * 16, bytes(16)])
@pytest.mark.parametrize(
    "text", ["", '"record":"AAAA"', 'x","record":"AAAA', "\\", '\\","record":"AAAA', "record"]
)
def test_the_record_that_a_registration_names_is_read_off_whatever_people_write(
    record: bytes, text: str
) -> None:
    enquiry = Enquiry(text, overrides=(Override(Rule.HALF_YEAR, text, DAY),))
    told = Registration(text, last_act=text, enquiry=enquiry, record=record, source=text)
    assert named_by(told.encode()) == record
