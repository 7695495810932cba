"""Legal holds: nothing of a case is erased while one stands."""

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import keeping
from whistle.casework.acts import Done
from whistle.casework.forms import VersionForm
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    not_stored,
    opened_case,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.erasing import EraseCaseForm, case_page
from whistle.casework.views.keeping import HoldForm
from whistle.signed_in import members_only
from whistle.uploads import Refusal


@blueprint.post("/case/<case_id>/hold")
@members_only
def hold(case_id: str) -> BaseResponse:
    """Put a hold on a case."""
    form = HoldForm()
    reason = (form.reason.data or "").strip()
    refusal = wrong(form)
    if refusal is None and not reason:
        refusal = Refusal(_("Write why the case is held."), 422)
    if refusal is None:
        done = try_to(lambda: keeping.hold(service(), read_id(case_id), reason))
        refusal = not_stored() if done is None else _held_before(done)
    if refusal:
        page = EraseCaseForm(formdata=None)
        return case_page(opened_case(case_id), page, refusal, form)
    return _to_page(case_id)


@blueprint.post("/case/<case_id>/release")
@members_only
def release(case_id: str) -> BaseResponse:
    """End a hold."""
    check(VersionForm())
    act(lambda: keeping.release(service(), read_id(case_id)))
    return _to_page(case_id)


def _held_before(done: Done) -> Refusal | None:
    problem = _("Somebody else has put a hold on the case meanwhile. Their reason is below.")
    return Refusal(problem, CONFLICT) if done is Done.CHANGED else None


def _to_page(case_id: str) -> BaseResponse:
    return redirect(url_for("casework.erasing_case", case_id=case_id), 303)
