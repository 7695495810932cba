"""The overview: what needs the adviser first, where replies lag, this year beside the last."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from whistle.casework.filters import Filters
from whistle.casework.overview import Lag, look_over
from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.dates import show_due
from whistle.casework.views.overview_shown import list_of, show_years
from whistle.domain.counting import Period
from whistle.domain.office import label_of
from whistle.domain.referral import office_naming
from whistle.domain.reporting_year import name_of, year_of
from whistle.signed_in import members_only
from whistle.storage.case_lists import CaseState
from whistle.web import current_language, this_installation

MOST_DUE = 8


@dataclass(frozen=True, slots=True)
class ShownLag:
    """How a centre replies, under its name."""

    name: str
    lag: Lag


@blueprint.get("/overview")
@members_only
def overview() -> str:
    """What the day and the year look like; counted anew each time."""
    here = this_installation()
    found = look_over(service(), current_language())
    today, begins = here.clock.today(), here.profile.office.year_begins
    names = [name_of(year_of(one.last, begins), begins) for one in (found.before, found.now)]
    first = found.due[:MOST_DUE]
    return render_template(
        "casework/overview.html",
        found=found,
        names=names,
        due=[show_due(one, today) for one in first],
        more=found.all_due - len(first),
        lags=[ShownLag(_centre_name(one.centre, today), one) for one in found.lags],
        tables=show_years(found, names),
        unregistered=_unregistered_in(found.now),
    )


def _unregistered_in(period: Period) -> str:
    """Give the list of the very enquiries that are in no number: of these days, in any state."""
    chosen = Filters(unregistered=True, since=period.first, until=period.last)
    return list_of(CaseState.ALL, chosen)


def _centre_name(centre: str, day: date) -> str:
    office = office_naming(this_installation().profiles, day, centre)
    return label_of((*office.centres, *office.recipients), centre, current_language())
