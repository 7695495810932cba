"""A report written in for somebody: its form, the receipt to print, and that it was printed.

The receipt is issued with the form and travels in it, as at the anonymous door: so a double click
shows the one that was stored. It stands in no address, session or row, and on no page once somebody
has said that it is printed, or anything else has happened to the case.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.entering import NewCase, case_id_of
from whistle.casework.entering_for import Told, enter_for, give_receipt, may_show_again
from whistle.casework.registering import FORM, OWN_INITIATIVE, first_told, spoken_to
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    fresh_form_id,
    not_stored,
    read_id,
    renew,
    service,
)
from whistle.casework.views.entering_for_forms import (
    EntryForForm,
    day_problems,
    entry_for_form,
    tell,
)
from whistle.casework.views.entry import door_asked_for, doors_to_enter
from whistle.casework.views.paper_forms import Choice
from whistle.crypto.errors import ReceiptError, SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.office import Office, find
from whistle.domain.registration import FIRST_DAY, Enquiry
from whistle.keys.records import Registration
from whistle.signed_in import MemberForm, members_only, this_member
from whistle.storage.errors import StorageError
from whistle.uploads import Refusal
from whistle.web import current_language, this_installation

TIME_TO_ANSWER = timedelta(days=14)


@blueprint.get("/new/for")
@members_only
def entry_for() -> BaseResponse:
    """A form for what somebody told; ``door``: of which door."""
    door = door_asked_for(request.args.get("door", ""))
    today = this_installation().clock.today()
    form = _form(door, formdata=None)
    form.received.data, form.answer_by.data = today, today + TIME_TO_ANSWER
    form.way_in.data = first_told(_office(today), door).way_in
    return _page(form, door)


@blueprint.post("/new/for")
@members_only
def enter_case_for() -> BaseResponse:
    """Enter what somebody told, and show the receipt that is theirs."""
    door = door_asked_for(request.form.get("door", ""))
    form = _form(door)
    valid = form.validate()
    if form.csrf_token.errors:
        text = _("The page was too old to send from. Nothing is lost: send it now.")
        return _page(form, door, Refusal(text, 422))
    _look_through(form)
    if not valid or form.errors:
        return _page(form, door, Refusal("", 422))
    receipt = _receipt_of(form)
    if receipt is None:
        text = _("This page has a new receipt now. Nothing is lost: save it once more.")
        return _page(form, door, Refusal(text, 422))
    return _store(form, door, _Meant(_new_case(form, door), _told(form), receipt))


@blueprint.post("/case/<case_id>/receipt-given")
@members_only
def receipt_given(case_id: str) -> BaseResponse:
    """The receipt is printed: no page shows it again."""
    check(MemberForm())
    act(lambda: give_receipt(service(), read_id(case_id)))
    return redirect(url_for("casework.case", case_id=case_id), 303)


@dataclass(frozen=True, slots=True, repr=False)
class _Meant:
    """What a form means."""

    new: NewCase
    told: Told
    receipt: Receipt


def _store(form: EntryForForm, door: Channel, meant: _Meant) -> BaseResponse:
    new, told, receipt = meant.new, meant.told, meant.receipt
    try:
        entered = enter_for(service(), door, new, told, receipt)
        again = not entered and may_show_again(service(), new, told, receipt)
    except (SQLAlchemyError, StorageError, SealingError):
        return _page(form, door, not_stored())
    if entered or again:
        return _receipt_page(new, told, receipt, again=again)
    return _saved_before(form, door, new)


def _saved_before(form: EntryForForm, door: Channel, new: NewCase) -> BaseResponse:
    """Say that a form was saved before, and that its receipt is shown no more."""
    there = service().attempt(new.case_id, lambda _opened: True)
    form.form_id.data = fresh_form_id()
    form.receipt.data = Receipt.random().show()
    if not there:  # the receipt is another case's; that has happened to nobody yet
        text = _("This page has a new receipt now. Nothing is lost: save it once more.")
        return _page(form, door, Refusal(text, 422))
    text = _(
        "This page was saved before. The receipt was shown then, and is not shown again: nobody "
        "keeps it. If it was never printed, save again: that gives a new case with a new receipt. "
        "Then close the first one, with a note that says why."
    )
    return _page(form, door, Refusal(text, CONFLICT), saved=new.case_id.hex())


def _look_through(form: EntryForForm) -> None:
    """Say on the fields what is wrong, besides what they say themselves."""
    today = this_installation().clock.today()
    day_problems(form, today, FIRST_DAY)
    known = {one.value for one in _ways(form.received.data or today)}
    if form.way_in.data and form.way_in.data not in known:
        tell(form.way_in, _("Choose how you were told."))


def _new_case(form: EntryForForm, door: Channel) -> NewCase:
    received = form.received.data or this_installation().clock.today()
    office = _office(received)
    enquiry = first_told(office, door)
    way_in, handled = form.way_in.data or "", find(office.handlings, form.way_in.data or "")
    told = Registration(
        enquiry=Enquiry(
            way_in=way_in, handling=handled.id if handled else "", enquirer=enquiry.enquirer
        )
    )
    case_id = case_id_of(service(), (form.form_id.data or "").encode())
    return NewCase(case_id, received, spoken_to(told, received, closes=False))


def _told(form: EntryForForm) -> Told:
    return Told(
        (form.text.data or "").strip(),
        this_member().name,
        form.answer_by.data,
        form.identity,
        form.answers(apart=False),
    )


def _receipt_of(form: EntryForForm) -> Receipt | None:
    try:
        return Receipt.parse(form.receipt.data or "")
    except ReceiptError:
        return None


def _form(door: Channel, **options: object) -> EntryForForm:
    fields = this_installation().profile.channels[door].fields
    return entry_for_form(fields, current_language(), **options)


def _office(day: date) -> Office:
    return this_installation().profiles.on(day).office


def _ways(day: date) -> list[Choice]:
    """Give how somebody can tell; who wrote in the form has a receipt of their own."""
    told = (one for one in _office(day).ways_in if one.id not in {FORM, OWN_INITIATIVE})
    return [Choice(one.id, one.label[current_language()]) for one in told]


# -- pages -------------------------------------------------------------------------------------


def _page(
    form: EntryForForm, door: Channel, refusal: Refusal | None = None, *, saved: str = ""
) -> BaseResponse:
    form.form_id.data = form.form_id.data or fresh_form_id()
    if _receipt_of(form) is None:
        form.receipt.data = Receipt.random().show()
    form.door.data = door
    renew(form)
    page = render_template(
        "casework/entry_for.html",
        form=form,
        door=door,
        doors=[Choice(value, label) for value, label in doors_to_enter().items()],
        ways=_ways(form.received.data or this_installation().clock.today()),
        problems=[refusal.problem] if refusal and refusal.problem else [],
        saved=saved,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _receipt_page(new: NewCase, told: Told, receipt: Receipt, *, again: bool) -> BaseResponse:
    page = render_template(
        "casework/receipt_to_give.html",
        case_id=new.case_id.hex(),
        received=new.received,
        answer_by=told.answer_by,
        author=told.author,
        receipt=receipt.show(),
        address=this_installation().public_address,
        again=again,
    )
    return Response(page)
