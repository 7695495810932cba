"""Cases as the pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import url_for
from flask_babel import gettext as _

from whistle.casework.duties import Duty
from whistle.casework.recusal import recusal_of, reserve_of
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.domain.approval import receipt_is_shared
from whistle.domain.channel import Act, InboxKind, Side
from whistle.domain.clock import DANISH
from whistle.domain.conversation import Talk
from whistle.domain.dialogue import split_pages
from whistle.domain.disguise import show_controls
from whistle.domain.fields import ShownAnswer, show_answers
from whistle.domain.recusal import Ground
from whistle.keys.directory import TrustedInbox
from whistle.keys.notes import KeptNote, Note
from whistle.keys.records import Message
from whistle.keys.recusals import Recusal
from whistle.shown import ShownMessage, show_message
from whistle.storage.rows import CaseRow
from whistle.web import current_language, long_date, this_installation


@dataclass(frozen=True, slots=True)
class ShownDuty:
    """A duty as a page shows it."""

    kind: str
    due: date
    done: bool
    done_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry of the timeline. ``line``: what it does, in words, where it is no mere message."""

    message: ShownMessage
    line: str
    answers: tuple[ShownAnswer, ...]

    @property
    def says_something(self) -> bool:
        """Whether there is anything to read besides the line."""
        message = self.message
        return bool(
            message.text or message.files or message.erased or self.answers or not self.line
        )


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """What a note said at a time."""

    author: str
    written: str
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note with what it said before, newest first. ``talk``: how it was learned, in words."""

    id: str
    version: int
    now: ShownVersion
    before: tuple[ShownVersion, ...]
    talk: str = ""
    held: date | None = None


@dataclass(frozen=True, slots=True)
class ShownRecusal:
    """Who was left out of a case, or that it was handed back."""

    author: str
    member: str
    ground: str
    text: str
    written: str
    lifted: bool


@dataclass(frozen=True, slots=True)
class ShownOpenCase:
    """A case as a page shows it."""

    id: str
    version: int
    title: str
    given_title: str
    door_title: str
    inbox_title: str
    is_reserve: bool
    received: date
    is_open: bool
    closed: date | None
    wrote_after_closing: bool
    duties: tuple[ShownDuty, ...]
    entries: tuple[ShownEntry, ...]
    page: int
    pages: int
    has_identity: bool
    has_answers_apart: bool
    readers: tuple[str, ...]
    notes: tuple[ShownNote, ...]
    damaged_notes: int
    recusals: tuple[ShownRecusal, ...]
    can_be_passed_on: bool
    can_be_handed_back: bool
    receipt_is_shared: bool


def door_title(inbox: TrustedInbox) -> str:
    """Say what an inbox's door is called."""
    here = this_installation()
    door = here.profiles.door(inbox.root.channel, here.clock.today())
    return door.text[current_language()].title


def inbox_title(inbox: TrustedInbox) -> str:
    """Say what an inbox is called."""
    if inbox.root.kind is InboxKind.RESERVE:
        return _("%(door)s: the reserve", door=door_title(inbox))
    return door_title(inbox)


def case_title(inbox: TrustedInbox, row: CaseRow, given: str) -> str:
    """Give a neutral title (offentlighedsloven § 15) where nobody has given one."""
    return show_controls(given) or _(
        "%(door)s, %(day)s", door=door_title(inbox), day=long_date(row.received)
    )


def show_case(service: CaseworkService, opened: OpenedCase, page: int = 1) -> ShownOpenCase:
    """Show a case with one page of its dialogue: 1 is the newest."""
    inbox, row = opened.inbox.inbox, opened.case
    pages = split_pages(opened.messages)
    page = min(max(page, 1), len(pages))
    names = service.names()
    return ShownOpenCase(
        row.id.hex(),
        opened.version,
        case_title(inbox, row, opened.registration.title),
        opened.registration.title,
        door_title(inbox),
        inbox_title(inbox),
        inbox.root.kind is InboxKind.RESERVE,
        row.received,
        row.is_open,
        opened.registration.closed,
        opened.wrote_after_closing,
        tuple(show_duty(duty) for duty in service.duties(opened)),
        tuple(_show_entry(opened, message) for message in pages[page - 1]),
        page,
        len(pages),
        opened.identity_given,
        opened.has_answers_apart,
        tuple(service.readers(inbox)),
        tuple(show_note(note, names) for note in opened.notebook.shown),
        opened.notebook.damaged,
        tuple(_show_recusal(one, names) for one in opened.notebook.recusals),
        reserve_of(service, opened) is not None,
        recusal_of(opened) is not None,
        receipt_is_shared(opened.messages),
    )


def show_duty(duty: Duty) -> ShownDuty:
    """Show a duty."""
    overdue = duty.is_overdue(this_installation().clock.today())
    return ShownDuty(duty.kind, duty.due, duty.done is not None, duty.done, overdue)


def show_entries(opened: OpenedCase, first: int) -> tuple[ShownEntry, ...]:
    """Show the dialogue from a message on, as far as it fits on a page."""
    newest = split_pages(opened.messages[first:])[0]
    return tuple(_show_entry(opened, message) for message in newest)


def _show_entry(opened: OpenedCase, message: Message) -> ShownEntry:
    case_id = opened.case.id.hex()
    shown = show_message(
        message,
        lambda name: url_for("casework.file", case_id=case_id, attachment_id=name),
    )
    answers = show_given(opened, message.answers)
    return ShownEntry(shown, entry_line(message.act, message.side), answers)


def show_given(
    opened: OpenedCase, answers: Mapping[str, tuple[str, ...]]
) -> tuple[ShownAnswer, ...]:
    """Show answers to the fields that a case's door had when it was received."""
    channel, received = opened.inbox.inbox.root.channel, opened.case.received
    door = this_installation().profiles.door(channel, received)
    return show_answers(door.fields, answers, current_language())


def entry_line(act: Act, side: Side) -> str:
    """Say what a message does; nothing where it only says something."""
    by_reporter = side is Side.REPORTER
    if act is Act.CLOSED and by_reporter:
        return _("The reporter needs no more")
    if act is Act.REOPENED and by_reporter:
        return _("The reporter opened the case again")
    if act is Act.APPROVED and not by_reporter:
        return _("It was noted that the reporter approved the text")
    return {
        Act.WROTE: "",
        Act.ACKNOWLEDGED: _("Receipt was confirmed automatically"),
        Act.CLOSED: _("The case was closed"),
        Act.REOPENED: _("The case was opened again"),
        Act.GAVE_IDENTITY: _("The reporter told who they are"),
        Act.WITHDREW_IDENTITY: _("The reporter took name and contact back"),
        Act.NEW_RECEIPT: _("The reporter got a new receipt"),
        Act.TO_RESERVE: _("The case was passed to the reserve"),
        Act.TO_MAIN: _("The reserve handed the case back"),
        Act.WROTE_IN: _("The report, as it was written in for the reporter"),
        Act.PROPOSED: _("A text was put before the reporter"),
        Act.CORRECTED: _("The reporter corrected the text"),
        Act.APPROVED: _("The reporter approved the text"),
        Act.SENT: _("The complaint was sent"),
        Act.DROPPED: _("The text was laid aside"),
    }[act]


def show_note(note: KeptNote, names: Mapping[bytes, str]) -> ShownNote:
    """Show a note with its earlier versions."""
    shown: Sequence[ShownVersion] = [_show_version(one, names) for one in note.versions]
    return ShownNote(
        note.note_id.hex(),
        note.newest.version,
        shown[-1],
        tuple(shown[-2::-1]),
        talk_title(note.newest.about.talk),
        note.newest.about.held,
    )


def talk_title(talk: Talk) -> str:
    """Say what kind of note it is; nothing where it is just a note."""
    return {
        Talk.OTHER: "",
        Talk.TELEPHONE: _("Telephone note"),
        Talk.MEETING: _("Meeting note"),
    }[talk]


def _show_recusal(recusal: Recusal, names: Mapping[bytes, str]) -> ShownRecusal:
    return ShownRecusal(
        names.get(recusal.author, "?"),
        names.get(recusal.member, "?"),
        ground_title(recusal.ground),
        recusal.text,
        clock_time(recusal.written),
        recusal.lifted,
    )


def ground_title(ground: Ground) -> str:
    """Say what a ground of forvaltningsloven § 3, stk. 1 is, in plain words."""
    return {
        Ground.OWN_INTEREST: _("No. 1: has a personal or economic interest in the case"),
        Ground.RELATIVE: _("No. 2: a spouse, relative or somebody else close has one"),
        Ground.COMPANY: _("No. 3: helps to lead a company or association that has one"),
        Ground.EARLIER_DECISION: _("No. 4: the complaint is about something they took part in"),
        Ground.OTHER: _("No. 5: something else can raise doubts about their impartiality"),
    }[ground]


def _show_version(note: Note, names: Mapping[bytes, str]) -> ShownVersion:
    return ShownVersion(
        names.get(note.author, "?"), clock_time(note.written), note.text, note.deleted
    )


def clock_time(moment: datetime) -> str:
    """Write a moment for people: the day, and the time in Denmark."""
    here = moment.replace(tzinfo=UTC).astimezone(DANISH)
    return _("%(day)s at %(time)s", day=long_date(here.date()), time=f"{here:%H:%M}")
