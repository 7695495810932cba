"""Deleting what is clearly irrelevant, at once and for good; and closed cases as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from whistle.casework import erasing as acts
from whistle.casework.acts import Done
from whistle.casework.erasing import Found, Kind, Seen, Target
from whistle.casework.keeping import until_day, why_kept
from whistle.casework.kept import KeptError
from whistle.casework.masking import copies_with
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    blueprint,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.dealings_words import kind_words
from whistle.casework.views.keeping import HoldForm, early_choices, kept_refusal
from whistle.casework.views.paper_forms import Choice
from whistle.casework.views.registration_shown import TITLES
from whistle.casework.views.shown import case_title, clock_time, talk_title
from whistle.domain.channel import Side
from whistle.domain.erasing import Early, Reason
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
from whistle.keys.filed import Content, Document, KeptFiled
from whistle.keys.notes import KeptNote
from whistle.keys.records import FileManifest, Message
from whistle.signed_in import MemberForm, members_only, proof_needed
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Refusal
from whistle.web import long_date

_MOST = 2**31
_EXCERPT = 160


class EraseForm(MemberForm):
    """Why something is erased. ``version``: the one that was on the page.

    ``why`` is chosen: a ``reason`` would be taken for what somebody wrote (`signed_in.WRITTEN`).
    """

    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )
    why = StringField()  # one of `Reason`


class EraseCaseForm(MemberForm):
    """A whole case. ``version`` and ``seen``: what was on the page; ``word``: typed to be sure."""

    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )
    seen = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )
    word = StringField()
    early = StringField()  # one of `Early`, where its day has not come


@dataclass(frozen=True, slots=True)
class ShownThing:
    """Something that can be erased. ``text``: what it says, or how it begins."""

    what: str
    text: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Things that can be erased, under a heading."""

    title: str
    things: tuple[ShownThing, ...]


@blueprint.get("/case/<case_id>/erase")
@members_only
def erasing(case_id: str) -> str:
    """What is in a case, to choose what has nothing to do with it."""
    opened = opened_case(case_id)
    groups = (
        ShownGroup(_("Messages and their files"), tuple(_messages(opened))),
        ShownGroup(_("Notes"), tuple(_notes(opened))),
        ShownGroup(_("Documents, and what else is filed"), tuple(_filed(opened))),
        ShownGroup(_("Reasons in the registration"), tuple(_reasons(opened))),
    )
    return render_template(
        "casework/erasing.html",
        case_id=opened.case.id.hex(),
        case_title=_title(opened),
        groups=[one for one in groups if one.things],
        is_open=opened.case.is_open,
        done=request.args.get("done", ""),
    )


@blueprint.get("/case/<case_id>/erase/<kind>/<item_id>")
@members_only
def erasing_one(case_id: str, kind: str, item_id: str) -> BaseResponse:
    """What goes when something is erased, and why it may."""
    return _one_page(case_id, _target(case_id, kind, item_id), EraseForm(formdata=None))


@blueprint.post("/case/<case_id>/erase/<kind>/<item_id>")
@members_only
def erase_one(case_id: str, kind: str, item_id: str) -> BaseResponse:
    """Erase it."""
    form, target = EraseForm(), _target(case_id, kind, item_id)
    refusal = wrong(form)
    if refusal is None and form.why.data not in set(Reason):
        refusal = Refusal(_("Choose why it has nothing to do with the case."), 422)
    if refusal:
        return _one_page(case_id, target, form, refusal)
    reason, shown = Reason(form.why.data or ""), replace(target, version=form.version.data or 0)
    try:
        done = try_to(lambda: acts.erase(service(), shown, reason))
    except KeptError as kept:
        return _one_page(case_id, target, form, kept_refusal(kept.why))
    if done is None:
        return _one_page(case_id, target, form, not_stored())
    if done is Done.CHANGED:
        return _one_page(case_id, target, form, _changed())
    return redirect(url_for("casework.erasing", case_id=case_id, done="erased"), 303)


@blueprint.get("/case/<case_id>/erase-case")
@members_only
@proof_needed
def erasing_case(case_id: str) -> BaseResponse:
    """What goes when a whole case is erased, and what remains."""
    return case_page(opened_case(case_id), EraseCaseForm(formdata=None))


@blueprint.post("/case/<case_id>/erase-case")
@members_only
@proof_needed
def erase_case(case_id: str) -> BaseResponse:
    """Erase a whole case."""
    form = EraseCaseForm()
    refusal = wrong(form)
    if refusal is None and (form.word.data or "").strip().casefold() != sure_word():
        problem = _("Type the word %(word)s to erase the case.", word=sure_word().upper())
        refusal = Refusal(problem, 422)
    if refusal:
        return case_page(opened_case(case_id), form, refusal)
    seen = Seen(form.version.data or 0, form.seen.data or 0)
    early = Early(form.early.data) if form.early.data in set(Early) else None
    try:
        done = try_to(lambda: acts.erase_case(service(), read_id(case_id), seen, early))
    except KeptError as kept:
        return case_page(opened_case(case_id), form, kept_refusal(kept.why))
    if done is None:
        return case_page(opened_case(case_id), form, not_stored())
    if done is Done.YES:
        return redirect(url_for("casework.inboxes", done="erased"), 303)
    problem = _("Something happened to the case while you were deciding. Nothing was erased.")
    if done is Done.TOO_LATE:
        problem = _("The case is open. Close it before you erase it. Nothing was erased.")
    return case_page(opened_case(case_id), form, Refusal(problem, CONFLICT))


def _changed() -> Refusal:
    problem = _(
        "Somebody changed this meanwhile. What it says now is shown below. Nothing was erased."
    )
    return Refusal(problem, CONFLICT)


def sure_word() -> str:
    """Give the word that is typed to be sure, in the reader's language."""
    return _("erase").casefold()


def _target(case_id: str, kind: str, item_id: str) -> Target:
    if kind not in set(Kind):
        abort(404)
    return Target(read_id(case_id), Kind(kind), read_id(item_id))


def _title(opened: OpenedCase) -> str:
    return case_title(opened.inbox.inbox, opened.case, opened.registration.title)


def _one_page(
    case_id: str, target: Target, form: EraseForm, refusal: Refusal | None = None
) -> BaseResponse:
    opened = opened_case(case_id)
    found = acts.find(opened, target)
    if found is None:
        abort(404)
    form.version.raw_data = None  # shown is what is, not what was sent
    form.version.data = found.version
    renew(form)
    page = render_template(
        "casework/erase.html",
        case_id=opened.case.id.hex(),
        case_title=_title(opened),
        thing=_show(target, found),
        copies=copies_with(opened, target, found),
        in_dialogue=found.message is not None,
        has_reporter=bool(opened.messages),
        reasons=reason_choices(),
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def case_page(
    opened: OpenedCase,
    form: EraseCaseForm,
    refusal: Refusal | None = None,
    hold_form: HoldForm | None = None,
) -> BaseResponse:
    """Show what goes with a case, what keeps it, and the form of a hold."""
    form.version.raw_data = form.seen.raw_data = None  # shown is what is, not what was sent
    form.version.data, form.seen.data = opened.version, len(opened.messages)
    if refusal:
        form.word.data = ""
    renew(form)
    page = render_template(
        "casework/erase_case.html",
        case_id=opened.case.id.hex(),
        case_title=_title(opened),
        is_open=opened.case.is_open,
        has_record=bool(opened.registration.record),
        has_reporter=bool(opened.messages),
        messages=len(opened.messages),
        notes=len(opened.notebook.shown),
        filed=len(opened.notebook.filed),
        word=sure_word().upper(),
        kept=why_kept(service(), opened),
        kept_until=until_day(service(), opened),
        held=opened.registration.held,
        held_for=opened.registration.held_for,
        reasons=early_choices(),
        hold_form=hold_form or HoldForm(formdata=None),
        version=opened.version,
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def reason_choices() -> list[Choice]:
    """Give the fixed words that say why something was clearly irrelevant."""
    return [
        Choice(Reason.OTHER_MATTER, _("It is about something else altogether")),
        Choice(Reason.OTHER_PEOPLE, _("It tells private facts of people who have no part in it")),
        Choice(Reason.BY_MISTAKE, _("It came by mistake: the wrong file, or meant for others")),
    ]


def _url(target: Target) -> str:
    return url_for(
        "casework.erasing_one",
        case_id=target.case.hex(),
        kind=target.kind.value,
        item_id=target.item.hex(),
    )


def _messages(opened: OpenedCase) -> Iterator[ShownThing]:
    for row_id, message in opened.items.dialogue_rows(opened.stored.items):
        if acts.says_something(message):
            target = Target(opened.case.id, Kind.MESSAGE, row_id)
            yield _begin(_show(target, Found(row_id, message)))
        for file in message.files:
            target = Target(opened.case.id, Kind.FILE, file.attachment_id)
            yield _show(target, Found(row_id, message))


def _notes(opened: OpenedCase) -> Iterator[ShownThing]:
    for note in opened.notebook.shown:
        target = Target(opened.case.id, Kind.NOTE, note.note_id)
        yield _begin(_show(target, Found(note=note)))


def _filed(opened: OpenedCase) -> Iterator[ShownThing]:
    for kept in opened.notebook.filed:
        target = Target(opened.case.id, Kind.FILED, kept.filed_id)
        yield _begin(_show(target, Found(filed=kept)))


def _reasons(opened: OpenedCase) -> Iterator[ShownThing]:
    for index, reason in enumerate(opened.registration.enquiry.overrides):
        target = Target(opened.case.id, Kind.REASON, index.to_bytes(ID_BYTES))
        yield _begin(_show(target, Found(reason=reason)))


def _begin(thing: ShownThing) -> ShownThing:
    if len(thing.text) <= _EXCERPT:
        return thing
    return ShownThing(thing.what, f"{thing.text[:_EXCERPT]} …", thing.when, thing.url)


def _show(target: Target, found: Found) -> ShownThing:
    if found.message:
        return _show_message(target, found.message)
    if found.reason:
        title, day = str(TITLES[found.reason.rule]), long_date(found.reason.day)
        return ShownThing(title, found.reason.reason, day, _url(target))
    return _show_note(target, found.note) if found.note else _show_filed(target, found.filed)


def _show_message(target: Target, message: Message) -> ShownThing:
    if target.kind is Kind.FILE:
        file = next(one for one in message.files if one.attachment_id == target.item)
        return ShownThing(_("A file"), file.name, long_date(message.written), _url(target))
    by_reporter = message.side is Side.REPORTER
    what = _("A message from the reporter") if by_reporter else _("An answer to the reporter")
    said = [message.text, _file_names(message.files)]
    said += [value for values in message.answers.values() for value in values]
    return ShownThing(what, "\n".join(filter(None, said)), long_date(message.written), _url(target))


def _file_names(files: tuple[FileManifest, ...]) -> str:
    return _("With files: %(names)s", names=", ".join(one.name for one in files)) if files else ""


def _show_note(target: Target, note: KeptNote) -> ShownThing:
    what = talk_title(note.newest.about.talk) or _("A note")
    texts = {one.text: None for one in note.versions if one.text}
    return ShownThing(what, "\n".join(texts), clock_time(note.versions[0].written), _url(target))


def _show_filed(target: Target, kept: KeptFiled | None) -> ShownThing:
    if kept is None:
        abort(404)
    what, text = _filed_words(kept.content)
    return ShownThing(what, text, clock_time(kept.versions[0].written), _url(target))


def _filed_words(content: Content) -> tuple[str, str]:
    """Say what something filed is, and what it says."""
    match content:
        case Opening():
            return _("Why it was opened who it is"), content.words
        case MaskedCopy():
            return _("A masked copy"), content.recipient
        case Mediation() | Meeting() | Improvement() | Wish() | Support() | Risk():
            return kind_words(content)
        case _:
            return _usual_words(content)


def _usual_words(content: Content) -> tuple[str, str]:
    words = ("", "")
    match content:
        case Document():
            words = _("A document"), f"{content.title}\n{content.file.name}"
        case Task():
            words = _("A task"), content.text
        case Referral():
            words = _("A referral to a centre"), f"{content.subject}\n{content.text}"
        case Consent():
            words = _("A consent"), content.words
        case Disclosure():
            words = _("A disclosure"), content.what
        case AccessRequest():
            words = _("A request for access"), content.what
        case Competence():
            words = _("A doubt about competence"), content.question
        case _:
            pass
    return words
