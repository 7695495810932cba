"""The reporter's session: no row, only a boxed cookie with the receipt and two times.

Twenty minutes without a sign of life, two hours at most, and never longer than the server runs:
its key is derived from the boot key.
"""

import base64
import binascii
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from whistle.crypto.envelope import box, derive, unbox
from whistle.crypto.errors import SealingError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import SymmetricKey
from whistle.keys.sessions import BootKey

IDLE = timedelta(minutes=20)
ABSOLUTE = timedelta(hours=2)
_CONTENT = struct.Struct(f">QQ{Receipt.size}s")


@dataclass(frozen=True, slots=True)
class ReporterSession:
    """A receipt that was shown, since when, and when it was last used (UTC without zone)."""

    receipt: Receipt
    started: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class ReporterSessions:
    """Writes and reads the cookie's value."""

    installation: bytes
    boot_key: BootKey
    _key: SymmetricKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the key, once for as long as the server runs."""
        object.__setattr__(self, "_key", SymmetricKey(derive(self.boot_key, self._place())))

    def write(self, receipt: Receipt, started: datetime, now: datetime) -> str:
        """Give the cookie's value, base64url."""
        content = _CONTENT.pack(_seconds(started), _seconds(now), receipt.reveal())
        return base64.urlsafe_b64encode(box(self._key, self._place(), content)).decode()

    def read(self, value: str, now: datetime) -> ReporterSession | None:
        """Read a cookie's value; none when it is over, forged, or from before the last start."""
        try:
            boxed = base64.b64decode(value.encode("ascii"), b"-_", validate=True)
            started, seen, receipt = _CONTENT.unpack(unbox(self._key, self._place(), boxed))
        except (UnicodeEncodeError, binascii.Error, SealingError, struct.error):
            return None
        session = ReporterSession(Receipt(receipt), _moment(started), _moment(seen))
        if now - session.seen > IDLE or now - session.started > ABSOLUTE:
            return None
        return session

    def _place(self) -> Place:
        return Place(Purpose.REPORTER_SESSION, self.installation)


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
