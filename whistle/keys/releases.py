"""Counts released for a report, signed by a member of their inbox, sealed to who makes the report.

Two rows tell the same: one sealed to the citizens' main inbox, which the report is made from, and
one sealed to the inbox itself, so that its members see what they released and can take it back. The
id of the first follows from that of the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from whistle.crypto.errors import ContentError
from whistle.crypto.place import Place, Purpose
from whistle.domain.released import Release
from whistle.keys.canonical import (
    Json,
    as_any_bytes,
    as_bytes,
    as_moment,
    as_object,
    check_fields,
    dump,
    load,
    write_bytes,
    write_moment,
)
from whistle.keys.chain import TrustedInbox
from whistle.keys.files import content_digest
from whistle.keys.inbox_records import open_inbox_record, seal_inbox_record
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind
from whistle.storage.tables import ID_BYTES

_FIELDS = ("author", "id", "release", "signature", "written")


@dataclass(frozen=True, slots=True, repr=False)
class SignedRelease:
    """A release as a member signed it. ``id``: of the row in the inbox itself, 16 bytes.

    ``author``: a member, 16 bytes. ``written``: UTC without zone, whole seconds.
    """

    id: bytes
    release: Release
    author: bytes
    written: datetime
    signature: bytes

    @property
    def said(self) -> bytes:
        """What is signed: canonical JSON."""
        return dump(_said(self.id, self.release, self.author, self.written))

    def encode(self) -> bytes:
        """Give canonical JSON."""
        said = _said(self.id, self.release, self.author, self.written)
        return dump({**said, "signature": write_bytes(self.signature)})

    @classmethod
    def decode(cls, encoded: bytes) -> "SignedRelease":
        """Read what `encode` wrote, or raise `ContentError`."""
        record = load(encoded)
        check_fields(record, *_FIELDS)
        return cls(
            as_bytes(record["id"], ID_BYTES),
            from_json(Release, as_object(record["release"])),
            as_bytes(record["author"], ID_BYTES),
            as_moment(record["written"]),
            as_any_bytes(record["signature"]),
        )


def sign_release(
    keyring: Keyring, release_id: bytes, release: Release, now: datetime
) -> SignedRelease:
    """Sign a release as a member of its inbox; ``now``: UTC without zone."""
    written, author = now.replace(microsecond=0), keyring.member_id
    place = _place(keyring.installation, release.source, release_id)
    said = dump(_said(release_id, release, author, written))
    return SignedRelease(release_id, release, author, written, keyring.signing.sign(place, said))


def row_id_for(installation: bytes, reader: bytes, release_id: bytes) -> bytes:
    """Give the id of a release's row in the inbox of who reads it: 16 bytes."""
    return content_digest(installation, release_id + reader, "release", ())[:ID_BYTES]


def seal_release(
    source: TrustedInbox, reader: TrustedInbox, signed: SignedRelease
) -> tuple[InboxRecordRow, InboxRecordRow]:
    """Seal a release to its own inbox and to the reader's: the two rows, in this order."""
    installation = source.current.installation
    for_reader = row_id_for(installation, reader.inbox_id, signed.id)
    encoded = signed.encode()
    return (
        seal_inbox_record(source, RecordKind.RELEASE, signed.id, encoded),
        seal_inbox_record(reader, RecordKind.RELEASE, for_reader, encoded),
    )


def open_release(
    inbox: InboxKeys, row: InboxRecordRow, known: Sequence[TrustedInbox]
) -> SignedRelease:
    """Open a release, or raise a `SealingError`; ``known``: the inboxes it may be of.

    It is somebody's who is or was a member of its inbox, by the signed directory: who can only
    write to the database can make none. It tells of its inbox's own door.
    """
    signed = SignedRelease.decode(open_inbox_record(inbox, row, RecordKind.RELEASE))
    release, here = signed.release, inbox.inbox.inbox_id
    source = next((one for one in known if one.inbox_id == release.source), None)
    if source is None:
        raise ContentError("a release of an inbox that there is not")
    installation = source.current.installation
    row_id = signed.id if here == release.source else row_id_for(installation, here, signed.id)
    if row.id != row_id:
        raise ContentError("a release that lies under another id")
    if any(one.channel is not source.root.channel for one in release.facts):
        raise ContentError("a release that tells of another door")
    if not _is_signed(source, signed):
        raise ContentError("a release that no member of its inbox signed")
    return signed


def _is_signed(source: TrustedInbox, signed: SignedRelease) -> bool:
    keys = {
        member.verifying
        for statement in source.statements
        for member in statement.members
        if member.member_id == signed.author
    }
    place = _place(source.current.installation, source.inbox_id, signed.id)
    return any(one.verifies(place, signed.said, signed.signature) for one in keys)


def _said(release_id: bytes, release: Release, author: bytes, written: datetime) -> Json:
    return {
        "id": write_bytes(release_id),
        "release": to_json(release),
        "author": write_bytes(author),
        "written": write_moment(written),
    }


def _place(installation: bytes, source: bytes, release_id: bytes) -> Place:
    return Place(Purpose.RELEASE, installation, owner=source, item=release_id, kind="signature")
