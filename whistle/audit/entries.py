"""One entry of the log: what everybody may read of it, and what its inbox alone can open.

The format is described in ``docs/log.md``, so that others can check a log without this code.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Self

from whistle.crypto.envelope import box, unbox
from whistle.crypto.errors import ContentError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.logged import Actor, Logged
from whistle.keys.canonical import Json, as_choice, dump, load
from whistle.storage.log import EntryRow
from whistle.storage.tables import ID_BYTES

PREFIX = b"whistle/v1/log-entry\0"
NO_ID = bytes(ID_BYTES)
SALT_BYTES = 32
PADDED = 256  # bytes, or a multiple of it: sealed details tell nothing by their length
_DETAILS = b"whistle/v1/log-details\0"


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts. ``member_id``: 16 bytes for `Actor.MEMBER`, nothing for the others."""

    kind: Actor
    member_id: bytes = NO_ID

    @classmethod
    def member(cls, member_id: bytes) -> Self:
        """Name a member."""
        return cls(Actor.MEMBER, member_id)


HOUSEKEEPING = Who(Actor.HOUSEKEEPING)
COMMAND = Who(Actor.COMMAND)
INVITED = Who(Actor.INVITED)


@dataclass(frozen=True, slots=True)
class Details:
    """What was done, and to what. ``about``: text, whole numbers and lists of text, by name.

    Names in use: ``case``, ``item``, ``member``, ``inbox`` (hexadecimal ids), ``role`` (the
    actor's), and those that ``docs/log.md`` lists for single acts.
    """

    act: Logged
    about: Json = field(default_factory=dict)

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump({"act": self.act, **self.about})

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        about = dict(load(encoded))
        return cls(as_choice(Logged, about.pop("act", None)), about)


@dataclass(frozen=True, slots=True)
class InboxLogKey:
    """What seals details to an inbox: 32 bytes from its vault key, at one epoch."""

    inbox_id: bytes
    epoch: int
    key: SymmetricKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Details ready to be appended: open ones have no inbox, and the epoch 0."""

    inbox_id: bytes
    epoch: int
    commitment: bytes
    body: bytes


def commitment_to(salt: bytes, details: bytes) -> bytes:
    """Give what binds a leaf to its details and does not tell them: they cannot be guessed."""
    return hashlib.sha256(_DETAILS + salt + details).digest()


def seal_details(installation: bytes, details: Details, key: InboxLogKey | None = None) -> Sealed:
    """Box details for an inbox; without ``key`` they stay open to whoever reads the log."""
    salt, encoded = secrets.token_bytes(SALT_BYTES), details.encode()
    commitment = commitment_to(salt, encoded)
    if key is None:
        return Sealed(NO_ID, 0, commitment, salt + encoded)
    padded = encoded + b" " * (-len(encoded) % PADDED)
    place = _place(installation, key.inbox_id, key.epoch, commitment)
    return Sealed(key.inbox_id, key.epoch, commitment, box(key.key, place, salt + padded))


def opening_of(
    installation: bytes, row: EntryRow, key: InboxLogKey | None = None
) -> tuple[bytes, bytes]:
    """Give salt and encoded details of an entry; they are what its leaf is bound to.

    ``key``: of the entry's inbox and epoch; none for an open entry. Raises `SealingError` when
    they do not open, or are not those that were logged.
    """
    body = row.body
    if row.inbox_id != NO_ID:
        if key is None:
            raise ContentError("sealed to an inbox")
        body = unbox(key.key, _place(installation, row.inbox_id, row.epoch, row.commitment), body)
        body = body.rstrip(b" ")
    salt, encoded = body[:SALT_BYTES], body[SALT_BYTES:]
    if commitment_to(salt, encoded) != row.commitment:
        raise ContentError("these are not the details that were logged")
    return salt, encoded


def open_details(installation: bytes, row: EntryRow, key: InboxLogKey | None = None) -> Details:
    """Open an entry's details; as `opening_of`."""
    return Details.decode(opening_of(installation, row, key)[1])


def leaf_content(row: EntryRow) -> bytes:
    """Give what an entry's leaf is the hash of: 138 bytes, all that is open and all that is sealed.

    The length of every field is fixed, so that two entries never have the same bytes.
    """
    return b"".join(
        (
            PREFIX,
            row.number.to_bytes(8, "big"),
            row.time.to_bytes(8, "big"),
            row.actor_kind.to_bytes(1, "big"),
            row.actor,
            row.inbox_id,
            row.epoch.to_bytes(4, "big"),
            row.commitment,
            hashlib.sha256(row.body).digest(),
        )
    )


def _place(installation: bytes, inbox_id: bytes, epoch: int, commitment: bytes) -> Place:
    return Place(
        Purpose.LOG_DETAILS, installation, owner=inbox_id, item=commitment, generation=epoch
    )
