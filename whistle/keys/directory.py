"""The signed key directory: which public key an inbox has, and who may have its secret.

Rows in a database are not keys to trust. Each inbox has a chain of signed statements; the
fingerprint of the first stands in the configuration (``docs/sealing.md``, "Directory").
"""

import hashlib
import hmac
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
    DirectoryRollbackError,
    DirectoryRootError,
    DirectorySignatureError,
)
from whistle.crypto.place import Place, Purpose
from whistle.crypto.signing import SigningKey, VerifyingKey
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.keys.fields import join_fields, split_fields
from whistle.storage import directory as queries
from whistle.storage.engine import Store
from whistle.storage.rows import StatementRow

_FIXED_FIELDS = 8
_FIELDS_PER_MEMBER = 3


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """A member's public keys as the directory names them. ``member_id``: 16 bytes."""

    member_id: bytes
    public: PublicKey
    verifying: VerifyingKey


@dataclass(frozen=True)
class Statement:
    """What is signed about one inbox at one epoch.

    ``previous``: the digest of the statement before, 32 bytes; 32 zeros in the first.
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
        """Read canonical bytes; raise `ContentError` or `KeyShapeError` for any others."""
        fields = split_fields(body)
        rest = fields[_FIXED_FIELDS:]
        if len(fields) < _FIXED_FIELDS or len(rest) % _FIELDS_PER_MEMBER:
            raise ContentError("not a statement")
        installation, inbox_id, channel, kind, epoch, public, recovery, previous = fields[
            :_FIXED_FIELDS
        ]
        try:
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
                    MemberKeys(member_id, PublicKey(public), VerifyingKey(verifying))
                    for member_id, public, verifying in zip(
                        rest[::3], rest[1::3], rest[2::3], strict=True
                    )
                ),
            )
        except ValueError as error:
            raise ContentError("not a statement") from error

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

    Raises `DirectoryRootError`, `DirectoryChainError`, `DirectorySignatureError`,
    `DirectoryRollbackError`, or what `Statement.decode` raises.
    """
    statements = tuple(Statement.decode(row.body) for row in rows)
    if not statements:
        raise DirectoryRootError("the inbox has no statement")
    if not hmac.compare_digest(statements[0].digest, root.fingerprint):
        raise DirectoryRootError("the first statement is not the one that was confirmed")
    for number, statement in enumerate(statements, start=1):
        _check_subject(installation, root, statement, number)
    for before, after in pairwise(statements):
        if not hmac.compare_digest(after.previous, before.digest):
            raise DirectoryChainError("a statement does not follow the one before it")
    for signers, statement, row in zip(
        (statements[0], *statements), statements, rows, strict=False
    ):
        if not statement.is_signed_by(signers.members, row.signature):
            raise DirectorySignatureError("a statement is signed by nobody who may")
    if statements[-1].epoch < root.lowest_epoch:
        raise DirectoryRollbackError("the newest statement is older than the configuration allows")
    return TrustedInbox(root, statements)


def _check_subject(
    installation: bytes, root: InboxRoot, statement: Statement, number: int
) -> None:
    says = (statement.installation, statement.inbox_id, statement.channel, statement.kind)
    if says != (installation, root.inbox_id, root.channel, root.kind):
        raise DirectoryChainError("a statement is about another inbox")
    if statement.epoch != number:
        raise DirectoryChainError("statements are missing, repeated or out of order")


class Directory:
    """The verified directory of an installation, kept in memory and renewed on change."""

    def __init__(self, installation: bytes, roots: Sequence[InboxRoot], store: Store) -> None:
        """Read and verify every inbox; raise a `DirectoryError` if one cannot be trusted."""
        self.installation = installation
        self._roots = tuple(roots)
        self._store = store
        self._inboxes: Mapping[bytes, TrustedInbox] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read and verify again; what was trusted stays as it was if that fails."""
        with self._store.read() as db:
            chains = {root.inbox_id: queries.statements(db, root.inbox_id) for root in self._roots}
        self._inboxes = MappingProxyType(
            {
                root.inbox_id: verify_chain(self.installation, root, chains[root.inbox_id])
                for root in self._roots
            }
        )

    @property
    def inboxes(self) -> Sequence[TrustedInbox]:
        """Every inbox, in the configuration's order."""
        return tuple(self._inboxes[root.inbox_id] for root in self._roots)

    def inbox(self, channel: Channel, kind: InboxKind) -> TrustedInbox:
        """Give a channel's inbox; raise `DirectoryRootError` where the configuration has none."""
        for root in self._roots:
            if (root.channel, root.kind) == (channel, kind):
                return self._inboxes[root.inbox_id]
        raise DirectoryRootError("the configuration names no such inbox")

    def by_id(self, inbox_id: bytes) -> TrustedInbox:
        """Give the inbox with this id; raise `DirectoryRootError` where there is none."""
        try:
            return self._inboxes[inbox_id]
        except KeyError as error:
            raise DirectoryRootError("the configuration names no such inbox") from error
