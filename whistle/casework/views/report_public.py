"""The public version of a report: what of it may be known, and publishing that."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from whistle.casework.acts import Done
from whistle.casework.reporting.publishing import Proposed, is_published, propose, put_out
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.safe_numbers import Numbers
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
from whistle.signed_in import MemberForm, members_only, proof_needed
from whistle.uploads import Refusal

_UNSAFE = 422
LONGEST_CHANGES = 1_000


class PublishForm(MemberForm):
    """Publishing. ``changes``: what is new in a correction. ``seen``: digest of what was read."""

    form_id = HiddenField()
    seen = HiddenField()
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
    if refusal := wrong(form):
        return _page(entry_id, form, refusal)
    form_id = (form.form_id.data or "").encode()
    published = redirect(url_for("casework.reports", done="published"), 303)
    if is_published(service(), form_id):
        return published
    changes = " ".join((form.changes.data or "").split())
    proposal = _proposed(entry_id, changes)
    proposed = proposal.proposed
    if proposed is None:
        return _shown(entry_id, form, proposal)
    seen = form.seen.data or ""
    try:
        done = try_to(lambda: put_out(service(), form_id, proposed, seen))
    except NotPublishedError as error:
        return _shown(entry_id, form, _Proposal(why=_said(error.why)))
    if done in {Done.YES, Done.ALREADY}:
        return published
    return _shown(entry_id, form, proposal, not_stored() if done is None else _not_yet())


def _not_yet() -> Refusal:
    words = _(
        "Nothing is published yet. Read what stands below first: it may be new since you saw it, a "
        "sentence may name a number that is hidden, or it is not said what a correction changes."
    )
    return Refusal(words, _UNSAFE)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What would be published; or ``why`` nothing can be, or the numbers that are ``unsafe``."""

    proposed: Proposed | None = None
    unsafe: Sequence[str] = ()
    why: str = ""


def _page(entry_id: str, form: PublishForm, refusal: Refusal | None = None) -> BaseResponse:
    return _shown(entry_id, form, _proposed(entry_id), refusal)


def _shown(
    entry_id: str, form: PublishForm, proposal: _Proposal, refusal: Refusal | None = None
) -> BaseResponse:
    proposed = proposal.proposed
    form.form_id.data = form.form_id.data or fresh_form_id()
    form.seen.data = proposed.seen if proposed else ""
    renew(form)
    page = render_template(
        "casework/learning/report_public.html",
        entry_id=entry_id,
        form=form,
        proposed=proposed,
        document=proposed.published.document if proposed else None,
        charts=charts_of(proposed.public.report) if proposed else {},
        singles=_singles(proposed) if proposed else [],
        changed=_changed(proposed),
        unsafe=proposal.unsafe,
        why=proposal.why,
        problems=[refusal.problem] if refusal else [],
    )
    status = refusal.status if refusal else 200 if proposed else _UNSAFE
    return Response(page, status=status)


def _proposed(entry_id: str, changes: str = "") -> _Proposal:
    """Give what would be published; or the numbers that cannot be made safe."""
    _kept, draft = found(lambda: look(entry_id))
    try:
        return _Proposal(found(lambda: propose(service(), draft, changes)))
    except CannotProtect as error:
        return _Proposal(unsafe=[str(one) for one in error.places] or [str(error)])
    except NotPublishedError as error:
        return _Proposal(why=_said(error.why))
    except PublicationError as error:
        return _Proposal(unsafe=[str(error)])


def _said(why: Why) -> str:
    return {
        Why.NOT_OVER: _("The period is not over yet. Its numbers can still change."),
        Why.DAMAGED: _(
            "There are cases that cannot be opened. The numbers would be wrong, and they cannot be "
            "changed later. Fetch the cases from a backup first, or erase them."
        ),
        Why.UNREADABLE: _(
            "A report that was published before cannot be read by the system. So it cannot be "
            "checked what can be reckoned out from both. Fetch it from a backup first."
        ),
        Why.LOST: _(
            "It was kept whom an earlier report counted, but that cannot be opened now. So nobody "
            "can say what has changed since. Fetch it from a backup first."
        ),
        Why.NOT_KEPT: _(
            "The numbers are not the same as in a report that is published. Something was added or "
            "corrected since. It was not kept whom that report counted: it was published before "
            "the system could correct numbers. So they stay as they are."
        ),
        Why.OTHER_SOURCES: _(
            "A report that is published has some of these days, and counted otherwise: other "
            "counts of the deputy's, or other inboxes. Both together would show the difference. If "
            "the days are the same, ask the deputy to release the same counts by the same rows "
            "again, or let the member publish who did so before. Else publish the words "
            "elsewhere. A report of days that no published one has can be published."
        ),
        Why.CONTRADICTS: _(
            "The numbers are not the same as in a report that is published. Something was added or "
            "corrected since. Both together would show what, so the new numbers cannot be "
            "published."
        ),
        Why.TOO_FEW: _(
            "On these days, reports that are published differ by very few people. Another report "
            "of the same days would show that. It can be published when more has changed."
        ),
        Why.UNPROVED: _("It could not be proved that nobody can be reckoned out. Try again."),
    }[why]


def _changed(proposed: Proposed | None) -> Numbers | None:
    """Give the numbers where anything of days that were told of before changed."""
    if proposed is None or not (proposed.numbers.came or proposed.numbers.went):
        return None
    return proposed.numbers


def _singles(proposed: Proposed) -> Sequence[str]:
    """Name the lines whose people have something in common."""
    return [f"{one.table}: {one.line} → {one.other}" for one in proposed.public.warnings]
