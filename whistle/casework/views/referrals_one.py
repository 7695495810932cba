"""One letter to a centre: the letter again, a reminder, the centre's reply, or that none comes."""

from dataclasses import dataclass, field

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import referring
from whistle.casework.done import Done, Undoable
from whistle.casework.filing import Filing, Place, strike
from whistle.casework.forms import VersionForm
from whistle.casework.referring import HinderedError, OpenedReferral, Reply
from whistle.casework.views import referrals_letters as letters
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    found,
    fresh_form_id,
    not_stored,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.conflicts import stand_beside
from whistle.casework.views.referrals import letter_response, show_referral, title_of
from whistle.casework.views.referrals_forms import GiveUpForm, ReplyForm, tell
from whistle.casework.views.referrals_words import hindrance_words
from whistle.domain.channel import Channel
from whistle.domain.filed import Marking, Referral
from whistle.domain.logged import Logged
from whistle.keys.filed import Document
from whistle.letters.papers import paragraphs
from whistle.signed_in import members_only, signed_in
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import this_installation


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of a referral's page: the one that was sent as it was sent, the other empty."""

    reply: ReplyForm = field(default_factory=lambda: ReplyForm(formdata=None))
    give_up: GiveUpForm = field(default_factory=lambda: GiveUpForm(formdata=None))


@blueprint.get("/case/<case_id>/referrals/<referral_id>")
@members_only
def referral(case_id: str, referral_id: str) -> BaseResponse:
    """A letter as it was sent, what became of it, and what to do next."""
    return _page(_open(case_id, referral_id), _Forms())


@blueprint.get("/case/<case_id>/referrals/<referral_id>/letter/<kind>")
@members_only
def letter(case_id: str, referral_id: str, kind: str) -> BaseResponse:
    """Give the letter as PDF or Word; with ``reminder``, the one that reminds, dated today."""
    try:
        one = _open(case_id, referral_id, Logged.LETTER_MADE)
    except HinderedError as hindered:
        return _may_not_leave(case_id, referral_id, hindered)
    if request.args.get("reminder"):
        today = this_installation().clock.today()
        made = letters.reminder_of(service(), one.case, one.referral, today)
    else:
        made = letters.letter_of(service(), one.case, one.referral)
    return letter_response(one.case, made, kind)


@blueprint.post("/case/<case_id>/referrals/<referral_id>/remind")
@members_only
def remind(case_id: str, referral_id: str) -> BaseResponse:
    """Note that the centre was reminded today."""
    form = VersionForm()
    check(form)
    where, today = _place(case_id, referral_id, form), this_installation().clock.today()
    try:
        done = act(lambda: referring.remind(service(), where, today))
    except HinderedError as hindered:
        return _may_not_leave(case_id, referral_id, hindered)
    return _to_page(where, "changed" if done is Done.CHANGED else "reminded")


@blueprint.post("/case/<case_id>/referrals/<referral_id>/reply")
@takes_files(lambda _before: signed_in() is not None)
@members_only
def reply(case_id: str, referral_id: str) -> BaseResponse:
    """Note the centre's reply, with the copy that came."""
    form, uploads = ReplyForm(), request_uploads()
    one = _open(case_id, referral_id)
    refusal = _reply_refusal(form, one)
    if refusal:
        return _page(one, _Forms(reply=form), refusal)
    where = _place(case_id, referral_id, form)
    came = Reply(
        (form.form_id.data or "").encode(),
        form.day.data or this_installation().clock.today(),
        " ".join((form.title.data or "").split()),
        _marking(form, one),
        uploads.finish(),
    )
    done = try_to(lambda: referring.record_reply(service(), where, came))
    if done is None:
        return _page(one, _Forms(reply=form), not_stored())
    if done is Done.CHANGED:
        return _page(_open(case_id, referral_id), _Forms(reply=form), _changed())
    if done is Done.YES:
        uploads.keep()
    return _to_page(where, "replied")


@blueprint.post("/case/<case_id>/referrals/<referral_id>/unanswered")
@members_only
def unanswered(case_id: str, referral_id: str) -> BaseResponse:
    """Wait no longer for the centre's reply, for a reason."""
    form = GiveUpForm()
    refusal = wrong(form)
    reason = (form.reason.data or "").strip()
    if refusal is None and not reason:
        tell(form.reason, _("Write why you no longer wait for the reply."))
        refusal = Refusal("", 422)
    done = None
    if refusal is None:
        where = _place(case_id, referral_id, form)
        done = try_to(lambda: referring.give_up(service(), where, reason))
        if done in {Done.YES, Done.ALREADY}:
            return _to_page(where, "unanswered")
        refusal = _changed() if done is Done.CHANGED else not_stored()
    return _page(_open(case_id, referral_id), _Forms(give_up=form), refusal)


@blueprint.post("/case/<case_id>/referrals/<referral_id>/wait")
@members_only
def wait_again(case_id: str, referral_id: str) -> BaseResponse:
    """Wait for the centre's reply again: it was none, or one is to be had after all."""
    form = VersionForm()
    check(form)
    where = _place(case_id, referral_id, form)
    done = act(lambda: referring.wait_again(service(), where))
    return _to_page(where, "changed" if done is Done.CHANGED else "waiting")


@blueprint.post("/case/<case_id>/referrals/<referral_id>/delete")
@members_only
def delete_referral(case_id: str, referral_id: str) -> BaseResponse:
    """Delete a letter that was filed by mistake; the next page offers to undo it."""
    form = VersionForm()
    check(form)
    where = _place(case_id, referral_id, form)
    done = act(lambda: strike(service(), where, Filing(Logged.FILED_DELETED, of=(Referral,))))
    if done is Done.CHANGED:
        return _to_page(where, "changed")
    return redirect(
        url_for("casework.referrals", case_id=case_id, done=Undoable.FILED_DELETED), 303
    )


def _may_not_leave(case_id: str, referral_id: str, hindered: HinderedError) -> BaseResponse:
    """Show a letter that may not leave once more, and why."""
    one = _open(case_id, referral_id)
    words = hindrance_words(one.case, hindered.why)
    if referring.withdrawn_on(one.case, one.referral):
        words = _("The consent has been withdrawn. No letter or reminder is made any more.")
    return _page(one, _Forms(), Refusal(words, CONFLICT))


def _open(case_id: str, referral_id: str, how: Logged = Logged.FILED_OPENED) -> OpenedReferral:
    keys = read_id(case_id), read_id(referral_id)
    return found(lambda: referring.open_referral(service(), *keys, how))


def _place(case_id: str, referral_id: str, form: VersionForm) -> Place:
    return Place(read_id(case_id), read_id(referral_id), form.version.data or 0)


def _to_page(where: Place, done: str) -> BaseResponse:
    case_id, referral_id = where.case.hex(), where.filed.hex()
    return redirect(
        url_for("casework.referral", case_id=case_id, referral_id=referral_id, done=done), 303
    )


def _changed() -> Refusal:
    return Refusal(
        _(
            "Somebody changed this meanwhile. What it says now is shown below. Nothing of yours "
            "was stored: send it again if it is still right."
        ),
        CONFLICT,
    )


def _marking(form: ReplyForm, one: OpenedReferral) -> Marking:
    """Give what the reply is for access requests: see `whistle.domain.whistleblowing`."""
    if one.case.inbox.inbox.root.channel is not Channel.WHISTLEBLOWER:
        return Marking.NONE
    return Marking.REPORT if form.marking.data == Marking.REPORT else Marking.DERIVED


def _reply_refusal(form: ReplyForm, one: OpenedReferral) -> Refusal | None:
    """Say why a reply cannot be taken, if it cannot."""
    uploads = request_uploads()
    refusal = wrong(form)
    if refusal:
        return refusal
    if uploads.failed or uploads.again_at:
        return not_stored()
    if uploads.refused:
        return Refusal(_("The files are too large or too many. Nothing was stored."), 413)
    day, today = form.day.data, this_installation().clock.today()
    if day and day > today:
        tell(form.day, _("The reply cannot have come after today."))
    elif day and day < one.referral.sent:
        tell(form.day, _("The reply cannot have come before the letter was sent."))
    if not uploads.names():
        tell(form.files, _("Choose the file with the copy of the reply."))
    return Refusal("", 422) if form.errors else None


def _page(one: OpenedReferral, forms: _Forms, refusal: Refusal | None = None) -> BaseResponse:
    work, version = service(), one.kept.newest.version
    for form in (forms.reply, forms.give_up):
        stand_beside(form, version, refusal)
    forms.reply.form_id.data = forms.reply.form_id.data or fresh_form_id()
    if not forms.reply.day.raw_data:
        forms.reply.day.data = this_installation().clock.today()
    sent = letters.letter_of(work, one.case, one.referral)
    hindering = referring.hindered_again(work, one.case, one.referral)
    refused = next((form for form in (forms.reply, forms.give_up) if form.errors), None)
    page = render_template(
        "casework/referral.html",
        case_id=one.case.case.id.hex(),
        case_title=title_of(one.case),
        referral=show_referral(one.case, one.kept, one.referral),
        may_leave=hindering is None,
        has_person=bool(one.referral.person),
        why_not=hindrance_words(one.case, hindering) if hindering else "",
        letter=sent,
        paragraphs=paragraphs(sent.body),
        documents=_documents(one),
        has_papers="casework.documents" in current_app.view_functions,
        is_whistleblowers=one.case.inbox.inbox.root.channel is Channel.WHISTLEBLOWER,
        form=forms.reply,
        give_up=forms.give_up,
        refused=refused,
        problems=[refusal.problem] if refusal and refusal.problem and not refused else [],
        lost_files=request_uploads().names() if request.method == "POST" else [],
        limits=Limits(),
        done=request.args.get("done", "") if request.method == "GET" else "",
    )
    return Response(page, status=refusal.status if refusal else 200)


def _documents(one: OpenedReferral) -> list[str]:
    """Name the papers that came with the reply."""
    return [
        document.title
        for _kept, document in one.case.notebook.of_kind(Document)
        if document.referral == one.kept.filed_id
    ]
