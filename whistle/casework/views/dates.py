"""What is due over all of a member's cases, and in one of them."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from whistle.casework.dates import DueInCase, DueThing, due_in_opened, list_dates
from whistle.casework.duties import DutyKind
from whistle.casework.learning.due import DueInBook
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.shown import case_title, inbox_title
from whistle.domain.book import Measure, Recommendation
from whistle.domain.office import label_of
from whistle.domain.registration import DueKind
from whistle.signed_in import members_only
from whistle.web import current_language, this_installation

_MOST_DIGITS = 6
_MOST_OUTLIVED = 50  # shown at once: each is looked at before it goes
_PAGES: dict[DutyKind | DueKind, str] = {
    DutyKind.ERASE: "casework.erasing_case",
    DueKind.REPLY: "casework.referrals",
    DueKind.TASK: "casework.tasks",
    DueKind.ACCESS: "casework.rights",
    DueKind.MEETING: "casework.dealings",
    DueKind.FOLLOW_UP: "casework.dealings",
    DueKind.ANSWER: "casework.dealings",
    DueKind.APPROVAL: "casework.put_texts",
    DueKind.COMPLAINT: "casework.put_texts",
}


@dataclass(frozen=True, slots=True)
class ShownDue:
    """Something that is due. ``case_title`` is empty on the case's own page."""

    day: date
    what: str
    url: str
    is_overdue: bool
    case_title: str = ""
    inbox_title: str = ""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """What is due on a day."""

    day: date
    is_overdue: bool
    is_today: bool
    due: tuple[ShownDue, ...]


@blueprint.get("/dates")
@members_only
def dates() -> str:
    """All that is due, what is overdue first."""
    found = list_dates(service(), _page())
    today = this_installation().clock.today()
    shown = [show_due(one, today) for one in found.due]
    days = [
        ShownDay(day, day < today, day == today, tuple(due))
        for day, due in groupby(shown, key=lambda one: one.day)
    ]
    page = found.page
    return render_template(
        "casework/dates.html",
        late=[day for day in days if day.is_overdue],
        coming=[day for day in days if not day.is_overdue],
        overdue=found.overdue,
        total=found.total,
        outlived=[show_due(one, today) for one in found.outlived[:_MOST_OUTLIVED]],
        all_outlived=len(found.outlived),
        damaged=found.damaged,
        page=page,
        pages=found.pages,
        previous=url_for("casework.dates", page=page - 1) if page > 1 else None,
        next=url_for("casework.dates", page=page + 1) if page < found.pages else None,
    )


def dates_box(opened: OpenedCase) -> tuple[ShownDue, ...]:
    """Give what is filed on a case and has a date; the legal clock has its own place there."""
    today = this_installation().clock.today()
    case = opened.case
    return tuple(_show(one, case.id, case.received, today) for one in due_in_opened(opened))


def show_due(one: DueInCase | DueInBook, today: date) -> ShownDue:
    """Show what is due in a case or in the office's book, with where it is dealt with."""
    return _show_in_book(one, today) if isinstance(one, DueInBook) else _show_in_case(one, today)


def _page() -> int:
    page = request.args.get("page", "")
    return int(page) if page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS else 1


def _show_in_case(one: DueInCase, today: date) -> ShownDue:
    shown = _show(one.due, one.case.id, one.case.received, today)
    return ShownDue(
        shown.day,
        shown.what,
        shown.url,
        shown.is_overdue,
        case_title(one.inbox, one.case, one.title),
        inbox_title(one.inbox),
    )


def _show_in_book(one: DueInBook, today: date) -> ShownDue:
    """Show what is to be looked at again, of a recommendation or of a pattern."""
    match one.content:
        case Recommendation(title=title):
            what = _("Follow up on a recommendation")
            url = url_for("casework.recommendation", entry_id=one.entry.hex())
        case Measure(centre=centre, seen=seen):
            what = _("Follow up on what was agreed with a centre")
            patterns = "casework.patterns"
            url = url_for(patterns if _is_known(patterns) else "casework.recommendations")
            office = this_installation().profiles.on(seen).office
            title = label_of(office.centres, centre, current_language())
        case _:
            raise TypeError(one.content.kind)
    return ShownDue(one.day, what, url, one.day < today, title)


def _show(due: DueThing, case_id: bytes, received: date, today: date) -> ShownDue:
    return ShownDue(due.day, _what(due, received), _url(due, case_id), due.day < today)


def _what(due: DueThing, received: date) -> str:
    office = this_installation().profiles.on(received).office
    centre = label_of(office.centres, due.centre, current_language())
    return {
        DutyKind.ACKNOWLEDGE: _("Confirm that you have read it"),
        DutyKind.FEEDBACK: _("Give feedback"),
        DutyKind.ERASE: _("Erase the case"),
        DueKind.REPLY: _("Copy of the reply of %(centre)s", centre=centre),
        DueKind.TASK: _("A task"),
        DueKind.ACCESS: _("Answer a request for access"),
        DueKind.MEETING: _("A meeting of a mediation"),
        DueKind.FOLLOW_UP: _("Follow an agreement up"),
        DueKind.ANSWER: _("Answer of %(centre)s to a proposal", centre=centre),
        DueKind.APPROVAL: _("The reporter’s answer to a text"),
        DueKind.COMPLAINT: _("Last day of a complaint"),
    }[due.kind]


def _url(due: DueThing, case_id: bytes) -> str:
    endpoint = _PAGES.get(due.kind, "")
    return url_for(endpoint if _is_known(endpoint) else "casework.case", case_id=case_id.hex())


def _is_known(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
