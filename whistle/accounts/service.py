"""Signing in and out: a passphrase opens the member's keys, or nothing does."""

import threading
from dataclasses import dataclass
from datetime import datetime

from whistle.crypto.errors import SealingError
from whistle.crypto.passphrase import SALT_BYTES, Passphrase, Stretch
from whistle.installation import Installation
from whistle.keys.keyring import Keyring, unbox_seed
from whistle.keys.sessions import ABSOLUTE, TOUCH, SessionBoxer, SessionToken
from whistle.storage import members as queries
from whistle.storage.rows import MemberRow

_NOBODY = Stretch(bytes(SALT_BYTES))
_STRETCHING = threading.BoundedSemaphore(2)  # 64 MiB each: a flood queues instead of filling memory


LONGEST_WAIT = 5  # seconds


class TooBusyError(Exception):
    """More people are signing in than passphrases can be stretched; nothing was tried."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A session that is open: who, with which keys, under which token.

    ``proved``: when the second factor was last shown; none in a half session. ``must_enrol``: the
    member has no second factor yet, and reaches only the pages where one is chosen.
    """

    member: MemberRow
    keyring: Keyring
    token: SessionToken
    proved: datetime | None
    must_enrol: bool


class AccountService:
    """The acts of signing in and out on one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation
        self.boxer = SessionBoxer(installation.id, installation.boot_key)

    def sign_in(self, username: str, passphrase: Passphrase) -> SessionToken | None:
        """Unlock a member and start a session; none when either is wrong.

        A user name that does not exist costs the same stretching as one that does. Raises
        `TooBusyError` when too many are trying.
        """
        now = self._here.clock.now()
        with self._here.store.read() as db:
            member = queries.by_username(db, username.replace("\0", "").strip().casefold())
        keyring = self._unlock(member, passphrase)
        if keyring is None:
            return None
        token, row = self.boxer.start(keyring, now, now)
        with self._here.store.write() as db:
            queries.end_sessions_started_before(db, now - ABSOLUTE)
            row.insert(db)
        return token

    def _unlock(self, member: MemberRow | None, passphrase: Passphrase) -> Keyring | None:
        if not _STRETCHING.acquire(timeout=LONGEST_WAIT):
            raise TooBusyError
        try:
            if member is None:
                _NOBODY.key(passphrase)
                return None
            return unbox_seed(self._here.id, member.id, member.stretch, member.seed_box, passphrase)
        except SealingError:
            return None
        finally:
            _STRETCHING.release()

    def resume(self, token: SessionToken) -> Unlocked | None:
        """Open the session of a token, and note that it is in use."""
        now = self._here.clock.now()
        with self._here.store.read() as db:
            row = queries.session(db, token.hash)
            member = queries.by_id(db, row.member_id) if row else None
            if row is None or member is None:
                return None
            must_enrol = row.proved is None and not queries.has_second_factor(db, member)
        keyring = self.boxer.resume(token, row, now)
        if keyring is None:
            self.sign_out(token)
            return None
        if now - row.seen > TOUCH:
            with self._here.store.write() as db:
                queries.touch_session(db, token.hash, now)
        return Unlocked(member, keyring, token, row.proved, must_enrol)

    def sign_out(self, token: SessionToken) -> None:
        """Delete the session; its cookie opens nothing from then on."""
        with self._here.store.write() as db:
            queries.end_session(db, token.hash)

    def choose_language(self, member_id: bytes, language: str) -> None:
        """Remember the language a member reads."""
        with self._here.store.write() as db:
            queries.set_language(db, member_id, language)
