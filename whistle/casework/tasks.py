"""What is to be done in a case, by when, and that it was done."""

from dataclasses import replace
from datetime import date

from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.filing import Filing, Place, change, file_new, strike
from whistle.domain.filed import Task
from whistle.domain.logged import Logged
from whistle.keys.filed import Content


def add(cases: Cases, case_id: bytes, form_id: bytes, text: str, by: date | None) -> Done:
    """File a task; the same from the same form is filed once."""
    return file_new(cases, case_id, form_id, Task(text, by), Filing(Logged.FILED))


def reword(cases: Cases, where: Place, text: str, by: date | None) -> Done:
    """Say something else, or have another day for it."""

    def reworded(content: Content) -> Content:
        return replace(content, text=text, by=by) if isinstance(content, Task) else content

    return change(cases, where, reworded, Filing(Logged.FILED_CHANGED))


def mark(cases: Cases, where: Place, *, done: bool) -> Done:
    """Mark a task as done today, or as not done after all."""
    today = cases.here.clock.today()

    def marked(content: Content) -> Content:
        if not isinstance(content, Task) or bool(content.done) is done:
            return content
        return replace(content, done=today if done else None)

    return change(cases, where, marked, Filing(Logged.FILED_CHANGED))


def remove(cases: Cases, where: Place) -> Done:
    """Delete a task."""
    return strike(cases, where, Filing(Logged.FILED_DELETED, of=(Task,)))
