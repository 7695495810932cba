"""Challenges of passkeys: each says what it is for, and nothing is stored until one is answered.

A challenge holds when it was made and proof that we made it: for one ceremony at one host, and for
one member and session where somebody is known (WebAuthn level 3, 13.4.3).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto

from sqlalchemy import Connection

from whistle.crypto.place import Place, Purpose
from whistle.installation import Installation
from whistle.keys.fields import join_fields
from whistle.storage import passkeys as queries
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import UsedChallengeRow

MOST = 20  # passkeys of one member
GOOD_FOR = timedelta(minutes=5)
NONCE_BYTES = 16
_TIME_BYTES, _PROOF_BYTES = 8, 32


class Ceremony(StrEnum):
    """What a passkey is asked for. An answer to one counts for no other."""

    REGISTER = "register a passkey"
    SIGN_IN = "sign in by passkey"
    SECOND_FACTOR = "second factor by passkey"
    PROVE = "prove by passkey"
    LET_OPEN = "let a passkey open"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One asking. ``host``: as the browser named it; ``session``: the hash of its token."""

    ceremony: Ceremony
    host: str
    member_id: bytes = b""
    session: bytes = b""


class Refusal(Enum):
    """Why an answer was refused, as far as it may be told."""

    STALE = auto()  # asked too long ago
    USED = auto()  # answered before
    NOT_ACCEPTED = auto()  # unknown, another's, for something else, from elsewhere, or not genuine
    OPENS_NOTHING = auto()  # genuine, but a second factor alone
    NO_PRF = auto()  # genuine, but its authenticator cannot open anything
    COPIED = auto()  # genuine, but its count says that there are two of it
    KNOWN = auto()  # registered already
    TOO_MANY = auto()  # of this member's


class LastFactorError(Exception):
    """A member's last second factor cannot be removed; nothing was."""


class PasskeyRefusedError(Exception):
    """What a passkey answered was refused, for ``reason``."""

    def __init__(self, reason: Refusal) -> None:
        """Take the reason."""
        super().__init__(reason.name)
        self.reason = reason


class Challenges:
    """The challenges of one installation. Every worker accepts those of all."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def make(self, occasion: Occasion) -> bytes:
        """Make a challenge: time (u64), 16 random bytes, proof (32 bytes)."""
        head = _seconds(self._here.clock.now()).to_bytes(_TIME_BYTES, "big")
        head += secrets.token_bytes(NONCE_BYTES)
        return head + self._proof(head, occasion)

    def check(self, challenge: bytes, occasion: Occasion) -> None:
        """Refuse a challenge that was not made for ``occasion``, or too long ago."""
        head, proof = challenge[:-_PROOF_BYTES], challenge[-_PROOF_BYTES:]
        if not hmac.compare_digest(proof, self._proof(head, occasion)):
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED)
        age = _seconds(self._here.clock.now()) - int.from_bytes(head[:_TIME_BYTES], "big")
        if not 0 <= age <= GOOD_FOR.total_seconds():
            raise PasskeyRefusedError(Refusal.STALE)

    def check_unused(self, db: Connection, challenge: bytes) -> None:
        """Refuse a challenge that was answered; what decides is `use`."""
        if queries.is_used(db, _hash(challenge)):
            raise PasskeyRefusedError(Refusal.USED)

    def use(self, db: Connection, challenge: bytes) -> None:
        """Use a challenge up, in the transaction of what it is used for; refuse it twice."""
        now = self._here.clock.now()
        used = UsedChallengeRow(_hash(challenge), now + GOOD_FOR)
        try:
            queries.use_challenge(db, used, now)
        except DuplicateError as error:
            raise PasskeyRefusedError(Refusal.USED) from error

    def _proof(self, head: bytes, occasion: Occasion) -> bytes:
        place = Place(
            Purpose.FORM_TOKEN,
            self._here.id,
            owner=occasion.member_id,
            item=occasion.session,
            kind=occasion.ceremony,
        )
        message = join_fields([place.encode(), occasion.host.encode(), head])
        return hmac.digest(self._here.form_key.reveal(), message, "sha256")


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
