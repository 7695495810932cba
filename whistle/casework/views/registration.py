"""Registering a case, or correcting what was registered of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.closing_needs import office_of
from whistle.casework.done import Done
from whistle.casework.needs import StaysClosedError
from whistle.casework.registering import (
    answers_in,
    as_told,
    is_told_by_reporter,
    merge,
    register,
)
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    blueprint,
    found,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
)
from whistle.casework.views.registration_forms import (
    MOST_ISSUES,
    RegistrationForm,
    Sent,
    data_of,
    read,
    read_written,
    written,
    wrong_fields,
)
from whistle.casework.views.registration_shown import (
    Offer,
    ShownChange,
    show_changes,
    show_findings,
)
from whistle.casework.views.shown import case_title, show_given
from whistle.domain.channel import Channel
from whistle.signed_in import members_only
from whistle.uploads import Refusal


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a page answers what was sent: why it was refused, and what another has changed."""

    refusal: Refusal | None = None
    changes: Sequence[ShownChange] = field(default=())


@blueprint.get("/case/<case_id>/registration")
@members_only
def registration(case_id: str) -> BaseResponse:
    """What is registered of a case, to be filled in or corrected."""
    opened = opened_case(case_id)
    form = RegistrationForm(formdata=None, data=data_of(as_told(service(), opened)))
    form.was.data = written(opened.registration.enquiry)
    return _page(opened, form, _Answer())


@blueprint.post("/case/<case_id>/registration")
@members_only
def register_case(case_id: str) -> BaseResponse:
    """Register a case; who was slower is shown what the other changed."""
    form = RegistrationForm()
    key, action = read_id(case_id), request.form.get("action", "save")
    if action == "add":
        if len(form.issues.entries) < MOST_ISSUES:
            form.issues.append_entry()
        return _page(opened_case(case_id), form, _Answer())
    answer = _save(key, form)
    if answer is not None:
        return answer
    if action == "close":
        return redirect(url_for("casework.closing", case_id=case_id), 303)
    return redirect(url_for("casework.registration", case_id=case_id, done="saved"), 303)


def _save(case_id: bytes, form: RegistrationForm) -> BaseResponse | None:
    """Store what was sent; give the page that says why not, if it is not."""
    form.validate()
    refusal = None
    if form.csrf_token.errors:
        refusal = Refusal(
            _("The page was too old to send from. Nothing is lost: send it now."), 422
        )
    door, received = found(lambda: service().attempt(case_id, _door_and_day))
    sent = read(form, door, service().here.profiles.on(received).office, received)
    if refusal is None and not sent.is_right:
        refusal = Refusal("", 422)
    if refusal is None:
        was = read_written(form.was.data)
        try:
            done = try_to(lambda: register(service(), case_id, sent.enquiry, was))
        except StaysClosedError:
            return _page(opened_case(case_id.hex()), form, _Answer(_stays_closed()))
        if done is Done.CHANGED:
            return _changed(opened_case(case_id.hex()), form, sent)
        refusal = not_stored() if done is None else None
    return _page(opened_case(case_id.hex()), form, _Answer(refusal)) if refusal else None


def _stays_closed() -> Refusal:
    problem = _(
        "The case is closed, and this would leave it without something that a closed case has. "
        "Open the case again first. Nothing of yours is lost: it is in the form."
    )
    return Refusal(problem, CONFLICT)


def _door_and_day(opened: OpenedCase) -> tuple[Channel, date]:
    """Say what a form has to be read by. Nothing of the case is shown, or logged."""
    return opened.inbox.inbox.root.channel, opened.case.received


def _changed(opened: OpenedCase, form: RegistrationForm, sent: Sent) -> BaseResponse:
    """Show what another has registered meanwhile, beside what was sent: saving puts it on top."""
    stored, today = opened.registration.enquiry, service().here.clock.today()
    merged = merge(read_written(form.was.data), stored, sent.enquiry, today)
    office, door = office_of(service(), opened), opened.inbox.inbox.root.channel
    fresh = RegistrationForm(formdata=None, data=data_of(merged.enquiry))
    fresh.was.data = written(stored)
    problem = _(
        "Somebody else has registered this case meanwhile. Nothing of yours is lost: it is in the "
        "form. What you had not touched now says what they wrote. Save again to store it."
    )
    changes = show_changes(merged, office, door)
    return _page(opened, fresh, _Answer(Refusal(problem, CONFLICT), changes))


def _page(opened: OpenedCase, form: RegistrationForm, answer: _Answer) -> BaseResponse:
    renew(form)
    office, door = office_of(service(), opened), opened.inbox.inbox.root.channel
    refusal = answer.refusal
    page = render_template(
        "casework/registration.html",
        case_id=opened.case.id.hex(),
        title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        is_open=opened.case.is_open,
        received=opened.case.received,
        is_registered=opened.registration.enquiry.is_registered,
        form=form,
        offer=Offer(office, door),
        most_issues=MOST_ISSUES,
        findings=show_findings(opened, office),
        told=show_given(opened, answers_in(opened.messages)),
        report=next((one.text for one in opened.messages if is_told_by_reporter(one)), ""),
        changes=answer.changes,
        wrong=list(wrong_fields(form)),
        problems=[refusal.problem] if refusal and refusal.problem else [],
        saved=request.method == "GET" and request.args.get("done") == "saved",
    )
    return Response(page, status=refusal.status if refusal else 200)
