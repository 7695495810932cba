"""What the public pages share. They set no cookie, so anybody may keep a copy for a while."""

from typing import TypedDict

from flask import Blueprint, Response

from whistle.domain.office import CC_BY
from whistle.domain.profile import LANGUAGES
from whistle.web import this_installation

MAY_BE_KEPT = 60  # seconds: what is taken down is gone soon

blueprint = Blueprint(
    "statistics",
    __name__,
    url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>/statistics",
)


def kept(response: Response) -> Response:
    """Let whoever asked keep an answer for a while, and search engines find it."""
    response.cache_control.public = True
    response.cache_control.max_age = MAY_BE_KEPT
    response.headers["X-Robots-Tag"] = "nofollow"
    return response


class Licence(TypedDict):
    """What published numbers may be used under. ``is_free``: it is the one that is usual."""

    licence: str
    is_free: bool


def licence() -> Licence:
    """Give what a page says of it."""
    address = this_installation().profile.office.licence
    return {"licence": address, "is_free": address == CC_BY}
