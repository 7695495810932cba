"""The page on which what does not open is erased, so that its case can be closed."""

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from whistle.casework.acts import Done
from whistle.casework.erasing_damaged import erase_damaged
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
from whistle.casework.views.shown import case_title
from whistle.signed_in import MemberForm, members_only, proof_needed
from whistle.uploads import Refusal

_MOST = 2**31


class DamagedForm(MemberForm):
    """``seen``: how many items the page told of."""

    seen = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )


@blueprint.get("/case/<case_id>/erase-damaged")
@members_only
@proof_needed
def erasing_damaged(case_id: str) -> BaseResponse:
    """What erasing it means, and what to try before."""
    return _page(case_id, DamagedForm(formdata=None))


@blueprint.post("/case/<case_id>/erase-damaged")
@members_only
@proof_needed
def erase_what_is_damaged(case_id: str) -> BaseResponse:
    """Erase it."""
    form = DamagedForm()
    refusal = wrong(form)
    if refusal is None:
        done = try_to(lambda: erase_damaged(service(), read_id(case_id), form.seen.data or 0))
        if done is None:
            refusal = not_stored()
        elif done is Done.CHANGED:
            problem = _("By now it is another number of things. Nothing was erased.")
            refusal = Refusal(problem, CONFLICT)
    if refusal:
        return _page(case_id, form, refusal)
    return redirect(url_for("casework.erasing", case_id=case_id, done="erased"), 303)


def _page(case_id: str, form: DamagedForm, refusal: Refusal | None = None) -> BaseResponse:
    opened = opened_case(case_id)
    form.seen.raw_data = None  # shown is what is, not what was sent
    form.seen.data = opened.notebook.damaged
    renew(form)
    page = render_template(
        "casework/erase_damaged.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        damaged=opened.notebook.damaged,
        form=form,
        problems=[refusal.problem] if refusal else [],
    )
    return Response(page, status=refusal.status if refusal else 200)
