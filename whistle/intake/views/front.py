"""The pages to read before writing: which language, which door, what happens to one's data."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from whistle.domain.channel import Channel
from whistle.domain.guidance import Notice
from whistle.domain.profile import LANGUAGES
from whistle.intake.views.shared import blueprint, door_titles, root, show_door
from whistle.web import current_language, this_installation


@root.get("/")
def choose_language() -> Response:
    """Go to the front page in the language the browser asks for; Danish unless it says."""
    language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    return redirect(url_for("intake.front", lang=language))


@blueprint.get("/")
def front() -> str:
    """Which door is mine?"""
    return render_template(
        "intake/front.html",
        doors=[show_door(channel) for channel in this_installation().profile.channels],
        titles=door_titles(),
        notice=_notice(),
    )


@blueprint.get("/privacy/<channel>")
def privacy(channel: str) -> str:
    """What happens to what is sent through this door? (GDPR arts. 13 and 14)."""
    if channel not in this_installation().profile.channels:
        abort(404)
    return render_template(
        "intake/privacy.html", door=show_door(Channel(channel)), notice=_notice()
    )


@blueprint.get("/advice")
def advice() -> str:
    """How do I protect myself?"""
    return render_template("intake/advice.html")


def _notice() -> Notice:
    return this_installation().profile.notice[current_language()]
