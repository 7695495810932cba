"""Records of an inbox that belong to no case, boxed in its vault: who may read its cases, has them.

A record lies under an id that names no case. It is boxed for the epoch at which the inbox's newest
secret began, so that all records of an inbox look the same, whenever they were made. One that
another inbox's member writes is sealed to the inbox's key instead.
"""

from collections.abc import Mapping
from dataclasses import replace

from whistle.crypto.envelope import box, open_seal, seal, unbox
from whistle.crypto.errors import ContentError
from whistle.crypto.padding import pad_text, unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.keys.chain import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage.rows import InboxRecordRow, RecordKind

_PURPOSES: Mapping[str, Purpose] = {
    RecordKind.ANONYMISED: Purpose.ANONYMISED,
    RecordKind.BOOK: Purpose.BOOK,
    RecordKind.COUNTED: Purpose.COUNTED,
    RecordKind.RELEASE: Purpose.RELEASE,
}
_SEALED = frozenset({RecordKind.RELEASE})


def box_inbox_record(
    inbox: InboxKeys, kind: RecordKind, record_id: bytes, content: bytes
) -> InboxRecordRow:
    """Box canonical bytes as a record of an inbox; ``record_id``: 16 bytes.

    Who stores it holds the inbox's epoch (`whistle.storage.inbox_records.insert`).
    """
    row = InboxRecordRow(record_id, inbox.inbox.inbox_id, kind, inbox.inbox.key_epoch, body=b"")
    place = _place(inbox.inbox, row)
    return replace(row, body=box(inbox.vault(row.epoch), place, pad_text(content)))


def seal_inbox_record(
    inbox: TrustedInbox, kind: RecordKind, record_id: bytes, content: bytes
) -> InboxRecordRow:
    """Seal canonical bytes to an inbox, as `box_inbox_record`; it takes no key of the inbox's."""
    row = InboxRecordRow(record_id, inbox.inbox_id, kind, inbox.key_epoch, body=b"")
    sealed = seal(inbox.current.public, _place(inbox, row), pad_text(content))
    return replace(row, body=sealed)


def open_inbox_record(inbox: InboxKeys, row: InboxRecordRow, kind: RecordKind) -> bytes:
    """Give the canonical bytes of a record of a kind, or raise a `SealingError`.

    A row of any other kind is refused: some are sealed, which who writes to the database can do.
    """
    if row.kind != kind:
        raise ContentError("a record of another kind")
    return _opened(inbox, row)


def renew(inbox: InboxKeys, row: InboxRecordRow) -> InboxRecordRow:
    """Box or seal a record under the inbox's newest secret, or raise a `SealingError`."""
    opened, kind = _opened(inbox, row), RecordKind(row.kind)
    if kind in _SEALED:
        return seal_inbox_record(inbox.inbox, kind, row.id, opened)
    return box_inbox_record(inbox, kind, row.id, opened)


def _opened(inbox: InboxKeys, row: InboxRecordRow) -> bytes:
    place = _place(inbox.inbox, row)
    if row.kind in _SEALED:
        return unpad_text(open_seal(inbox.pair(row.epoch), place, row.body))
    return unpad_text(unbox(inbox.vault(row.epoch), place, row.body))


def _place(inbox: TrustedInbox, row: InboxRecordRow) -> Place:
    purpose = _PURPOSES.get(row.kind)
    if purpose is None:
        raise ContentError("a record of no known kind")
    return Place(
        purpose,
        inbox.current.installation,
        owner=inbox.inbox_id,
        item=row.id,
        generation=row.epoch,
    )
