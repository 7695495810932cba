"""Erasing again, at a case's next opening, the reasons that a restored copy brought back.

A restore opens no registration, so it can only note them (`whistle.backup.replaying`). Until then
whoever opens registrations beside the case leaves them out.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from whistle.keys.cases import CaseItems, box_registration, open_inbox_keys, open_registration
from whistle.keys.erased_reasons import reason_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import casework as queries
from whistle.storage import removal
from whistle.storage.rows import InboxKeysRow


def without_reasons(
    inbox: InboxKeys,
    stored: queries.StoredCase,
    items: CaseItems,
    digests: frozenset[bytes],
    arrears: list[Callable[[Connection], None]],
) -> queries.StoredCase:
    """Give a case whose registration has none of some reasons; it is yet to be stored.

    Raises a `SealingError` where the registration does not open.
    """
    if not digests or stored.registration is None:
        return stored
    known = open_registration(inbox, stored.keys, stored.registration)
    known = _without(known, items, digests)
    version = stored.registration.version + 1
    row = box_registration(inbox, stored.keys, known, version=version)

    def write(db: Connection) -> None:
        queries.update_registration(db, row)
        removal.reasons_gone(db, stored.case.id, digests)

    arrears.append(write)
    return replace(stored, registration=row)


def shown(
    inbox: InboxKeys, keys: InboxKeysRow, known: Registration, digests: frozenset[bytes]
) -> Registration:
    """Give a registration without those of its reasons that are to be erased; nothing is stored.

    Raises a `SealingError` where the case's keys do not open.
    """
    if not digests:
        return known
    opened = open_inbox_keys(inbox, keys).keys
    items = CaseItems(inbox.inbox.current.installation, keys.case_id, opened)
    return _without(known, items, digests)


def _without(known: Registration, items: CaseItems, digests: frozenset[bytes]) -> Registration:
    left = tuple(one for one in known.enquiry.overrides if reason_digest(items, one) not in digests)
    return replace(known, enquiry=replace(known.enquiry, overrides=left))
