"""A case as a line of a list, of the inboxes and of what a search found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from whistle.casework.duties import DutyKind
from whistle.casework.listing import ListedCase
from whistle.casework.views.shown import case_title, inbox_title
from whistle.domain.channel import InboxKind
from whistle.domain.office import Centre, find
from whistle.domain.registration import DueKind
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class ShownDue:
    """What has a date first, in words that the day follows."""

    words: str
    day: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A line of a list. ``about``: what the line says below the title, in its order."""

    url: str
    title: str
    received: date
    about: tuple[str, ...]
    is_new: bool
    is_registered: bool
    unread: int
    due: ShownDue | None
    is_open: bool


def show_line(listed: ListedCase) -> ShownCase:
    """Show a case as a line."""
    title = case_title(listed.inbox, listed.case, listed.title)
    if listed.damaged:
        title = _("%(title)s (cannot be opened: tell the technician)", title=title)
    names_inbox = bool(listed.title) or listed.inbox.root.kind is InboxKind.RESERVE
    return ShownCase(
        url_for("casework.case", case_id=listed.case.id.hex()),
        title,
        listed.case.received,
        (*((inbox_title(listed.inbox),) if names_inbox else ()), *_registered_as(listed)),
        listed.is_new,
        listed.enquiry.is_registered or listed.is_new or listed.damaged,
        listed.unread,
        _first_due(listed),
        listed.case.is_open,
    )


def _registered_as(listed: ListedCase) -> Iterable[str]:
    """Name centres and categories as they stood when the case was received, each once."""
    office = this_installation().profiles.on(listed.case.received).office
    issues, language = listed.enquiry.issues, current_language()
    for category_id in dict.fromkeys(issue.category for issue in issues if issue.category):
        category = office.category(category_id)
        yield category.label[language] if category else category_id
    for centre_id in dict.fromkeys(issue.centre for issue in issues if issue.centre):
        yield _centre(office.centres, centre_id)


def _centre(centres: Iterable[Centre], centre_id: str) -> str:
    found = find(centres, centre_id)
    return found.short if found else centre_id


def _first_due(listed: ListedCase) -> ShownDue | None:
    """Give what is due first: to the reporter, or of what is filed on the case."""
    if not listed.case.is_open:
        return None
    dues = [(listed.duty.due, _duty_words(listed.duty.kind))] if listed.duty else []
    if listed.due:
        dues.append((listed.due.day, _due_words(listed.due.kind)))
    if not dues:
        return None
    day, words = min(dues)
    return ShownDue(words, day, day < this_installation().clock.today())


def _duty_words(kind: DutyKind) -> str:
    return _("Confirm by") if kind is DutyKind.ACKNOWLEDGE else _("Feedback by")


def _due_words(kind: DueKind) -> str:
    return {
        DueKind.REPLY: _("The centre's reply by"),
        DueKind.TASK: _("Task by"),
        DueKind.ACCESS: _("Answer on access by"),
        DueKind.MEETING: _("Meeting on"),
        DueKind.FOLLOW_UP: _("Follow up on"),
        DueKind.ANSWER: _("Answer to a proposal by"),
        DueKind.APPROVAL: _("The reporter answers by"),
        DueKind.COMPLAINT: _("Complain by"),
    }[kind]
