"""Recommendations and learning points: their list, and the years that have none."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.views.blueprint import blueprint, service
from whistle.casework.views.book_forms import BookForm, NoneForm, RecommendationForm
from whistle.casework.views.book_pages import (
    Shelf,
    add,
    edit_page,
    form_page,
    opened,
    save,
    undo_of,
)
from whistle.casework.views.book_words import (
    ShownEntry,
    show_entry,
    status_names,
    year_choices,
)
from whistle.casework.views.paper_forms import Choice
from whistle.domain.book import NoRecommendations, Recommendation
from whistle.keys.book import KeptEntry
from whistle.signed_in import members_only
from whistle.uploads import Refusal

CARRIED, ENDED, EVERY = "carried", "ended", "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which recommendations a list shows: by reporting year, centre, theme, and whether ended."""

    year: str
    centre: str
    theme: str
    state: str

    def takes(self, told: Recommendation) -> bool:
        """Say whether a recommendation is among them; one for all centres is each centre's."""
        of_centre = not told.centres or self.centre in told.centres
        whole = self.centre.partition("/")[0] in {one.partition("/")[0] for one in told.centres}
        return (
            (not self.year or self.year in map(str, told.years))
            and (not self.centre or of_centre or ("/" not in self.centre and whole))
            and (not self.theme or self.theme == told.theme)
            and (self.state == EVERY or (self.state == ENDED) is (told.ended is not None))
        )


@dataclass(frozen=True, slots=True)
class ShownRecommendation:
    """A recommendation in the list. ``responses``: how far each of them has come."""

    entry: ShownEntry
    responses: tuple[str, ...]


@blueprint.get("/recommendations")
@members_only
def recommendations() -> BaseResponse:
    """Recommendations and learning points, with the form for another."""
    return _list(RecommendationForm(formdata=None))


@blueprint.post("/recommendations")
@members_only
def add_recommendation() -> BaseResponse:
    """Write a recommendation down."""
    return add(RECOMMENDATIONS)


@blueprint.get("/recommendation/<entry_id>/change")
@members_only
def recommendation_form(entry_id: str) -> BaseResponse:
    """A recommendation, to change it."""
    return edit_page(RECOMMENDATIONS, entry_id)


@blueprint.post("/recommendation/<entry_id>/change")
@members_only
def change_recommendation(entry_id: str) -> BaseResponse:
    """Change what a recommendation says."""
    return save(RECOMMENDATIONS, entry_id)


@blueprint.get("/recommendations/none")
@members_only
def no_recommendations() -> BaseResponse:
    """The form that says why a year's report has no recommendations."""
    return _none(NoneForm(formdata=None))


@blueprint.post("/recommendations/none")
@members_only
def add_no_recommendations() -> BaseResponse:
    """Write down why a year has none."""
    return add(_NONE)


@blueprint.get("/recommendations/none/<entry_id>")
@members_only
def no_recommendations_form(entry_id: str) -> BaseResponse:
    """Why a year has none, to change it."""
    return edit_page(_NONE, entry_id)


@blueprint.post("/recommendations/none/<entry_id>")
@members_only
def change_no_recommendations(entry_id: str) -> BaseResponse:
    """Change why a year has none."""
    return save(_NONE, entry_id)


def _asked() -> Asked:
    year, centre, theme, state = (
        request.args.get(name, "") for name in ("year", "centre", "theme", "state")
    )
    return Asked(year, centre, theme, state if state in {ENDED, EVERY} else CARRIED)


def _list(form: BookForm, refusal: Refusal | None = None) -> BaseResponse:
    book, asked, names = opened(Recommendation), _asked(), service().names()
    there = book.of_kind(Recommendation)
    shown = [_show(kept, one, names) for kept, one in there if asked.takes(one)]
    none = sorted(book.of_kind(NoRecommendations), key=lambda one: -one[1].year)
    years = {year for _kept, one in there for year in one.years}
    return form_page(
        "casework/learning/recommendations.html",
        Recommendation,
        form,
        refusal,
        shown=shown[::-1],
        total=len(there),
        without=[show_entry(kept, names) for kept, _one in none],
        asked=asked,
        years=year_choices(sorted(years, reverse=True)),
        states=_states(),
        undo=undo_of(book),
        damaged=book.damaged,
    )


def _states() -> list[Choice]:
    return [
        Choice(CARRIED, _("carried on")),
        Choice(ENDED, _("ended")),
        Choice(EVERY, _("all of them")),
    ]


def _show(
    kept: KeptEntry, told_of: Recommendation, names: Mapping[bytes, str]
) -> ShownRecommendation:
    statuses = status_names()
    return ShownRecommendation(
        show_entry(kept, names), tuple(statuses[one.status] for one in told_of.responses)
    )


def _none(form: BookForm, refusal: Refusal | None = None) -> BaseResponse:
    opened(NoRecommendations)  # to whom the book is closed, this page is not there
    return form_page("casework/learning/none.html", NoRecommendations, form, refusal)


RECOMMENDATIONS = Shelf(
    Recommendation,
    RecommendationForm,
    "casework.recommendations",
    "casework.change_recommendation",
    _list,
    "casework.recommendation",
)
_NONE = Shelf(
    NoRecommendations,
    NoneForm,
    "casework.recommendations",
    "casework.change_no_recommendations",
    _none,
)
