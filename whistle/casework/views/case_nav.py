"""The pages of one case: where each is, and which is being looked at."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from whistle.casework.views.blueprint import blueprint

_PAGES = (
    ("casework.case", _l("Dialogue")),
    ("casework.registration", _l("Registration")),
    ("casework.referrals", _l("Centres")),
    ("casework.documents", _l("Documents")),
    ("casework.tasks", _l("Tasks and links")),
    ("casework.rights", _l("Consent and access")),
    ("casework.timeline", _l("Timeline")),
    ("casework.case_export", _l("Export")),
)


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A page of a case."""

    url: str
    title: str
    here: bool


def case_nav(case_id: str) -> list[CaseLink]:
    """Give the pages of a case."""
    return [
        CaseLink(url_for(endpoint, case_id=case_id), str(title), request.endpoint == endpoint)
        for endpoint, title in _PAGES
    ]


blueprint.app_context_processor(lambda: {"case_nav": case_nav})
