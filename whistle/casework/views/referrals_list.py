"""All replies of centres that are waited for."""

from dataclasses import dataclass
from datetime import date

from flask import current_app, render_template, url_for

from whistle.casework.referring_list import Awaited, awaited_replies
from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.referrals_letters import reference_of
from whistle.casework.views.shown import case_title
from whistle.domain.office import label_of
from whistle.domain.referral import office_naming
from whistle.signed_in import members_only
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class ShownAwaited:
    """A line of the list. ``days``: how long it has been waited for."""

    url: str
    title: str
    reference: str
    sent: date | None
    reply_by: date
    days: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ShownCentre:
    """A centre with what is waited for."""

    name: str
    lines: tuple[ShownAwaited, ...]


@blueprint.get("/referrals")
@members_only
def all_referrals() -> str:
    """The letters whose reply is waited for, by centre."""
    awaited = awaited_replies(service())
    today = this_installation().clock.today()
    return render_template(
        "casework/referrals_all.html",
        centres=[
            ShownCentre(
                _centre_name(centre, lines[0]),
                tuple(_line(one, today) for one in lines),
            )
            for centre, lines in awaited.by_centre.items()
        ],
        total=len(awaited.all),
        overdue=sum(one.reply_by < today for one in awaited.all),
        damaged=awaited.damaged,
        url_of_dates=url_for("casework.dates")
        if "casework.dates" in current_app.view_functions
        else "",
    )


def _centre_name(centre: str, one: Awaited) -> str:
    day = one.sent or one.case.received
    office = office_naming(this_installation().profiles, day, centre)
    return label_of(office.centres, centre, current_language())


def _line(one: Awaited, today: date) -> ShownAwaited:
    case_id, referral_id = one.case.id.hex(), one.referral.hex()
    return ShownAwaited(
        url_for("casework.referral", case_id=case_id, referral_id=referral_id),
        case_title(one.inbox, one.case, one.title),
        reference_of(one.case),
        one.sent,
        one.reply_by,
        (today - one.sent).days if one.sent else 0,
        one.reply_by < today,
    )
