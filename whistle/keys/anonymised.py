"""Anonymised records, boxed in their inbox's vault: only who may read its cases may count them."""

import base64
import json

from whistle.crypto.errors import ContentError
from whistle.domain.anonymised import Anonymised
from whistle.keys.bulk import BulkInbox
from whistle.keys.canonical import as_object, dump, load
from whistle.keys.inbox_records import box_inbox_record, open_inbox_record
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import ManyReader, from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind

_read = json.JSONDecoder().decode
_NAMED = b'"record":"'  # in canonical bytes a quote within a text has a backslash before it


def box_record(inbox: InboxKeys, record_id: bytes, record: Anonymised) -> InboxRecordRow:
    """Box a record in the inbox's vault; ``record_id``: 16 random bytes."""
    content = dump(to_json(record))
    return box_inbox_record(inbox, RecordKind.ANONYMISED, record_id, content)


def open_record(inbox: InboxKeys, row: InboxRecordRow) -> Anonymised:
    """Open a record, or raise a `SealingError`."""
    return from_json(Anonymised, load(open_inbox_record(inbox, row, RecordKind.ANONYMISED)))


class Records:
    """Opens thousands of an inbox's records, for one request.

    As `open_record` does; but that their bytes are canonical is not looked at once more, as only
    who has the vault's key could have boxed any.
    """

    def __init__(self, bulk: BulkInbox) -> None:
        """Take the inbox."""
        self._bulk, self._reader = bulk, ManyReader(Anonymised)

    def open(self, record_id: bytes, epoch: int, body: bytes) -> Anonymised:
        """Open a record, or raise a `SealingError`."""
        content = self._bulk.record(epoch, record_id, body)
        try:
            told = as_object(_read(content.decode()))
        except (ValueError, RecursionError) as error:
            raise ContentError("not a record") from error
        return self._reader.read(told)


def named_by(registration: bytes) -> bytes:
    """Give the id of the record that a registration names, from its canonical bytes.

    None where it names none. Nothing else of it is read: a report looks at a hundred thousand.
    """
    _before, _, after = registration.partition(_NAMED)
    return base64.b64decode(after[: after.find(b'"')]) if after else b""
