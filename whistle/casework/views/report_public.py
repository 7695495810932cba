"""The public version of a report: what of it may be known, and publishing that."""

from collections.abc import Sequence

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from whistle.casework.acts import Done
from whistle.casework.reporting.publishing import Proposed, propose, publish
from whistle.casework.views.blueprint import (
    blueprint,
    found,
    fresh_form_id,
    not_stored,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.report import charts_of, look
from whistle.disclosure import CannotProtect, PublicationError
from whistle.domain.report_draft import ReportDraft
from whistle.signed_in import MemberForm, members_only, proof_needed
from whistle.uploads import Refusal

_UNSAFE = 422
LONGEST_CHANGES = 1_000


class PublishForm(MemberForm):
    """Publishing. ``changes``: what is new in a correction."""

    form_id = HiddenField()
    changes = StringField(validators=[Length(max=LONGEST_CHANGES)])


@blueprint.get("/report/<entry_id>/public")
@members_only
def public_report(entry_id: str) -> BaseResponse:
    """The public version of a draft, as it would be published."""
    return _page(entry_id, PublishForm(formdata=None))


@blueprint.post("/report/<entry_id>/public")
@members_only
@proof_needed
def publish_report(entry_id: str) -> BaseResponse:
    """Publish it: its numbers are frozen with that."""
    form = PublishForm()
    refusal = wrong(form)
    _kept, draft = found(lambda: look(entry_id))
    if refusal is None:
        form_id = (form.form_id.data or "").encode()
        changes = " ".join((form.changes.data or "").split())
        try:
            done = try_to(lambda: publish(service(), form_id, draft, changes))
        except (CannotProtect, PublicationError):
            return _page(entry_id, form)
        if done in {Done.YES, Done.ALREADY}:
            return redirect(url_for("casework.reports", done="published"), 303)
        refusal = not_stored() if done is None else _not_yet()
    return _page(entry_id, form, refusal)


def _not_yet() -> Refusal:
    words = _(
        "Nothing is published yet. Look at what is said below first: a sentence names a number "
        "that is hidden, or it is not said what a correction changes."
    )
    return Refusal(words, _UNSAFE)


def _page(entry_id: str, form: PublishForm, refusal: Refusal | None = None) -> BaseResponse:
    _kept, draft = found(lambda: look(entry_id))
    proposed, unsafe = _proposed(draft)
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    page = render_template(
        "casework/learning/report_public.html",
        entry_id=entry_id,
        form=form,
        proposed=proposed,
        document=proposed.published.document if proposed else None,
        charts=charts_of(proposed.public.report) if proposed else {},
        singles=_singles(proposed) if proposed else [],
        unsafe=unsafe,
        problems=[refusal.problem] if refusal else [],
    )
    status = refusal.status if refusal else 200 if proposed else _UNSAFE
    return Response(page, status=status)


def _proposed(draft: ReportDraft) -> tuple[Proposed | None, Sequence[str]]:
    """Give what would be published; or the numbers that cannot be made safe."""
    try:
        return found(lambda: propose(service(), draft)), ()
    except CannotProtect as error:
        return None, [str(one) for one in error.places] or [str(error)]
    except PublicationError as error:
        return None, [str(error)]


def _singles(proposed: Proposed) -> Sequence[str]:
    """Name the lines whose people have something in common."""
    return [f"{one.table}: {one.line} → {one.other}" for one in proposed.public.warnings]
