"""What is signed about an inbox: its key, its members' keys, the key it is recovered with."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

from whistle.crypto.envelope import PublicKey
from whistle.crypto.errors import ContentError, DirectoryStatementError, KeyShapeError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.signing import SigningKey, VerifyingKey
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.fields import join_fields, split_fields
from whistle.keys.recovery import RecoveryKeys
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


Holder: TypeAlias = MemberKeys | RecoveryKeys


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
    recovery: RecoveryKeys | None
    previous: bytes
    members: tuple[MemberKeys, ...]

    def __post_init__(self) -> None:
        """Check lengths, the epoch, and that every key stands for one holder."""
        ids = [member.member_id for member in self.members]
        if any(len(one) != ID_BYTES for one in (self.installation, self.inbox_id, *ids)):
            raise DirectoryStatementError("an identifier of another length")
        if len(self.previous) != HASH_BYTES or self.epoch not in _EPOCHS:
            raise DirectoryStatementError("a digest or an epoch that cannot be")
        holders: list[Holder] = [*self.members, *([self.recovery] if self.recovery else [])]
        hybrid = [holder.public for holder in holders]
        signing = [holder.verifying for holder in holders]
        if not ids or any(len(set(each)) != len(each) for each in (ids, hybrid, signing)):
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
                self.recovery.encode() if self.recovery else b"",
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
            RecoveryKeys.decode(recovery) if recovery else None,
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

    def signer(self, holders: Iterable[Holder], signature: bytes) -> Holder | None:
        """Give who of ``holders`` made ``signature`` over this statement, if anybody did."""
        place, body = Place(Purpose.STATEMENT, self.installation), self.encode()
        signers = (one for one in holders if one.verifying.verifies(place, body, signature))
        return next(signers, None)
