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
STRETCHING = frozenset(
    {"/casework/", "/casework/prove", "/casework/passphrase", "/casework/keys/renew"}
)
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
        return self._owner(mark) is not None

    def lane_of(self, mark: str, member_id: bytes | None) -> Lane:
        """Say whether a browser is known to be this very member's; nobody's never is."""
        owner = self._owner(mark)
        return Lane.KNOWN if owner is not None and owner == member_id else Lane.OTHER

    def lane(self, environ: "WSGIEnvironment") -> Lane | None:
        """Give the lane in which a request waits; none unless a passphrase is to be stretched."""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in STRETCHING:
            return None
        found = _IN_HEADER.search(environ.get("HTTP_COOKIE", ""))
        return Lane.KNOWN if found and self.knows(found[1]) else Lane.OTHER

    def _owner(self, mark: str) -> bytes | None:
        try:
            value = base64.b64decode(mark.encode("ascii"), b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        member_id, proof = value[:ID_BYTES], value[ID_BYTES:]
        genuine = hmac.compare_digest(proof, self._proof(member_id))
        return member_id if genuine and len(member_id) == ID_BYTES else None

    def _proof(self, member_id: bytes) -> bytes:
        place = Place(Purpose.FORM_TOKEN, self._here.id, item=member_id, kind="known browser")
        return hmac.digest(self._here.form_key.reveal(), place.encode(), "sha256")
