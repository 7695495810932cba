"""Browsers that a member has signed in from: theirs is a lane of its own at the turnstile.

The mark is kept by the browser alone. It opens nothing, says nothing of when, and nothing is stored
here: what it holds is the member's random id, with proof that we wrote it.
"""

import base64
import binascii
import hmac
import re
from typing import TYPE_CHECKING

from whistle.crypto.place import Place, Purpose
from whistle.gateway.turnstile import Lane
from whistle.installation import Installation
from whistle.storage.tables import ID_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

COOKIE = "__Host-browser"
KEPT_SECONDS = 400 * 24 * 3600  # the most that browsers allow (RFC 6265bis, 5.5)
SIGN_IN_PATH = "/casework/"
_IN_HEADER = re.compile(rf"(?:^|;\s*){COOKIE}=([\w=-]*)")


class KnownBrowsers:
    """The marks of one installation. A new ``form_key`` makes all of them void."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def mark(self, member_id: bytes) -> str:
        """Write what a browser keeps after ``member_id`` (16 bytes) has signed in."""
        return base64.urlsafe_b64encode(member_id + self._proof(member_id)).decode()

    def knows(self, mark: str) -> bool:
        """Say whether `mark` wrote this."""
        try:
            value = base64.b64decode(mark.encode("ascii"), b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return False
        member_id, proof = value[:ID_BYTES], value[ID_BYTES:]
        return len(member_id) == ID_BYTES and hmac.compare_digest(proof, self._proof(member_id))

    def lane(self, environ: "WSGIEnvironment") -> Lane | None:
        """Give the lane in which a request waits; none unless a passphrase is to be stretched."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", SIGN_IN_PATH):
            return None
        found = _IN_HEADER.search(environ.get("HTTP_COOKIE", ""))
        return Lane.KNOWN if found and self.knows(found[1]) else Lane.OTHER

    def _proof(self, member_id: bytes) -> bytes:
        place = Place(Purpose.FORM_TOKEN, self._here.id, item=member_id, kind="known browser")
        return hmac.digest(self._here.form_key.reveal(), place.encode(), "sha256")
