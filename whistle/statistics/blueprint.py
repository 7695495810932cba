"""What the public pages share. They set no cookie, so anybody may keep a copy for a while."""

from flask import Blueprint, Response

from whistle.domain.profile import LANGUAGES

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
