"""What is filed on a case, sealed: each thing is a row of versions, and nothing is overwritten.

Items of the casework compartment, as notes are: the reporter never has the key that opens them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Self, TypeAlias, get_args

from whistle.crypto.errors import ContentError
from whistle.domain.filed import (
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    Marking,
    Referral,
    Task,
)
from whistle.domain.identity import Opening
from whistle.domain.improvement import Improvement
from whistle.domain.masking import MaskedCopy
from whistle.domain.mediation import Mediation, Meeting
from whistle.domain.registration import Due
from whistle.domain.support import Risk, Support, Wish
from whistle.keys.canonical import (
    Json,
    as_bytes,
    as_moment,
    as_number,
    as_object,
    as_string,
    as_truth,
    check_fields,
    dump,
    write_bytes,
    write_moment,
)
from whistle.keys.cases import CaseItems, Compartment
from whistle.keys.records import FileManifest
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import ItemRow
from whistle.storage.tables import ID_BYTES

_FIELDS = ("author", "content", "deleted", "filed", "kind", "version", "written")


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A paper of the case: a letter that came, the copy of a centre's reply, a minute.

    ``referral``: the filed referral that it answers, 16 bytes, or none.
    """

    kind: ClassVar[str] = "document"
    title: str
    file: FileManifest
    marking: Marking = Marking.NONE
    dated: date | None = None
    referral: bytes = b""
    due: ClassVar[None] = None


Dealing: TypeAlias = Mediation | Meeting | Improvement | Wish | Support | Risk
Content: TypeAlias = (
    Referral
    | Document
    | Task
    | Consent
    | Disclosure
    | AccessRequest
    | Competence
    | Dealing
    | Opening
    | MaskedCopy
)
KINDS: Mapping[str, type[Content]] = {one.kind: one for one in get_args(Content)}


@dataclass(frozen=True, slots=True, repr=False)
class Filed:
    """One version of something filed.

    ``filed_id`` and ``author`` (a member): 16 bytes. ``version`` counts from 1. ``written``: UTC
    without zone, whole seconds. A version that is ``deleted`` holds what was deleted, until all of
    its items are erased.
    """

    filed_id: bytes
    version: int
    author: bytes
    written: datetime
    content: Content
    deleted: bool = False

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump(
            {
                "kind": self.content.kind,
                "filed": write_bytes(self.filed_id),
                "version": self.version,
                "author": write_bytes(self.author),
                "written": write_moment(self.written),
                "content": to_json(self.content),
                "deleted": self.deleted,
            }
        )

    @classmethod
    def read(cls, record: Json) -> Self:
        """Read the record of something filed, or raise `ContentError`."""
        check_fields(record, *_FIELDS)
        version = as_number(record["version"])
        kind = KINDS.get(as_string(record["kind"]))
        if kind is None or version < 1:
            raise ContentError("not something filed")
        return cls(
            as_bytes(record["filed"], ID_BYTES),
            version,
            as_bytes(record["author"], ID_BYTES),
            as_moment(record["written"]),
            from_json(kind, as_object(record["content"])),
            as_truth(record["deleted"]),
        )


@dataclass(frozen=True, slots=True)
class KeptFiled:
    """Something filed with all its versions, oldest first, and the rows they lie in."""

    versions: Sequence[Filed]
    row_ids: Sequence[bytes]

    @property
    def newest(self) -> Filed:
        """As it is now."""
        return self.versions[-1]

    @property
    def filed_id(self) -> bytes:
        """Its own id, the same in every version."""
        return self.newest.filed_id

    @property
    def content(self) -> Content:
        """What it says now."""
        return self.newest.content

    @property
    def attachment_ids(self) -> frozenset[bytes]:
        """The files that any version of it brings."""
        return frozenset(
            one.content.file.attachment_id
            for one in self.versions
            if isinstance(one.content, Document)
        )


def seal_filed(items: CaseItems, filed: Filed, row_id: bytes) -> ItemRow:
    """Box a version of something filed; only who has the inbox can open it."""
    return items.seal(Compartment.CASEWORK, filed.encode(), item_id=row_id)


def dues_of(filed: Iterable[KeptFiled]) -> tuple[Due, ...]:
    """Give what has a date of all that is filed, the first day first."""
    found = []
    for one in filed:
        if one.newest.deleted or one.content.due is None:
            continue
        kind, day = one.content.due
        centre, sent = getattr(one.content, "centre", ""), getattr(one.content, "sent", None)
        found.append(Due(kind, day, one.filed_id, centre, sent))
    return tuple(sorted(found, key=in_order))


def in_order(due: Due) -> tuple[date, bytes]:
    """Give what dates are sorted by: the first day first."""
    return due.day, due.item
