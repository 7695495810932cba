"""Log keys of an inbox's earlier secrets: who has its newest one reads all of its log.

Entries are never sealed anew, so the keys that opened them are handed on: before old grants are
forgotten, their log keys are boxed in the newest vault. They open nothing but log details.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import Connection, delete

from whistle.audit.entries import InboxLogKey
from whistle.audit.log import log_key, log_key_of
from whistle.crypto.envelope import box, unbox
from whistle.crypto.errors import ContentError, NotGrantedError, SealingError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.keys.keyring import InboxKeys
from whistle.storage import log as queries
from whistle.storage import log_tables
from whistle.storage.log import OldKeysRow

_EPOCH_BYTES = 4
_RECORD = _EPOCH_BYTES + SymmetricKey.size


def log_keys(db: Connection, installation: bytes, inbox: InboxKeys) -> Mapping[int, InboxLogKey]:
    """Give every log key of an inbox that this member has, by epoch.

    What does not open is left out: its entries stay closed, and everything else goes on.
    """
    keys: dict[int, InboxLogKey] = {}
    for row in queries.old_keys(db, inbox.inbox.inbox_id):
        with suppress(SealingError):
            keys.update(_open(installation, inbox, row))
    for epoch in inbox.granted:
        keys[epoch] = log_key_of(installation, inbox, epoch)
    with suppress(NotGrantedError):
        newest = log_key(installation, inbox)
        keys[newest.epoch] = newest
    return keys


def keep_old_keys(db: Connection, installation: bytes, inbox: InboxKeys) -> None:
    """Box every log key that this member has in the newest vault, before grants are forgotten.

    Raises `NotGrantedError` without a grant of the newest secret.
    """
    trusted = inbox.inbox
    keys = log_keys(db, installation, inbox)
    records = b"".join(
        epoch.to_bytes(_EPOCH_BYTES, "big") + keys[epoch].key.reveal() for epoch in sorted(keys)
    )
    row = OldKeysRow(trusted.inbox_id, trusted.key_epoch, b"")
    vault = inbox.vault(trusted.epoch)
    row = replace(row, body=box(vault, _place(installation, row), records))
    column = log_tables.log_old_keys.c
    db.execute(
        delete(log_tables.log_old_keys).where(
            column.inbox_id == row.inbox_id, column.epoch == row.epoch
        )
    )
    row.insert(db)


def _open(installation: bytes, inbox: InboxKeys, row: OldKeysRow) -> dict[int, InboxLogKey]:
    trusted = inbox.inbox
    newest = row.epoch == trusted.key_epoch
    vault = inbox.vault(trusted.epoch if newest else row.epoch)
    records = unbox(vault, _place(installation, row), row.body)
    if len(records) % _RECORD:
        raise ContentError("not a list of keys")
    found = {}
    for start in range(0, len(records), _RECORD):
        epoch = int.from_bytes(records[start : start + _EPOCH_BYTES], "big")
        key = SymmetricKey(records[start + _EPOCH_BYTES : start + _RECORD])
        found[epoch] = InboxLogKey(row.inbox_id, epoch, key)
    return found


def _place(installation: bytes, row: OldKeysRow) -> Place:
    return Place(Purpose.LOG_OLD_KEYS, installation, owner=row.inbox_id, generation=row.epoch)
