"""Recusals: who was left out of a case, and why; and that it was handed back.

An item of the casework compartment, written with the keys that the case has before it moves: who
is left out knows why, and the inbox that gets the case reads it. Never changed, never deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from whistle.crypto.errors import ContentError
from whistle.domain.recusal import Ground
from whistle.keys.canonical import (
    Json,
    as_bytes,
    as_choice,
    as_moment,
    as_string,
    as_truth,
    check_fields,
    dump,
    load,
    write_bytes,
    write_moment,
)
from whistle.keys.cases import CaseItems, Compartment
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES

KIND = "recusal"
_FIELDS = ("author", "ground", "kind", "lifted", "member", "text", "written")


@dataclass(frozen=True, slots=True, repr=False)
class Recusal:
    """A case passed to the reserve, or (``lifted``) handed back.

    ``author``: the member who decided, ``member``: the one who is left out, 16 bytes each; the
    same in most cases. ``text``: in the author's words. ``written``: UTC without zone.
    """

    author: bytes
    member: bytes
    ground: Ground
    text: str
    written: datetime
    lifted: bool = False

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump(
            {
                "kind": KIND,
                "author": write_bytes(self.author),
                "member": write_bytes(self.member),
                "ground": self.ground.value,
                "text": self.text,
                "written": write_moment(self.written),
                "lifted": self.lifted,
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        return cls.read(load(encoded))

    @classmethod
    def read(cls, record: Json) -> Self:
        """Read the record of a recusal, or raise `ContentError`."""
        check_fields(record, *_FIELDS)
        if record["kind"] != KIND:
            raise ContentError("not a recusal")
        return cls(
            as_bytes(record["author"], ID_BYTES),
            as_bytes(record["member"], ID_BYTES),
            as_choice(Ground, record["ground"]),
            as_string(record["text"]),
            as_moment(record["written"]),
            as_truth(record["lifted"]),
        )


def seal_recusal(items: CaseItems, recusal: Recusal, row_id: bytes) -> ItemRow:
    """Box a recusal with the newest keys that the case has."""
    return items.seal(Compartment.CASEWORK, recusal.encode(), item_id=row_id)
