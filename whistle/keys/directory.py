"""The signed key directory: which public key an inbox has, and who may have its secret.

Rows in a database are not keys to trust. Each inbox has a chain of signed statements; the
fingerprint of the first stands in the configuration (``docs/sealing.md``, "Directory").
"""

import hashlib
import hmac
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Self

from whistle.crypto.envelope import PublicKey
from whistle.crypto.errors import (
    ContentError,
    DirectoryChainError,
    DirectoryInboxError,
    DirectoryRollbackError,
    DirectoryRootError,
    DirectorySignatureError,
    DirectoryStatementError,
    KeyShapeError,
)
from whistle.crypto.place import Place, Purpose
from whistle.crypto.signing import SigningKey, VerifyingKey
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.fields import join_fields, split_fields
from whistle.storage import directory as queries
from whistle.storage.engine import Store
from whistle.storage.rows import StatementRow
from whistle.storage.tables import HASH_BYTES, ID_BYTES

_FIXED_FIELDS = 8
_FIELDS_PER_MEMBER = 3
_EPOCHS = range(1, 2**63)


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """A member's public keys as the directory names them. ``member_id``: 16 bytes."""

    member_id: bytes
    public: PublicKey
    verifying: VerifyingKey


@dataclass(frozen=True)
class Statement:
    """What is signed about one inbox at one epoch.

    ``previous``: the digest of the statement before, 32 bytes; 32 zeros in the first. Raises
    `DirectoryStatementError` for what no statement says, so that none can be signed either.
    """

    installation: bytes
    inbox_id: bytes
    channel: Channel
    kind: InboxKind
    epoch: int
    public: PublicKey
    recovery: PublicKey | None
    previous: bytes
    members: tuple[MemberKeys, ...]

    def __post_init__(self) -> None:
        """Check lengths, the epoch, and that every member counts once."""
        ids = [member.member_id for member in self.members]
        if any(len(one) != ID_BYTES for one in (self.installation, self.inbox_id, *ids)):
            raise DirectoryStatementError("an identifier of another length")
        if len(self.previous) != HASH_BYTES or self.epoch not in _EPOCHS:
            raise DirectoryStatementError("a digest or an epoch that cannot be")
        hybrid = [member.public for member in self.members]
        signing = [member.verifying for member in self.members]
        if not ids or any(len(set(each)) != len(ids) for each in (ids, hybrid, signing)):
            raise DirectoryStatementError("no members, or one of them twice")

    def encode(self) -> bytes:
        """Give the canonical bytes."""
        return join_fields(
            [
                self.installation,
                self.inbox_id,
                self.channel.encode(),
                self.kind.encode(),
                self.epoch.to_bytes(8, "big"),
                self.public.raw,
                self.recovery.raw if self.recovery else b"",
                self.previous,
                *(
                    field
                    for member in self.members
                    for field in (member.member_id, member.public.raw, member.verifying.raw)
                ),
            ]
        )

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read canonical bytes; raise `DirectoryStatementError` for any others."""
        try:
            statement = cls._read(split_fields(body))
        except (ValueError, ContentError, KeyShapeError) as error:
            raise DirectoryStatementError("not a statement") from error
        if statement.encode() != body:
            raise DirectoryStatementError("not the canonical bytes of a statement")
        return statement

    @classmethod
    def _read(cls, fields: Sequence[bytes]) -> Self:
        rest = fields[_FIXED_FIELDS:]
        if len(fields) < _FIXED_FIELDS or len(rest) % _FIELDS_PER_MEMBER:
            raise DirectoryStatementError("another number of fields than a statement has")
        installation, inbox_id, channel, kind, epoch, public, recovery, previous = fields[
            :_FIXED_FIELDS
        ]
        return cls(
            installation,
            inbox_id,
            Channel(channel.decode()),
            InboxKind(kind.decode()),
            int.from_bytes(epoch, "big"),
            PublicKey(public),
            PublicKey(recovery) if recovery else None,
            previous,
            tuple(
                MemberKeys(member_id, PublicKey(hybrid), VerifyingKey(verifying))
                for member_id, hybrid, verifying in zip(
                    rest[::3], rest[1::3], rest[2::3], strict=True
                )
            ),
        )

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the statement at its place; of the first one, this is the fingerprint."""
        place = Place(Purpose.STATEMENT_HASH, self.installation)
        return hashlib.sha256(place.encode() + self.encode()).digest()

    def sign(self, key: SigningKey) -> StatementRow:
        """Sign, and give the row to store."""
        body = self.encode()
        signature = key.sign(Place(Purpose.STATEMENT, self.installation), body)
        return StatementRow(self.inbox_id, self.epoch, body, signature)

    def is_signed_by(self, members: Sequence[MemberKeys], signature: bytes) -> bool:
        """Say whether any of ``members`` made ``signature`` over this statement."""
        place, body = Place(Purpose.STATEMENT, self.installation), self.encode()
        return any(member.verifying.verifies(place, body, signature) for member in members)


@dataclass(frozen=True, slots=True)
class TrustedInbox:
    """An inbox whose chain was verified from its root: safe to seal to."""

    root: InboxRoot
    statements: tuple[Statement, ...]

    @property
    def inbox_id(self) -> bytes:
        """The inbox's id, 16 bytes."""
        return self.root.inbox_id

    @property
    def current(self) -> Statement:
        """The newest statement."""
        return self.statements[-1]

    @property
    def epoch(self) -> int:
        """The newest epoch, from 1."""
        return self.current.epoch

    def at(self, epoch: int) -> Statement:
        """Give the statement of an epoch, or raise `DirectoryChainError`."""
        if not 1 <= epoch <= len(self.statements):
            raise DirectoryChainError("the directory has no such epoch")
        return self.statements[epoch - 1]


def verify_chain(
    installation: bytes, root: InboxRoot, rows: Sequence[StatementRow]
) -> TrustedInbox:
    """Verify an inbox's statements, oldest first, from its root. Fails closed.

    Raises `DirectoryStatementError`, `DirectoryRootError`, `DirectoryChainError`,
    `DirectorySignatureError` or `DirectoryRollbackError`, and no other error.
    """
    statements = tuple(Statement.decode(row.body) for row in rows)
    if not statements:
        raise DirectoryRootError("the inbox has no statement")
    if not hmac.compare_digest(statements[0].digest, root.fingerprint):
        raise DirectoryRootError("the first statement is not the one that was confirmed")
    for number, (statement, row) in enumerate(zip(statements, rows, strict=True), start=1):
        _check_subject(installation, root, statement)
        if not number == statement.epoch == row.epoch:
            raise DirectoryChainError("statements are missing, repeated or out of order")
    for before, after in pairwise(statements):
        _check_step(before, after)
    signers = (statements[0], *statements[:-1])
    for signer, statement, row in zip(signers, statements, rows, strict=True):
        if not statement.is_signed_by(signer.members, row.signature):
            raise DirectorySignatureError("a statement is signed by nobody who may")
    if statements[-1].epoch < root.lowest_epoch:
        raise DirectoryRollbackError("the newest statement is older than the configuration allows")
    return TrustedInbox(root, statements)


def _check_subject(installation: bytes, root: InboxRoot, statement: Statement) -> None:
    says = (statement.installation, statement.inbox_id, statement.channel, statement.kind)
    if says != (installation, root.inbox_id, root.channel, root.kind):
        raise DirectoryChainError("a statement is about another inbox")


def _check_step(before: Statement, after: Statement) -> None:
    """Hold a statement against the one before: who leaves takes the old key along, so it goes."""
    if not hmac.compare_digest(after.previous, before.digest):
        raise DirectoryChainError("a statement does not follow the one before it")
    if after.public == before.public:
        if not set(before.members) <= set(after.members):
            raise DirectoryChainError("somebody left, and the inbox kept its key")
    elif not set(after.members) <= set(before.members):
        raise DirectoryChainError("a new key came together with somebody new")


class Directory:
    """The verified directory of an installation, kept in memory and renewed on change."""

    def __init__(self, installation: bytes, roots: Sequence[InboxRoot], store: Store) -> None:
        """Read and verify every inbox; raise a `DirectoryError` if one cannot be trusted."""
        self.installation = installation
        self._roots = tuple(roots)
        self._store = store
        self._inboxes: Mapping[bytes, TrustedInbox] = {}
        self._refreshing = threading.Lock()
        self.refresh()

    def refresh(self) -> None:
        """Read and verify again; what was trusted stays as it was if that fails.

        Raises what `verify_chain` raises, and `DirectoryRollbackError` when an inbox's chain does
        not continue the one that was trusted.
        """
        with self._refreshing:  # an older reading must not be held against a newer one
            self._inboxes = MappingProxyType(self._verified())

    def _verified(self) -> dict[bytes, TrustedInbox]:
        with self._store.read() as db:
            chains = {root.inbox_id: queries.statements(db, root.inbox_id) for root in self._roots}
        inboxes = {
            root.inbox_id: verify_chain(self.installation, root, chains[root.inbox_id])
            for root in self._roots
        }
        for inbox_id, trusted in self._inboxes.items():
            if inboxes[inbox_id].statements[: trusted.epoch] != trusted.statements:
                raise DirectoryRollbackError("the chain does not continue the one that was trusted")
        return inboxes

    @property
    def inboxes(self) -> Sequence[TrustedInbox]:
        """Every inbox, in the configuration's order."""
        return tuple(self._inboxes[root.inbox_id] for root in self._roots)

    def inbox(self, channel: Channel, kind: InboxKind) -> TrustedInbox:
        """Give a channel's inbox; raise `DirectoryInboxError` where the configuration has none."""
        for root in self._roots:
            if (root.channel, root.kind) == (channel, kind):
                return self._inboxes[root.inbox_id]
        raise DirectoryInboxError("the configuration names no such inbox")

    def by_id(self, inbox_id: bytes) -> TrustedInbox:
        """Give the inbox with this id; raise `DirectoryInboxError` where there is none."""
        try:
            return self._inboxes[inbox_id]
        except KeyError as error:
            raise DirectoryInboxError("the configuration names no such inbox") from error
