"""Notes on a case: written, edited, deleted. Nobody's words are overwritten without being shown."""

import secrets
from dataclasses import dataclass, replace

from whistle.audit.log import deed
from whistle.casework.acts import Done, Undoable
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.kept import check_not_held
from whistle.domain.conversation import Conversation
from whistle.domain.logged import Logged
from whistle.keys.files import content_digest
from whistle.keys.notes import KeptNote, Note, seal_note
from whistle.storage.errors import DuplicateError
from whistle.storage.tables import ID_BYTES

_NOTHING_TOLD = Conversation()


def open_note(
    cases: Cases, case_id: bytes, note_id: bytes, *, also_deleted: bool = False
) -> tuple[OpenedCase, KeptNote] | None:
    """Open one note of a case; none when there is none, or the case is closed to this member."""

    def step(opened: OpenedCase) -> tuple[OpenedCase, KeptNote] | None:
        kept = opened.notebook.find(note_id)
        if kept is None or (kept.newest.deleted and not also_deleted):
            return None
        done = deed(Logged.NOTE_OPENED, opened.inbox, case=case_id, item=note_id)
        cases.looking(opened, done)
        return opened, kept

    return cases.attempt(case_id, step)


def write_note(
    cases: Cases,
    case_id: bytes,
    form_id: bytes,
    text: str,
    about: Conversation = _NOTHING_TOLD,
) -> Done:
    """Add a note; ``form_id`` names the form, so that a double click writes once."""
    words = text if about == _NOTHING_TOLD else f"{about.talk}\0{about.held}\0{text}"
    note_id = content_digest(cases.here.id, form_id, words, ())[:ID_BYTES]

    def step(opened: OpenedCase) -> Done:
        note = replace(_note(cases, note_id, 1, text), about=about)
        _put(cases, opened, Logged.NOTE_WRITTEN, note, note_id)
        return Done.YES

    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """What a note shall say. ``about`` none: it is about what it was about."""

    text: str
    about: Conversation | None = None


def edit_note(cases: Cases, case_id: bytes, note_id: bytes, version: int, edit: Edit) -> Done:
    """Write a new version of a note; `Done.CHANGED` when ``version`` is not the newest."""

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find(note_id)
        if kept is None:
            return Done.CHANGED
        now = kept.newest
        about = edit.about or now.about
        if (now.text, now.about, now.deleted) == (edit.text, about, False):
            return Done.ALREADY
        if now.version != version:
            return Done.CHANGED
        note = replace(_note(cases, note_id, version + 1, edit.text), about=about)
        _put(cases, opened, Logged.NOTE_CHANGED, note, secrets.token_bytes(ID_BYTES))
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def delete_note(cases: Cases, case_id: bytes, note_id: bytes, version: int) -> Done:
    """Delete a note; `Done.CHANGED` when ``version`` is not the newest.

    It is erased with the next thing that is done to the case, or when somebody opens the case on a
    later day. Until then it can be undone. Raises `KeptError` under a legal hold.
    """

    def step(opened: OpenedCase) -> Done:
        kept = opened.notebook.find(note_id)
        if kept is None or kept.newest.deleted:
            return Done.ALREADY
        if kept.newest.version != version:
            return Done.CHANGED
        check_not_held(opened.registration)
        gone = replace(
            _note(cases, note_id, version + 1, ""), about=kept.newest.about, deleted=True
        )
        _put(cases, opened, Logged.NOTE_DELETED, gone, secrets.token_bytes(ID_BYTES))
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def _note(cases: Cases, note_id: bytes, version: int, text: str) -> Note:
    now = cases.here.clock.now().replace(microsecond=0)
    return Note(note_id, version, cases.keyring.member_id, now, text)


def _put(cases: Cases, opened: OpenedCase, act: Logged, note: Note, row_id: bytes) -> None:
    registration = told_by_dialogue(opened)
    if note.deleted:
        registration = replace(registration, last_act=Undoable.NOTE_DELETED, last_item=row_id)
    done = deed(act, opened.inbox, case=opened.case.id, item=note.note_id)
    with cases.writing(opened, registration, done) as db:
        seal_note(opened.items, note, row_id).insert(db)
