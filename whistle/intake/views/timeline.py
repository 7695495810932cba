"""What has happened in a dialogue and what comes next, in words and with days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from whistle.domain.approval import PutText, TextKind
from whistle.domain.channel import Act, Side
from whistle.domain.dialogue import acknowledges, has_answers_apart, split_pages
from whistle.domain.fields import ShownAnswer, show_answers
from whistle.domain.guidance import Elsewhere
from whistle.intake.service import Dialogue
from whistle.keys.records import Message
from whistle.shown import ShownMessage, show_message
from whistle.web import current_language, long_date, this_installation


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened on a day, one sentence each."""

    day: date
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next; ``late``: the day for it has passed, and it is our fault."""

    words: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text that was put before the reporter, as they see it.

    ``id`` and ``version`` in hexadecimal. ``approved_on``: the day they approved this version.
    """

    id: str
    version: str
    is_complaint: bool
    title: str
    text: str
    recipient: str
    complain_by: date | None
    answer_by: date | None
    by_reporter: bool
    is_waiting: bool
    approved_on: date | None
    with_name: bool
    sent: date | None
    dropped: date | None


def show_text(text: PutText) -> ShownText:
    """Show the newest version of a text, which is the one to answer."""
    newest = text.newest
    is_complaint = text.kind is TextKind.COMPLAINT
    approved = text.approved if text.is_approved else None
    return ShownText(
        text.id.hex(),
        newest.fingerprint.hex(),
        is_complaint,
        _("Your complaint") if is_complaint else _("What you told us"),
        newest.text,
        newest.put.recipient,
        newest.put.complain_by,
        newest.put.answer_by,
        newest.by_reporter,
        text.is_waiting,
        approved.day if approved else None,
        approved.about.with_name if approved else False,
        text.sent,
        text.dropped,
    )


@dataclass(frozen=True, slots=True)
class ShownDialogue:
    """A dialogue as its reporter sees it; ``external``: who else can be turned to.

    ``messages``: those of page ``page``, from 1, the newest, to ``pages``.
    """

    door_title: str
    with_reserve: bool
    is_open: bool
    identity_given: bool
    done_for_reporter: bool
    happened: tuple[Happened, ...]
    next_steps: tuple[NextStep, ...]
    messages: tuple[ShownMessage, ...]
    page: int
    pages: int
    answers: tuple[ShownAnswer, ...]
    has_answers_apart: bool
    external: tuple[Elsewhere, ...]
    texts: tuple[ShownText, ...] = ()
    receipt_is_shared: bool = False

    @property
    def late(self) -> bool:
        """Whether a day that was promised has passed."""
        return any(step.late for step in self.next_steps)


def show_dialogue(dialogue: Dialogue, today: date, page: int = 1) -> ShownDialogue:
    """Show a dialogue; what only did something, and said nothing, is in ``happened`` alone."""
    pages = split_pages([one for one in dialogue.messages if one.text or one.files or one.erased])
    page = min(max(page, 1), len(pages))
    profiles = this_installation().profiles
    door = profiles.door(dialogue.channel, today)
    at_first = profiles.door(dialogue.channel, dialogue.case.received)
    answers = dialogue.messages[0].answers if dialogue.messages else {}
    return ShownDialogue(
        door.text[current_language()].title,
        dialogue.with_reserve,
        dialogue.case.is_open,
        dialogue.identity_given,
        dialogue.done_for_reporter,
        tuple(
            Happened(day, tuple(dict.fromkeys(words for _day, words in on_it)))
            for day, on_it in groupby(_happened(dialogue), key=itemgetter(0))
        ),
        tuple(_next_steps(dialogue, today)),
        tuple(
            show_message(
                one,
                lambda name: url_for("intake.file", attachment_id=name),
                _line(one),
            )
            for one in pages[page - 1]
        ),
        page,
        len(pages),
        show_answers(at_first.fields, answers, current_language()),
        has_answers_apart(dialogue.messages),
        door.guidance[current_language()].external,
        tuple(map(show_text, dialogue.texts)),
        dialogue.receipt_is_shared,
    )


def _happened(dialogue: Dialogue) -> Iterator[tuple[date, str]]:
    read = False
    for number, message in enumerate(dialogue.messages):
        words = [_("We received your report")] if number == 0 else _words(message)
        if message.act is Act.WROTE_IN:
            read, words = True, [_("We wrote down what you told us")]
        if not read and message.side is Side.CASEWORK and acknowledges(message):
            read = True
            words = [_("We confirmed that we have read your report"), *words]
        if message.identity_given:
            words = [*words, _("You told us who you are")]
        yield from ((message.written, each) for each in words)


def _words(message: Message) -> list[str]:
    """Say what an act was; nothing where the caller says it."""
    if message.side is Side.CASEWORK:
        says_more = message.act is not Act.PROPOSED and (message.text or message.files)
        answered = [_("We answered you")] if says_more else []
        return [*answered, *_said(_OUR_ACTS, message.act)]
    return _said(_YOUR_ACTS, message.act)


_OUR_ACTS = {
    Act.CLOSED: _l("We closed the case"),
    Act.REOPENED: _l("We opened the case again"),
    Act.TO_RESERVE: _l(
        "We passed your case to the reserve. "
        "The citizen adviser cannot read what is written from now on"
    ),
    Act.TO_MAIN: _l("The reserve handed your case back. The citizen adviser can read all of it"),
    Act.PROPOSED: _l("We put a text before you"),
    Act.APPROVED: _l("We noted that you approved a text"),
    Act.SENT: _l("We noted that your complaint was sent"),
    Act.DROPPED: _l("We laid a text aside"),
}
_YOUR_ACTS = {
    Act.WROTE: _l("You wrote more"),
    Act.ACKNOWLEDGED: _l("We confirmed that your report has arrived"),
    Act.CLOSED: _l("You told us that you need no more"),
    Act.WITHDREW_IDENTITY: _l("You took your name and contact details back"),
    Act.NEW_RECEIPT: _l("You got a new receipt"),
    Act.CORRECTED: _l("You corrected a text"),
    Act.APPROVED: _l("You approved a text"),
}


def _line(message: Message) -> str:
    """Say what a version of a text is; nothing for a mere message."""
    if message.act is Act.WROTE_IN:
        return _("What you told us, as %(name)s wrote it down", name=message.author)
    if message.act is Act.PROPOSED:
        return _("A text for you to check")
    return _("The text as you corrected it") if message.act is Act.CORRECTED else ""


def _said(acts: Mapping[Act, object], act: Act) -> list[str]:
    return [str(acts[act])] if act in acts else []


def _next_steps(dialogue: Dialogue, today: date) -> Iterator[NextStep]:
    case = dialogue.case
    if not case.is_open:
        yield NextStep(_("The case is closed. You can still write if something is new."))
        return
    if dialogue.done_for_reporter:
        yield NextStep(
            _("You need no more. We still finish what we have to do. You can write again.")
        )
    if case.acknowledge_by:
        yield _confirmation(case.acknowledge_by, today)
    if case.feedback_by:
        yield _feedback(case.feedback_by, today)
    else:
        yield NextStep(_("You have had our feedback. You can still write."))


def _confirmation(due: date, today: date) -> NextStep:
    day = long_date(due)
    if due < today:
        late = _("We should have confirmed by %(date)s that we have read your report.", date=day)
        return NextStep(late, late=True)
    return NextStep(_("By %(date)s we confirm that we have read your report.", date=day))


def _feedback(due: date, today: date) -> NextStep:
    day = long_date(due)
    if due < today:
        late = _("We should have told you by %(date)s what we have done.", date=day)
        return NextStep(late, late=True)
    return NextStep(_("By %(date)s we tell you what we have done, or plan to do.", date=day))
