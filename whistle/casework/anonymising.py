"""The anonymised record of a case: made when it closes, true while it is closed, gone if not.

Nobody has to remember it: `whistle.casework.cases.Cases.writing` asks here at each write, and so
does opening a closed case. Why, and what it tells: ``docs/decisions/anonymised-records.md``.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised, Course, anonymise
from whistle.domain.legal_clock import Deadlines
from whistle.keys.anonymised import box_record, open_record
from whistle.keys.filed import KeptFiled
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.storage import inbox_records as queries
from whistle.storage.rows import CaseRow, InboxRecordRow
from whistle.storage.tables import ID_BYTES

_Write: TypeAlias = Callable[[Connection], None]


def _nothing(_: Connection) -> None:
    """Store nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a case a record is made from, besides its registration.

    ``reporter``: whether it has one.
    """

    inbox: InboxKeys
    case: CaseRow
    deadlines: Deadlines
    filed: Iterable[KeptFiled] = ()
    reporter: bool = True


class Followed(NamedTuple):
    """A registration that names the record it has now, and what is to be stored with it."""

    registration: Registration
    write: _Write = _nothing


def follow(db: Connection, facts: Facts, registration: Registration) -> Followed:
    """Make, renew or remove a case's record, by a registration that is about to be stored.

    ``db`` is only read. A case is closed if its registration has the day. A record that says what
    it should, stays.
    """
    wanted = record_of(facts, registration)
    if wanted is None and not registration.record:
        return Followed(registration)
    if wanted is not None and _stored(db, facts.inbox, registration.record) == wanted:
        return Followed(registration)
    if wanted is None:
        return Followed(replace(registration, record=b""), _removal(facts, registration.record))
    made = new_record(facts.inbox, wanted)
    remove = _removal(facts, registration.record)

    def write(db: Connection) -> None:
        remove(db)
        queries.insert(db, [made], facts.inbox.inbox.epoch)

    return Followed(replace(registration, record=made.id), write)


def record_of(facts: Facts, registration: Registration) -> Anonymised | None:
    """Give what is counted of a case; none while it is open."""
    if registration.closed is None:
        return None
    course = Course(
        facts.inbox.inbox.root.channel,
        facts.case.received,
        registration.closed,
        registration.acknowledged,
        registration.feedback,
        reporter=facts.reporter,
        renewed=any(link.earlier for link in registration.links),
    )
    filed = [one.content for one in facts.filed if not one.newest.deleted]
    return anonymise(course, registration.enquiry, filed, facts.deadlines)


def new_record(inbox: InboxKeys, record: Anonymised) -> InboxRecordRow:
    """Box a record under an id by chance."""
    return box_record(inbox, secrets.token_bytes(ID_BYTES), record)


def leave(inbox: InboxKeys, registration: Registration) -> Followed:
    """Take a case's record away as it leaves an inbox: who gets the case makes it anew.

    A record belongs to the inbox whose members may count it.
    """
    remove = _removing(inbox.inbox.inbox_id, registration.record)
    return Followed(replace(registration, record=b""), remove)


def _stored(db: Connection, inbox: InboxKeys, record_id: bytes) -> Anonymised | None:
    """Open a record; none where there is none, or it does not open: then it is made anew."""
    if not record_id:
        return None
    row = queries.get(db, record_id)
    try:
        return open_record(inbox, row) if row else None
    except SealingError:
        return None


def _removal(facts: Facts, record_id: bytes) -> _Write:
    return _removing(facts.inbox.inbox.inbox_id, record_id)


def _removing(inbox_id: bytes, record_id: bytes) -> _Write:
    if not record_id:
        return _nothing
    return lambda db: queries.remove(db, inbox_id, record_id)
