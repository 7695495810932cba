"""Which case an enquiry of a file becomes: its id, and whether that was a case here before.

The id is made of the enquiry's name with a key of the door's main inbox, so that one name is one
case, whoever imports it and under whatever key the inbox is by then. What was erased or passed on
since is named in the log, sealed to that inbox and for ever; nothing else has to be kept for it.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from whistle.audit.entries import InboxLogKey, open_details, opening_of
from whistle.audit.old_keys import log_keys
from whistle.casework.cases import Cases
from whistle.crypto.envelope import derive
from whistle.crypto.errors import NotGrantedError, SealingError
from whistle.crypto.place import Place, Purpose
from whistle.domain.logged import Logged
from whistle.keys.keyring import InboxKeys
from whistle.storage import log_lists, registrations
from whistle.storage.tables import ID_BYTES

FOUNDED = 1  # the epoch of an inbox's first secret: its log key is handed on to every later one
_GONE = {act: f'"{act}"'.encode() for act in (Logged.CASE_ERASED, Logged.RECUSED)}
# SQLite keeps whatever type somebody writes into a row.
_DAMAGED = (SealingError, OverflowError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Door:
    """The inbox that enquiries are imported into, and the key that names their cases."""

    installation: bytes
    inbox: InboxKeys
    key: InboxLogKey

    def case_id(self, enquiry_id: str) -> bytes:
        """Give the id of an enquiry's case.

        Nobody without the key finds out from it which enquiry it is. Whoever was let out of the
        inbox has it still, and knew the enquiries.
        """
        name = hashlib.sha256(enquiry_id.encode()).digest()
        place = Place(
            Purpose.CONTENT_DIGEST,
            self.installation,
            owner=self.inbox.inbox.inbox_id,
            item=name,
            generation=self.key.epoch,
        )
        return derive(self.key.key, place)[:ID_BYTES]

    def ids(self, enquiry_id: str) -> Iterator[bytes]:
        """Give the ids that an enquiry's case may have: it may have left here by its own.

        The first is the one that it gets.
        """
        yield self.case_id(enquiry_id)
        with suppress(ValueError):
            own = bytes.fromhex(enquiry_id)
            if len(own) == ID_BYTES:
                yield own


def open_door(cases: Cases, inbox: InboxKeys) -> Door:
    """Give the door of an inbox; raise `NotGrantedError` where this member has not its first key.

    Every member has it, unless somebody damaged the rows that hand it on.
    """
    with cases.here.store.read() as db:
        key = log_keys(db, cases.here.id, inbox).get(FOUNDED)
    if key is None:
        raise NotGrantedError("the key that names imported cases is not at hand")
    return Door(cases.here.id, inbox, key)


def known_ids(cases: Cases, doors: Collection[Door], case_ids: Collection[bytes]) -> set[bytes]:
    """Say which of some ids are or were cases, as far as these doors' logs tell.

    A case that lies in an inbox which is closed to this member is one as well.
    """
    with cases.here.store.read() as db:
        found = registrations.existing(db, case_ids)
        for door in doors:
            found |= _gone(db, door)
    return found


def _gone(db: Connection, door: Door) -> set[bytes]:
    """Give the cases that an inbox's log says were erased, or passed on to another inbox."""
    keys = log_keys(db, door.installation, door.inbox)
    found = set()
    for row in log_lists.of_inbox(db, door.inbox.inbox.inbox_id, first=0):
        with suppress(*_DAMAGED):  # which reading or checking the log tells
            key = keys.get(row.epoch)
            _, encoded = opening_of(door.installation, row, key)
            if any(said in encoded for said in _GONE.values()):
                details = open_details(door.installation, row, key)
                if details.act in _GONE:
                    found.add(bytes.fromhex(str(details.about.get("case"))))
    return found
