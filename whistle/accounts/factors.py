"""A member's second factor: an authenticator app's codes, and backup codes for when it is lost."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import Connection

from whistle.accounts.delays import Delays, What
from whistle.audit.log import Deed, deed
from whistle.crypto.errors import SealingError
from whistle.crypto.totp import TotpSecret
from whistle.domain.logged import Logged
from whistle.gateway.turnstile import Lane
from whistle.installation import Installation
from whistle.keys.factors import (
    backup_code_digest,
    box_totp,
    draw_backup_codes,
    looks_like_backup_code,
    unbox_totp,
)
from whistle.keys.keyring import Keyring
from whistle.storage import members as queries
from whistle.storage import membership
from whistle.storage.rows import BackupCodeRow, MemberRow

MOST_WRONG = 100  # codes in a day, in all: one of a million is right at any moment, three are taken


Then: TypeAlias = Callable[[Connection], object]  # what an act does besides, in its transaction


class Way(StrEnum):
    """What a member showed, as the log says it."""

    APP = "app"
    BACKUP_CODE = "backup-code"
    PASSKEY = "passkey"


class NoMoreCodesError(Exception):
    """The app's code was not looked at: there were too many wrong ones today."""


class FactorService:
    """The second factor of one member, whose keys are at hand."""

    def __init__(self, installation: Installation, member: MemberRow, keyring: Keyring) -> None:
        """Work for ``member`` on ``installation``."""
        self._here = installation
        self._member = member
        self._keyring = keyring
        self._log = installation.log_of(member)

    def show(self, code: str, lane: Lane, act: Logged, then: Then | None = None) -> bool:
        """Say whether a code, the app's or a backup code, is right; it is used up then.

        ``act``: what the member does by it, which is logged with the code's use; ``then`` begins
        the session that it is for. All of it is stored, or nothing.

        Raises `DelayedError` after too many wrong ones, whatever the passphrase was, and
        `NoMoreCodesError` after too many in a day, but for backup codes. Wrong ones are kept until
        the member has seen that there were some: whoever gave them had the passphrase.
        """
        is_backup_code = looks_like_backup_code(code)
        if not is_backup_code and self._wrong_today() >= MOST_WRONG:
            raise NoMoreCodesError
        delays = Delays(self._here)
        delays.begin(What.CODE, self._member.username, lane)
        use = self._use_backup_code if is_backup_code else self._use
        right = use(code, act, then)
        if right:
            delays.succeeded(What.CODE, self._member.username, lane)
        else:
            with self._log.write(deed(Logged.WRONG_CODE)) as db:
                queries.count_wrong_code(db, self._member.id, self._here.clock.today())
        return right

    def _wrong_today(self) -> int:
        same_day = self._member.wrong_codes_day == self._here.clock.today()
        return self._member.wrong_codes_that_day if same_day else 0

    def have_seen_wrong_codes(self) -> None:
        """Tell of wrong codes no more, until there is another."""
        if not self._member.wrong_codes:
            return
        with self._here.store.write() as db:
            if queries.have_seen_wrong_codes(db, self._member.id, self._member.wrong_codes):
                self._log.append(db, deed(Logged.WRONG_CODES_SEEN))

    def _use(self, code: str, act: Logged, then: Then | None) -> bool:
        if self._member.totp_box is None:
            return False
        try:
            secret = unbox_totp(self._keyring, self._member.totp_box)
        except SealingError:
            return False
        steps = list(secret.steps_of(_digits(code), self._here.clock.now()))
        with self._here.store.write() as db:
            used = any(queries.use_totp_step(db, self._member, step) for step in steps)
            return used and self._done(db, deed(act, way=Way.APP), then)

    def _use_backup_code(self, code: str, act: Logged, then: Then | None) -> bool:
        row = BackupCodeRow(self._member.id, backup_code_digest(self._keyring, code))
        with self._here.store.write() as db:
            used = queries.use_backup_code(db, row)
            return used and self._done(db, deed(act, way=Way.BACKUP_CODE), then)

    def _done(self, db: Connection, done: Deed, then: Then | None) -> bool:
        if then:
            then(db)
        self._log.append(db, done)
        return True

    def propose_app(self) -> tuple[TotpSecret, str]:
        """Draw a secret for an app, and box it for the form that comes back with a first code."""
        secret = TotpSecret.random()
        return secret, box_totp(self._keyring, secret).hex()

    def proposed_app(self, boxed: str) -> TotpSecret | None:
        """Give the secret that `propose_app` boxed for this member; none for anything else."""
        try:
            return unbox_totp(self._keyring, bytes.fromhex(boxed))
        except (ValueError, SealingError):
            return None

    def enrol_app(self, boxed: str, code: str) -> bool:
        """Take an app that shows a right code in the place of the one before, if there was one.

        Nobody chooses a secret: it is one that was drawn here. Raises `ConflictError` when the
        member has chosen another app meanwhile.
        """
        secret = self.proposed_app(boxed)
        if secret is None:
            return False
        steps = list(secret.steps_of(_digits(code), self._here.clock.now()))
        if not steps:
            return False
        with self._log.write(deed(Logged.APP_SET)) as db:
            queries.change_totp(db, self._member, bytes.fromhex(boxed), steps[-1])
        return True

    def make_backup_codes(self) -> list[str]:
        """Draw ten new codes, to be shown once; those from before are void."""
        codes = draw_backup_codes()
        digests = [backup_code_digest(self._keyring, code) for code in codes]
        rows = [BackupCodeRow(self._member.id, digest) for digest in digests]
        with self._log.write(deed(Logged.BACKUP_CODES_MADE)) as db:
            membership.hold(db, self._member.id)  # of two who make them, one's are void
            queries.replace_backup_codes(db, self._member.id, rows)
        return codes

    def backup_codes_left(self) -> int:
        """Say how many backup codes have not been used."""
        with self._here.store.read() as db:
            return queries.count_backup_codes(db, self._member.id)


def _digits(code: str) -> str:
    return "".join(code.split())
