"""The vault's copy of a case's keys, written again when the reporter has a new receipt."""

from collections.abc import Iterable
from dataclasses import replace

from whistle.crypto.envelope import box
from whistle.keys.cases import keys_place, with_newest_reporter
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import CaseKeys, Message
from whistle.storage.rows import InboxKeysRow


def with_new_receipt(
    inbox: InboxKeys, row: InboxKeysRow, keys: CaseKeys, messages: Iterable[Message]
) -> tuple[InboxKeysRow, CaseKeys] | None:
    """Give the row in the vault, and the keys, with a new receipt's key; none if there is none."""
    renewed = with_newest_reporter(keys, messages)
    if renewed is None or not row.in_vault:
        return None
    place = keys_place(inbox.inbox, row)
    return replace(row, body=box(inbox.vault(row.epoch), place, renewed.encode())), renewed
