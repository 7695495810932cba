"""Becoming a member: two codes that come by different ways, a generated passphrase.

The long code is sent, the short one is told. Both are typed into a page and stand in no address:
addresses are kept by browsers and written down by proxies. Whoever has one of the two, or the
database alone, becomes nobody: the short code's hash is taken over both together, and five wrong
ones end the invitation.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from whistle.accounts.proposals import ProposedPassphrases
from whistle.accounts.service import stretching
from whistle.audit.entries import INVITED
from whistle.audit.log import Log, deed
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.receipt import ALPHABET
from whistle.crypto.secret import Secret, Seed
from whistle.domain.logged import Actor, Logged
from whistle.domain.role import Role
from whistle.installation import Installation
from whistle.keys.keyring import Keyring, box_seed
from whistle.storage import members as queries
from whistle.storage import membership
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import InvitationRow, MemberRow
from whistle.storage.tables import ID_BYTES

CODE_SYMBOLS = 10
LONG_SYMBOLS = 24
GOOD_FOR = timedelta(days=14)
MOST_FAILURES = 5
_BITS = 5  # in a symbol
_FORGIVEN = str.maketrans("OIL", "011")


class InvitationToken(Secret):
    """15 random bytes: the long code, in four groups of six Crockford base-32 symbols."""

    __slots__ = ()
    size = LONG_SYMBOLS * _BITS // 8

    @property
    def hash(self) -> bytes:
        """The row's key."""
        return hashlib.sha256(self.reveal()).digest()

    def show(self) -> str:
        """Write it for a letter."""
        number = int.from_bytes(self.reveal(), "big")
        digits = [number >> _BITS * place & 31 for place in reversed(range(LONG_SYMBOLS))]
        return "-".join(
            "".join(ALPHABET[digit] for digit in digits[start : start + 6])
            for start in range(0, LONG_SYMBOLS, 6)
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `show` wrote, however it was typed, or give none."""
        symbols = _symbols(text)
        if len(symbols) != LONG_SYMBOLS or any(symbol not in ALPHABET for symbol in symbols):
            return None
        number = 0
        for symbol in symbols:
            number = number << _BITS | ALPHABET.index(symbol)
        return cls(number.to_bytes(cls.size, "big"))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is told to the person invited: the long code by one way, the short one by another."""

    username: str
    role: Role
    token: InvitationToken
    code: str


def invite(log: Log, username: str, name: str, role: Role) -> Invitation:
    """Make an invitation. ``username`` in small letters; raise `DuplicateError` if it is taken.

    ``log``: of who invites. When a member who has invited leaves, the invitation goes too.
    """
    today = log.clock.today()
    inviter = log.who.member_id if log.who.kind is Actor.MEMBER else None
    token = InvitationToken.random()
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SYMBOLS))
    row = InvitationRow(
        token.hash, _code_hash(token, code), username, name, role, 0, today + GOOD_FOR, inviter
    )
    with log.write(deed(Logged.INVITED, invitation=token.hash, to=role)) as db:
        membership.forget_dead_invitations(db, today, MOST_FAILURES)
        if queries.by_username(db, username) or membership.is_invited(db, username):
            raise DuplicateError("there is a member with this user name, or somebody invited")
        row.insert(db)
    return Invitation(username, role, token, f"{code[:5]}-{code[5:]}")


class InvitationService:
    """Accepting an invitation on one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation
        self._passphrases = ProposedPassphrases(installation)

    def is_open(self, token: InvitationToken) -> bool:
        """Say whether a long code is that of an invitation that can still be accepted."""
        return self._row(token) is not None

    def check(self, token: InvitationToken, code: str) -> InvitationRow | None:
        """Give the invitation that both codes are of; a wrong short one is counted."""
        row = self._row(token)
        if row is None:
            return None
        if hmac.compare_digest(row.code_hash, _code_hash(token, code)):
            return row
        stranger = Log(self._here.store, self._here.id, self._here.clock, INVITED)
        with stranger.store.write() as db:
            if queries.count_failure(db, token.hash):
                stranger.append(db, deed(Logged.INVITATION_REFUSED, invitation=token.hash))
        return None

    def propose(self, token: InvitationToken) -> tuple[Passphrase, str]:
        """Draw a passphrase, and a proof that we drew it: people do not choose their own."""
        return self._passphrases.propose(token.hash)

    def accept(
        self, token: InvitationToken, code: str, passphrase: Passphrase, proof: str
    ) -> tuple[MemberRow, Keyring] | None:
        """Make the member, once; none when code, passphrase or proof is not right.

        Raises `TooBusyError` when too many passphrases are being stretched; nothing is used up.
        """
        row = self.check(token, code)
        if row is None or not self._passphrases.is_proposed(token.hash, passphrase, proof):
            return None
        keyring = Keyring(self._here.id, secrets.token_bytes(ID_BYTES), Seed.random())
        with stretching():
            stretch, seed_box = box_seed(keyring, passphrase)
        offered = keyring.public
        member = MemberRow(
            keyring.member_id,
            row.username,
            row.name,
            row.role,
            "da",
            stretch,
            seed_box,
            offered.public.raw,
            offered.verifying.raw,
            since=self._here.clock.today(),
        )
        try:
            done = deed(Logged.INVITATION_ACCEPTED, invitation=token.hash)
            with self._here.log_of(member).write(done) as db:
                queries.use_invitation(db, token.hash)
                member.insert(db)
        except (ConflictError, DuplicateError):
            return None
        return member, keyring

    def _row(self, token: InvitationToken) -> InvitationRow | None:
        with self._here.store.read() as db:
            row = queries.invitation(db, token.hash)
        if row is None or row.failures >= MOST_FAILURES:
            return None
        return row if self._here.clock.today() <= row.expires else None


def _code_hash(token: InvitationToken, code: str) -> bytes:
    return hashlib.sha256(token.reveal() + _symbols(code).encode()).digest()


def _symbols(text: str) -> str:
    """Give what was meant by what was typed: case, O, I and L, and all between are forgiven."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_FORGIVEN)
