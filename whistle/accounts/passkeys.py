"""Passkeys: registering, signing in, proving, removing.

Nothing here stretches a passphrase: a passkey with PRF opens its member's seed by itself, and one
without is a second factor. Whoever holds no passkey cannot find out which ones there are.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection

from whistle.accounts import authenticators
from whistle.accounts.authenticators import Site
from whistle.accounts.challenges import (
    MOST,
    Ceremony,
    Challenges,
    LastFactorError,
    Occasion,
    PasskeyRefusedError,
    Refusal,
)
from whistle.accounts.factors import Way
from whistle.audit.log import Deed, deed
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.keyring import Keyring
from whistle.keys.passkeys import UnlockKey, box_for_passkey, open_by_passkey
from whistle.storage import members as member_queries
from whistle.storage import passkeys as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import MemberRow, PasskeyRow

# The generator of P-256 as a COSE key (RFC 9053): what an unknown passkey is checked with, so that
# it takes as long. Anybody can sign with it, so its answer counts for nothing.
_NOBODY = PasskeyRow(
    b"",
    b"",
    bytes.fromhex(
        "a5010203262001"
        "2158206b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "2258204fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ),
    0,
    None,
    "",
    date.min,
)


class PasskeyService:
    """The passkeys of one installation, as one host is asked for them."""

    def __init__(self, installation: Installation, host: str) -> None:
        """Work on ``installation``. ``host``: as the browser named it, with its port."""
        self._here = installation
        self._site = Site(host)
        self._challenges = Challenges(installation)

    def sign_in_options(self) -> str | None:
        """Ask for any passkey of this host; none where a host can have no passkeys."""
        if not self._site.has_passkeys:
            return None
        challenge = self._challenges.make(self._occasion(Ceremony.SIGN_IN))
        return authenticators.assertion_options(self._site, challenge, (), prf=True)

    def factor_options(self, ceremony: Ceremony, member_id: bytes, session: bytes) -> str | None:
        """Ask for one of a member's passkeys; none where they have none, or the host can't."""
        known = [row.credential_id for row in self.all_of(member_id)]
        if not known or not self._site.has_passkeys:
            return None
        challenge = self._challenges.make(self._occasion(ceremony, member_id, session))
        return authenticators.assertion_options(self._site, challenge, known, prf=False)

    def opening_options(self, member_id: bytes, session: bytes) -> str | None:
        """Ask for a passkey that does not open its member's keys, so that it may; else none."""
        closed = [row.credential_id for row in self.all_of(member_id) if row.seed_box is None]
        if not closed or not self._site.has_passkeys:
            return None
        challenge = self._challenges.make(self._occasion(Ceremony.LET_OPEN, member_id, session))
        return authenticators.assertion_options(self._site, challenge, closed, prf=True)

    def registration_options(self, member: MemberRow, session: bytes) -> str | None:
        """Ask for a new passkey, on a device that has none of this member's."""
        if not self._site.has_passkeys:
            return None
        known = [row.credential_id for row in self.all_of(member.id)]
        challenge = self._challenges.make(self._occasion(Ceremony.REGISTER, member.id, session))
        municipality = self._here.profile.municipality
        return authenticators.registration_options(
            self._site, challenge, member, known, municipality
        )

    def sign_in(
        self, answer: str, unlock: str, then: Callable[[Connection, Keyring], object] | None = None
    ) -> tuple[MemberRow, Keyring]:
        """Unlock the member whose passkey answered, by the key that their browser derived.

        ``then`` is given the keys, and begins their session in the transaction of the sign-in.
        """
        member, row, count, challenge = self._verified(answer, self._occasion(Ceremony.SIGN_IN))
        try:
            key = UnlockKey(_decoded(unlock))
            keyring = open_by_passkey(self._here.id, row, key)
        except SealingError as error:
            raise PasskeyRefusedError(Refusal.OPENS_NOTHING) from error
        with self._using(row, count, challenge) as db:
            if then:
                then(db, keyring)
            self._log(db, member, _shown(Logged.SIGNED_IN, row))
        return member, keyring

    def prove(self, ceremony: Ceremony, answer: str, member_id: bytes, session: bytes) -> None:
        """Take the answer of one of a member's passkeys, in a session of theirs."""
        occasion = self._occasion(ceremony, member_id, session)
        member, row, count, challenge = self._verified(answer, occasion)
        act = Logged.SIGNED_IN if ceremony is Ceremony.SECOND_FACTOR else Logged.PROVED
        with self._using(row, count, challenge) as db:
            self._log(db, member, _shown(act, row))

    def let_open(self, keyring: Keyring, session: bytes, answer: str, unlock: str) -> None:
        """Give a member's seed to a passkey of theirs: after they have renewed their keys."""
        occasion = self._occasion(Ceremony.LET_OPEN, keyring.member_id, session)
        _, row, count, challenge = self._verified(answer, occasion)
        try:
            boxed = box_for_passkey(keyring, row.credential_id, UnlockKey(_decoded(unlock)))
        except SealingError as error:
            raise PasskeyRefusedError(Refusal.NO_PRF) from error
        with self._using(row, count, challenge) as db:
            member = self._held(db, keyring)
            queries.keep_seed_box(db, row.credential_id, boxed)
            self._log(db, member, deed(Logged.PASSKEY_OPENS, passkey=row.credential_id))

    def register(
        self, keyring: Keyring, session: bytes, answer: str, unlock: str, name: str
    ) -> PasskeyRow:
        """Keep a member's new passkey; with ``unlock``, together with their seed."""
        occasion = self._occasion(Ceremony.REGISTER, keyring.member_id, session)
        credential, challenge = authenticators.read_registration(answer)
        self._challenges.check(challenge, occasion)
        new = authenticators.registered(credential, challenge, self._site)
        try:
            key = UnlockKey(_decoded(unlock)) if unlock else None
        except SealingError as error:
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED) from error
        row = PasskeyRow(
            new.credential_id,
            keyring.member_id,
            new.credential_public_key,
            new.sign_count,
            box_for_passkey(keyring, new.credential_id, key) if key else None,
            name,
            self._here.clock.today(),
        )
        with self._here.store.write() as db:
            self._challenges.use(db, challenge)
            self._keep(db, row, keyring)
        return row

    def all_of(self, member_id: bytes) -> Sequence[PasskeyRow]:
        """Give a member's passkeys, the oldest first."""
        with self._here.store.read() as db:
            return queries.passkeys_of(db, member_id)

    def remove(self, member_id: bytes, credential_id: bytes) -> None:
        """Remove a member's passkey; raise `LastFactorError` when no factor would be left."""
        with self._here.store.write() as db:
            member = queries.hold_factors(db, member_id)
            removed = queries.remove_passkey(db, member_id, credential_id)
            if member is None or not member_queries.has_second_factor(db, member):
                raise LastFactorError
            if removed:
                self._log(db, member, deed(Logged.PASSKEY_REMOVED, passkey=credential_id))

    def _keep(self, db: Connection, row: PasskeyRow, keyring: Keyring) -> None:
        member = self._held(db, keyring)
        if len(queries.passkeys_of(db, row.member_id)) >= MOST:
            raise PasskeyRefusedError(Refusal.TOO_MANY)
        try:
            row.insert(db)
        except DuplicateError as error:
            raise PasskeyRefusedError(Refusal.KNOWN) from error
        opens = int(row.seed_box is not None)
        done = deed(Logged.PASSKEY_ADDED, passkey=row.credential_id, opens=opens)
        self._log(db, member, done)

    def _log(self, db: Connection, member: MemberRow, done: Deed) -> None:
        self._here.log_of(member).append(db, done)

    def _held(self, db: Connection, keyring: Keyring) -> MemberRow:
        """Hold who has these keys; refuse keys that were renewed since, or whose member left."""
        member = queries.hold_factors(db, keyring.member_id)
        if member is None or not queries.is_current(member, keyring.public.verifying.raw):
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED)
        return member

    def _verified(
        self, answer: str, occasion: Occasion
    ) -> tuple[MemberRow, PasskeyRow, int, bytes]:
        """Give whose passkey answered, its new count and the challenge; nothing is stored."""
        credential, challenge = authenticators.read_assertion(answer)
        self._challenges.check(challenge, occasion)
        with self._here.store.read() as db:
            self._challenges.check_unused(db, challenge)
            row = queries.passkey(db, credential.raw_id) or _NOBODY
            member = member_queries.by_id(db, row.member_id)
        count = authenticators.signed_count(credential, challenge, self._site, row.public_key)
        whose = credential.response.user_handle or row.member_id
        if (
            member is None
            or member.left is not None
            or whose != member.id
            or occasion.member_id not in {b"", member.id}
        ):
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED)
        if (count or row.sign_count) and count <= row.sign_count:
            raise PasskeyRefusedError(Refusal.COPIED)
        return member, row, count, challenge

    @contextmanager
    def _using(self, row: PasskeyRow, count: int, challenge: bytes) -> Iterator[Connection]:
        """Use an answer up, in one transaction with what it is used for."""
        try:
            with self._here.store.write() as db:
                self._challenges.use(db, challenge)
                queries.count_use(db, row, count)
                yield db
        except ConflictError as error:
            raise PasskeyRefusedError(Refusal.NOT_ACCEPTED) from error

    def _occasion(
        self, ceremony: Ceremony, member_id: bytes = b"", session: bytes = b""
    ) -> Occasion:
        return Occasion(ceremony, self._site.host, member_id, session)


def _shown(act: Logged, row: PasskeyRow) -> Deed:
    return deed(act, way=Way.PASSKEY, passkey=row.credential_id)


def _decoded(text: str) -> bytes:
    """Read a key in base64url, without padding; give what is no key where it is none."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=", b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return b""
