"""A new enquiry that no reporter wrote: by telephone, letter, mail, meeting, own initiative."""

from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field

from whistle.casework.acts import Closing, close
from whistle.casework.closing_needs import office_of
from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.registering import first_told, spoken_to
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    blueprint,
    fresh_form_id,
    not_stored,
    opened_case,
    renew,
    service,
)
from whistle.casework.views.closing_shown import show_needs
from whistle.casework.views.registration_forms import (
    MOST_ISSUES,
    EntryForm,
    data_of,
    read,
    read_day_of,
    wrong_fields,
)
from whistle.casework.views.registration_shown import (
    Offer,
    Option,
    show_enquiry,
    show_findings,
)
from whistle.casework.views.shown import case_title, door_title
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.office import Office
from whistle.domain.registration import FIRST_DAY
from whistle.domain.rules import closing_needs
from whistle.keys.records import Registration
from whistle.signed_in import members_only
from whistle.storage.errors import StorageError
from whistle.uploads import Refusal


@blueprint.get("/new")
@members_only
def entry() -> BaseResponse:
    """A form for a new enquiry; ``door``: of which door."""
    door = door_asked_for(request.args.get("door", ""))
    today = service().here.clock.today()
    form = EntryForm(formdata=None, data=data_of(first_told(_office(today), door)))
    form.received.data = today.isoformat()
    return _page(form, door, today)


@blueprint.post("/new")
@members_only
def enter_case() -> BaseResponse:
    """Enter an enquiry; a double click enters once."""
    form, action = EntryForm(), request.form.get("action", "save")
    door = door_asked_for(form.door.data or "")
    received, problems = _received(form)
    if action == "add":
        if len(form.issues.entries) < MOST_ISSUES:
            form.issues.append_entry()
        return _page(form, door, received)
    form.validate()
    old = bool(form.csrf_token.errors)
    sent = read(form, door, _office(received), received)
    for field, problem in problems:
        field.errors = [*field.errors, problem]
    if old:
        text = _("The page was too old to send from. Nothing is lost: send it now.")
        return _page(form, door, received, Refusal(text, 422))
    if problems or not sent.is_right or door not in doors_to_enter():
        return _page(form, door, received, Refusal("", 422))
    registration = Registration(
        title=" ".join((form.title.data or "").split()),
        enquiry=sent.enquiry,
    )
    needs = closing_needs(sent.enquiry, _office(received), (), door)
    registration = spoken_to(registration, received, closes=action == "close" and not needs)
    case_id = case_id_of(service(), (form.form_id.data or "").encode())
    new = NewCase(case_id, received, registration, (form.note.data or "").strip())
    return _store(form, door, new, closes=action == "close")


def _store(form: EntryForm, door: Channel, new: NewCase, *, closes: bool) -> BaseResponse:
    """Enter and close, and lead to the page that says so; refuse what was entered otherwise."""
    try:
        entered = enter(service(), door, new)
        if not entered and not _is_as_stored(new):
            return _twin(form, door, new)
        if closes:
            form_id = (form.form_id.data or "").encode()
            close(service(), new.case_id, Closing(form_id + b" closed", 0))
    except (SQLAlchemyError, StorageError, SealingError):
        return _page(form, door, new.received, not_stored())
    return redirect(url_for("casework.entered", case_id=new.case_id.hex()), 303)


def _is_as_stored(new: NewCase) -> bool:
    """Whether the case that this form entered before says what is sent now. Nothing is shown."""

    def look(opened: OpenedCase) -> bool:
        stored, notes = opened.registration, [one.newest.text for one in opened.notebook.shown]
        said = (stored.enquiry, stored.title, opened.case.received)
        same = said == (new.registration.enquiry, new.registration.title, new.received)
        return same and (not new.note or new.note in notes)

    return service().attempt(new.case_id, look) or False


def _twin(form: EntryForm, door: Channel, new: NewCase) -> BaseResponse:
    """Refuse a form that has been saved before, in other words; sent again it is a new enquiry."""
    form.form_id.data = fresh_form_id()
    problem = _(
        "This page was saved before, and says something else now. Nothing was changed. Correct the "
        "enquiry that is there, or save again to enter this as another one."
    )
    refusal = Refusal(problem, CONFLICT)
    return _page(form, door, new.received, refusal, twin=new.case_id.hex())


@blueprint.get("/new/<case_id>")
@members_only
def entered(case_id: str) -> BaseResponse:
    """What was saved, with the way on to the next."""
    opened = opened_case(case_id)
    office, door = office_of(service(), opened), opened.inbox.inbox.root.channel
    page = render_template(
        "casework/entered.html",
        case_id=opened.case.id.hex(),
        door=door,
        title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        is_open=opened.case.is_open,
        received=opened.case.received,
        needs=show_needs(service(), opened),
        findings=show_findings(opened, office),
        registered=show_enquiry(opened.registration.enquiry, office, door),
    )
    return Response(page)


def doors_to_enter() -> dict[Channel, str]:
    """Give the doors that this member can enter cases for, by what they are called."""
    mine = [one.inbox for one in service().inboxes_opened()]
    named = {one.root.channel: door_title(one) for one in mine if one.root.kind is InboxKind.MAIN}
    order = (Channel.CITIZEN, Channel.COUNCIL, Channel.WHISTLEBLOWER)
    return {door: named[door] for door in order if door in named}


def door_asked_for(asked: str) -> Channel:
    """Give the door that was asked for; else the first there is."""
    doors = doors_to_enter()
    if not doors:
        abort(404)
    return next((one for one in doors if one == asked), next(iter(doors)))


def _office(day: date) -> Office:
    return service().here.profiles.on(day).office


def _received(form: EntryForm) -> tuple[date, list[tuple[Field, str]]]:
    """Read the day of the enquiry; today where it is none, with what is wrong with it."""
    problems: list[tuple[Field, str]] = []
    today, given = service().here.clock.today(), read_day_of(form.received, problems)
    if given is None and not problems:
        problems.append((form.received, _("Say which day the enquiry came.")))
    if given is not None and given > today:
        problems.append((form.received, _("This day is yet to come.")))
        given = None
    if given is not None and given < FIRST_DAY:
        problems.append((form.received, _("This day is before 1970. Correct the year.")))
        given = None
    return given or today, problems


def _page(
    form: EntryForm,
    door: Channel,
    received: date,
    refusal: Refusal | None = None,
    *,
    twin: str = "",
) -> BaseResponse:
    form.form_id.data = form.form_id.data or fresh_form_id()
    form.door.data = door
    renew(form)
    page = render_template(
        "casework/entry.html",
        form=form,
        offer=Offer(_office(received), door),
        doors=[Option(value, label) for value, label in doors_to_enter().items()],
        most_issues=MOST_ISSUES,
        wrong=list(wrong_fields(form)),
        problems=[refusal.problem] if refusal and refusal.problem else [],
        twin=twin,
    )
    return Response(page, status=refusal.status if refusal else 200)
