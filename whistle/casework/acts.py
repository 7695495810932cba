"""What is done to a case besides writing in it: title, closing, marking; and undoing it.

An undo works as long as nothing else happened to the case: then the registration still has the
version that the act made, and the act's name in it. What the reporter was sent stays with them.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, StrEnum

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue, was_closed_on
from whistle.domain.channel import Act, Side
from whistle.domain.logged import Logged
from whistle.keys.cases import Compartment
from whistle.keys.filed import KeptFiled, dues_of
from whistle.keys.files import content_digest
from whistle.keys.notes import Note, seal_note
from whistle.keys.records import Message, Registration
from whistle.storage import cases as held
from whistle.storage import casework as queries
from whistle.storage.errors import ConflictError
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES


class Undoable(StrEnum):
    """What can be undone."""

    CLOSED = "closed"
    REOPENED = "reopened"
    NOTE_DELETED = "note-deleted"
    FILED_DELETED = "filed-deleted"
    UNREAD = "unread"
    ACKNOWLEDGED = "acknowledged"
    FEEDBACK = "feedback"


class Done(Enum):
    """What became of an act."""

    YES = "yes"
    ALREADY = "it was so before; nothing was written"
    TOO_LATE = "somebody else did it first, and in other words; nothing was written"
    CHANGED = "somebody changed it meanwhile; nothing was written"
    CLOSED_TO_YOU = "this member's keys do not open the case"


@dataclass(frozen=True, slots=True, repr=False)
class Closing:
    """How a case is closed.

    ``form_id`` names the form, so that a double click closes once. ``seen``: how many messages its
    page showed when it was decided.
    """

    form_id: bytes
    seen: int
    text: str = ""
    note: str = ""


def close(cases: Cases, case_id: bytes, closing: Closing) -> Done:
    """Close a case and tell the reporter; `Done.CHANGED` when there is something yet to be read.

    ``closing.text`` goes to the reporter; ``closing.note`` becomes a note.
    """
    words = closing.text + "\0" + closing.note
    line_id = content_digest(cases.here.id, closing.form_id, words, ())[:ID_BYTES]

    def step(opened: OpenedCase) -> Done:
        if any(row.id == line_id for row in opened.stored.items):
            return Done.ALREADY
        if not opened.case.is_open:
            return Done.TOO_LATE if closing.text or closing.note else Done.ALREADY
        if len(opened.messages) != closing.seen:
            return Done.CHANGED
        today = cases.here.clock.today()
        line = _line(opened, Act.CLOSED, today, closing.text, line_id)
        known = told_by_dialogue(opened)
        registration = replace(
            known,
            seen=known.seen + 1,
            acknowledged=known.acknowledged or (today if closing.text else None),
            closed=today,
            last_act=Undoable.CLOSED,
            last_item=line.id,
        )
        done = deed(Logged.CASE_CLOSED, opened.inbox, case=case_id, item=line.id)
        with cases.writing(opened, registration, done) as db:
            queries.insert_message(db, line)
            queries.set_open(db, case_id, is_open=False)
            if closing.note:
                now = cases.here.clock.now().replace(microsecond=0)
                note = Note(line.id, 1, cases.keyring.member_id, now, closing.note)
                seal_note(opened.items, note, secrets.token_bytes(ID_BYTES)).insert(db)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def reopen(cases: Cases, case_id: bytes) -> Done:
    """Open a closed case again and tell the reporter."""

    def step(opened: OpenedCase) -> Done:
        if opened.case.is_open:
            return Done.ALREADY
        line = _line(opened, Act.REOPENED, cases.here.clock.today())
        known = told_by_dialogue(opened)
        registration = replace(
            known,
            seen=known.seen + 1,
            closed=None,
            last_act=Undoable.REOPENED,
            last_item=line.id,
        )
        done = deed(Logged.CASE_REOPENED, opened.inbox, case=case_id, item=line.id)
        with cases.writing(opened, registration, done) as db:
            queries.insert_message(db, line)
            queries.set_open(db, case_id, is_open=True)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def mark(cases: Cases, case_id: bytes, what: Undoable) -> Done:
    """Mark a case unread, or a duty as met in another way, on the telephone or in a meeting.

    ``what``: `Undoable.UNREAD`, `Undoable.ACKNOWLEDGED` or `Undoable.FEEDBACK`.
    """

    def step(opened: OpenedCase) -> Done:
        known, today = told_by_dialogue(opened), cases.here.clock.today()
        marked = {
            Undoable.UNREAD: replace(known, seen=max(0, len(opened.messages) - 1)),
            Undoable.ACKNOWLEDGED: replace(known, acknowledged=known.acknowledged or today),
            Undoable.FEEDBACK: replace(known, feedback=known.feedback or today),
        }[what]
        if marked == known:
            return Done.ALREADY
        done = deed(Logged.CASE_MARKED, opened.inbox, case=case_id, mark=what)
        with cases.writing(opened, replace(marked, last_act=what), done):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def give_title(cases: Cases, case_id: bytes, title: str, was: str) -> Done:
    """Give a case a title; `Done.CHANGED` when it is no longer the one that ``was`` on the page."""

    def step(opened: OpenedCase) -> Done:
        known = told_by_dialogue(opened)
        if known.title == title:
            return Done.ALREADY
        if known.title != was:
            return Done.CHANGED
        done = deed(Logged.CASE_TITLED, opened.inbox, case=case_id)
        with cases.writing(opened, replace(known, title=title), done):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


# -- undoing -----------------------------------------------------------------------------------


def undo(cases: Cases, case_id: bytes, version: int) -> Done:
    """Take back the act that made this version of the registration.

    `Done.CHANGED` when something else has happened to the case since, or nothing can be undone.
    """

    def step(opened: OpenedCase) -> Done:
        act = opened.registration.last_act
        if opened.version != version or act not in _UNDOING:
            return Done.CHANGED
        unread = act != Undoable.UNREAD and len(opened.messages) > opened.registration.seen
        if unread and act in {Undoable.CLOSED, Undoable.REOPENED}:
            return Done.CHANGED
        undoing = _UNDOING[Undoable(act)](cases, opened, told_by_dialogue(opened))
        done = deed(Logged.UNDONE, opened.inbox, case=case_id, undone=act)
        with cases.writing(opened, undoing.registration, done, keep_deleted=True) as db:
            undoing.write(db)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


@dataclass(frozen=True, slots=True)
class _Undoing:
    registration: Registration
    write: Callable[[Connection], None] = lambda _db: None


def _undo_closing(cases: Cases, opened: OpenedCase, known: Registration) -> _Undoing:
    case_id, line = opened.case.id, _last_line(opened)
    note = opened.notebook.find(line.id)
    told = bool(opened.messages[-1].text)
    answer = _line(opened, Act.REOPENED, cases.here.clock.today())

    def write(db: Connection) -> None:
        queries.set_open(db, case_id, is_open=True)
        queries.delete_items(db, case_id, note.row_ids if note else ())
        if told:
            queries.insert_message(db, answer)
        else:
            _take_back(db, opened, line)

    return _Undoing(replace(known, seen=known.seen + (1 if told else -1), closed=None), write)


def _undo_reopening(cases: Cases, opened: OpenedCase, known: Registration) -> _Undoing:
    case_id, line = opened.case.id, _last_line(opened)
    closed = was_closed_on(opened.messages) or cases.here.clock.today()

    def write(db: Connection) -> None:
        queries.set_open(db, case_id, is_open=False)
        _take_back(db, opened, line)

    return _Undoing(replace(known, seen=known.seen - 1, closed=closed), write)


def _undo_deletion(_: Cases, opened: OpenedCase, known: Registration) -> _Undoing:
    case_id, row_id = opened.case.id, opened.registration.last_item
    return _Undoing(known, lambda db: queries.delete_items(db, case_id, [row_id]))


def _undo_striking(cases: Cases, opened: OpenedCase, known: Registration) -> _Undoing:
    """Take the last version away; what it was a version of has its date again."""
    row_id = opened.registration.last_item
    back = tuple(_without(one, row_id) for one in opened.notebook.all_filed)
    undoing = _undo_deletion(cases, opened, known)
    return replace(undoing, registration=replace(known, due=dues_of(back)))


def _without(kept: KeptFiled, row_id: bytes) -> KeptFiled:
    if row_id not in kept.row_ids or len(kept.versions) == 1:
        return kept
    return KeptFiled(kept.versions[:-1], kept.row_ids[:-1])


def _undo_unread(_: Cases, opened: OpenedCase, known: Registration) -> _Undoing:
    return _Undoing(replace(known, seen=len(opened.messages)))


def _undo_acknowledgement(_: Cases, _opened: OpenedCase, known: Registration) -> _Undoing:
    return _Undoing(replace(known, acknowledged=None))


def _undo_feedback(_: Cases, _opened: OpenedCase, known: Registration) -> _Undoing:
    return _Undoing(replace(known, feedback=None))


_UNDOING: dict[str, Callable[[Cases, OpenedCase, Registration], _Undoing]] = {
    Undoable.CLOSED: _undo_closing,
    Undoable.REOPENED: _undo_reopening,
    Undoable.NOTE_DELETED: _undo_deletion,
    Undoable.FILED_DELETED: _undo_striking,
    Undoable.UNREAD: _undo_unread,
    Undoable.ACKNOWLEDGED: _undo_acknowledgement,
    Undoable.FEEDBACK: _undo_feedback,
}


def _line(
    opened: OpenedCase, act: Act, today: date, text: str = "", line_id: bytes = b""
) -> ItemRow:
    message = Message(Side.CASEWORK, today, position=len(opened.messages), text=text, act=act)
    return opened.items.message(message, item_id=line_id or secrets.token_bytes(ID_BYTES))


def _last_line(opened: OpenedCase) -> ItemRow:
    rows: Sequence[ItemRow] = opened.stored.items
    dialogue = (row for row in rows if row.compartment == Compartment.DIALOGUE)
    line = next((row for row in dialogue if row.id == opened.registration.last_item), None)
    if line is None:
        raise ConflictError("what was to be taken back is gone")
    return line


def _take_back(db: Connection, opened: OpenedCase, line: ItemRow) -> None:
    """Erase a line of the dialogue that said nothing, unless something was written after it."""
    if held.count_messages(db, opened.case.id) != len(opened.messages):
        raise ConflictError("something was written meanwhile")
    queries.delete_items(db, opened.case.id, [line.id])
