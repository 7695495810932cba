"""The pages of one case: where each is, and which is being looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from whistle.casework.views.blueprint import blueprint, door_of
from whistle.domain.channel import Channel

_PAGES = (
    ("casework.case", _l("Dialogue")),
    ("casework.put_texts", _l("Texts to approve")),
    ("casework.registration", _l("Registration")),
    ("casework.referrals", _l("Centres")),
    ("casework.dealings", _l("Mediation and proposals")),
    ("casework.documents", _l("Documents")),
    ("casework.tasks", _l("Tasks and links")),
    ("casework.rights", _l("Consent and access")),
    ("casework.masked_copies", _l("Masked copies")),
    ("casework.timeline", _l("Timeline")),
    ("casework.case_export", _l("Export")),
)
_OTHERWISE: Mapping[
    tuple[Channel | None, str], LazyString | None
] = {  # at other doors than the citizens'
    (Channel.COUNCIL, "casework.dealings"): _l("Support"),
    (Channel.WHISTLEBLOWER, "casework.dealings"): None,
}


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A page of a case."""

    url: str
    title: str
    here: bool


def case_nav(case_id: str) -> list[CaseLink]:
    """Give the pages of a case; some are of one door alone."""
    door = door_of(case_id)
    pages = [(one, _OTHERWISE.get((door, one), title)) for one, title in _PAGES]
    return [
        CaseLink(url_for(endpoint, case_id=case_id), str(title), request.endpoint == endpoint)
        for endpoint, title in pages
        if title and endpoint in current_app.view_functions
    ]


blueprint.app_context_processor(lambda: {"case_nav": case_nav})
