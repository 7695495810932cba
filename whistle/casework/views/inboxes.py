"""The list of cases: what is new, what is due."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext as _

from whistle.casework.acts import Undoable
from whistle.casework.filters import Filters
from whistle.casework.listing import CaseList, Wanted, list_cases
from whistle.casework.reporting.released import is_makers
from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.inboxes_shown import show_line
from whistle.casework.views.search_filters import (
    FilterForm,
    address_of,
    filter_options,
    in_words,
    read_filters,
)
from whistle.casework.views.shown import door_title, inbox_title
from whistle.domain.channel import Channel
from whistle.signed_in import members_only
from whistle.storage.case_lists import CaseState
from whistle.web import this_installation

_MOST_PAGES = 1_000_000


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
    filters: Filters

    def url(
        self, *, state: CaseState | None = None, door: Channel | None = None, page: int = 1
    ) -> str:
        """Give the address of another list, filtered as this one."""
        named = {
            "state": state or self.state,
            "door": door,
            "page": page if page > 1 else None,
            **address_of(self.filters),
        }
        return url_for("casework.inboxes", **named)  # type: ignore[arg-type]


@blueprint.get("/inboxes")
@members_only
def inboxes() -> str:
    """What is new and what is due."""
    form = FilterForm(request.args)
    form.validate()
    asked = _asked(read_filters(form))
    work = service()
    roots = {one.root.inbox_id: one.root for one in this_installation().directory.inboxes}
    chosen = [one for one in roots if asked.door in {None, roots[one].channel}]
    found = list_cases(work, Wanted(asked.state, chosen, asked.page, filters=asked.filters))
    return render_template(
        "casework/inboxes.html",
        cases=[show_line(case) for case in found.cases],
        total=found.total,
        states=_states(found, asked),
        doors=_doors(found, asked),
        inbox_titles=[inbox_title(one) for one in found.inboxes],
        makes_reports=any(is_makers(one.root) for one in found.inboxes),
        here_filter=_label(asked.state),
        form=form,
        asked=asked,
        filtered_by=in_words(asked.filters),
        unfiltered=url_for("casework.inboxes", state=asked.state, door=asked.door),
        **filter_options(),
        page=found.page,
        pages=found.pages,
        previous=asked.url(door=asked.door, page=found.page - 1) if found.page > 1 else None,
        next=asked.url(door=asked.door, page=found.page + 1) if found.page < found.pages else None,
        undo=_undo(),
        done=request.args.get("done"),
    )


def _asked(filters: Filters) -> Asked:
    """Read the address; what it does not know is as if it were not there."""
    state, door, page = (request.args.get(name, "") for name in ("state", "door", "page"))
    number = (
        int(page) if page.isascii() and page.isdigit() and len(page) < len(str(_MOST_PAGES)) else 1
    )
    return Asked(
        CaseState(state) if state in set(CaseState) else CaseState.OPEN,
        Channel(door) if door in set(Channel) else None,
        number,
        filters,
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
