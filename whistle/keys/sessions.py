"""The unlocked session, split in three: cookie, row, and a key in this process's memory.

Cookie: 32 random bytes. Row: their hash, and the member's seed boxed. Boot key: made at start, in
memory only. Two of the three open nothing (``docs/sealing.md``, "Sessions"). A session is **half**
until the second factor has been shown.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from whistle.crypto.envelope import box, derive, derive_from, unbox
from whistle.crypto.errors import SealingError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Secret, Seed, SymmetricKey
from whistle.keys.keyring import Keyring
from whistle.storage.rows import SessionRow

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
HALF = timedelta(minutes=30)  # the longest that a half session lasts: choosing a second factor
FRESH = timedelta(minutes=10)  # how long a proof counts for what changes keys
TOUCH = timedelta(minutes=1)


class BootKey(Secret):
    """32 bytes, made when the installation starts and never written down."""

    __slots__ = ()


class SessionToken(Secret):
    """32 random bytes: what the cookie holds."""

    __slots__ = ()

    @property
    def hash(self) -> bytes:
        """The row's key."""
        return hashlib.sha256(self.reveal()).digest()


@dataclass(frozen=True, slots=True)
class SessionBoxer:
    """Makes and opens sessions of one installation while it runs."""

    installation: bytes
    boot_key: BootKey

    def start(
        self, keyring: Keyring, now: datetime, proved: datetime | None = None
    ) -> tuple[SessionToken, SessionRow]:
        """Start a session for an unlocked member; moments are UTC without zone.

        ``proved``: when the second factor was shown; without, the session is half.
        """
        token = SessionToken.random()
        place = self._place(keyring.member_id, token, now, proved)
        seed_box = box(self._key(token), place, keyring.seed.reveal())
        return token, SessionRow(token.hash, keyring.member_id, seed_box, now, now, proved)

    def resume(self, token: SessionToken, row: SessionRow, now: datetime) -> Keyring | None:
        """Open a session; give none when it is over, or was made before the last start."""
        if not self.lasts(row, now):
            return None
        try:
            place = self._place(row.member_id, token, row.started, row.proved)
            seed = Seed(unbox(self._key(token), place, row.seed_box))
        except SealingError:
            return None
        return Keyring(self.installation, row.member_id, seed)

    @staticmethod
    def lasts(row: SessionRow, now: datetime) -> bool:
        """Say whether a session is not over yet; it may still be somebody's invention."""
        longest = HALF if row.proved is None else ABSOLUTE
        return now - row.seen <= IDLE and now - row.started <= longest

    def csrf_token(self, token: SessionToken) -> str:
        """Give the token that a session's forms carry."""
        return derive(token, Place(Purpose.SESSION_CSRF, self.installation)).hex()

    def _key(self, token: SessionToken) -> SymmetricKey:
        place = Place(Purpose.SESSION_KEY, self.installation)
        return SymmetricKey(derive_from(token.reveal() + self.boot_key.reveal(), place))

    def _place(
        self, member_id: bytes, token: SessionToken, started: datetime, proved: datetime | None
    ) -> Place:
        """Bind start and proof to the box: rows alone can neither prolong a session nor prove."""
        return Place(
            Purpose.SESSION_SEED,
            self.installation,
            owner=member_id,
            item=token.hash,
            kind="half" if proved is None else "",
            generation=_seconds(proved) if proved else 0,
            version=_seconds(started),
        )


def is_fresh(proved: datetime | None, now: datetime) -> bool:
    """Say whether what was proved then still counts for what changes keys."""
    return proved is not None and timedelta() <= now - proved <= FRESH


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
