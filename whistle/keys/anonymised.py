"""Anonymised records, boxed in their inbox's vault: only who may read its cases may count them."""

from whistle.domain.anonymised import Anonymised
from whistle.keys.canonical import dump, load
from whistle.keys.inbox_records import box_inbox_record, open_inbox_record
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind


def box_record(inbox: InboxKeys, record_id: bytes, record: Anonymised) -> InboxRecordRow:
    """Box a record in the inbox's vault; ``record_id``: 16 random bytes."""
    content = dump(to_json(record))
    return box_inbox_record(inbox, RecordKind.ANONYMISED, record_id, content)


def open_record(inbox: InboxKeys, row: InboxRecordRow) -> Anonymised:
    """Open a record, or raise a `SealingError`."""
    return from_json(Anonymised, load(open_inbox_record(inbox, row)))
