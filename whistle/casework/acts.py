"""What is done to a case besides writing in it: title, closing, marking; and undoing it.

An undo works as long as nothing else happened to the case: then the registration still has the
version that the act made, and the act's name in it. What the reporter was sent stays with them.
"""

from collections.abc import Callable
from dataclasses import replace

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.closing import (
    Closing,
    close,
    reopen,
    undo_closing,
    undo_reopening,
)
from whistle.casework.done import Done, Undoable, Undoing
from whistle.domain.logged import Logged
from whistle.keys.filed import KeptFiled
from whistle.keys.records import Registration
from whistle.storage import casework as queries

__all__ = ["Closing", "Done", "Undoable", "close", "give_title", "mark", "reopen", "undo"]


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
        with cases.writing(
            opened, undoing.registration, done, keep_deleted=True, filed=undoing.filed
        ) as db:
            undoing.write(db)
        return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def _undo_deletion(_: Cases, opened: OpenedCase, known: Registration) -> Undoing:
    case_id, row_id = opened.case.id, opened.registration.last_item
    return Undoing(known, lambda db: queries.delete_items(db, case_id, [row_id]))


def _undo_striking(cases: Cases, opened: OpenedCase, known: Registration) -> Undoing:
    """Take the last version away; what it was a version of has its date again."""
    row_id = opened.registration.last_item
    back = tuple(_without(one, row_id) for one in opened.notebook.all_filed)
    undoing = _undo_deletion(cases, opened, known)
    due = opened.notebook.dues(back, known.due)
    return replace(undoing, registration=replace(known, due=due), filed=back)


def _without(kept: KeptFiled, row_id: bytes) -> KeptFiled:
    if row_id not in kept.row_ids or len(kept.versions) == 1:
        return kept
    return KeptFiled(kept.versions[:-1], kept.row_ids[:-1])


def _undo_unread(_: Cases, opened: OpenedCase, known: Registration) -> Undoing:
    return Undoing(replace(known, seen=len(opened.messages)))


def _undo_acknowledgement(_: Cases, _opened: OpenedCase, known: Registration) -> Undoing:
    return Undoing(replace(known, acknowledged=None))


def _undo_feedback(_: Cases, _opened: OpenedCase, known: Registration) -> Undoing:
    return Undoing(replace(known, feedback=None))


_UNDOING: dict[str, Callable[[Cases, OpenedCase, Registration], Undoing]] = {
    Undoable.CLOSED: undo_closing,
    Undoable.REOPENED: undo_reopening,
    Undoable.NOTE_DELETED: _undo_deletion,
    Undoable.FILED_DELETED: _undo_striking,
    Undoable.UNREAD: _undo_unread,
    Undoable.ACKNOWLEDGED: _undo_acknowledgement,
    Undoable.FEEDBACK: _undo_feedback,
}
