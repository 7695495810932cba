"""A case's letters to centres: written, looked at, filed as sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import referring
from whistle.casework.consenting import channel_of
from whistle.casework.done import Done, Undoable
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.casework.views import referrals_letters as letters
from whistle.casework.views.blueprint import (
    blueprint,
    found,
    fresh_form_id,
    not_stored,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.referrals_forms import (
    BETWEEN,
    ReferralForm,
    check_days,
    first_way,
    read_yes,
    split_centre,
    tell,
)
from whistle.casework.views.referrals_words import (
    filed_and_deleted,
    hindered_refusal,
    hindrance_words,
)
from whistle.casework.views.shown import case_title
from whistle.domain.channel import Channel
from whistle.domain.cpr import contains_cpr
from whistle.domain.filed import Consent, Purpose, Referral
from whistle.domain.office import Office
from whistle.domain.referral import (
    Hindrance,
    days_waiting,
    office_naming,
    receiving,
    reply_by,
    with_person,
)
from whistle.keys.filed import KeptFiled
from whistle.letters.papers import Letter, paragraphs
from whistle.letters.pdf import letter_pdf
from whistle.letters.word import letter_docx
from whistle.signed_in import members_only
from whistle.uploads import Refusal
from whistle.web import attachment_response, current_language, this_installation

PREVIEW, EDIT, FILE = "preview", "edit", "file"
MAKERS: Mapping[str, Callable[[Letter], bytes]] = {"pdf": letter_pdf, "docx": letter_docx}


@dataclass(frozen=True, slots=True)
class ShownReferral:
    """A referral as a page shows it. ``days``: waited for, or that the reply took.

    ``withdrawn``: the day on which the consent that it rests on was withdrawn.
    """

    id: str
    version: int
    centre: str
    subject: str
    sent: date
    reply_by: date
    with_identity: bool
    reminded: tuple[date, ...]
    replied: date | None
    unanswered: str
    days: int
    is_waiting: bool
    is_overdue: bool
    withdrawn: date | None


@dataclass(frozen=True, slots=True)
class Option:
    """One of a list to choose from."""

    value: str
    label: str


def show_referral(opened: OpenedCase, kept: KeptFiled, referral: Referral) -> ShownReferral:
    """Show a referral, with the centre named as it was when the letter was sent."""
    here = this_installation()
    today, office = here.clock.today(), office_naming(here.profiles, referral.sent, referral.centre)
    ended = referral.replied or today
    return ShownReferral(
        kept.filed_id.hex(),
        kept.newest.version,
        letters.centre_name(office, referral.centre, referral.division, current_language()),
        referral.subject,
        referral.sent,
        referral.reply_by,
        referral.with_identity,
        referral.reminded,
        referral.replied,
        referral.unanswered,
        days_waiting(referral, ended),
        referral.is_waiting,
        referral.is_waiting and referral.reply_by < today,
        referring.withdrawn_on(opened, referral),
    )


@blueprint.get("/case/<case_id>/referrals")
@members_only
def referrals(case_id: str) -> str:
    """The letters of a case, and what became of them."""
    opened = _look(case_id)
    done = request.args.get("done", "")
    return render_template(
        "casework/referrals.html",
        case_id=opened.case.id.hex(),
        case_title=title_of(opened),
        reference=letters.reference_of(opened.case),
        referrals=[
            show_referral(opened, kept, referral)
            for kept, referral in opened.notebook.of_kind(Referral)
        ],
        done=done,
        damaged=opened.notebook.damaged,
        version=opened.version,
        can_undo=done == Undoable.FILED_DELETED and opened.registration.last_act == done,
    )


@blueprint.get("/case/<case_id>/referrals/new")
@members_only
def new_referral(case_id: str) -> BaseResponse:
    """The form of a letter, with what is registered filled in."""
    opened = _look(case_id)
    work = service()
    office, today = work.here.profile.office, work.here.clock.today()
    issues = opened.registration.enquiry.issues
    first = issues[0] if issues else None
    centre = f"{first.centre}{BETWEEN}{first.division}" if first and first.division else ""
    form = ReferralForm(
        formdata=None,
        form_id=fresh_form_id(),
        centre=centre or (first.centre if first else ""),
        sent=today,
        reply_by=reply_by(today, office.reply_days),
        subject=letters.first_subject(opened),
        text=letters.first_description(work, opened),
        yes_day=today,
        yes_how=first_way(office, opened.registration.enquiry),
    )
    return _write_page(opened, form)


@blueprint.post("/case/<case_id>/referrals/new")
@members_only
def refer(case_id: str) -> BaseResponse:
    """Look at a letter, go on writing it, or file it as sent."""
    form = ReferralForm()
    opened = _look(case_id)
    step = request.form.get("step", PREVIEW)
    refusal = wrong(form)
    if step == EDIT:
        return _write_page(opened, form)
    meant = None if refusal else _meant(opened, form, is_sent=step == FILE)
    if refusal or meant is None:
        return _write_page(opened, form, refusal or Refusal("", 422))
    return (
        _file(opened, form, meant) if step == FILE else _preview_page(opened, form, meant.referral)
    )


@blueprint.post("/case/<case_id>/referrals/letter/<kind>")
@members_only
def draft_letter(case_id: str, kind: str) -> BaseResponse:
    """Give a letter that is not filed yet, as PDF or Word. Nothing is stored."""
    form = ReferralForm()
    opened = _look(case_id)
    refusal = wrong(form)
    meant = None if refusal else _meant(opened, form)
    if refusal or meant is None:
        return _write_page(opened, form, refusal or Refusal("", 422))
    try:
        opened = found(
            lambda: referring.open_draft(
                service(), read_id(case_id), meant.referral, meant.said_yes
            )
        )
    except referring.HinderedError as hindered:
        return _write_page(opened, form, hindered_refusal(opened, hindered.why))
    return letter_response(
        opened, letters.letter_of(service(), opened, with_person(meant.referral)), kind
    )


def letter_response(opened: OpenedCase, letter: Letter, kind: str) -> BaseResponse:
    """Give a letter to be saved, under a name that tells nothing."""
    make = MAKERS.get(kind) or abort(404)
    made = make(letter)
    name = f"{letters.reference_of(opened.case)}.{kind}"
    return attachment_response(name, len(made), iter([made]))


def title_of(opened: OpenedCase) -> str:
    """Say what a case is called."""
    return case_title(opened.inbox.inbox, opened.case, opened.registration.title)


def _look(case_id: str) -> OpenedCase:
    return found(lambda: referring.look(service(), read_id(case_id)))


@dataclass(frozen=True, slots=True)
class _Meant:
    """The letter that a form means, and the consent that it brings."""

    referral: Referral
    said_yes: Consent | None


def _file(opened: OpenedCase, form: ReferralForm, meant: _Meant) -> BaseResponse:
    """File a letter as sent, or say why it is not filed."""
    case_id, form_id = opened.case.id, (form.form_id.data or "").encode()
    try:
        done = try_to(
            lambda: referring.refer(service(), case_id, form_id, meant.referral, meant.said_yes)
        )
    except referring.HinderedError as hindered:
        return _write_page(opened, form, hindered_refusal(opened, hindered.why))
    if done is None:
        return _write_page(opened, form, not_stored())
    if done is Done.CHANGED:
        form.form_id.data = fresh_form_id()
        return _write_page(opened, form, filed_and_deleted())
    return redirect(url_for("casework.referrals", case_id=case_id.hex(), done="filed"), 303)


def _meant(opened: OpenedCase, form: ReferralForm, *, is_sent: bool = False) -> _Meant | None:
    """Give the letter that a form means; none when the form now says what is wrong with it."""
    work = service()
    office, today = work.here.profile.office, work.here.clock.today()
    centre = split_centre(office, form.centre.data or "")
    if centre is None:
        tell(form.centre, _("Choose a centre."))
    form.sent.data = form.sent.data or today
    check_days(form, opened.case.received, today)
    if not form.sent.errors:
        form.reply_by.data = form.reply_by.data or reply_by(form.sent.data, office.reply_days)
    _check_words(work, opened, form)
    if form.errors or centre is None or form.reply_by.data is None:
        return None
    meant = Referral(
        centre[0],
        form.sent.data,
        form.reply_by.data,
        centre[1],
        " ".join((form.subject.data or "").split()) or letters.first_subject(opened),
        with_identity=form.with_identity.data,
    )
    said_yes = read_yes(form, office, meant, today) if _asks_yes(opened) else None
    if form.errors:
        return None
    hindrance = referring.hindered(work, opened, meant, said_yes, is_sent=is_sent)
    if hindrance:
        field = form.with_identity if meant.with_identity else form.centre
        tell(field, hindrance_words(opened, hindrance))
        return None
    text = letters.body_of(work, opened, meant, form.text.data or "")
    person = (form.person.data or "").strip()
    return _Meant(replace(meant, text=text, person=person), said_yes)


def _check_words(work: CaseworkService, opened: OpenedCase, form: ReferralForm) -> None:
    """Say what the letter lacks, or has too much of."""
    text, person = (form.text.data or "").strip(), (form.person.data or "").strip()
    if not text or text == letters.first_description(work, opened).strip():
        tell(form.text, _("Write what the centre should know."))
    if form.with_identity.data and not person:
        tell(form.person, _("Write who it is, and how the centre can reach them."))
    if person and not form.with_identity.data:
        tell(
            form.person,
            _("This says who it is, and the letter is to go without. Tick the box, or empty this."),
        )


def _write_page(
    opened: OpenedCase, form: ReferralForm, refusal: Refusal | None = None
) -> BaseResponse:
    office = service().here.profile.office
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    page = render_template(
        "casework/referral_new.html",
        case_id=opened.case.id.hex(),
        case_title=title_of(opened),
        form=form,
        centres=_centres(office, channel_of(opened)),
        asks_yes=_asks_yes(opened),
        ways_in=[Option(one.id, one.label[current_language()]) for one in office.ways_in],
        may_have_left=_may_have_left(opened, form),
        consents=_consents(opened, office, with_identity=True),
        is_council=channel_of(opened) is Channel.COUNCIL,
        allowed=_consents(opened, office, with_identity=False),
        reply_days=office.reply_days,
        problems=[refusal.problem] if refusal and refusal.problem and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def _preview_page(opened: OpenedCase, form: ReferralForm, meant: Referral) -> BaseResponse:
    letter = letters.letter_of(service(), opened, with_person(meant))
    renew(form)
    page = render_template(
        "casework/referral_preview.html",
        case_id=opened.case.id.hex(),
        case_title=title_of(opened),
        form=form,
        letter=letter,
        paragraphs=paragraphs(letter.body),
        looks_like_cpr=contains_cpr(letter.subject) or contains_cpr(letter.body),
    )
    return Response(page)


def _centres(office: Office, channel: Channel) -> list[Option]:
    """List the centres that a door's cases can go to, each with its divisions after it."""
    language = current_language()
    options = []
    for centre, divisions in receiving(office, channel):
        options.append(Option(centre.id, centre.label[language]))
        options += [
            Option(
                f"{centre.id}{BETWEEN}{one.id}",
                f"{centre.label[language]}, {one.label[language]}",
            )
            for one in divisions
        ]
    return options


def _asks_yes(opened: OpenedCase) -> bool:
    """Say whether the form asks for the yes itself: a council member's is filed beforehand."""
    return channel_of(opened) is Channel.CITIZEN


def _may_have_left(opened: OpenedCase, form: ReferralForm) -> bool:
    """Say whether a letter that is made no more may have left, and can be filed."""
    return hindrance_words(opened, Hindrance.WITHDRAWN) in {
        *form.centre.errors,
        *form.with_identity.errors,
    }


def _consents(opened: OpenedCase, office: Office, *, with_identity: bool) -> Sequence[str]:
    """Say which centres somebody consented to tell: who it is, or anything at all."""
    language = current_language()
    named = (
        letters.centre_name(office, consent.recipient, "", language)
        for _kept, consent in opened.notebook.of_kind(Consent)
        if (consent.with_identity or not with_identity)
        and consent.withdrawn is None
        and consent.purpose is Purpose.CASE
        and office.centre(consent.recipient) is not None
    )
    return list(dict.fromkeys(named))
