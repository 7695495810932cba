"""The unlocked session, split in three: cookie, row, and a key in this process's memory.

Cookie: 32 random bytes. Row: their hash, and the member's seed boxed. Boot key: made at start, in
memory only. Two of the three open nothing (``docs/sealing.md``, "An unlocked session").
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

    def start(self, keyring: Keyring, now: datetime) -> tuple[SessionToken, SessionRow]:
        """Start a session for an unlocked member; ``now`` is UTC without zone."""
        token = SessionToken.random()
        place = self._place(keyring.member_id, token, now)
        seed_box = box(self._key(token), place, keyring.seed.reveal())
        return token, SessionRow(token.hash, keyring.member_id, seed_box, now, now)

    def resume(self, token: SessionToken, row: SessionRow, now: datetime) -> Keyring | None:
        """Open a session; give none when it is over, or was made before the last start."""
        if now - row.seen > IDLE or now - row.started > ABSOLUTE:
            return None
        try:
            place = self._place(row.member_id, token, row.started)
            seed = Seed(unbox(self._key(token), place, row.seed_box))
        except SealingError:
            return None
        return Keyring(self.installation, row.member_id, seed)

    def csrf_token(self, token: SessionToken) -> str:
        """Give the token that a session's forms carry."""
        return derive(token, Place(Purpose.SESSION_CSRF, self.installation)).hex()

    def _key(self, token: SessionToken) -> SymmetricKey:
        place = Place(Purpose.SESSION_KEY, self.installation)
        return SymmetricKey(derive_from(token.reveal() + self.boot_key.reveal(), place))

    def _place(self, member_id: bytes, token: SessionToken, started: datetime) -> Place:
        """Bind the start to the box: who can write rows cannot make a session last longer."""
        return Place(
            Purpose.SESSION_SEED,
            self.installation,
            owner=member_id,
            item=token.hash,
            version=int(started.replace(tzinfo=UTC).timestamp()),
        )
