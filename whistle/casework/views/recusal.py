"""Disqualification: a case goes to the reserve, and may be handed back."""

from dataclasses import dataclass

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import recusal as acts
from whistle.casework.acts import Done
from whistle.casework.forms import HandBackForm, RecusalForm
from whistle.casework.recusal import Declaration
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
    wrong,
)
from whistle.casework.views.shown import ground_title, show_case, show_entries
from whistle.domain.recusal import Ground
from whistle.keys.directory import TrustedInbox
from whistle.signed_in import members_only, proof_needed, this_member
from whistle.uploads import Refusal


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, as a page shows it."""

    value: str
    label: str


@blueprint.get("/case/<case_id>/recusal")
@members_only
@proof_needed
def recusal(case_id: str) -> BaseResponse:
    """What passing a case to the reserve means, and who is left out and why."""
    opened = opened_case(case_id)
    if acts.reserve_of(service(), opened) is None:
        return redirect(url_for("casework.case", case_id=case_id), 303)
    form = RecusalForm(formdata=None, member=this_member().row.id.hex())
    return _recusal_page(opened, form)


@blueprint.post("/case/<case_id>/recusal")
@members_only
@proof_needed
def recuse(case_id: str) -> BaseResponse:
    """Pass a case to the reserve."""
    form = RecusalForm()
    inbox = found(lambda: service().inbox_of(read_id(case_id)))
    refusal = wrong(form) or _incomplete(inbox, form)
    if refusal:
        return _recusal_page(opened_case(case_id), form, refusal)
    declared = Declaration(
        bytes.fromhex(form.member.data or ""),
        Ground(form.ground.data or ""),
        (form.text.data or "").strip(),
        form.seen.data or 0,
    )
    done = try_to(lambda: acts.recuse(service(), read_id(case_id), declared))
    if done in {None, Done.CHANGED}:
        return _recusal_page(opened_case(case_id), form, not_stored() if done is None else _news())
    return redirect(url_for("casework.inboxes", done="recused"), 303)


@blueprint.get("/case/<case_id>/hand-back")
@members_only
@proof_needed
def handing_back(case_id: str) -> BaseResponse:
    """What handing a case back means."""
    return _hand_back_page(opened_case(case_id), HandBackForm(formdata=None))


@blueprint.post("/case/<case_id>/hand-back")
@members_only
@proof_needed
def hand_back(case_id: str) -> BaseResponse:
    """Give a case back that was passed to the reserve."""
    form = HandBackForm()
    refusal = wrong(form)
    if refusal:
        return _hand_back_page(opened_case(case_id), form, refusal)
    text, seen = (form.text.data or "").strip(), form.seen.data or 0
    done = try_to(lambda: acts.hand_back(service(), read_id(case_id), text, seen))
    if done is Done.ALREADY:
        abort(404)  # nobody passed it on
    if done in {None, Done.CHANGED}:
        refusal = not_stored() if done is None else _news()
        return _hand_back_page(opened_case(case_id), form, refusal)
    return redirect(url_for("casework.inboxes", done="handed-back"), 303)


def _incomplete(inbox: TrustedInbox, form: RecusalForm) -> Refusal | None:
    """Say what is missing: somebody who can open the case, and a ground of § 3."""
    readers = {one.member_id.hex() for one in inbox.current.members}
    if form.member.data not in readers:
        return Refusal(_("Choose who may not deal with the case."), 422)
    if form.ground.data not in set(Ground):
        return Refusal(_("Choose the ground."), 422)
    return None


def _news() -> Refusal:
    problem = _(
        "Something new was written while you were deciding. The case is where it was. Read it "
        "below, and decide again."
    )
    return Refusal(problem, CONFLICT)


def _recusal_page(
    opened: OpenedCase, form: RecusalForm, refusal: Refusal | None = None
) -> BaseResponse:
    names = service().names()
    members = opened.inbox.inbox.current.members
    target = acts.reserve_of(service(), opened)
    return _page(
        "casework/recusal.html",
        opened,
        form,
        refusal,
        members=[Choice(one.member_id.hex(), names.get(one.member_id, "?")) for one in members],
        grounds=[Choice(ground.value, ground_title(ground)) for ground in Ground],
        reserve=service().readers(target) if target else [],
    )


def _hand_back_page(
    opened: OpenedCase, form: HandBackForm, refusal: Refusal | None = None
) -> BaseResponse:
    if acts.recusal_of(opened) is None:
        abort(404)
    return _page("casework/hand_back.html", opened, form, refusal)


def _page(
    template: str,
    opened: OpenedCase,
    form: RecusalForm | HandBackForm,
    refusal: Refusal | None,
    **shown: object,
) -> BaseResponse:
    known = isinstance(form.seen.data, int)
    seen = form.seen.data if known and request.method == "POST" else len(opened.messages)
    form.seen.raw_data = None  # shown is what is, not what was sent
    form.seen.data = len(opened.messages)
    renew(form)
    page = render_template(
        template,
        case=show_case(service(), opened),
        news=show_entries(opened, seen or 0) if seen != len(opened.messages) else (),
        form=form,
        problems=[refusal.problem] if refusal and not form.text.errors else [],
        **shown,
    )
    return Response(page, status=refusal.status if refusal else 200)
