"""What closing a case needs, in words, with the page where it is done."""

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import gettext as _

from whistle.casework.closing_needs import needs_of
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.domain.office import Office, label_of
from whistle.domain.referral import office_naming
from whistle.domain.registration import Rule
from whistle.domain.rules import Finding, Says
from whistle.web import current_language


@dataclass(frozen=True, slots=True)
class ShownNeed:
    """Something that is missing. ``is_lifted``: a reason can be given on the page instead."""

    text: str
    url: str
    link: str
    is_lifted: bool


def show_needs(work: CaseworkService, opened: OpenedCase) -> tuple[ShownNeed, ...]:
    """Show what a case still needs before it can be closed."""
    profiles, day, case_id = work.here.profiles, opened.case.received, opened.case.id.hex()
    return tuple(
        _show(one, office_naming(profiles, day, one.value), case_id)
        for one in needs_of(work, opened)
    )


def _show(need: Finding, office: Office, case_id: str) -> ShownNeed:
    centre = label_of(office.centres, need.value, current_language())
    text = {
        Says.DAMAGED: _(
            "Something in the case does not open, and may be what is waited for. Ask the "
            "technician to fetch it from a backup."
        ),
        Says.NOT_REGISTERED: _("The case is not registered. Every enquiry is counted."),
        Says.OUTCOME_MISSING: _("How it ended is not registered."),
        Says.SCOPE_OR_RESULT_MISSING: _("Whether it is within the Act, or its result, is missing."),
        Says.GROUND_MISSING: _("It is rejected, and the ground is missing."),
        Says.GROUND_UNKNOWN: _("Its ground for rejection is not on the list of that day."),
        Says.NOT_PASSED_ON: _("It is registered as passed on, and nothing has been passed on."),
        Says.REPLY_MISSING: _("The reply of %(centre)s has not come.", centre=centre),
        Says.GUIDANCE_MISSING: _(
            "It is rejected as political disagreement. Write to the member first, and tell them "
            "where it belongs: in the group, or at a meeting."
        ),
        Says.COPY_MISSING: _("The copy of the reply of %(centre)s is missing.", centre=centre),
    }[need.says]
    to_centres = need.says in {Says.NOT_PASSED_ON, Says.REPLY_MISSING, Says.COPY_MISSING}
    if to_centres and "casework.referrals" in current_app.view_functions:
        url, link = url_for("casework.referrals", case_id=case_id), _("To the centres")
    elif need.says is Says.DAMAGED:
        url = url_for("casework.erasing_damaged", case_id=case_id)
        link = _("Erase what does not open")
    elif need.says is Says.GUIDANCE_MISSING:
        url, link = url_for("casework.case", case_id=case_id), _("Back to the case")
    else:
        url, link = url_for("casework.registration", case_id=case_id), _("Register it")
    return ShownNeed(text, url, link, need.lifted_by is Rule.UNANSWERED)
