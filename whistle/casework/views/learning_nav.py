"""The pages of what the office learns: where each is, and which is being looked at."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from whistle.casework.views.blueprint import blueprint

_PAGES = (
    ("casework.recommendations", _l("Recommendations")),
    ("casework.activities", _l("Activities")),
    ("casework.patterns", _l("Patterns")),
    ("casework.satisfaction", _l("Satisfaction")),
    ("casework.changes", _l("Gaps and method")),
    ("casework.evaluations", _l("Evaluations")),
    ("casework.reports", _l("Reports")),
    ("casework.standing", _l("Public documents")),
)


@dataclass(frozen=True, slots=True)
class LearningLink:
    """A page of what the office learns."""

    url: str
    title: str
    here: bool


def learning_nav() -> list[LearningLink]:
    """Give those of the pages that there are."""
    return [
        LearningLink(url_for(endpoint), str(title), request.endpoint == endpoint)
        for endpoint, title in _PAGES
        if endpoint in current_app.view_functions
    ]


blueprint.app_context_processor(lambda: {"learning_nav": learning_nav})
