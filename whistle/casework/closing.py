"""Closing a case and opening it again, with what closing needs; and how either is undone.

Stevns' report to March 2021, 1.3: a case that was passed on is closed when the copy of the centre's
reply has come. Otherwise it is "closed unanswered", with a reason that is counted.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue, was_closed_on
from whistle.casework.closing_needs import give_up, needs_of, taken_back, waiting
from whistle.casework.done import Done, Undoable, Undoing
from whistle.domain.channel import Act, Side
from whistle.domain.logged import Logged
from whistle.keys.cases import Compartment
from whistle.keys.files import content_digest
from whistle.keys.notes import Note, seal_note
from whistle.keys.records import Message, Registration
from whistle.storage import cases as held
from whistle.storage import casework as queries
from whistle.storage.errors import ConflictError
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Closing:
    """How a case is closed.

    ``form_id`` names the form, so that a double click closes once. ``seen``: how many messages its
    page showed when it was decided. ``text`` goes to the reporter, if there is one; ``note``
    becomes a note. ``unanswered``: why it is closed without the centre's reply. ``is_feedback``:
    whether the text is the feedback that was promised.
    """

    form_id: bytes
    seen: int
    text: str = ""
    note: str = ""
    unanswered: str = ""
    is_feedback: bool = False


def close(cases: Cases, case_id: bytes, closing: Closing) -> Done:
    """Close a case and tell the reporter, where there is one.

    `Done.CHANGED` when there is something yet to be read, or a reason is given for not waiting and
    nothing is waited for; `Done.INCOMPLETE` when something is missing that closing needs
    (`needs_of`).
    """
    words = closing.text + "\0" + closing.note
    line_id = content_digest(cases.here.id, closing.form_id, words, ())[:ID_BYTES]

    def step(opened: OpenedCase) -> Done:
        refused = _refused(cases, opened, closing, line_id)
        if refused is None:
            _write_closing(cases, opened, closing, line_id)
        return refused or Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def reopen(cases: Cases, case_id: bytes) -> Done:
    """Open a closed case again and tell the reporter, where there is one."""

    def step(opened: OpenedCase) -> Done:
        if opened.case.is_open:
            return Done.ALREADY
        line = _line(opened, Act.REOPENED, cases.here.clock.today())
        known = told_by_dialogue(opened)
        registration = replace(
            known,
            seen=known.seen + (1 if line else 0),
            closed=None,
            closed_before=known.closed,
            last_act=Undoable.REOPENED,
            last_item=line.id if line else b"",
        )
        about = {"case": case_id} | ({"item": line.id} if line else {})
        done = deed(Logged.CASE_REOPENED, opened.inbox, **about)
        with cases.writing(opened, registration, done) as db:
            _insert(db, line)
            queries.set_open(db, case_id, is_open=True)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


# -- inside ------------------------------------------------------------------------------------


def _refused(cases: Cases, opened: OpenedCase, closing: Closing, line_id: bytes) -> Done | None:
    """Say why a case is not closed, if it is not."""
    known = {row.id for row in opened.stored.items} | {one.note_id for one in opened.notebook.notes}
    if line_id in known:
        return Done.ALREADY
    if not opened.case.is_open:
        return Done.TOO_LATE if closing.text or closing.note else Done.ALREADY
    if len(opened.messages) != closing.seen:
        return Done.CHANGED
    if needs_of(cases, opened, unanswered=closing.unanswered):
        return Done.INCOMPLETE
    if closing.unanswered.strip() and not waiting(opened):
        return Done.CHANGED
    return None


def _write_closing(cases: Cases, opened: OpenedCase, closing: Closing, line_id: bytes) -> None:
    case_id, today = opened.case.id, cases.here.clock.today()
    line = _line(opened, Act.CLOSED, today, closing.text, line_id)
    given_up = give_up(cases, opened, line_id, closing.unanswered)
    known = told_by_dialogue(opened)
    told_feedback = line and closing.text and closing.is_feedback
    registration = replace(
        known,
        seen=known.seen + (1 if line else 0),
        acknowledged=known.acknowledged or (today if line and closing.text else None),
        feedback=known.feedback or (today if told_feedback else None),
        closed=today,
        closed_before=None,
        last_act=Undoable.CLOSED,
        last_item=line_id,
        **given_up.changes,
    )
    about = {"case": case_id} | ({"item": line_id} if line else {})
    done = deed(Logged.CASE_CLOSED, opened.inbox, **about)
    with cases.writing(opened, registration, done, filed=given_up.filed) as db:
        _insert(db, line)
        queries.set_open(db, case_id, is_open=False)
        ItemRow.insert_all(db, given_up.rows)
        if closing.note:
            now = cases.here.clock.now().replace(microsecond=0)
            note = Note(line_id, 1, cases.keyring.member_id, now, closing.note)
            seal_note(opened.items, note, secrets.token_bytes(ID_BYTES)).insert(db)


def _line(
    opened: OpenedCase, act: Act, today: date, text: str = "", line_id: bytes = b""
) -> ItemRow | None:
    """Make the line that tells the reporter; none where there is nobody to tell."""
    if not opened.has_reporter:
        return None
    message = Message(Side.CASEWORK, today, position=len(opened.messages), text=text, act=act)
    return opened.items.message(message, item_id=line_id or secrets.token_bytes(ID_BYTES))


def _insert(db: Connection, line: ItemRow | None) -> None:
    if line is not None:
        queries.insert_message(db, line)


# -- undoing -----------------------------------------------------------------------------------


def undo_closing(cases: Cases, opened: OpenedCase, known: Registration) -> Undoing:
    """Open the case as it was; what the reporter was told in words stays with them."""
    case_id, line_id = opened.case.id, opened.registration.last_item
    note = opened.notebook.find(line_id)
    given_up = taken_back(cases, opened, line_id)
    gone = [*(note.row_ids if note else ()), *given_up.row_ids]
    told = opened.has_reporter and bool(opened.messages[-1].text)
    answer = _line(opened, Act.REOPENED, cases.here.clock.today()) if told else None
    unsaid = _last_line(opened) if opened.has_reporter and not told else None

    def write(db: Connection) -> None:
        queries.set_open(db, case_id, is_open=True)
        queries.delete_items(db, case_id, gone)
        _insert(db, answer)
        _take_back(db, opened, unsaid)

    seen = known.seen + (1 if answer else 0) - (1 if unsaid else 0)
    registration = replace(known, seen=seen, closed=None, **given_up.changes)
    return Undoing(registration, write, given_up.filed)


def undo_reopening(cases: Cases, opened: OpenedCase, known: Registration) -> Undoing:
    """Close the case again, as of the day on which it was closed."""
    case_id = opened.case.id
    line = _last_line(opened) if opened.has_reporter else None
    closed = known.closed_before or was_closed_on(opened.messages) or cases.here.clock.today()

    def write(db: Connection) -> None:
        queries.set_open(db, case_id, is_open=False)
        _take_back(db, opened, line)

    seen = known.seen - (1 if line else 0)
    return Undoing(replace(known, seen=seen, closed=closed, closed_before=None), write)


def _last_line(opened: OpenedCase) -> ItemRow:
    rows: Sequence[ItemRow] = opened.stored.items
    dialogue = (row for row in rows if row.compartment == Compartment.DIALOGUE)
    line = next((row for row in dialogue if row.id == opened.registration.last_item), None)
    if line is None:
        raise ConflictError("what was to be taken back is gone")
    return line


def _take_back(db: Connection, opened: OpenedCase, line: ItemRow | None) -> None:
    """Erase a line of the dialogue that said nothing, unless something was written after it."""
    if line is None:
        return
    if held.count_messages(db, opened.case.id) != len(opened.messages):
        raise ConflictError("something was written meanwhile")
    queries.delete_items(db, opened.case.id, [line.id])
