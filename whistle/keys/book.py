"""The office's book, sealed: each entry is a row of versions, and nothing is overwritten.

Versions are records of the citizens' main inbox. The row of a version has an id that follows from
the entry and its number, so that of two people who write the same version one is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeAlias

from whistle.crypto.errors import ContentError, SealingError
from whistle.domain.book import (
    Activity,
    Answers,
    Change,
    Evaluation,
    Measure,
    NoRecommendations,
    Recommendation,
)
from whistle.domain.report_draft import ReportDraft
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
    load,
    write_bytes,
    write_moment,
)
from whistle.keys.files import content_digest
from whistle.keys.inbox_records import box_inbox_record, open_inbox_record
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import from_json, to_json
from whistle.storage.rows import InboxRecordRow, RecordKind
from whistle.storage.tables import ID_BYTES

Page: TypeAlias = (
    Activity
    | Change
    | Evaluation
    | Recommendation
    | NoRecommendations
    | Measure
    | Answers
    | ReportDraft
)
PAGES: Mapping[str, type[Page]] = {
    one.kind: one
    for one in (
        Activity,
        Change,
        Evaluation,
        Recommendation,
        NoRecommendations,
        Measure,
        Answers,
        ReportDraft,
    )
}
_FIELDS = ("author", "content", "deleted", "entry", "kind", "version", "written")
_VERSIONS = range(1, 2**64)  # eight bytes of a row's id


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One version of an entry.

    ``entry_id`` and ``author`` (a member): 16 bytes. ``version`` counts from 1. ``written``: UTC
    without zone, whole seconds. A version that is ``deleted`` holds what was deleted, until all of
    its rows are erased.
    """

    entry_id: bytes
    version: int
    author: bytes
    written: datetime
    content: Page
    deleted: bool = False

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump(
            {
                "kind": self.content.kind,
                "entry": write_bytes(self.entry_id),
                "version": self.version,
                "author": write_bytes(self.author),
                "written": write_moment(self.written),
                "content": to_json(self.content),
                "deleted": self.deleted,
            }
        )

    @classmethod
    def read(cls, record: Json) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        check_fields(record, *_FIELDS)
        version = as_number(record["version"])
        kind = PAGES.get(as_string(record["kind"]))
        if kind is None or version not in _VERSIONS:
            raise ContentError("not an entry of the book")
        return cls(
            as_bytes(record["entry"], ID_BYTES),
            version,
            as_bytes(record["author"], ID_BYTES),
            as_moment(record["written"]),
            from_json(kind, as_object(record["content"])),
            as_truth(record["deleted"]),
        )


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry with all its versions, oldest first, and the rows they lie in."""

    versions: Sequence[Entry]
    row_ids: Sequence[bytes]

    @property
    def newest(self) -> Entry:
        """As it is now."""
        return self.versions[-1]

    @property
    def entry_id(self) -> bytes:
        """Its own id, the same in every version."""
        return self.newest.entry_id

    @property
    def content(self) -> Page:
        """What it says now."""
        return self.newest.content


def row_id_of(inbox: InboxKeys, entry_id: bytes, version: int) -> bytes:
    """Give the id of a version's row: 16 bytes."""
    number = version.to_bytes(8, "big")
    installation = inbox.inbox.current.installation
    return content_digest(installation, entry_id + number, "book", ())[:ID_BYTES]


def seal_entry(inbox: InboxKeys, entry: Entry) -> InboxRecordRow:
    """Box a version of an entry in the inbox's vault."""
    row_id = row_id_of(inbox, entry.entry_id, entry.version)
    return box_inbox_record(inbox, RecordKind.BOOK, row_id, entry.encode())


def open_entries(
    inbox: InboxKeys, rows: Iterable[InboxRecordRow]
) -> tuple[Sequence[KeptEntry], int]:
    """Give the entries, by the day and id of their first versions; and how many rows do not open.

    A row that does not lie under the id of what it says counts as one that does not open.
    """
    found: dict[bytes, list[tuple[Entry, bytes]]] = {}
    damaged = 0
    for row in rows:
        try:
            entry = Entry.read(load(open_inbox_record(inbox, row, RecordKind.BOOK)))
        except SealingError:
            damaged += 1
            continue
        if row.id != row_id_of(inbox, entry.entry_id, entry.version):
            damaged += 1
            continue
        found.setdefault(entry.entry_id, []).append((entry, row.id))
    kept = []
    for versions in found.values():
        versions.sort(key=lambda one: one[0].version)
        kept.append(KeptEntry([one for one, _ in versions], [row_id for _, row_id in versions]))
    kept.sort(key=lambda one: (one.versions[0].written, one.entry_id))
    return kept, damaged
