"""Cases that no reporter wrote: entered from the telephone, a letter or a meeting, or imported.

Such a case lies in the vault of the main inbox of its door from the beginning, with keys that were
made here. Nobody is sealed to but that inbox; but for a case that is written in for somebody, who
gets a receipt for it (`entering_for`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.anonymising import Facts, new_record, record_of
from whistle.casework.cases import Cases
from whistle.casework.duties import DutyKind, duties_of
from whistle.crypto.envelope import PublicKey
from whistle.crypto.errors import NotGrantedError
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.logged import Logged
from whistle.keys.cases import CaseItems, box_registration, new_case_keys
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.notes import Note, seal_note
from whistle.keys.records import Registration
from whistle.storage import directory, inbox_records, removal
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import (
    CaseRow,
    InboxKeysRow,
    InboxRecordRow,
    ItemRow,
    ReceiptRow,
    RegistrationRow,
    ReporterKeysRow,
)
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class NewCase:
    """A case to enter. ``received``: the day of the call, letter or meeting.

    ``registration.closed``: since when it is closed, if it is. ``note``: becomes its first note.
    """

    case_id: bytes
    received: date
    registration: Registration
    note: str = ""


class Rows(NamedTuple):
    """The rows of one case that is entered; ``record``: if it is closed.

    ``receipt``, ``reporter_keys`` and ``dialogue``: if somebody gets a receipt for it.
    """

    case: CaseRow
    keys: InboxKeysRow
    registration: RegistrationRow
    note: ItemRow | None
    record: InboxRecordRow | None = None
    receipt: ReceiptRow | None = None
    reporter_keys: ReporterKeysRow | None = None
    dialogue: Sequence[ItemRow] = ()


def case_id_of(cases: Cases, form_id: bytes) -> bytes:
    """Give the id of the case that is entered from a form, so that a double click enters once."""
    return content_digest(cases.here.id, form_id, "entered", ())[:ID_BYTES]


def enter(cases: Cases, channel: Channel, new: NewCase) -> bool:
    """Enter a case; false when it was entered before.

    Raises `NotGrantedError` when this member's keys do not open the door's main inbox.
    """
    inbox = inbox_to_enter(cases, channel)
    try:
        with cases.log.write(deed(Logged.CASE_ENTERED, inbox, case=new.case_id)) as db:
            insert(db, inbox, [rows_of(cases, inbox, new)])
    except DuplicateError:
        return False
    return True


def inbox_to_enter(cases: Cases, channel: Channel) -> InboxKeys:
    """Give the inbox that cases of a door are entered into, opened; or raise `NotGrantedError`."""
    for inbox in cases.inboxes_opened():
        root = inbox.inbox.root
        if root.channel is channel and root.kind is InboxKind.MAIN:
            inbox.vault(inbox.inbox.epoch)  # the newest key must be at hand
            return inbox
    raise NotGrantedError("this member's keys do not open the inbox of this door")


def rows_of(
    cases: Cases, inbox: InboxKeys, new: NewCase, reporter: PublicKey | None = None
) -> Rows:
    """Make the rows of a case that is entered. Nothing is stored."""
    registration = new.registration
    is_open = registration.closed is None
    row = CaseRow(new.case_id, inbox.inbox.inbox_id, new.received, None, None, is_open, None)
    duties = duties_of(row, registration, cases.deadlines(inbox, row)) if is_open else []
    due = {duty.kind: duty.due for duty in duties if duty.done is None}
    if due:
        row = replace(
            row,
            acknowledge_by=due.get(DutyKind.ACKNOWLEDGE),
            feedback_by=due.get(DutyKind.FEEDBACK),
        )
    keys, opened = new_case_keys(inbox, new.case_id, reporter)
    facts = Facts(inbox, row, cases.deadlines(inbox, row), reporter=reporter is not None)
    counted = record_of(facts, registration)
    record = new_record(inbox, counted) if counted else None
    registration = replace(registration, record=record.id if record else b"")
    note = None
    if new.note:
        items = CaseItems(cases.here.id, new.case_id, opened)
        now = cases.here.clock.now().replace(microsecond=0)
        note = seal_note(
            items, Note(new.case_id, 1, cases.keyring.member_id, now, new.note), new.case_id
        )
    registered = box_registration(inbox, keys, registration, version=1)
    return Rows(row, keys, registered, note, record)


def insert(db: Connection, inbox: InboxKeys, entered: Sequence[Rows]) -> None:
    """Store cases.

    Raises `DuplicateError` where one is there or a receipt was used before, and `ConflictError`
    where the inbox has newer keys.
    """
    directory.hold_epoch(db, inbox.inbox.inbox_id, inbox.inbox.epoch)
    CaseRow.insert_all(db, [one.case for one in entered])
    InboxKeysRow.insert_all(db, [one.keys for one in entered])
    RegistrationRow.insert_all(db, [one.registration for one in entered])
    ItemRow.insert_all(db, [one.note for one in entered if one.note is not None])
    ReceiptRow.insert_all(db, [one.receipt for one in entered if one.receipt])
    ReporterKeysRow.insert_all(db, [one.reporter_keys for one in entered if one.reporter_keys])
    for item in [item for one in entered for item in one.dialogue]:
        item.insert(db)
        removal.written(db, item)
    records = [one.record for one in entered if one.record is not None]
    records.sort(key=lambda record: record.id)  # not in the order of their cases
    inbox_records.insert(db, records, inbox.inbox.epoch)
