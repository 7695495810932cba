"""Who a published report counted, boxed in the vault of the citizens' main inbox.

It lies under an id that follows from the report's, and is stored in the transaction that publishes:
there is no report of this version of the system without it.
"""

from whistle.domain.counted_then import CountedThen
from whistle.keys.canonical import dump, load
from whistle.keys.files import content_digest
from whistle.keys.inbox_records import box_inbox_record, open_inbox_record
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind
from whistle.storage.tables import ID_BYTES


def counted_id_of(installation: bytes, report_id: bytes) -> bytes:
    """Give the id of the record of a report: 16 bytes."""
    return content_digest(installation, report_id, "counted", ())[:ID_BYTES]


def box_counted(inbox: InboxKeys, report_id: bytes, counted: CountedThen) -> InboxRecordRow:
    """Box who the report of an id counted."""
    record_id = counted_id_of(inbox.inbox.current.installation, report_id)
    return box_inbox_record(inbox, RecordKind.COUNTED, record_id, dump(to_json(counted)))


def open_counted(inbox: InboxKeys, row: InboxRecordRow) -> CountedThen:
    """Open who a report counted, or raise a `SealingError`."""
    return from_json(CountedThen, load(open_inbox_record(inbox, row, RecordKind.COUNTED)))
