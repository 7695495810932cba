"""Anonymised records, boxed in their inbox's vault: only who may read its cases may count them.

A record lies under an id by chance, and its place names no case. It is boxed for the epoch at which
the inbox's newest secret began, so that all records of an inbox look the same, whenever they were
made.
"""

from dataclasses import replace

from whistle.crypto.envelope import box, unbox
from whistle.crypto.padding import pad_text, unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.domain.anonymised import Anonymised
from whistle.keys.canonical import dump, load
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import AnonymisedRow


def box_record(inbox: InboxKeys, record_id: bytes, record: Anonymised) -> AnonymisedRow:
    """Box a record in the inbox's vault; ``record_id``: 16 random bytes.

    Who stores it holds the inbox's epoch (`whistle.storage.anonymised.insert`).
    """
    return _boxed(inbox, record_id, dump(to_json(record)))


def open_record(inbox: InboxKeys, row: AnonymisedRow) -> Anonymised:
    """Open a record, or raise a `SealingError`."""
    return from_json(Anonymised, load(_opened(inbox, row)))


def renew_record(inbox: InboxKeys, row: AnonymisedRow) -> AnonymisedRow:
    """Box a record under the inbox's newest secret, or raise a `SealingError`."""
    return _boxed(inbox, row.id, dump(to_json(open_record(inbox, row))))


def _boxed(inbox: InboxKeys, record_id: bytes, content: bytes) -> AnonymisedRow:
    row = AnonymisedRow(record_id, inbox.inbox.inbox_id, inbox.inbox.key_epoch, body=b"")
    body = box(inbox.vault(row.epoch), _place(inbox, row), pad_text(content))
    return replace(row, body=body)


def _opened(inbox: InboxKeys, row: AnonymisedRow) -> bytes:
    return unpad_text(unbox(inbox.vault(row.epoch), _place(inbox, row), row.body))


def _place(inbox: InboxKeys, row: AnonymisedRow) -> Place:
    return Place(
        Purpose.ANONYMISED,
        inbox.inbox.current.installation,
        owner=inbox.inbox.inbox_id,
        item=row.id,
        generation=row.epoch,
    )
