"""Everything of a case on one page, in the order of its days; made to be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import render_template, url_for
from flask_babel import gettext as _

from whistle.casework.service import OpenedCase
from whistle.casework.timeline import Event, What, timeline
from whistle.casework.views.blueprint import blueprint, opened_case, service
from whistle.casework.views.dealings_words import heading_of, texts_of
from whistle.casework.views.identity import ground_words, part_words
from whistle.casework.views.paper_forms import marking_title
from whistle.casework.views.shown import (
    case_title,
    clock_time,
    door_title,
    entry_line,
    ground_title,
    talk_title,
)
from whistle.domain.approval import TextKind
from whistle.domain.channel import InboxKind, Side
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Referral,
    Task,
)
from whistle.domain.identity import Opening
from whistle.domain.improvement import Improvement
from whistle.domain.masking import MaskedCopy
from whistle.domain.mediation import Mediation, Meeting
from whistle.domain.office import Office, find, label_of
from whistle.domain.support import Risk, Support, Wish
from whistle.keys.filed import Document
from whistle.keys.notes import KeptNote
from whistle.keys.records import Message
from whistle.keys.recusals import Recusal
from whistle.shown import ShownMessage, show_message
from whistle.signed_in import members_only
from whistle.web import current_language, long_date, this_installation


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """Something that happened. ``texts``: what was written of it; ``who``: who wrote it down."""

    heading: str
    texts: tuple[str, ...] = ()
    who: str = ""
    when: str = ""
    message: ShownMessage | None = None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """What happened on a day."""

    day: date
    events: tuple[ShownEvent, ...]


@blueprint.get("/case/<case_id>/timeline", endpoint="timeline")
@members_only
def show_timeline(case_id: str) -> str:
    """Everything of a case, the oldest day first."""
    opened = opened_case(case_id)
    showing = _Showing(opened, service().names())
    inbox = opened.inbox.inbox
    return render_template(
        "casework/timeline.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(inbox, opened.case, opened.registration.title),
        door_title=door_title(inbox),
        received=opened.case.received,
        is_open=opened.case.is_open,
        made=this_installation().clock.today(),
        days=[
            ShownDay(day, tuple(showing.event(one) for one in events))
            for day, events in groupby(timeline(opened), key=lambda event: event.day)
        ],
        damaged=opened.notebook.damaged,
    )


class _Showing:
    """Shows the events of one case in the language of the request."""

    def __init__(self, opened: OpenedCase, names: Mapping[bytes, str]) -> None:
        self._opened = opened
        self._names = names
        self._language = current_language()
        self._office: Office = this_installation().profiles.on(opened.case.received).office

    def event(self, event: Event) -> ShownEvent:
        """Show an event."""
        about = event.about
        if isinstance(about, Message):
            return self._message(about)
        who = self._names.get(event.author, "?") if event.author else ""
        when = clock_time(event.written) if event.written else ""
        return ShownEvent(self._heading(event), self._texts(event), who, when)

    def _message(self, message: Message) -> ShownEvent:
        case_id = self._opened.case.id.hex()
        shown = show_message(
            message, lambda name: url_for("casework.file", case_id=case_id, attachment_id=name)
        )
        line = entry_line(message.act, message.side)
        who = _("The reporter wrote") if message.side is Side.REPORTER else self._we_wrote()
        return ShownEvent(line or who, _complaint_texts(message), message=shown)

    def _we_wrote(self) -> str:
        if self._opened.inbox.inbox.root.kind is InboxKind.RESERVE:
            return _("The reserve wrote")
        return _("The citizen adviser wrote")

    def _heading(self, event: Event) -> str:
        about = event.about
        match about:
            case Opening():
                return _("Opened: %(what)s", what=part_words()[about.part])
            case MaskedCopy():
                return _("Masked copy for %(whom)s", whom=about.recipient)
            case Mediation() | Meeting() | Improvement() | Wish() | Support() | Risk():
                return heading_of(event.what, about, self._office, self._language)
            case _:
                return self._usual_heading(event)

    def _usual_heading(self, event: Event) -> str:
        about = event.about
        match about:
            case KeptNote():
                heading = talk_title(about.newest.about.talk) or _("Note")
            case Document():
                heading = _("Document: %(title)s", title=_marked(about))
            case Referral():
                heading = self._referral(event.what, about)
            case Consent() | Disclosure():
                heading = self._consent(event.what, about)
            case AccessRequest():
                heading = _access(event.what, about)
            case Competence():
                heading = self._competence(event.what, about)
            case Recusal():
                heading = self._recusal(about)
            case Task():
                heading = _("Done: %(task)s", task=about.text)
            case _:
                is_over = event.what is What.CLOSED
                heading = _("The case was closed") if is_over else _("Received")
        return heading

    def _referral(self, what: What, referral: Referral) -> str:
        centre = self._centre(referral.centre, referral.division)
        return {
            What.REFERRED: _("Passed on to %(centre)s", centre=centre),
            What.REMINDED: _("Reminded %(centre)s", centre=centre),
            What.REPLIED: _("The copy of the reply of %(centre)s came", centre=centre),
            What.UNANSWERED: _("Closed without the reply of %(centre)s", centre=centre),
        }[what]

    def _consent(self, what: What, about: Consent | Disclosure) -> str:
        everybody = (*self._office.recipients, *self._office.centres)
        whom = label_of(everybody, about.recipient, self._language)
        if isinstance(about, Disclosure):
            return _("Disclosed to %(whom)s", whom=whom)
        if what is What.CONSENT_WITHDRAWN:
            return _("The consent to tell %(whom)s was taken back", whom=whom)
        return _("Consent to tell %(whom)s", whom=whom)

    def _competence(self, what: What, doubt: Competence) -> str:
        centre = self._centre(doubt.centre)
        if what is What.COMPETENCE_ASKED:
            return _("Asked %(centre)s whether the adviser may deal with it", centre=centre)
        return _("%(centre)s gave its view on that", centre=centre)

    def _recusal(self, one: Recusal) -> str:
        if one.lifted:
            return _("The reserve handed the case back")
        name = self._names.get(one.member, "?")
        return _("Passed to the reserve: %(name)s may not deal with it", name=name)

    def _texts(self, event: Event) -> tuple[str, ...]:
        about = event.about
        match about:
            case Opening():
                texts = [ground_words()[about.ground], about.words]
            case Mediation() | Meeting() | Improvement() | Wish() | Support() | Risk():
                texts = texts_of(event.what, about)
            case _:
                texts = _usual_texts(event)
        return tuple(text for text in texts if text)

    def _centre(self, centre_id: str, division_id: str = "") -> str:
        """Say what a centre is called; one that the profile does not have is shown as it is."""
        name = label_of(self._office.centres, centre_id, self._language)
        centre = find(self._office.centres, centre_id)
        if not division_id:
            return name
        divisions = centre.divisions if centre else ()
        return f"{name}, {label_of(divisions, division_id, self._language)}"


def _usual_texts(event: Event) -> list[str]:
    about = event.about
    match about:
        case KeptNote():
            texts = [about.newest.text]
        case Referral():
            texts = _referral_texts(event.what, about)
        case Consent():
            texts = [about.words] if event.what is What.CONSENTED else []
        case Disclosure():
            texts = [about.what, _told_before(about)]
        case AccessRequest() if event.what is What.ACCESS_ASKED:
            texts = [about.asked_by, about.what]
        case AccessRequest():
            texts = [about.result]
        case Competence() if event.what is What.COMPETENCE_ASKED:
            texts = [about.question]
        case Competence():
            texts = [about.view, about.reason]
        case Recusal():
            texts = ["" if about.lifted else ground_title(about.ground), about.text]
        case _:
            texts = []
    return texts


def _complaint_texts(message: Message) -> tuple[str, ...]:
    """Say to whom a complaint goes, and until when."""
    put = message.put
    if put is None or put.kind is not TextKind.COMPLAINT:
        return ()
    last = _("Last day to complain") + ": " + long_date(put.complain_by) if put.complain_by else ""
    return tuple(one for one in (put.recipient, last) if one)


def _marked(paper: Document) -> str:
    """Give a document's title, with what it is marked as."""
    marking = marking_title(paper.marking)
    return f"{paper.title} ({marking})" if marking else paper.title


def _access(what: What, request: AccessRequest) -> str:
    law = {
        AccessLaw.OPENNESS: _("access to documents (offentlighedsloven)"),
        AccessLaw.PARTY: _("access as a party (forvaltningsloven)"),
        AccessLaw.GDPR: _("access to their own data (GDPR)"),
    }[request.law]
    if what is What.ACCESS_ASKED:
        return _("Somebody asked for %(law)s", law=law)
    return _("Answered who asked for %(law)s", law=law)


def _referral_texts(what: What, referral: Referral) -> list[str]:
    if what is What.REFERRED:
        by = _("Reply by %(day)s", day=long_date(referral.reply_by))
        return [referral.subject, referral.text, by]
    return [referral.unanswered] if what is What.UNANSWERED else []


def _told_before(about: Disclosure) -> str:
    """Say whether the reporter was told before, and on which ground (whistleblowerloven § 26)."""
    ground = {
        DisclosureGround.CONSENT: _("Ground: consent."),
        DisclosureGround.OFFENCE: _("Ground: to meet an offence."),
        DisclosureGround.DEFENCE: _("Ground: the right to a defence."),
        DisclosureGround.FOLLOW_UP: _("Ground: the report is followed up on."),
        DisclosureGround.OTHER_LAW: _("Ground: another law."),
    }.get(about.ground, "")
    if about.told:
        told = _("The reporter was told on %(day)s.", day=long_date(about.told))
    elif about.not_told:
        told = _("The reporter was not told: %(why)s", why=about.not_told)
    else:
        told = ""
    return " ".join(filter(None, (ground, told)))
