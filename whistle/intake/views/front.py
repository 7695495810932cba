"""The first pages: which language, which door."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from whistle.domain.profile import LANGUAGES
from whistle.intake.views.shared import blueprint, root, show_door
from whistle.web import this_installation


@root.get("/")
def choose_language() -> Response:
    """Go to the front page in the language the browser asks for; Danish unless it says."""
    language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    return redirect(url_for("intake.front", lang=language))


@blueprint.get("/")
def front() -> str:
    """Which door is mine?"""
    doors = [show_door(channel) for channel in this_installation().profile.channels]
    return render_template("intake/front.html", doors=doors)
