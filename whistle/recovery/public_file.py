"""The public half of a recovery key, as a file: what a member gives to the page.

It opens nothing. Its own fingerprint is not in it: whoever is asked for that has to look at paper.
``docs/data.md`` has its fields.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from whistle.crypto.envelope import derive_from
from whistle.crypto.errors import ContentError, KeyShapeError
from whistle.crypto.place import Place, Purpose
from whistle.domain.channel import InboxKind
from whistle.domain.errors import RefusedError
from whistle.domain.fingerprint import show_fingerprint
from whistle.keys.canonical import (
    Json,
    as_bytes,
    as_choice,
    as_day,
    as_number,
    as_object,
    as_string,
    check_fields,
    write_bytes,
)
from whistle.keys.recovery import RECOVERY_KEYS_BYTES, RecoveryKeys
from whistle.recovery.shares import Share, check_numbers
from whistle.storage.tables import HASH_BYTES, ID_BYTES

FORMAT = "whistle-recovery-public/1"
LONGEST = 20_000  # characters; one with sixteen shares has 3,500


class Covers(StrEnum):
    """Which inboxes a recovery key is for: there is one for each kind."""

    DOORS = "doors"
    RESERVES = "reserves"

    @property
    def kind(self) -> InboxKind:
        """The inboxes that it opens."""
        return InboxKind.MAIN if self is Covers.DOORS else InboxKind.RESERVE


class PublicFileError(RefusedError):
    """A text is no public file of a recovery key, or a damaged one."""


@dataclass(frozen=True, slots=True)
class PublicFile:
    """What anybody may know of a recovery key.

    ``made``: the day. ``needed``: how many shares open it. ``share_marks``: 32 bytes for each
    share, by number, by which it is known again; each share has 256 bits, so no mark tells one.
    """

    installation: bytes
    covers: Covers
    made: date
    needed: int
    share_marks: tuple[bytes, ...]
    keys: RecoveryKeys

    @property
    def fingerprint(self) -> str:
        """What stands on the trustees' paper: 80 bits."""
        return show_fingerprint(self.keys.digest(self.installation))

    @property
    def count(self) -> int:
        """How many shares there are."""
        return len(self.share_marks)

    def knows(self, share: Share) -> bool:
        """Say whether a share is one of those that were made with this key."""
        if not 1 <= share.number <= self.count or share.needed != self.needed:
            return False
        mark = share_mark(self.installation, share)
        return hmac.compare_digest(mark, self.share_marks[share.number - 1])

    def encode(self) -> str:
        """Write the file: JSON, a line for each field."""
        record = {
            "format": FORMAT,
            "installation": self.installation.hex(),
            "covers": self.covers,
            "made": self.made.isoformat(),
            "needed": self.needed,
            "shares": [write_bytes(mark) for mark in self.share_marks],
            "key": write_bytes(self.keys.encode()),
        }
        return json.dumps(record, indent=1) + "\n"

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote, however its lines were broken; or raise `PublicFileError`."""
        if len(text) > LONGEST:
            raise PublicFileError("this is no public file of a recovery key: it is too long")
        try:
            return cls._read(as_object(json.loads(text)))
        except (ValueError, RecursionError, ContentError, KeyShapeError, RefusedError) as error:
            raise PublicFileError(
                "this is no public file of a recovery key, or it was damaged on the way"
            ) from error

    @classmethod
    def _read(cls, record: Json) -> Self:
        check_fields(
            record, "format", "installation", "covers", "made", "needed", "shares", "key"
        )  # fmt: skip
        installation = bytes.fromhex(as_string(record["installation"]))
        made, marks = as_day(record["made"]), record["shares"]
        if record["format"] != FORMAT or len(installation) != ID_BYTES or made is None:
            raise ContentError("another format")
        if not isinstance(marks, list):
            raise ContentError("no list")
        public = cls(
            installation,
            as_choice(Covers, record["covers"]),
            made,
            as_number(record["needed"]),
            tuple(as_bytes(mark, HASH_BYTES) for mark in marks),
            RecoveryKeys.decode(as_bytes(record["key"], RECOVERY_KEYS_BYTES)),
        )
        check_numbers(public.needed, public.count)
        return public


def share_mark(installation: bytes, share: Share) -> bytes:
    """Give the 32 bytes by which a share is known again."""
    item = bytes([share.number, share.needed]) + share.set_number.to_bytes(2, "big")
    place = Place(Purpose.RECOVERY_SHARE, installation, item=item)
    return derive_from(share.value, place)
