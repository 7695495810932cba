"""Everything of a case in the order of its days.

What the dialogue holds has a day and no hour, as the reporter may be anonymous; so of one day it
stands first, in its own order, and what casework wrote comes after it by the clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeAlias

from whistle.casework.cases import OpenedCase
from whistle.domain.clock import DANISH
from whistle.domain.filed import (
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    Referral,
    Task,
)
from whistle.domain.identity import Opening
from whistle.domain.improvement import Improvement
from whistle.domain.masking import MaskedCopy
from whistle.domain.mediation import Mediation, Meeting
from whistle.domain.support import Risk, Support, Wish
from whistle.keys.filed import Content, Dealing, Document, Filed, KeptFiled
from whistle.keys.notes import KeptNote
from whistle.keys.records import Message
from whistle.keys.recusals import Recusal


class What(StrEnum):
    """What happened on a day."""

    RECEIVED = "received"
    MESSAGE = "message"
    NOTE = "note"
    DOCUMENT = "document"
    REFERRED = "referred"
    REMINDED = "reminded"
    REPLIED = "replied"
    UNANSWERED = "unanswered"
    TASK_DONE = "task-done"
    CONSENTED = "consented"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    DISCLOSED = "disclosed"
    ACCESS_ASKED = "access-asked"
    ACCESS_ANSWERED = "access-answered"
    COMPETENCE_ASKED = "competence-asked"
    COMPETENCE_CLEARED = "competence-cleared"
    MEDIATION = "mediation"
    AGREED_TO_MEDIATE = "agreed-to-mediate"
    NO_TO_MEDIATION = "no-to-mediation"
    MEETING = "meeting"
    SETTLED = "settled"
    FOLLOWED_UP = "followed-up"
    MEDIATED = "mediated"
    PROPOSED = "proposed"
    PASSED_ON = "passed-on"
    TAKEN_UP = "taken-up"
    WISHED = "wished"
    SUPPORTED = "supported"
    ASSESSED = "assessed"
    OPENED = "opened"
    MASKED = "masked"
    RECUSED = "recused"
    HANDED_BACK = "handed-back"
    CLOSED = "closed"


_Told: TypeAlias = list[tuple[What, date | None]]


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """Something that happened to a case.

    ``about``: the message, note, filed thing or recusal. ``author``: a member, 16 bytes, and
    ``written``: when they wrote it down, UTC without zone; neither for what a reporter did.
    """

    day: date
    what: What
    about: Message | KeptNote | Content | Recusal | None = None
    author: bytes = b""
    written: datetime | None = None


def timeline(opened: OpenedCase) -> list[Event]:
    """Give what happened, the oldest day first. What was deleted is left out."""
    book = opened.notebook
    events = [
        *_dialogue(opened),
        *(_note(note) for note in book.shown),
        *(event for kept in book.filed for event in _filed(kept)),
        *(_recusal(one) for one in book.recusals),
    ]
    return sorted(events, key=_place)  # which keeps what has no hour in its order


def _place(event: Event) -> tuple[date, datetime]:
    last = event.what is What.CLOSED
    return event.day, event.written or (datetime.max if last else datetime.min)  # noqa: DTZ901


def _dialogue(opened: OpenedCase) -> Iterator[Event]:
    """Give the messages. A case that nobody reported begins and ends by its registration."""
    if not opened.has_reporter:
        yield Event(opened.case.received, What.RECEIVED)
    for message in opened.messages:
        yield Event(message.written, What.MESSAGE, message)
    if not opened.has_reporter and opened.registration.closed:
        yield Event(opened.registration.closed, What.CLOSED)


def _note(note: KeptNote) -> Event:
    first = note.versions[0]
    day = note.newest.about.held or _day(first.written)
    return Event(day, What.NOTE, note, first.author, first.written)


def _recusal(one: Recusal) -> Event:
    what = What.HANDED_BACK if one.lifted else What.RECUSED
    return Event(_day(one.written), what, one, one.author, one.written)


def _filed(kept: KeptFiled) -> Iterator[Event]:
    """Give the days of something filed, each with who wrote that day down, and when."""
    filed = _day(kept.versions[0].written)
    for what, day in _days(kept.content, filed):
        version = _told_by(kept.versions, (what, day), filed)
        told_on = _day(version.written) if what is What.UNANSWERED else day
        yield Event(told_on, what, kept.content, version.author, version.written)


def _told_by(versions: Sequence[Filed], told: tuple[What, date], filed: date) -> Filed:
    """Give the first version that tells of a day, as all later ones still do."""
    found = versions[-1]
    for version in reversed(versions):
        if told not in _days(version.content, filed):
            break
        found = version
    return found


def _days(content: Content, filed: date) -> list[tuple[What, date]]:
    """Give the days that something tells of; ``filed``: where it has no day of its own."""
    told: _Told = []
    match content:
        case Opening():
            told = [(What.OPENED, content.day)]
        case MaskedCopy():
            told = [(What.MASKED, content.day)]
        case Mediation() | Meeting() | Improvement() | Wish() | Support() | Risk():
            told = _days_of_dealing(content, filed)
        case _:
            told = _days_of_right(content, filed)
    return [(what, day) for what, day in told if day is not None]


def _days_of_right(content: Content, filed: date) -> _Told:
    told: _Told = []
    match content:
        case Referral():
            told = [
                (What.REFERRED, content.sent),
                *((What.REMINDED, day) for day in content.reminded),
                (What.REPLIED, content.replied),
                (What.UNANSWERED, filed if content.unanswered else None),
            ]
        case Document():
            told = [(What.DOCUMENT, content.dated or filed)]
        case Task():
            told = [(What.TASK_DONE, content.done)]
        case Consent():
            told = [
                (What.CONSENTED, content.given),
                (What.CONSENT_WITHDRAWN, content.withdrawn),
            ]
        case Disclosure():
            told = [(What.DISCLOSED, content.day)]
        case AccessRequest():
            told = [
                (What.ACCESS_ASKED, content.received),
                (What.ACCESS_ANSWERED, content.answered),
            ]
        case Competence():
            told = [
                (What.COMPETENCE_ASKED, content.asked),
                (What.COMPETENCE_CLEARED, content.answered),
            ]
        case _:
            pass
    return told


def _days_of_dealing(content: Dealing, filed: date) -> list[tuple[What, date | None]]:
    match content:
        case Mediation():
            return [
                (What.MEDIATION, content.begun),
                (What.AGREED_TO_MEDIATE, content.agreed),
                (What.NO_TO_MEDIATION, content.withdrew),
                (What.SETTLED, content.settled),
                (What.FOLLOWED_UP, content.followed_up),
                (What.MEDIATED, content.ended),
            ]
        case Meeting():
            return [(What.MEETING, content.day)]
        case Improvement():
            return [
                (What.PROPOSED, None if content.passed_on else filed),
                (What.PASSED_ON, content.passed_on),
                (What.TAKEN_UP, content.answered),
            ]
        case Wish():
            return [(What.WISHED, content.day)]
        case Support():
            return [(What.SUPPORTED, content.day)]
        case Risk():
            return [(What.ASSESSED, content.day)]


def _day(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(DANISH).date()
