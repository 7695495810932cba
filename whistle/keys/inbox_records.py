"""Records of an inbox that belong to no case, boxed in its vault: who may read its cases, has them.

A record lies under an id that names no case. It is boxed for the epoch at which the inbox's newest
secret began, so that all records of an inbox look the same, whenever they were made.
"""

from collections.abc import Mapping
from dataclasses import replace

from whistle.crypto.envelope import box, unbox
from whistle.crypto.errors import ContentError
from whistle.crypto.padding import pad_text, unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.keys.keyring import InboxKeys
from whistle.storage.rows import InboxRecordRow, RecordKind

_PURPOSES: Mapping[str, Purpose] = {
    RecordKind.ANONYMISED: Purpose.ANONYMISED,
    RecordKind.BOOK: Purpose.BOOK,
}


def box_inbox_record(
    inbox: InboxKeys, kind: RecordKind, record_id: bytes, content: bytes
) -> InboxRecordRow:
    """Box canonical bytes as a record of an inbox; ``record_id``: 16 bytes.

    Who stores it holds the inbox's epoch (`whistle.storage.inbox_records.insert`).
    """
    row = InboxRecordRow(record_id, inbox.inbox.inbox_id, kind, inbox.inbox.key_epoch, body=b"")
    return replace(row, body=box(inbox.vault(row.epoch), _place(inbox, row), pad_text(content)))


def open_inbox_record(inbox: InboxKeys, row: InboxRecordRow) -> bytes:
    """Give a record's canonical bytes, or raise a `SealingError`."""
    return unpad_text(unbox(inbox.vault(row.epoch), _place(inbox, row), row.body))


def renew(inbox: InboxKeys, row: InboxRecordRow) -> InboxRecordRow:
    """Box a record under the inbox's newest secret, or raise a `SealingError`."""
    opened = open_inbox_record(inbox, row)
    return box_inbox_record(inbox, RecordKind(row.kind), row.id, opened)


def _place(inbox: InboxKeys, row: InboxRecordRow) -> Place:
    purpose = _PURPOSES.get(row.kind)
    if purpose is None:
        raise ContentError("a record of no known kind")
    return Place(
        purpose,
        inbox.inbox.current.installation,
        owner=inbox.inbox.inbox_id,
        item=row.id,
        generation=row.epoch,
    )
