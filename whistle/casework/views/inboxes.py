"""The list of cases: what is new, what is due."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for
from flask_babel import gettext as _

from whistle.casework.acts import Undoable
from whistle.casework.listing import CaseList, ListedCase, Wanted, list_cases
from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.shown import case_title, door_title, inbox_title
from whistle.domain.channel import Channel, InboxKind
from whistle.signed_in import members_only
from whistle.storage.case_lists import CaseState
from whistle.web import this_installation

_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A line of the list. ``names_inbox``: whether the title does not tell the inbox already."""

    url: str
    title: str
    inbox_title: str
    names_inbox: bool
    received: date
    is_new: bool
    unread: int
    due: date | None
    due_kind: str | None
    is_overdue: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A link that filters; ``count``: how many cases it shows, none where nobody counted."""

    id: str
    label: str
    count: int | None
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    state: CaseState
    door: Channel | None
    page: int

    def url(
        self, *, state: CaseState | None = None, door: Channel | None = None, page: int = 1
    ) -> str:
        """Give the address of another list."""
        return url_for(
            "casework.inboxes",
            state=state or self.state,
            door=door,
            page=page if page > 1 else None,
        )


@blueprint.get("/inboxes")
@members_only
def inboxes() -> str:
    """What is new and what is due."""
    asked = _asked()
    work = service()
    roots = {one.root.inbox_id: one.root for one in this_installation().directory.inboxes}
    chosen = [one for one in roots if asked.door in {None, roots[one].channel}]
    found = list_cases(work, Wanted(asked.state, chosen, asked.page))
    return render_template(
        "casework/inboxes.html",
        cases=[_show_line(case) for case in found.cases],
        total=_count(found, asked.state, asked.door),
        states=_states(found, asked),
        doors=_doors(found, asked),
        inbox_titles=[inbox_title(one) for one in found.inboxes],
        here_filter=_label(asked.state),
        page=found.page,
        pages=found.pages,
        previous=asked.url(door=asked.door, page=found.page - 1) if found.page > 1 else None,
        next=asked.url(door=asked.door, page=found.page + 1) if found.page < found.pages else None,
        undo=_undo(),
        done=request.args.get("done"),
    )


def _asked() -> Asked:
    """Read the address; what it does not know is as if it were not there."""
    state, door, page = (request.args.get(name, "") for name in ("state", "door", "page"))
    number = (
        int(page) if page.isascii() and page.isdigit() and len(page) < len(str(_MOST_PAGES)) else 1
    )
    return Asked(
        CaseState(state) if state in set(CaseState) else CaseState.OPEN,
        Channel(door) if door in set(Channel) else None,
        number,
    )


def _count(found: CaseList, state: CaseState, door: Channel | None) -> int | None:
    counts = [
        found.counts[one.inbox_id].get(state)
        for one in found.inboxes
        if door in {None, one.root.channel}
    ]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _label(state: CaseState) -> str:
    return {
        CaseState.OPEN: _("Open"),
        CaseState.OVERDUE: _("Deadline passed"),
        CaseState.DUE_SOON: _("Due within a week"),
        CaseState.NEW: _("New"),
        CaseState.UNREAD: _("Unread"),
        CaseState.CLOSED: _("Closed"),
        CaseState.ALL: _("All"),
    }[state]


def _states(found: CaseList, asked: Asked) -> dict[str, Filter]:
    return {
        state.value: Filter(
            state.value,
            _label(state),
            _count(found, state, asked.door),
            asked.url(state=state, door=asked.door),
            state is asked.state,
        )
        for state in CaseState
    }


def _doors(found: CaseList, asked: Asked) -> list[Filter]:
    """Give the doors this member has an inbox of; none to choose from when it is only one."""
    titles = {one.root.channel: door_title(one) for one in found.inboxes}
    if len(titles) < 2:  # noqa: PLR2004
        return []
    every = Filter(
        "", _("All doors"), _count(found, asked.state, None), asked.url(), asked.door is None
    )
    return [
        every,
        *(
            Filter(
                channel.value,
                title,
                _count(found, asked.state, channel),
                asked.url(door=channel),
                asked.door is channel,
            )
            for channel, title in titles.items()
        ),
    ]


def _show_line(listed: ListedCase) -> ShownCase:
    title = case_title(listed.inbox, listed.case, listed.title)
    if listed.damaged:
        title = _("%(title)s (cannot be opened: tell the technician)", title=title)
    duty = listed.duty
    return ShownCase(
        url_for("casework.case", case_id=listed.case.id.hex()),
        title,
        inbox_title(listed.inbox),
        bool(listed.title) or listed.inbox.root.kind is InboxKind.RESERVE,
        listed.case.received,
        listed.is_new,
        listed.unread,
        duty.due if duty else None,
        duty.kind if duty else None,
        duty.is_overdue(this_installation().clock.today()) if duty else False,
        listed.case.is_open,
    )


def _undo() -> dict[str, str] | None:
    """Give what to offer after a case was marked unread: its id and version."""
    case_id, version = request.args.get("case", ""), request.args.get("version", "")
    marked = request.args.get("done") == Undoable.UNREAD
    if not marked or not version.isascii() or not version.isdigit():
        return None
    try:
        return {"case": bytes.fromhex(case_id).hex(), "version": version}
    except ValueError:
        return None
