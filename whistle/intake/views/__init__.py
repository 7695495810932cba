"""The pages of the anonymous door: choosing a channel, reporting, coming back."""

from flask import Flask

from whistle.domain.profile import LANGUAGES
from whistle.intake.views import (
    acts,
    approving,
    dialogue,
    front,
    replace,
    report,
    satisfaction,
    session,
)
from whistle.intake.views.lengths import pad_page
from whistle.intake.views.shared import blueprint, root
from whistle.web import current_language

__all__ = [
    "acts",
    "approving",
    "dialogue",
    "front",
    "init_app",
    "replace",
    "report",
    "satisfaction",
]


def init_app(app: Flask) -> None:
    """Give ``app`` the door's pages."""
    session.init_app(app)
    app.register_blueprint(root)
    app.register_blueprint(blueprint)
    # Flask calls the first of these last: by then all headers are set.
    app.after_request_funcs.setdefault(None, []).insert(0, pad_page)
    pages = app.url_map.bind("localhost")
    fronts = {code: pages.build("intake.front", {"lang": code}) for code in LANGUAGES}
    app.context_processor(lambda: {"home_url": fronts[current_language()]})
