"""A case under an inbox's new key: what was written stays as it is, what comes has new keys."""

from dataclasses import replace

from whistle.crypto.envelope import box
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Act
from whistle.keys.cases import (
    CaseItems,
    box_registration,
    keys_place,
    new_generation,
    open_inbox_keys,
    open_registration,
    seal_to_inbox,
    seal_to_reporter,
    with_newest_reporter,
)
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import CaseKeys, Message
from whistle.storage.rotation import NewKeys, OldCase

_NEW_RECEIPT = Act.NEW_RECEIPT.encode()


def renew_case(inbox: InboxKeys, case: OldCase) -> NewKeys:
    """Give a case a new generation of keys under its inbox's newest secret.

    Whoever held the older secret holds the keys of what was written before, and of nothing that
    is written from now on. A case that nobody has opened stays so. Raises a `SealingError` when
    something in it does not open.
    """
    trusted, row = inbox.inbox, case.keys
    opened = open_inbox_keys(inbox, row)
    if case.for_reporter is not None and case.for_reporter > row.generation:
        raise ContentError("the reporter has a generation that the inbox does not know")
    keys = with_newest_reporter(opened.keys, _new_receipts(inbox, case, opened.keys)) or opened.keys
    renewed = replace(keys, generations=(*keys.generations, new_generation()))
    registration = None
    if row.in_vault:
        if case.registration is None:
            raise ContentError("a case in the vault has no registration")
        told = open_registration(inbox, row, case.registration)
        renewed = _with_casework_key(renewed)
        new = replace(row, epoch=inbox.inbox.epoch, generation=renewed.newest, body=b"")
        body = box(inbox.vault(new.epoch), keys_place(trusted, new), renewed.encode())
        new = replace(new, body=body)
        registration = box_registration(inbox, new, told, version=case.registration.version)
    else:
        new = seal_to_inbox(trusted, row.case_id, renewed, opened.handed_over)
    reporter = None
    if renewed.reporter:
        installation = trusted.current.installation
        reporter = seal_to_reporter(installation, row.case_id, renewed, renewed.newest)
    return NewKeys(new, registration, reporter)


def _new_receipts(inbox: InboxKeys, case: OldCase, keys: CaseKeys) -> list[Message]:
    """Read the messages that count as bringing a new receipt; all others are left undecoded."""
    items = CaseItems(inbox.inbox.current.installation, case.keys.case_id, keys)
    newest = (row for row in case.messages if row.generation == keys.newest)
    opened = (items.open(row) for row in newest)
    return [Message.decode(content) for content in opened if _NEW_RECEIPT in content]


def _with_casework_key(keys: CaseKeys) -> CaseKeys:
    newest = replace(keys.generations[-1], casework=SymmetricKey.random())
    return replace(keys, generations=(*keys.generations[:-1], newest))
