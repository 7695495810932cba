"""Texts put before the reporter: minutes to check, complaints to approve; and their export."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import proposing
from whistle.casework.done import Done
from whistle.casework.identity import Reason, open_identity
from whistle.casework.proposing import Form, Which
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    blueprint,
    check,
    found,
    fresh_form_id,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.put_texts_forms import (
    AnswerForm,
    Days,
    NotedForm,
    PutForm,
    SeenForm,
    SentForm,
    kinds_of,
    look_at_day,
    look_at_noted,
    look_through,
    means_choices,
)
from whistle.casework.views.put_texts_letter import complaint_letter
from whistle.casework.views.put_texts_shown import show_text, show_texts
from whistle.casework.views.referrals import letter_response, title_of
from whistle.domain.approval import About, Means, Put, PutText, TextKind, find_text
from whistle.domain.channel import Act
from whistle.domain.identity import OpeningGround, OpeningWay
from whistle.domain.logged import Logged
from whistle.keys.records import Identity
from whistle.signed_in import MemberForm, members_only, this_member
from whistle.storage.tables import HASH_BYTES
from whistle.uploads import Refusal
from whistle.web import this_installation

TIME_TO_ANSWER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of a text's page: the one that was sent as it was sent; none: fresh."""

    put: PutForm | None = None
    noted: NotedForm | None = None
    sent: SentForm | None = None


@blueprint.get("/case/<case_id>/texts")
@members_only
def put_texts(case_id: str) -> BaseResponse:
    """The texts of a case, with the form for another."""
    return _list_page(opened_case(case_id), None)


@blueprint.post("/case/<case_id>/texts")
@members_only
def put_new_text(case_id: str) -> BaseResponse:
    """Put a text before the reporter for the first time."""
    form = PutForm()
    text_id = proposing.text_id_of(service(), (form.form_id.data or "").encode())
    refusal = _put(case_id, text_id, form)
    if refusal:
        return _list_page(opened_case(case_id), form, refusal)
    return _to_text(case_id, text_id.hex(), "put")


@blueprint.get("/case/<case_id>/texts/<text_id>")
@members_only
def one_put_text(case_id: str, text_id: str) -> BaseResponse:
    """A text with its versions, and what can be done with it."""
    return _text_page(opened_case(case_id), text_id, _Forms())


@blueprint.post("/case/<case_id>/texts/<text_id>")
@members_only
def put_version(case_id: str, text_id: str) -> BaseResponse:
    """Put another version before the reporter."""
    form = PutForm()
    refusal = _put(case_id, read_id(text_id), form)
    if refusal:
        return _text_page(opened_case(case_id), text_id, _Forms(put=form), refusal)
    return _to_text(case_id, text_id, "put")


@blueprint.post("/case/<case_id>/texts/<text_id>/approved")
@members_only
def note_approved(case_id: str, text_id: str) -> BaseResponse:
    """Note that it was approved by voice or signature."""
    form = NotedForm()
    refusal = wrong(form)
    if refusal is None:
        look_at_noted(form, _days(case_id, text_id, Act.APPROVED))
        refusal = Refusal("", 422) if form.errors else None
    if refusal is None:
        which = _which(case_id, text_id, form)
        means, how = Means(form.means.data or ""), (form.how.data or "").strip()
        about = About(which.version, means, form.day.data, how, with_name=bool(form.with_name.data))
        refusal = _do(lambda: proposing.note_approval(service(), which, _form(form), about))
    if refusal:
        return _text_page(opened_case(case_id), text_id, _Forms(noted=form), refusal)
    return _to_text(case_id, text_id, "noted")


@blueprint.post("/case/<case_id>/texts/<text_id>/sent")
@members_only
def note_sent(case_id: str, text_id: str) -> BaseResponse:
    """Note that a complaint was sent."""
    form = SentForm()
    refusal = wrong(form)
    if refusal is None:
        look_at_day(form, _days(case_id, text_id, Act.SENT))
        refusal = Refusal("", 422) if form.errors else None
    if refusal is None:
        which = _which(case_id, text_id, form)
        day = form.day.data or this_installation().clock.today()
        refusal = _do(lambda: proposing.note_sent(service(), which, _form(form), day))
    if refusal:
        return _text_page(opened_case(case_id), text_id, _Forms(sent=form), refusal)
    return _to_text(case_id, text_id, "sent")


@blueprint.post("/case/<case_id>/texts/<text_id>/drop")
@members_only
def drop_text(case_id: str, text_id: str) -> BaseResponse:
    """Lay a text aside."""
    form = AnswerForm()
    check(form)
    which = _which(case_id, text_id, form)
    refusal = _do(lambda: proposing.drop(service(), which, _form(form)))
    if refusal:
        return _text_page(opened_case(case_id), text_id, _Forms(), refusal)
    return _to_text(case_id, text_id, "dropped")


@blueprint.post("/case/<case_id>/texts/<text_id>/letter/<kind>")
@members_only
def text_letter(case_id: str, text_id: str, kind: str) -> BaseResponse:
    """Give the approved complaint as PDF or Word; with their name only where they said so."""
    check(MemberForm())
    looked = found(lambda: proposing.look_at(service(), read_id(case_id), read_id(text_id)))
    approved = looked[1].approved
    if approved is None or looked[1].dropped:
        abort(404)
    if approved.version.put.kind is not TextKind.COMPLAINT:
        abort(404)
    who = _who(case_id) if approved.about.with_name else Identity()
    opened, text = found(
        lambda: proposing.look_at(service(), read_id(case_id), read_id(text_id), Logged.LETTER_MADE)
    )
    if text.approved != approved:
        abort(CONFLICT)
    return letter_response(opened, complaint_letter(opened, approved, who), kind)


def _who(case_id: str) -> Identity:
    """Open who it is: nobody, where they have taken it back since."""
    words = _("For the complaint that they approved with their name.")
    why = Reason(OpeningGround.CONSENT, words, way=OpeningWay.LETTER)
    _opened, identity = found(lambda: open_identity(service(), read_id(case_id), why))
    return identity


# -- inside ------------------------------------------------------------------------------------


def _put(case_id: str, text_id: bytes, form: PutForm) -> Refusal | None:
    """Put a version, or say why not."""
    refusal = wrong(form)
    if refusal:
        return refusal
    inbox = service().inbox_of(read_id(case_id)) or abort(404)
    look_through(form, inbox.root.channel, this_installation().clock.today())
    if form.errors:
        return Refusal("", 422)
    is_complaint = form.kind.data == TextKind.COMPLAINT
    put = Put(
        text_id,
        TextKind(form.kind.data or ""),
        form.answer_by.data,
        " ".join((form.recipient.data or "").split()) if is_complaint else "",
        form.complain_by.data if is_complaint else None,
    )
    words = (form.text.data or "").strip()
    return _do(lambda: proposing.put(service(), read_id(case_id), _form(form), words, put))


def _do(do: Callable[[], Done]) -> Refusal | None:
    done = try_to(do)
    if done is None:
        return not_stored()
    if done is Done.CHANGED:
        problem = _(
            "Something new was written while this page was open. Nothing was stored. Look at the "
            "dialogue first, and send again if you still want to."
        )
        return Refusal(problem, CONFLICT)
    if done is Done.TOO_LATE:
        return Refusal(_("This text is over: it was sent, or laid aside."), CONFLICT)
    if done is Done.INCOMPLETE:
        return Refusal(_("The newest version is not approved, so it was not sent."), CONFLICT)
    return None


def _form(form: SeenForm) -> Form:
    return Form((form.form_id.data or "").encode(), form.seen.data or 0, this_member().name)


def _which(case_id: str, text_id: str, form: AnswerForm) -> Which:
    try:
        version = bytes.fromhex(form.version.data or "")
    except ValueError:
        abort(400)
    if len(version) != HASH_BYTES:
        abort(400)
    return Which(read_id(case_id), read_id(text_id), version)


def _days(case_id: str, text_id: str, act: Act) -> Days:
    """Give when the newest version can have been approved or sent."""
    _opened, text = found(lambda: proposing.look_at(service(), read_id(case_id), read_id(text_id)))
    today = this_installation().clock.today()
    return Days(proposing.first_day(text, act), today)


def _to_text(case_id: str, text_id: str, done: str) -> BaseResponse:
    address = url_for("casework.one_put_text", case_id=case_id, text_id=text_id, done=done)
    return redirect(address, 303)


def _fresh(form: SeenForm, opened: OpenedCase) -> None:
    """Have a form name itself, and the dialogue as the page shows it."""
    form.form_id.data = form.form_id.data or fresh_form_id()
    form.seen.raw_data = None
    form.seen.data = len(opened.messages)
    renew(form)


def _list_page(
    opened: OpenedCase, form: PutForm | None, refusal: Refusal | None = None
) -> BaseResponse:
    today = this_installation().clock.today()
    kinds = kinds_of(opened.inbox.inbox.root.channel)
    if form is None:
        form = PutForm(formdata=None, kind=kinds[0].value, answer_by=today + TIME_TO_ANSWER)
    _fresh(form, opened)
    page = render_template(
        "casework/put_texts.html",
        case_id=opened.case.id.hex(),
        case_title=title_of(opened),
        has_reporter=opened.has_reporter,
        texts=show_texts(opened),
        kinds=kinds,
        form=form,
        problems=[refusal.problem] if refusal and refusal.problem and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def _text_page(
    opened: OpenedCase, text_id: str, sent: _Forms, refusal: Refusal | None = None
) -> BaseResponse:
    text = find_text(opened.messages, read_id(text_id)) or abort(404)
    forms = _filled(sent, text)
    for form in (forms.put, forms.noted, forms.sent):
        if form:
            _fresh(form, opened)
    for answer in (forms.noted, forms.sent):
        if answer:
            answer.version.data = text.newest.fingerprint.hex()
    refused = next((one for one in (sent.put, sent.noted, sent.sent) if one and one.errors), None)
    page = render_template(
        "casework/put_text.html",
        case_id=opened.case.id.hex(),
        case_title=title_of(opened),
        has_reporter=opened.has_reporter,
        text=show_text(opened, text),
        seen=len(opened.messages),
        forms=forms,
        means=means_choices(),
        refused=refused,
        problems=[refusal.problem] if refusal and refusal.problem and not refused else [],
        done=request.args.get("done", "") if request.method == "GET" else "",
    )
    return Response(page, status=refusal.status if refusal else 200)


def _filled(sent: _Forms, text: PutText) -> _Forms:
    """Give the forms, filled in with what was sent, or with the newest version."""
    today, newest = this_installation().clock.today(), text.newest
    put = sent.put or PutForm(
        formdata=None,
        kind=text.kind.value,
        text=newest.text,
        recipient=newest.put.recipient,
        complain_by=newest.put.complain_by,
        answer_by=max(newest.put.answer_by or today, today + TIME_TO_ANSWER),
    )
    noted = sent.noted or NotedForm(formdata=None, day=today)
    return _Forms(put, noted, sent.sent or SentForm(formdata=None, day=today))
