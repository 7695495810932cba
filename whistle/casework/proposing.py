"""Putting a text before the reporter, and what becomes of it: casework's half of it.

`whistle.domain.approval` has the rules. What is approved is what somebody saw: nothing is put,
noted or sent while the dialogue says more than the page did.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, dues_with_texts, told_by_dialogue
from whistle.casework.done import Done
from whistle.domain.approval import About, Means, Put, PutText, find_text
from whistle.domain.channel import Act, Side
from whistle.domain.logged import Logged
from whistle.keys.canonical import dump
from whistle.keys.fields import join_fields
from whistle.keys.files import content_digest
from whistle.keys.records import Message
from whistle.keys.shapes import to_json
from whistle.storage import cases as held
from whistle.storage import casework as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.tables import ID_BYTES

_Step: TypeAlias = Callable[[OpenedCase], Done]
_LOGGED = {
    Act.PROPOSED: Logged.TEXT_PUT,
    Act.APPROVED: Logged.APPROVAL_NOTED,
    Act.SENT: Logged.TEXT_SENT,
    Act.DROPPED: Logged.TEXT_DROPPED,
}


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """The form that something is sent from. ``id`` names it, so that a double click writes once.

    ``seen``: how many messages its page showed. ``author``: what the member is called.
    """

    id: bytes
    seen: int
    author: str


@dataclass(frozen=True, slots=True)
class Which:
    """A version that a page showed. ``text``: 16 bytes; ``version``: its fingerprint."""

    case: bytes
    text: bytes
    version: bytes


def text_id_of(cases: Cases, form_id: bytes) -> bytes:
    """Give the id of a text that a form puts for the first time."""
    return content_digest(cases.here.id, form_id, "text", ())[:ID_BYTES]


def put(cases: Cases, case_id: bytes, form: Form, text: str, what: Put) -> Done:
    """Put a version before the reporter; it needs an approval of its own.

    `Done.CHANGED` when there is something yet to be read, when the text is of another kind, or was
    erased altogether; `Done.TOO_LATE` when it is over; `Done.ALREADY` when the newest version is
    casework's and says the same.
    """

    def step(opened: OpenedCase) -> Done:
        known = find_text(opened.messages, what.text)
        message = _message(cases, opened, form, Act.PROPOSED, what, text)
        if _is_there(opened, message):
            return Done.ALREADY
        if known is not None and known.is_over:
            return Done.TOO_LATE
        if len(opened.messages) != form.seen or not _is_of(opened, known, what):
            return Done.CHANGED
        newest = known.newest if known else None
        if newest and not newest.by_reporter and (newest.text, newest.put) == (text, what):
            return Done.ALREADY
        _write(cases, opened, message)
        return Done.YES

    return _once(cases, case_id, step)


def note_approval(cases: Cases, which: Which, form: Form, about: About) -> Done:
    """Note that the reporter approved a version by voice or signature; `Done.CHANGED` as `put`.

    ``about.means`` is never the receipt: with that only the reporter approves. ``about.day`` is
    none before `first_day`, nor yet to come; else `Done.CHANGED`, here and by `note_sent`.
    """
    if about.means is Means.RECEIPT:
        raise ValueError("only the reporter approves with the receipt")
    return _answer(cases, which, form, Act.APPROVED, about)


def note_sent(cases: Cases, which: Which, form: Form, day: date) -> Done:
    """Note that a complaint was sent; `Done.INCOMPLETE` when its version does not stand approved.

    The text is over with that, and its dates are gone from the list.
    """
    return _answer(cases, which, form, Act.SENT, About(which.version, day=day))


def first_day(text: PutText, act: Act) -> date:
    """Give the first day on which something can have been done to the newest version of a text.

    It was approved when it had been written, and sent when it was approved.
    """
    if act is Act.SENT and text.approved:
        return text.approved.day
    return text.newest.written


def drop(cases: Cases, which: Which, form: Form) -> Done:
    """Lay a text aside: nobody is asked to approve it any more."""
    return _answer(cases, which, form, Act.DROPPED, About(which.version))


def look_at(
    cases: Cases, case_id: bytes, text_id: bytes, act: Logged | None = None
) -> tuple[OpenedCase, PutText] | None:
    """Open a text and log ``act``; none where there is none. Without an act, nothing is shown."""

    def step(opened: OpenedCase) -> tuple[OpenedCase, PutText] | None:
        text = find_text(opened.messages, text_id)
        if text is None:
            return None
        if act is not None:
            done = deed(act, opened.inbox, case=case_id, item=text_id, kind=text.kind)
            cases.looking(opened, done)
        return opened, text

    return cases.attempt(case_id, step)


# -- inside ------------------------------------------------------------------------------------


def _answer(cases: Cases, which: Which, form: Form, act: Act, about: About) -> Done:
    def step(opened: OpenedCase) -> Done:
        message = _message(cases, opened, form, act, about)
        if _is_there(opened, message):
            return Done.ALREADY
        known = find_text(opened.messages, which.text)
        if known is None or known.is_over or known.newest.fingerprint != about.version:
            return Done.CHANGED
        if len(opened.messages) != form.seen:
            return Done.CHANGED
        if act is Act.SENT and not known.is_approved:
            return Done.INCOMPLETE
        if about.day and not first_day(known, act) <= about.day <= cases.here.clock.today():
            return Done.CHANGED
        _write(cases, opened, message)
        return Done.YES

    return _once(cases, which.case, step)


def _once(cases: Cases, case_id: bytes, step: _Step) -> Done:
    try:
        return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU
    except DuplicateError:
        return Done.ALREADY


def _message(
    cases: Cases,
    opened: OpenedCase,
    form: Form,
    act: Act,
    what: Put | About,
    text: str = "",
) -> Message:
    """Make the message of an act, known again by its form and content."""
    named = hashlib.sha256(join_fields([form.id, act.encode(), dump(to_json(what))])).digest()
    return Message(
        Side.CASEWORK,
        cases.here.clock.today(),
        position=len(opened.messages),
        text=text,
        digest=content_digest(cases.here.id, named, text, ()),
        act=act,
        author=form.author,
        put=what if isinstance(what, Put) else None,
        about=what if isinstance(what, About) else None,
    )


def _is_of(opened: OpenedCase, known: PutText | None, what: Put) -> bool:
    """Whether a version is one of the text as it is, or the first of a text that never was."""
    if known is not None:
        return known.kind is what.kind
    return not any(one.put and one.put.text == what.text for one in opened.messages)


def _is_there(opened: OpenedCase, message: Message) -> bool:
    return message.digest[:ID_BYTES] in {row.id for row in opened.stored.items}


def _write(cases: Cases, opened: OpenedCase, message: Message) -> None:
    """Write a message, as long as nothing else was written since the case was opened."""
    case_id, item_id = opened.case.id, message.digest[:ID_BYTES]
    known, today = told_by_dialogue(opened), cases.here.clock.today()
    said = bool(message.text) and opened.has_reporter
    registration = replace(
        known,
        seen=known.seen + 1,
        acknowledged=known.acknowledged or (today if said else None),
        due=dues_with_texts(known.due, [*opened.messages, message]),
    )
    done = deed(_LOGGED[message.act], opened.inbox, case=case_id, item=item_id)
    with cases.writing(opened, registration, done) as db:
        if held.count_messages(db, case_id) != len(opened.messages):
            raise ConflictError("something was written meanwhile")
        queries.insert_message(db, opened.items.message(message, item_id=item_id))
