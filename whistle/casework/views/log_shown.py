"""Entries of the log as the pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby

from flask import url_for
from flask_babel import gettext as _

from whistle.audit.entries import NO_ID
from whistle.casework.log import NamedCase, ReadEntry
from whistle.casework.views.log_words import actor_title, details_of, said
from whistle.casework.views.shown import case_title, inbox_title
from whistle.crypto.errors import DirectoryInboxError
from whistle.domain.clock import DANISH
from whistle.domain.logged import Logged
from whistle.keys.directory import Directory
from whistle.signed_in import role_title
from whistle.web import this_installation


@dataclass(frozen=True, slots=True)
class ShownAct:
    """A line of the log. ``moment``: Danish time; ``kind``: how its details are to be had."""

    moment: datetime
    who: str
    role: str
    act: Logged | None
    words: str
    details: tuple[str, ...]
    inbox: str
    case_url: str
    case_title: str
    kind: str

    @property
    def time(self) -> str:
        """The time of day in Denmark."""
        return f"{self.moment:%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day's lines."""

    day: date
    acts: tuple[ShownAct, ...]


def show_log(
    entries: Sequence[ReadEntry],
    names: Mapping[bytes, str],
    cases: Mapping[bytes, NamedCase] | None = None,
) -> list[ShownDay]:
    """Show entries by day, in their order. ``cases``: to link to; none where all are of one."""
    shown = [_show(entry, names, cases) for entry in entries]
    days = groupby(_joined(shown), key=lambda one: one.moment.date())
    return [ShownDay(day, tuple(acts)) for day, acts in days]


def danish_moment(time: int) -> datetime:
    """Give a moment of the log, in Denmark; the first there is for one that cannot be."""
    try:
        return datetime.fromtimestamp(time, UTC).astimezone(DANISH)
    except (OverflowError, ValueError, OSError, TypeError):  # somebody wrote into the database
        return datetime.fromtimestamp(0, UTC)


def _joined(acts: Sequence[ShownAct]) -> list[ShownAct]:
    """Put together what one look at several inboxes left: an entry for each of them."""
    joined: list[ShownAct] = []
    for one in acts:
        before = joined[-1] if joined else None
        if before and one.act is Logged.INBOX_LISTED and _same_look(before, one):
            joined[-1] = replace(before, inbox=f"{one.inbox}, {before.inbox}")
        else:
            joined.append(one)
    return joined


def _same_look(one: ShownAct, other: ShownAct) -> bool:
    return (one.act, one.moment, one.who) == (other.act, other.moment, other.who)


def _show(
    entry: ReadEntry, names: Mapping[bytes, str], cases: Mapping[bytes, NamedCase] | None
) -> ShownAct:
    row, details = entry.row, entry.details
    case = (cases or {}).get(entry.about("case") or b"")
    return ShownAct(
        danish_moment(row.time),
        actor_title(row.actor_kind, row.actor, names),
        role_title(str(details.about.get("role", ""))) if details else "",
        details.act if details else None,
        _words(entry),
        tuple(details_of(entry, names)),
        ", ".join(map(_inbox, _inboxes(entry, of_one_case=cases is None))),
        url_for("casework.case_log", case_id=case.row.id.hex()) if case else "",
        case_title(case.inbox, case.row, case.title) if case else "",
        entry.access.name.lower(),
    )


def _words(entry: ReadEntry) -> str:
    if entry.details:
        return said(entry.details.act)
    return _("This entry does not open, or has been changed: tell the technician")


def _inboxes(entry: ReadEntry, *, of_one_case: bool) -> list[bytes]:
    """Give the inboxes that an entry names, or else the one that it is sealed to."""
    sealed_to = [] if of_one_case or entry.row.inbox_id == NO_ID else [entry.row.inbox_id]
    return [*entry.ids("inboxes"), *entry.ids("inbox")] or sealed_to


def _inbox(inbox_id: bytes) -> str:
    directory: Directory = this_installation().directory
    try:
        return inbox_title(directory.by_id(inbox_id))
    except DirectoryInboxError:
        return _("an inbox that is not there")
