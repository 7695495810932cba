"""Counts released for a report: what a member of their inbox signed, and nothing else."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, Inbox, inbox, member
from tests.keys.shaped import IDS, releases
from whistle.crypto.errors import (
    ContentError,
    NotGrantedError,
    PlaceError,
    SealingError,
    TruncatedError,
    UnreadableError,
)
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.registration import Issue
from whistle.domain.released import Release
from whistle.keys.canonical import dump, load
from whistle.keys.chain import TrustedInbox
from whistle.keys.fields import join_fields
from whistle.keys.inbox_records import box_inbox_record, seal_inbox_record
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.releases import (
    SignedRelease,
    open_release,
    row_id_for,
    seal_release,
    sign_release,
)
from whistle.storage.rows import InboxRecordRow, RecordKind

RELEASE_ID, OTHER_ID = b"R" * 16, b"S" * 16
NOON = datetime(2026, 11, 20, 12, 30, 5)  # noqa: DTZ001  (moments are UTC without zone)
APRIL, JULY, LAST = date(2026, 4, 1), date(2026, 7, 1), date(2026, 9, 30)
MOMENTS = st.datetimes().map(lambda one: one.replace(microsecond=0))
CITIZENS = Anonymised(Channel.CITIZEN, APRIL, casework=True, issues=(Issue("4", "4.1", "bl"),))


@dataclass(frozen=True)
class Office:
    """Anne and Bo have the reserve's inbox; Vera, who makes the report, the citizens' main one.

    Anne has the whistleblowers' besides.
    """

    anne: Keyring
    bo: Keyring
    vera: Keyring
    source: Inbox
    reader: Inbox
    other: Inbox

    @property
    def known(self) -> Sequence[TrustedInbox]:
        """Every inbox that there is."""
        return [self.other.trusted, self.reader.trusted, self.source.trusted]

    @property
    def readers(self) -> InboxKeys:
        """The keys that who makes the report has."""
        return self.reader.keys(self.vera)

    def release(self, **changes: Any) -> Release:
        """Make a release of the source's."""
        return replace(Release(self.source.row.id, (APRIL, JULY), LAST, (CITIZENS,)), **changes)

    def sealed(self, signed: SignedRelease) -> InboxRecordRow:
        """Seal something to the reader, genuine or not: anybody can."""
        row_id = row_id_for(INSTALLATION, self.reader.row.id, signed.id)
        return seal_inbox_record(self.reader.trusted, RecordKind.RELEASE, row_id, signed.encode())

    def opened(self, row: InboxRecordRow, keys: InboxKeys | None = None) -> SignedRelease:
        """Open a release as who makes the report."""
        return open_release(keys or self.readers, row, self.known)

    def refused(
        self, row: InboxRecordRow, keys: InboxKeys | None = None
    ) -> type[SealingError] | None:
        """Say how a row is refused; none: it opens."""
        try:
            self.opened(row, keys)
        except SealingError as error:
            return type(error)
        return None


@pytest.fixture(scope="module")
def office() -> Office:
    anne, bo, vera = member(), member(), member()
    source = inbox(anne, kind=InboxKind.RESERVE)
    source.admit(anne, bo)
    return Office(anne, bo, vera, source, inbox(vera), inbox(anne, Channel.WHISTLEBLOWER))


@pytest.fixture(scope="module")
def signed(office: Office) -> SignedRelease:
    """A release of the source's, signed by Anne."""
    return sign_release(office.anne, RELEASE_ID, office.release(), NOON)


# -- what opens ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(release=releases(), release_id=IDS, now=st.datetimes())
def test_any_release_of_the_own_door_opens_as_it_was_signed(
    office: Office, release: Release, release_id: bytes, now: datetime
) -> None:
    facts = tuple(one for one in release.facts if one.channel is Channel.CITIZEN)
    release = replace(release, source=office.source.row.id, facts=facts)
    written = sign_release(office.bo, release_id, release, now)
    told = (written.id, written.release, written.author, written.written)
    assert told == (release_id, release, office.bo.member_id, now.replace(microsecond=0))
    own, for_reader = seal_release(office.source.trusted, office.reader.trusted, written)
    assert office.opened(for_reader) == written
    assert office.opened(own, office.source.keys(office.anne)) == written


def test_it_lies_in_both_inboxes_under_ids_of_its_own(
    office: Office, signed: SignedRelease
) -> None:
    own, for_reader = seal_release(office.source.trusted, office.reader.trusted, signed)
    place = Place(Purpose.CONTENT_DIGEST, INSTALLATION, item=RELEASE_ID + office.reader.row.id)
    digest = hashlib.sha256(join_fields([place.encode(), b"release"])).digest()
    assert (own.id, own.inbox_id) == (RELEASE_ID, office.source.row.id)
    assert (for_reader.id, for_reader.inbox_id) == (digest[:16], office.reader.row.id)
    assert {own.kind, for_reader.kind} == {RecordKind.RELEASE}


def test_the_id_at_the_readers_follows_from_all_three(office: Office) -> None:
    told = (INSTALLATION, office.reader.row.id, RELEASE_ID)
    ids = {
        row_id_for(*told),
        row_id_for(OTHER_INSTALLATION, *told[1:]),
        row_id_for(INSTALLATION, office.other.row.id, RELEASE_ID),
        row_id_for(*told[:2], OTHER_ID),
    }
    assert {len(one) for one in ids} == {16}
    assert len(ids) == 4


def test_what_is_signed_is_what_is_documented(office: Office, signed: SignedRelease) -> None:
    said = dump(
        {
            "id": "UlJSUlJSUlJSUlJSUlJSUg==",
            "release": load(signed.encode())["release"],
            "author": load(signed.encode())["author"],
            "written": "2026-11-20T12:30:05",
        }
    )
    assert signed.said == said
    owner = office.source.row.id
    place = Place(Purpose.RELEASE, INSTALLATION, owner=owner, item=RELEASE_ID, kind="signature")
    assert office.anne.signing.verifying.verifies(place, said, signed.signature)


def test_who_is_a_member_may_sign_and_who_was_one_may_have() -> None:
    anne, bo, vera = member(), member(), member()
    source, reader = inbox(anne), inbox(vera, kind=InboxKind.RESERVE)
    source.admit(anne, bo)
    release = Release(source.row.id, (APRIL,), LAST)
    renewed = Keyring(INSTALLATION, anne.member_id, Seed.random())
    by_bo, by_anne = (sign_release(one, RELEASE_ID, release, NOON) for one in (bo, anne))
    source.rotate(anne, bo)
    source.renew(anne, renewed)
    for one in (by_bo, by_anne, sign_release(renewed, OTHER_ID, release, NOON)):
        _, row = seal_release(source.trusted, reader.trusted, one)
        assert open_release(reader.keys(vera), row, [source.trusted]) == one


def test_what_was_sealed_to_an_older_key_opens_and_under_no_other_epoch() -> None:
    anne, vera = member(), member()
    source, reader = inbox(anne), inbox(vera, kind=InboxKind.RESERVE)
    signed = sign_release(anne, RELEASE_ID, Release(source.row.id, (APRIL,), LAST), NOON)
    _, before = seal_release(source.trusted, reader.trusted, signed)
    reader.rotate(vera)
    _, after = seal_release(source.trusted, reader.trusted, signed)
    assert (before.epoch, after.epoch) == (1, 2)
    keys, known = reader.keys(vera), [source.trusted]
    assert open_release(keys, before, known) == open_release(keys, after, known) == signed
    for row, epoch in ((before, 2), (after, 1)):
        with pytest.raises(UnreadableError):
            open_release(keys, replace(row, epoch=epoch), known)


# -- what is forged ------------------------------------------------------------------------------


CHANGED: Sequence[dict[str, Any]] = [
    {"id": OTHER_ID},
    {"written": NOON + timedelta(seconds=1)},
    {"author": b"B" * 16},
    {"signature": b""},
    {"signature": bytes(63)},
    {"signature": bytes(64)},
    {"signature": bytes(65)},
]
CHANGED_RELEASES: Sequence[dict[str, Any]] = [
    {"begins": (APRIL,)},
    {"begins": (APRIL, JULY + timedelta(days=1))},
    {"last": LAST + timedelta(days=1)},
    {"facts": ()},
    {"facts": (CITIZENS, CITIZENS)},
    {"facts": (replace(CITIZENS, casework=False),)},
    {"facts": (replace(CITIZENS, received=JULY),)},
    {"facts": (replace(CITIZENS, issues=(Issue("4", "4.2", "bl"),)),)},
]


@pytest.mark.parametrize("change", CHANGED, ids=str)
def test_nothing_of_a_signed_release_can_be_changed(
    office: Office, signed: SignedRelease, change: dict[str, Any]
) -> None:
    assert office.refused(office.sealed(signed)) is None
    assert office.refused(office.sealed(replace(signed, **change))) is ContentError


@pytest.mark.parametrize("change", CHANGED_RELEASES, ids=str)
def test_nothing_of_what_is_released_can_be_changed(
    office: Office, signed: SignedRelease, change: dict[str, Any]
) -> None:
    changed = replace(signed, release=replace(signed.release, **change))
    assert office.refused(office.sealed(changed)) is ContentError
    again = sign_release(office.anne, RELEASE_ID, changed.release, NOON)
    assert office.refused(office.sealed(again)) is None


def test_no_bit_of_a_signature_can_be_changed(office: Office, signed: SignedRelease) -> None:
    for at in (0, 31, 32, 63):
        changed = signed.signature[:at] + bytes([signed.signature[at] ^ 1])
        forged = replace(signed, signature=changed + signed.signature[at + 1 :])
        assert office.refused(office.sealed(forged)) is ContentError


def test_a_release_is_signed_by_the_member_it_names(office: Office, signed: SignedRelease) -> None:
    by_bo = sign_release(office.bo, RELEASE_ID, signed.release, NOON)
    assert office.refused(office.sealed(by_bo)) is None
    for author in (office.anne, office.vera):
        posed = replace(by_bo, author=author.member_id)
        assert office.refused(office.sealed(posed)) is ContentError
    posing = Keyring(INSTALLATION, office.anne.member_id, Seed.random())
    forged = sign_release(posing, RELEASE_ID, signed.release, NOON)
    assert office.refused(office.sealed(forged)) is ContentError


def test_nobody_releases_the_counts_of_an_inbox_that_is_not_theirs(office: Office) -> None:
    """Neither somebody outside, nor a member of the inbox that is told."""
    for stranger in (member(), office.vera):
        forged = sign_release(stranger, RELEASE_ID, office.release(), NOON)
        assert office.refused(office.sealed(forged)) is ContentError


def test_a_release_is_of_one_inbox_and_of_no_other_of_its_signer(office: Office) -> None:
    """Anne signs for two: what she signed of one is not to be passed off as the other's."""
    facts = (Anonymised(Channel.WHISTLEBLOWER, APRIL),)
    of_other = office.release(source=office.other.row.id, facts=facts)
    genuine = sign_release(office.anne, RELEASE_ID, of_other, NOON)
    assert office.refused(office.sealed(genuine)) is None
    nothing = sign_release(office.anne, RELEASE_ID, office.release(facts=()), NOON)
    passed_off = replace(nothing.release, source=office.other.row.id)
    assert office.refused(office.sealed(nothing)) is None
    assert office.refused(office.sealed(replace(nothing, release=passed_off))) is ContentError


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": Purpose.STATEMENT},
        {"installation": OTHER_INSTALLATION},
        {"owner": b"O" * 16},
        {"owner": b""},
        {"item": OTHER_ID},
        {"item": b""},
        {"kind": ""},
        {"kind": "statement"},
        {"generation": 1},
        {"version": 1},
        {"side": "casework"},
    ],
    ids=str,
)
def test_a_signature_for_another_place_is_refused(
    office: Office, signed: SignedRelease, change: dict[str, Any]
) -> None:
    owner = office.source.row.id
    place = Place(Purpose.RELEASE, INSTALLATION, owner=owner, item=RELEASE_ID, kind="signature")
    for one, error in ((place, None), (replace(place, **change), ContentError)):
        signature = office.anne.signing.sign(one, signed.said)
        assert office.refused(office.sealed(replace(signed, signature=signature))) is error


def test_a_release_of_an_inbox_that_is_not_known_is_refused(
    office: Office, signed: SignedRelease
) -> None:
    row = office.sealed(signed)
    for known in ([], [office.reader.trusted], [office.other.trusted, office.reader.trusted]):
        with pytest.raises(ContentError):
            open_release(office.readers, row, known)


# -- where it lies -------------------------------------------------------------------------------


def test_a_release_lies_under_its_own_id_and_under_no_other(
    office: Office, signed: SignedRelease
) -> None:
    """Anybody can seal to an inbox: so nothing that was released is told a second time."""
    encoded, owns = signed.encode(), office.source.keys(office.anne)
    for_reader = row_id_for(INSTALLATION, office.reader.row.id, RELEASE_ID)
    for_source = row_id_for(INSTALLATION, office.source.row.id, RELEASE_ID)
    another = row_id_for(INSTALLATION, office.reader.row.id, OTHER_ID)
    for keys, good, wrong in (
        (office.readers, for_reader, (RELEASE_ID, for_source, another, OTHER_ID)),
        (owns, RELEASE_ID, (for_source, for_reader, another, OTHER_ID)),
    ):
        for row_id in wrong:
            row = seal_inbox_record(keys.inbox, RecordKind.RELEASE, row_id, encoded)
            assert office.refused(row, keys) is ContentError
        row = seal_inbox_record(keys.inbox, RecordKind.RELEASE, good, encoded)
        assert office.refused(row, keys) is None
        assert office.refused(replace(row, id=wrong[0]), keys) is UnreadableError


def test_it_is_told_to_who_it_was_sealed_to(office: Office, signed: SignedRelease) -> None:
    own, for_reader = seal_release(office.source.trusted, office.reader.trusted, signed)
    others = office.other.keys(office.anne)
    for row in (own, for_reader):
        assert office.refused(row, others) is UnreadableError
    assert office.refused(own) is UnreadableError
    assert office.refused(for_reader, office.source.keys(office.anne)) is UnreadableError
    assert office.refused(for_reader, InboxKeys(office.reader.trusted, {})) is NotGrantedError


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"epoch": 0}, NotGrantedError),
        ({"epoch": 2}, NotGrantedError),
        ({"epoch": -1}, PlaceError),
        ({"epoch": 2**64}, PlaceError),
        ({"kind": "book"}, ContentError),
        ({"kind": "page"}, ContentError),
        ({"body": b""}, TruncatedError),
    ],
    ids=str,
)
def test_a_row_that_was_moved_or_emptied_is_refused(
    office: Office, signed: SignedRelease, change: dict[str, Any], error: type[SealingError]
) -> None:
    assert office.refused(replace(office.sealed(signed), **change)) is error


def test_a_row_that_was_changed_or_boxed_is_refused(office: Office, signed: SignedRelease) -> None:
    row = office.sealed(signed)
    flipped = row.body[:-1] + bytes([row.body[-1] ^ 1])
    assert office.refused(replace(row, body=flipped)) is UnreadableError
    assert office.refused(replace(row, body=row.body[:-1])) is UnreadableError
    boxed = box_inbox_record(office.readers, RecordKind.RELEASE, row.id, signed.encode())
    assert office.refused(boxed) is UnreadableError


# -- what it may say -----------------------------------------------------------------------------


def test_an_inbox_tells_of_its_own_door_alone(office: Office) -> None:
    of_council = Anonymised(Channel.COUNCIL, date(2022, 1, 1))
    of_whistleblower = Anonymised(Channel.WHISTLEBLOWER, APRIL)
    for facts, error in (
        ((CITIZENS, CITIZENS), None),
        ((of_whistleblower,), ContentError),
        ((CITIZENS, of_council), ContentError),
        ((of_council, CITIZENS), ContentError),
    ):
        told = sign_release(office.anne, RELEASE_ID, office.release(facts=facts), NOON)
        assert office.refused(office.sealed(told)) is error


def test_the_last_day_that_there_is_closes_the_report_to_nobody(
    office: Office, signed: SignedRelease
) -> None:
    """Anybody can seal one: it was added to, and that went past every check."""
    forged = replace(signed, release=replace(signed.release, last=date.max))
    assert office.refused(office.sealed(forged)) is ContentError
