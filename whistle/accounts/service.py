"""Signing in and out: a passphrase opens the member's keys, or nothing does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from whistle.accounts.browsers import KnownBrowsers
from whistle.accounts.delays import DelayedError, Delays, What
from whistle.audit.log import deed
from whistle.crypto.errors import SealingError
from whistle.crypto.passphrase import SALT_BYTES, Passphrase, Stretch
from whistle.domain.logged import Logged
from whistle.domain.username import plain_username
from whistle.gateway.turnstile import Lane
from whistle.installation import Installation
from whistle.keys.keyring import Keyring, unbox_seed
from whistle.keys.sessions import ABSOLUTE, TOUCH, SessionBoxer, SessionToken
from whistle.storage import members as queries
from whistle.storage.rows import MemberRow, SessionRow

_NOBODY = Stretch(bytes(SALT_BYTES))
_STRETCHING = threading.BoundedSemaphore(2)  # 64 MiB each: a flood queues instead of filling memory


LONGEST_WAIT = 5  # seconds
SECOND_FACTOR_WITHIN = timedelta(minutes=5)  # of the passphrase, by who has a second factor


class TooBusyError(Exception):
    """More people are signing in than passphrases can be stretched; nothing was tried."""


@contextmanager
def stretching() -> Iterator[None]:
    """Hold one of the places where a passphrase is stretched, or raise `TooBusyError`."""
    if not _STRETCHING.acquire(timeout=LONGEST_WAIT):
        raise TooBusyError
    try:
        yield
    finally:
        _STRETCHING.release()


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A member with their keys; ``lane``: whether they came by a browser known to be theirs."""

    member: MemberRow
    keyring: Keyring
    lane: Lane


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session that is open: who, with which keys, under which token.

    ``proved``: when the second factor was last shown; none in a half session. ``must_enrol``: the
    member has no second factor yet, and reaches only the pages where one is chosen.
    """

    member: MemberRow
    keyring: Keyring
    token: SessionToken
    proved: datetime | None
    must_enrol: bool


def _begun(delays: Delays, name: str, lane: Lane) -> DelayedError | None:
    """Count a try, before the passphrase is looked at; say what to raise if it is wrong."""
    try:
        delays.begin(What.PASSPHRASE, name, lane)
    except DelayedError as error:
        return error
    return None


class AccountService:
    """The acts of signing in and out on one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation
        self.boxer = SessionBoxer(installation.id, installation.boot_key)

    def unlock(self, username: str, passphrase: Passphrase, mark: str = "") -> Unlocked | None:
        """Open a member's keys; none when user name or passphrase is wrong, or the member left.

        ``mark``: what the browser keeps (`browsers`). A user name that does not exist costs the
        same stretching as one that does, and is counted in the same way. Raises `DelayedError`
        for a wrong one after too many failures, and `TooBusyError` when too many are trying.
        """
        name = plain_username(username)
        with self._here.store.read() as db:
            member = queries.by_username(db, name)
        if member and member.left:
            member = None
        lane = KnownBrowsers(self._here).lane_of(mark, member.id if member else None)
        delays = Delays(self._here)
        with stretching():
            too_soon = _begun(delays, name, lane)
            keyring = self._unbox(member, passphrase)
        if member is None or keyring is None:
            if too_soon:
                raise too_soon
            return None
        delays.succeeded(What.PASSPHRASE, name, lane)
        return Unlocked(self._with_public_keys(member, keyring), keyring, lane)

    def _unbox(self, member: MemberRow | None, passphrase: Passphrase) -> Keyring | None:
        if member is None:
            _NOBODY.key(passphrase)
            return None
        try:
            return unbox_seed(self._here.id, member.id, member.stretch, member.seed_box, passphrase)
        except SealingError:
            return None

    def _with_public_keys(self, member: MemberRow, keyring: Keyring) -> MemberRow:
        """Write down the public keys of who became a member before these were kept."""
        keys = keyring.public
        if (member.public, member.verifying) == (keys.public.raw, keys.verifying.raw):
            return member
        with self._here.log_of(member).write(deed(Logged.KEYS_PUT_RIGHT)) as db:
            queries.keep_public_keys(db, member.id, keys.public.raw, keys.verifying.raw)
        return replace(member, public=keys.public.raw, verifying=keys.verifying.raw)

    def start(self, keyring: Keyring, *, proved: bool) -> SessionToken:
        """Start a session: whole when the second factor has been ``proved``, else half.

        A whole one only where what proved it was another act; see `begin`.
        """
        with self._here.store.write() as db:
            queries.end_sessions_started_before(db, self._here.clock.now() - ABSOLUTE)
            return self.begin(db, keyring, proved=proved)

    def begin(self, db: Connection, keyring: Keyring, *, proved: bool = True) -> SessionToken:
        """Start a session in the transaction of the act that proves who the member is."""
        now = self._here.clock.now()
        token, row = self.boxer.start(keyring, now, now if proved else None)
        row.insert(db)
        return token

    def has_second_factor(self, member: MemberRow) -> bool:
        """Say whether a member has an authenticator app or a passkey."""
        with self._here.store.read() as db:
            return queries.has_second_factor(db, member)

    def resume(self, token: SessionToken) -> Resumed | None:
        """Open the session of a token, and note that it is in use."""
        now = self._here.clock.now()
        with self._here.store.read() as db:
            row = queries.session(db, token.hash)
            member = queries.by_id(db, row.member_id) if row else None
            if row is None or member is None:
                return None
            must_enrol = row.proved is None and not queries.has_second_factor(db, member)
        keyring = self.boxer.resume(token, row, now)
        late = row.proved is None and not must_enrol and now - row.started > SECOND_FACTOR_WITHIN
        if keyring is None or late or member.left:
            self.drop(token)
            return None
        if now - row.seen > TOUCH:
            with self._here.store.write() as db:
                queries.touch_session(db, token.hash, now)
        return Resumed(member, keyring, token, row.proved, must_enrol)

    def drop(self, token: SessionToken) -> None:
        """Delete a session that is over, or has another in its place: nobody's act."""
        with self._here.store.write() as db:
            queries.end_session(db, token.hash)

    def sign_out(self, token: SessionToken) -> bool:
        """End a session as its member asks; false when it was gone."""
        with self._here.store.write() as db:
            whose = self._whose(db, token)
            if whose is None or not queries.end_session(db, token.hash):
                return False
            self._here.log_of(whose).append(db, deed(Logged.SIGNED_OUT))
        return True

    def lock(self, token: SessionToken) -> bool:
        """End a session with all others of its member; false when it was gone."""
        with self._here.store.write() as db:
            whose = self._whose(db, token)
            if whose is None:
                return False
            ended = queries.end_sessions_of(db, whose.id)
            if not ended:
                return False
            self._here.log_of(whose).append(db, deed(Logged.LOCKED, ended=ended))
        return True

    def _whose(self, db: Connection, token: SessionToken) -> MemberRow | None:
        row = queries.session(db, token.hash)
        return queries.by_id(db, row.member_id) if row else None

    def sessions(self, member_id: bytes) -> list[SessionRow]:
        """Give a member's sessions that are not over, the newest first."""
        now = self._here.clock.now()
        with self._here.store.read() as db:
            rows = queries.sessions_of(db, member_id)
        return [row for row in rows if self.boxer.lasts(row, now)]

    def end(self, member: MemberRow, token_hash: bytes) -> None:
        """End one of a member's own sessions; another member's goes on."""
        with self._here.store.write() as db:
            if queries.end_session_of(db, member.id, token_hash):
                self._here.log_of(member).append(db, deed(Logged.SESSION_ENDED, ended=1))

    def end_others(self, member: MemberRow, token: SessionToken) -> None:
        """End all of a member's sessions but one, as they ask."""
        with self._here.store.write() as db:
            ended = queries.end_sessions_of(db, member.id, token.hash)
            if ended:
                self._here.log_of(member).append(db, deed(Logged.SESSION_ENDED, ended=ended))

    def choose_language(self, member: MemberRow, language: str) -> None:
        """Remember the language a member reads."""
        with self._here.store.write() as db:
            if queries.set_language(db, member.id, language):
                self._here.log_of(member).append(db, deed(Logged.LANGUAGE_CHOSEN))
