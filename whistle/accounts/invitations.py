"""Becoming a member: a one-time link, a code told by another way, a generated passphrase.

Whoever has the link alone, or the database alone, becomes nobody: the code's hash is taken over
link and code together, and five wrong codes end the invitation.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from whistle.crypto.errors import KeyShapeError
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.place import Place, Purpose
from whistle.crypto.receipt import ALPHABET
from whistle.crypto.secret import Secret, Seed
from whistle.domain.role import Role
from whistle.installation import Installation
from whistle.keys.keyring import Keyring, box_seed
from whistle.storage import members as queries
from whistle.storage.engine import Store
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import InvitationRow, MemberRow
from whistle.storage.tables import ID_BYTES

CODE_SYMBOLS = 10
GOOD_FOR = timedelta(days=14)
MOST_FAILURES = 5


class InvitationToken(Secret):
    """32 random bytes: what the link holds."""

    __slots__ = ()

    @property
    def hash(self) -> bytes:
        """The row's key."""
        return hashlib.sha256(self.reveal()).digest()

    def show(self) -> str:
        """Write it for an address, base64url."""
        return base64.urlsafe_b64encode(self.reveal()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `show` wrote, or give none."""
        try:
            return cls(base64.b64decode(text.encode("ascii") + b"=", b"-_", validate=True))
        except (UnicodeEncodeError, binascii.Error, KeyShapeError):
            return None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is told to the person invited: the link by one way, the code by another."""

    username: str
    role: Role
    token: InvitationToken
    code: str


def invite(store: Store, username: str, name: str, role: Role, today: date) -> Invitation:
    """Make an invitation. ``username`` in small letters; raise `DuplicateError` if it is taken."""
    token = InvitationToken.random()
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SYMBOLS))
    row = InvitationRow(
        token.hash, _code_hash(token, code), username, name, role, 0, today + GOOD_FOR
    )
    with store.write() as db:
        if queries.by_username(db, username):
            raise DuplicateError("there is a member with this user name")
        row.insert(db)
    return Invitation(username, role, token, f"{code[:5]}-{code[5:]}")


class InvitationService:
    """Accepting an invitation on one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def is_open(self, token: InvitationToken) -> bool:
        """Say whether there is an invitation behind a link that can still be accepted."""
        return self._row(token) is not None

    def check(self, token: InvitationToken, code: str) -> InvitationRow | None:
        """Give the invitation for a link and its code; a wrong code is counted."""
        row = self._row(token)
        if row is None:
            return None
        if hmac.compare_digest(row.code_hash, _code_hash(token, code)):
            return row
        with self._here.store.write() as db:
            queries.count_failure(db, token.hash)
        return None

    def propose(self, token: InvitationToken) -> tuple[Passphrase, str]:
        """Draw a passphrase, and a proof that we drew it: people do not choose their own."""
        passphrase = Passphrase.generate()
        return passphrase, self._proof(token, passphrase)

    def accept(
        self, token: InvitationToken, code: str, passphrase: Passphrase, proof: str
    ) -> MemberRow | None:
        """Make the member, once; none when code, passphrase or proof is not right."""
        row = self.check(token, code)
        if row is None or not self._is_proof(token, passphrase, proof):
            return None
        keyring = Keyring(self._here.id, secrets.token_bytes(ID_BYTES), Seed.random())
        stretch, seed_box = box_seed(keyring, passphrase)
        member = MemberRow(
            keyring.member_id, row.username, row.name, row.role, "da", stretch, seed_box
        )
        try:
            with self._here.store.write() as db:
                queries.use_invitation(db, token.hash)
                member.insert(db)
        except (ConflictError, DuplicateError):
            return None
        return member

    def _row(self, token: InvitationToken) -> InvitationRow | None:
        with self._here.store.read() as db:
            row = queries.invitation(db, token.hash)
        if row is None or row.failures >= MOST_FAILURES:
            return None
        return row if self._here.clock.today() <= row.expires else None

    def _is_proof(self, token: InvitationToken, passphrase: Passphrase, proof: str) -> bool:
        return hmac.compare_digest(self._proof(token, passphrase).encode(), proof.encode())

    def _proof(self, token: InvitationToken, passphrase: Passphrase) -> str:
        place = Place(
            Purpose.FORM_TOKEN, self._here.id, item=token.hash, kind="generated passphrase"
        )
        message = place.encode() + passphrase.show().encode()
        return hmac.digest(self._here.form_key.reveal(), message, "sha256").hex()


def _code_hash(token: InvitationToken, code: str) -> bytes:
    symbols = code.upper().translate(str.maketrans("OIL", "011", " -\t"))
    return hashlib.sha256(token.reveal() + symbols.encode()).digest()
